// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"net/http"
	"time"

	"platform.internal/fault"
)

// patience is how long a request waits for one of the places: long enough for a burst, too short for a queue.
const patience = 100 * time.Millisecond

// errBusy is what a request is told that finds no place. It is no defect: the log warns of it, and an Observer hears of it.
var errBusy = &fault.Error{
	Kind:       fault.Unavailable,
	Message:    "The service has more to do than it can; try again.",
	RetryAfter: time.Second,
}

// Places are those of the requests that are at work at once.
type Places chan struct{}

// NewPlaces returns so many places.
func NewPlaces(most int) Places { return make(Places, most) }

// Shed lets as many requests be at work at once as there are places. One that finds no place in a short time gets 503 with Retry-After,
// so that those at work are done in time, instead of all being late.
//
// It stands behind the guard, and a request gives its place back when its answer begins:
// a client that is slow to send its body or to take its answer occupies no place.
func Shed(places Places, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := take(r, places); err != nil {
			WriteError(w, r, err)
			return
		}
		placed := &placed{ResponseWriter: w, places: places}
		defer placed.leave()
		next.ServeHTTP(placed, r)
	})
}

func take(r *http.Request, places Places) error {
	select {
	case places <- struct{}{}:
		return nil
	default:
	}
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case places <- struct{}{}:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	case <-wait.C:
		return errBusy
	}
}

// placed is the answer of a request that has a place.
type placed struct {
	http.ResponseWriter

	places Places
	left   bool
}

func (p *placed) leave() {
	if !p.left {
		p.left = true
		<-p.places
	}
}

// WriteHeader implements http.ResponseWriter.
func (p *placed) WriteHeader(status int) {
	if status >= http.StatusOK {
		p.leave()
	}
	p.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (p *placed) Write(data []byte) (int, error) {
	p.leave()
	return p.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach the connection.
func (p *placed) Unwrap() http.ResponseWriter { return p.ResponseWriter }
