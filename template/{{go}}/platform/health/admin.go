// Kept by the platform: docs/ownership.md says what that means.

package health

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof" // its handlers on the mux of net/http are served by nobody
	"net/netip"
	"time"

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
		"/debug/pprof/":        pprof.Index,
		"/debug/pprof/cmdline": pprof.Cmdline,
		"/debug/pprof/profile": pprof.Profile,
		"/debug/pprof/symbol":  pprof.Symbol,
		"/debug/pprof/trace":   pprof.Trace,
	} {
		mux.HandleFunc(path, local(handler))
	}
	return mux
}

// NewServer returns a server for the admin port; its requests end with ctx. It has time for a profile of a minute.
func NewServer(ctx context.Context, admin http.Handler, log *slog.Logger) *http.Server {
	server := rest.NewServer(admin, log)
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	server.WriteTimeout = 90 * time.Second
	return server
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
