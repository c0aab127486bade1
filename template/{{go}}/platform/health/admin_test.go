// Kept by the platform: docs/ownership.md says what that means.

package health_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"platform.internal/health"
	"platform.internal/rest"
)

func admin() http.Handler {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "requests 1") })
	return health.New(slog.New(slog.DiscardHandler)).Admin("v1.2.3", metrics)
}

func TestTheAdminPortServes(t *testing.T) {
	t.Parallel()
	for path, test := range map[string]struct {
		peer   string
		status int
		says   string
	}{
		"/healthz":                  {"10.0.0.7:1", 200, "alive"},
		"/readyz":                   {"10.0.0.7:1", 200, "ready"},
		"/version":                  {"10.0.0.7:1", 200, "v1.2.3"},
		"/metrics":                  {"10.0.0.7:1", 200, "requests 1"},
		"/none":                     {"127.0.0.1:1", 404, ""},
		"/debug/pprof/":             {"127.0.0.1:1", 200, "goroutine"},
		"/debug/pprof/heap":         {"[::1]:1", 200, ""},
		"/debug/pprof/symbol":       {"[::ffff:127.0.0.1]:1", 200, "num_symbols"},
		"/debug/pprof/cmdline":      {"10.0.0.7:1", 403, "same machine"},
		"/debug/pprof/allocs":       {"[fe80::1%eth0]:1", 403, "same machine"},
		"/debug/pprof/threadcreate": {"@", 403, "same machine"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			asked := httptest.NewRequest("GET", path, nil)
			asked.RemoteAddr = test.peer
			asked.Header.Set("X-Forwarded-For", "127.0.0.1")
			answer := httptest.NewRecorder()
			admin().ServeHTTP(answer, asked)
			if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.says) {
				t.Errorf("got %d %s", answer.Code, answer.Body)
			}
		})
	}
}

func TestAProfileTakesNoLongerThanItsLimit(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"profile?seconds=91", "trace?seconds=90.5", "heap?seconds=3600", "trace?seconds=Inf"} {
		impatient, cancel := context.WithCancel(t.Context())
		cancel()
		asked := httptest.NewRequestWithContext(impatient, "GET", "/debug/pprof/"+path, nil)
		asked.RemoteAddr = "127.0.0.1:1"
		answer := httptest.NewRecorder()
		admin().ServeHTTP(answer, asked)
		if answer.Code != 400 || !strings.Contains(answer.Body.String(), "at most 90 seconds") {
			t.Errorf("%s: got %d", path, answer.Code)
		}
	}
}

func TestAProfileDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	begun := make(chan struct{})
	handler := admin()
	server := health.NewServer(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		handler.ServeHTTP(w, r)
	}), slog.New(slog.DiscardHandler))
	go func() {
		answer, err := http.Get("http://" + listener.Addr().String() + "/debug/pprof/trace?seconds=60")
		if err == nil {
			_ = answer.Body.Close()
		}
	}()
	go func() {
		<-begun
		end()
	}()
	if err := rest.Serve(ctx, server, listener, 30*time.Second); err != nil {
		t.Errorf("got %v", err)
	}
}
