// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// quiet is how long no connection must have begun or ended a request before the rest are closed.
const quiet = 50 * time.Millisecond

// traffic knows which connections are at work. http.Server.Shutdown alone would drop requests: it closes a connection
// between two requests without a word, and does not answer a request that it reads after it was called.
type traffic struct {
	ending atomic.Bool

	mutex  sync.Mutex
	active map[net.Conn]bool
	last   time.Time // when one of them changed
}

// watch must be called before the server serves.
func watch(server *http.Server) *traffic {
	t := &traffic{active: map[net.Conn]bool{}}
	server.ConnState = t.note
	next := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t.ending.Load() {
			w.Header().Set("Connection", "close") // RFC 9112, 9.6
		}
		next.ServeHTTP(w, r)
	})
	return t
}

func (t *traffic) note(conn net.Conn, state http.ConnState) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.last = time.Now()
	if state == http.StateActive {
		t.active[conn] = true
	} else {
		delete(t.active, conn)
	}
}

// end closes the listener and returns when the traffic has ended, or when ctx does.
func (t *traffic) end(ctx context.Context, listener net.Listener) {
	t.ending.Store(true)
	_ = listener.Close()
	t.note(nil, http.StateIdle)
	ticks := time.NewTicker(quiet / 10)
	defer ticks.Stop()
	for !t.hasEnded() {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

func (t *traffic) hasEnded() bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return len(t.active) == 0 && time.Since(t.last) >= quiet
}
