// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/rest"
)

func TestShedding(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		begins bool // the answer begins before the work is done
		panics bool
		work   time.Duration // of each request
		want   int           // of three requests at once, those that are answered where there are two places
	}{
		"refuses who finds no place in time":          {false, false, time.Second, 2},
		"lets wait who finds one in time":             {false, false, 50 * time.Millisecond, 3},
		"counts no one whose answer has begun":        {true, false, time.Second, 3},
		"takes the place of one who panics for empty": {false, true, 50 * time.Millisecond, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				handler := rest.Shed(rest.NewPlaces(2), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if test.begins {
						_, _ = io.WriteString(w, "x")
					}
					time.Sleep(test.work)
					if test.panics {
						panic("x")
					}
				}))
				answered := make(chan bool, 3)
				var requests sync.WaitGroup
				for range cap(answered) {
					requests.Go(func() {
						defer func() { _ = recover() }()
						answer := httptest.NewRecorder()
						defer func() { answered <- answer.Code == 200 }()
						handler.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
					})
				}
				requests.Wait()
				close(answered)
				got := 0
				for fine := range answered {
					if fine {
						got++
					}
				}
				if got != test.want {
					t.Errorf("%d were answered", got)
				}
			})
		})
	}
}

func TestWhoAsksWhetherACredentialIsValidTakesAPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		guard := guardOf(t)
		guard.Places = rest.NewPlaces(1)
		guard.Authorise = func(r *http.Request, _ []string) (context.Context, error) {
			time.Sleep(time.Second)
			return r.Context(), nil
		}
		handler := guard.Handler(rest.Shed(guard.Places, http.HandlerFunc(echo)))
		statuses := make(chan int, 2)
		var requests sync.WaitGroup
		for range cap(statuses) {
			requests.Go(func() {
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, request{"PATCH /things/" + someID, "Content-Type: application/merge-patch+json\nAuthorization: x", "{}"}.build())
				statuses <- answer.Code
			})
		}
		requests.Wait()
		if one, other := <-statuses, <-statuses; max(one, other) != 503 || min(one, other) != 200 {
			t.Errorf("got %d and %d", one, other)
		}
	})
}

func TestWhoIsShedIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	address, log := serve(t, time.Minute, rest.Shed(rest.NewPlaces(1), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(begun)
		<-end
	})), nil)
	var first sync.WaitGroup
	first.Go(func() { get(t, address) })
	<-begun
	if answer := get(t, address); answer.status != 503 || answer.header.Get("Retry-After") != "1" {
		t.Errorf("got %d %v", answer.status, answer.header)
	}
	if record := log.access(t); record["status"] != 503.0 || record["level"] != "WARN" {
		t.Errorf("logged %v", record)
	}
	close(end)
	first.Wait()
}
