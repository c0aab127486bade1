// Kept by the platform: docs/ownership.md says what that means.

// Package health is the admin port: is the process alive, may it be sent requests, which build is it, what does it do all day.
package health

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// Check reports whether something that the service needs answers.
type Check struct {
	Name string
	Do   func(context.Context) error
}

// Health knows whether the service should receive requests.
type Health struct {
	log      *slog.Logger
	checks   []Check
	draining atomic.Bool
}

// New returns a Health that is ready as soon as every check passes.
func New(log *slog.Logger, checks ...Check) *Health {
	return &Health{log: log, checks: checks}
}

// Drain makes the service unready for good, so that load balancers stop sending requests before it stops.
func (h *Health) Drain() { h.draining.Store(true) }

// Handler serves /healthz (alive) and /readyz (alive, not stopping, and everything it needs answers within two seconds).
func (h *Health) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", h.ready)
	return mux
}

func (h *Health) ready(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		answer(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	for _, check := range h.checks {
		if err := check.Do(ctx); err != nil {
			h.log.WarnContext(ctx, "not ready", "check", check.Name, "error", err)
			answer(w, http.StatusServiceUnavailable, check.Name+" does not answer")
			return
		}
	}
	answer(w, http.StatusOK, "ready")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
