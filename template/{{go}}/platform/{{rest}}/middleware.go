package rest

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"platform.internal/contract"
	"platform.internal/id"
	"platform.internal/logging"
)

// exchange is what the layers around a request learn about it.
type exchange struct {
	requestID string
	operation string
	header    http.Header // of the answer
	err       error       // that the client is not told about
}

type exchangeKey struct{}

// RequestID returns the ID under which the request is logged; empty outside of a request.
func RequestID(ctx context.Context) string {
	if known, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return known.requestID
	}
	return ""
}

func note(ctx context.Context, operation *contract.Operation) {
	if known, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		known.operation = operation.ID
	}
}

var wellFormedRequestID = regexp.MustCompile(`\A[A-Za-z0-9._-]{8,64}\z`)

// Observe gives each request an ID and a deadline, turns panics into problems, and writes one access line when it is over.
func Observe(log *slog.Logger, timeout time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		known := &exchange{requestID: r.Header.Get("X-Request-Id"), header: w.Header()}
		if !wellFormedRequestID.MatchString(known.requestID) {
			known.requestID = id.New().String()
		}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), exchangeKey{}, known), timeout)
		defer cancel()
		ctx = logging.With(ctx, slog.String("request_id", known.requestID))
		r = r.WithContext(ctx)

		w.Header().Set("X-Request-Id", known.requestID)
		answer := &recorder{ResponseWriter: w}
		defer func() {
			if cause := recover(); cause != nil {
				rescue(log, answer, r, cause)
			}
			access(ctx, log, r.Method, answer, time.Since(start))
		}()
		next.ServeHTTP(answer, r)
	})
}

func access(ctx context.Context, log *slog.Logger, method string, answer *recorder, took time.Duration) {
	known, _ := ctx.Value(exchangeKey{}).(*exchange)
	level, attributes := slog.LevelInfo, []slog.Attr{
		slog.String("method", method),
		slog.String("operation", known.operation),
		slog.Int("status", answer.status),
		slog.Int64("bytes", answer.bytes),
		slog.Duration("duration", took),
	}
	if known.err != nil {
		level, attributes = slog.LevelError, append(attributes, slog.String("error", known.err.Error()))
	}
	log.LogAttrs(ctx, level, "request", attributes...)
}

func rescue(log *slog.Logger, answer *recorder, r *http.Request, cause any) {
	if cause == http.ErrAbortHandler { //nolint:errorlint // a sentinel that net/http asks to be panicked again
		panic(cause)
	}
	log.ErrorContext(r.Context(), "panic", "cause", cause, "stack", string(debug.Stack()))
	if answer.status == 0 {
		WriteError(answer, r, nil)
	}
}

// Secure sets the headers that every answer of an API carries (OWASP REST Security Cheat Sheet).
func Secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("Strict-Transport-Security", "max-age=63072000")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// Head serves HEAD as the GET it stands for; net/http leaves the body out (RFC 9110, 9.3.2).
func Head(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// NotFound answers requests for paths that the contract does not have.
func NotFound(w http.ResponseWriter, r *http.Request) {
	WriteError(w, r, NewProblem(http.StatusNotFound, "no_such_path", "The contract has no such path."))
}

// MethodNotAllowed answers requests for paths that the contract has with other methods (RFC 9110, 15.5.6).
func MethodNotAllowed(w http.ResponseWriter, r *http.Request, allowed string) {
	allowed = strings.ReplaceAll(allowed, ",", ", ")
	w.Header().Set("Allow", allowed)
	WriteError(w, r, NewProblem(http.StatusMethodNotAllowed, "method_not_allowed", "The path allows "+allowed+"."))
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter

	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	// Generated code offers the headers of every answer to browsers of other origins; this API has none.
	for name := range r.Header() {
		if strings.HasPrefix(name, "Access-Control-") {
			r.Header().Del(name)
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(data []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(data)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
