// Kept by the platform: docs/ownership.md says what that means.

package health

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof" // its handlers on the mux of net/http are served by nobody
	"net/netip"
	"strconv"

	"platform.internal/rest"
)

// Admin serves all of the admin port: the answers of Handler, /metrics, /version, and /debug/pprof/ to callers on the same machine.
//
// The port is open to the network because probes and Prometheus come from there. A profile may hold what is in memory, secrets too, so that
// whoever wants one has to be in the container, or to forward a port to it.
func (h *Health) Admin(version string, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", h.Handler())
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, version) })
	for path, handler := range map[string]http.HandlerFunc{
		"/debug/pprof/":        brief(pprof.Index),
		"/debug/pprof/cmdline": pprof.Cmdline,
		"/debug/pprof/profile": brief(pprof.Profile),
		"/debug/pprof/symbol":  pprof.Symbol,
		"/debug/pprof/trace":   brief(pprof.Trace),
	} {
		mux.HandleFunc(path, local(handler))
	}
	return mux
}

// NewServer returns a server for the admin port; its requests end with ctx.
func NewServer(ctx context.Context, admin http.Handler, log *slog.Logger) *http.Server {
	server := rest.NewServer(admin, log)
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	return server
}

// brief refuses what would go on for too long: pprof puts off the limit for writing for as long as it is asked to.
func brief(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if seconds, err := strconv.ParseFloat(r.FormValue("seconds"), 64); err == nil && seconds > 90 {
			answer(w, http.StatusBadRequest, "a profile takes at most 90 seconds: ask for fewer")
			return
		}
		next(w, r)
	}
}

func local(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if peer, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !peer.Addr().Unmap().IsLoopback() {
			answer(w, http.StatusForbidden, "profiles are for callers on the same machine")
			return
		}
		next(w, r)
	}
}
