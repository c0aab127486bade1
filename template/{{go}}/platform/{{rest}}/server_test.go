// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platform.internal/config"
	"platform.internal/rest"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestEveryLimitOfAServerIsSet(t *testing.T) {
	t.Parallel()
	server := rest.NewServer(http.NotFoundHandler(), discard())
	const longest = 25 * time.Second // of REQUEST_TIMEOUT
	if server.ReadHeaderTimeout <= 0 || server.ReadTimeout <= 0 || server.IdleTimeout <= 0 || server.MaxHeaderBytes <= 0 {
		t.Errorf("got %+v", server)
	}
	if server.ReadHeaderTimeout > 10*time.Second || server.ReadTimeout > 30*time.Second {
		t.Errorf("reading ends after %s and %s", server.ReadHeaderTimeout, server.ReadTimeout)
	}
	if server.WriteTimeout <= longest {
		t.Errorf("writing ends after %s: a request that may take longer would be cut off", server.WriteTimeout)
	}
}

func TestAClientThatReadsTooSlowlyIsCutOff(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	address, _ := serve(t, time.Second, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 1<<20)
		for range 100 {
			if _, err := w.Write(chunk); err != nil {
				failed <- err
				return
			}
		}
		failed <- nil
	}), func(server *http.Server) { server.WriteTimeout = 50 * time.Millisecond })
	conn := dial(t, address)
	conn.say("GET / HTTP/1.1\nHost: x\n\n")
	if err := <-failed; err == nil {
		t.Error("100 MiB were written to a client that reads nothing")
	}
}

func TestStoppingLetsARequestInFlightFinish(t *testing.T) {
	t.Parallel()
	started, finish := make(chan struct{}), make(chan struct{})
	server := rest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(started)
		<-finish
		_, _ = io.WriteString(w, "whole")
	}), discard())
	listener := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- rest.Serve(ctx, server, listener, time.Second) }()

	conn := dial(t, listener.Addr().String())
	conn.say("GET / HTTP/1.1\nHost: x\n\n")
	<-started
	stop()
	refused(t, listener.Addr().String())
	close(finish)
	if answer := conn.answer("GET"); answer.body != "whole" {
		t.Errorf("got %q", answer.body)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestStoppingGivesUpAfterTheGrace(t *testing.T) {
	t.Parallel()
	started, ended := make(chan struct{}), make(chan struct{})
	server := rest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done() // closing the connection ends it
		close(ended)
	}), discard())
	listener := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- rest.Serve(ctx, server, listener, 20*time.Millisecond) }()

	conn := dial(t, listener.Addr().String())
	conn.say("GET / HTTP/1.1\nHost: x\n\n")
	<-started
	stop()
	if err := <-stopped; err == nil || !strings.Contains(err.Error(), "requests were still running 20ms after the service was told to stop") {
		t.Errorf("got %v", err)
	}
	<-ended
}

func TestAServerThatCannotGoOnSaysSo(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	_ = listener.Close()
	if err := rest.Serve(t.Context(), rest.NewServer(http.NotFoundHandler(), discard()), listener, time.Second); err == nil {
		t.Error("no error")
	}
}

func TestNoRequestFailsWhileTheServiceStops(t *testing.T) {
	t.Parallel()
	server := rest.NewServer(http.HandlerFunc(echo), discard())
	listener := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- rest.Serve(ctx, server, listener, time.Second) }()

	var callers sync.WaitGroup
	var answered atomic.Int64
	for range 4 {
		callers.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			for {
				// POST, because no client sends it again when a connection is closed under it.
				request, _ := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, "http://"+listener.Addr().String(), strings.NewReader("x"))
				answer, err := client.Do(request)
				if err != nil {
					if failed, ok := errors.AsType[*net.OpError](err); !ok || failed.Op != "dial" {
						t.Errorf("a request failed: %v", err)
					}
					return
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil {
					t.Errorf("an answer was cut off: %v", err)
				}
				_ = answer.Body.Close()
				answered.Add(1)
			}
		})
	}
	for answered.Load() < 100 {
		time.Sleep(time.Millisecond)
	}
	stop()
	callers.Wait()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

// refused waits until nothing listens at the address any more.
func refused(t *testing.T, address string) {
	t.Helper()
	var dialer net.Dialer
	for range 500 {
		conn, err := dialer.DialContext(t.Context(), "tcp", address)
		if err != nil {
			return
		}
		_ = conn.Close()
		time.Sleep(time.Millisecond)
	}
	t.Fatal("new connections are still taken")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ environ, says string }{
		"have defaults that are valid":                    {"", ""},
		"take a port of the system's choice":              {"LISTEN=127.0.0.1:0", ""},
		"refuse an address without a port":                {"LISTEN=localhost", "LISTEN must be an address"},
		"refuse an address with an empty port":            {"ADMIN_LISTEN=:", "ADMIN_LISTEN must be an address"},
		"refuse no time for a request":                    {"REQUEST_TIMEOUT=0s", "REQUEST_TIMEOUT must be"},
		"refuse more time than the server takes to write": {"REQUEST_TIMEOUT=26s", "REQUEST_TIMEOUT must be"},
		"refuse a body that is too small to be useful":    {"MAX_BODY_BYTES=1", "MAX_BODY_BYTES must be"},
		"refuse a body that is too large for memory":      {"MAX_BODY_BYTES=67108865", "MAX_BODY_BYTES must be"},
		"refuse a delay that is negative":                 {"DRAIN_DELAY=-1s", "DRAIN_DELAY must not be negative"},
		"refuse no time to stop":                          {"SHUTDOWN_TIMEOUT=0s", "SHUTDOWN_TIMEOUT must be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load[rest.Settings]([]string{test.environ})
			if (err == nil) != (test.says == "") || err != nil && (!strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("got %v", err)
			}
		})
	}
}
