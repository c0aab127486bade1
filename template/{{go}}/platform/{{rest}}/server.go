// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// NewServer returns a server whose every limit is set. net/http sets none of them by default,
// and each one missing lets a slow or greedy client hold a connection for ever.
// The limit for writing is longer than any RequestTimeout: when it passes, the client is not told why.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           endChunked(handler),
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,

		DisableGeneralOptionsHandler: true, // `OPTIONS *` is answered as everything else is
	}
}

// endChunked ends the connection after a request whose body came in chunks. A Content-Length beside them means that somebody on the way
// may have seen another end of the request (RFC 9112, 6.1), and net/http does not tell whether there was one.
func endChunked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Serve answers on the listener until ctx ends. Then it takes no new connection, lets the requests in flight finish, and tells clients
// that keep their connection to leave it; all that takes at most grace. The error is nil if every request was answered.
func Serve(ctx context.Context, server *http.Server, listener net.Listener, grace time.Duration) error {
	traffic := watch(server)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	traffic.end(stopping, listener)
	if err := server.Shutdown(stopping); err != nil {
		return errors.Join(fmt.Errorf("requests were still running %s after the service was told to stop: %w", grace, err), server.Close())
	}
	return nil
}

// Documents serves the files of a contract below prefix, and passes every other request on.
func Documents(files fs.FS, prefix string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, below := strings.CutPrefix(r.URL.Path, prefix)
		if !below || r.Method != http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		document, err := fs.ReadFile(files, name)
		if err != nil || !strings.HasSuffix(name, ".yaml") {
			NotFound(w, r)
			return
		}
		// RFC 9512 registers the media type.
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(document) //nolint:gosec // the name comes from the request, the text from the build
	})
}
