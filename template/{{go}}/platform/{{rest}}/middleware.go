// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
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
	presented bool                // whether it carries a credential
	client    string              // where it comes from, as Limits count it
	subject   string              // who calls, once that is known
	operation *contract.Operation // nil until the guard knows it
	answer    *recorder
	err       error // that the client is not told about
}

// shed reports whether the request found no place among those at work.
func (e *exchange) shed() bool { return errors.Is(e.err, errBusy) }

type exchangeKey struct{}

func exchangeOf(ctx context.Context) (*exchange, bool) {
	known, ok := ctx.Value(exchangeKey{}).(*exchange)
	return known, ok
}

func note(ctx context.Context, operation *contract.Operation) {
	if known, ok := exchangeOf(ctx); ok {
		known.operation = operation
	}
}

var wellFormedRequestID = regexp.MustCompile(`\A[A-Za-z0-9._-]{8,64}\z`)

// Observe gives each request an ID and a deadline, turns panics into problems, and writes one access line when it is over.
// A panic after the answer has begun cuts the connection, so that the client does not take half an answer for a whole one.
func Observe(log *slog.Logger, timeout time.Duration, next http.Handler, observers ...Observer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		r, over := begin(r, observers) //nolint:contextcheck // the request carries it
		known := &exchange{
			requestID: r.Header.Get("X-Request-Id"),
			presented: len(r.Header.Values("Authorization")) > 0,
			answer:    &recorder{ResponseWriter: w},
		}
		if !wellFormedRequestID.MatchString(known.requestID) {
			known.requestID = id.New().String()
		}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), exchangeKey{}, known), timeout)
		defer cancel()
		ctx = logging.With(ctx, slog.String("request_id", known.requestID))
		r = r.WithContext(ctx)

		w.Header().Set("X-Request-Id", known.requestID)
		defer func() {
			cause := recover()
			aborted := cause == http.ErrAbortHandler //nolint:errorlint // a sentinel that net/http asks to be panicked again
			if cause != nil && !aborted {
				aborted = rescue(log, known, r, cause)
			}
			if known.answer.status == 0 && !aborted {
				known.answer.WriteHeader(http.StatusOK) // as net/http does for a handler that wrote nothing
			}
			access(ctx, log, r.Method, known, aborted, time.Since(start))
			over(Outcome{
				Operation:  known.operation,
				Status:     known.answer.status,
				Aborted:    aborted,
				Shed:       known.shed(),
				Deprecated: w.Header().Get("Deprecation") != "",
			})
			if aborted {
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(known.answer, r)
	})
}

// Observer is told of each request: when it begins, and by what Begin returns, when it is over. The request goes on with the context.
type Observer interface {
	Begin(r *http.Request) (context.Context, func(Outcome))
}

// Outcome is what became of a request.
type Outcome struct {
	Operation  *contract.Operation // nil if it asked for none
	Status     int                 // 0 if there was no answer
	Aborted    bool                // the answer was cut off
	Shed       bool                // it was refused because too many others were at work
	Deprecated bool                // the answer said that what was asked for will be taken away
}

func begin(r *http.Request, observers []Observer) (observed *http.Request, over func(Outcome)) {
	over = func(Outcome) {}
	for _, observer := range observers {
		ctx, end := observer.Begin(r)
		outer := over
		r, over = r.WithContext(ctx), func(outcome Outcome) {
			end(outcome)
			outer(outcome)
		}
	}
	return r, over
}

// rescue answers for a handler that has panicked; it reports whether it is too late for that.
func rescue(log *slog.Logger, known *exchange, r *http.Request, cause any) (late bool) {
	log.ErrorContext(r.Context(), "panic", "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
	err := fmt.Errorf("panic: %v", cause)
	if known.answer.status != 0 {
		known.err = err
		return true
	}
	WriteError(known.answer, r, err)
	return false
}

func access(ctx context.Context, log *slog.Logger, method string, known *exchange, aborted bool, took time.Duration) {
	level, attributes := slog.LevelInfo, []slog.Attr{
		slog.String("method", method),
		slog.String("operation", known.operation.Name()),
		slog.Int("status", known.answer.status),
		slog.Int64("bytes", known.answer.bytes),
		slog.Duration("duration", took),
	}
	if known.client != "" {
		attributes = append(attributes, slog.String("client", known.client))
	}
	if known.subject != "" {
		attributes = append(attributes, slog.String("subject", known.subject))
	}
	if aborted {
		attributes = append(attributes, slog.Bool("aborted", true))
	}
	if known.err != nil {
		level, attributes = slog.LevelError, append(attributes, slog.String("error", known.err.Error()))
	}
	if known.shed() {
		level = slog.LevelWarn
	}
	log.LogAttrs(ctx, level, "request", attributes...)
}

// secure are the headers that every answer of an API carries (OWASP REST Security Cheat Sheet).
var secure = http.Header{
	"X-Content-Type-Options":    {"nosniff"},
	"Content-Security-Policy":   {"default-src 'none'; frame-ancestors 'none'"},
	"Strict-Transport-Security": {"max-age=63072000"},
	"Referrer-Policy":           {"no-referrer"},
	"Cache-Control":             {"no-store"},
}

// Secure sets the headers that every answer of an API carries.
func Secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), secure)
		next.ServeHTTP(w, r)
	})
}

// Head serves HEAD as the GET it stands for; net/http leaves the body out (RFC 9110, 9.3.2).
func Head(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.WithContext(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// NotFound answers requests for paths that the contract does not have.
func NotFound(w http.ResponseWriter, r *http.Request) {
	WriteError(w, r, noSuchPath())
}

func noSuchPath() *Problem {
	return NewProblem(http.StatusNotFound, "no_such_path", "The contract has no such path.")
}

// MethodNotAllowed answers requests for paths that the contract has with other methods (RFC 9110, 15.5.6).
func MethodNotAllowed(w http.ResponseWriter, r *http.Request, allowed string) {
	allowed = strings.ReplaceAll(strings.ReplaceAll(allowed, http.MethodGet, "GET,HEAD"), ",", ", ") // see Head
	w.Header().Set("Allow", allowed)
	WriteError(w, r, NewProblem(http.StatusMethodNotAllowed, "method_not_allowed", "The path allows "+allowed+"."))
}
