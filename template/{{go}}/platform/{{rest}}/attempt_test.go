// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"platform.internal/rest"
)

func TestAnAttemptIsHeardOfOnlyIfItIsSent(t *testing.T) {
	t.Parallel()
	fails := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Attempt", "failed")
		rest.WriteError(w, r, errors.New("broken"))
	})
	succeeds := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Attempt", "succeeded")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "abc")
	})
	for name, test := range map[string]struct {
		last           http.Handler
		room, status   int
		attempt, level string
	}{
		"the one that succeeds":       {succeeds, 3, 201, "succeeded", "INFO"},
		"the one that fails":          {fails, 1000, 500, "failed", "ERROR"},
		"the one that has no room":    {succeeds, 2, 500, "", "ERROR"},
		"the one that writes nothing": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), 0, 200, "", "INFO"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, log := serve(t, time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if first := rest.Try(w, r, fails, 1000); first.Status != 500 || first.Err == nil {
					t.Errorf("got %+v", first)
				}
				rest.Try(w, r, test.last, test.room).Send(w, r)
			}), nil)
			answer := get(t, address)
			if answer.status != test.status || answer.header.Get("X-Attempt") != test.attempt {
				t.Errorf("got %d %v", answer.status, answer.header)
			}
			if record := log.access(t); record["level"] != test.level || record["status"] != float64(test.status) {
				t.Errorf("logged %v", record)
			}
		})
	}
}
