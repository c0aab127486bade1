// Kept by the platform: docs/ownership.md says what that means.

// Package rest is what every REST endpoint shares: problems, preconditions, limits, and the order in which a request is checked.
package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/ogen-go/ogen/ogenerrors"

	"platform.internal/auth"
	"platform.internal/fault"
)

// Problem is an error as RFC 9457 writes it. It is the only form in which this API reports one.
type Problem struct {
	Type      string      `json:"type"`
	Title     string      `json:"title"`
	Status    int         `json:"status"`
	Detail    string      `json:"detail"`
	Code      string      `json:"code"`
	RequestID string      `json:"request_id"`
	Errors    []Violation `json:"errors,omitempty"`

	retryAfter   time.Duration
	insufficient bool // the credential lacks a scope
}

// Violation is one broken rule: of the parameter if Parameter is set, else of what Pointer (RFC 6901) names in the body, which may be all of it.
type Violation struct {
	Pointer   string
	Parameter string
	Code      string
	Message   string
}

// MarshalJSON implements json.Marshaler: one of the two places is written, even if it is empty.
func (v Violation) MarshalJSON() ([]byte, error) {
	written := struct {
		Pointer   *string `json:"pointer,omitempty"`
		Parameter *string `json:"parameter,omitempty"`
		Code      string  `json:"code"`
		Message   string  `json:"message"`
	}{Code: v.Code, Message: v.Message}
	if v.Parameter != "" {
		written.Parameter = &v.Parameter
	} else {
		written.Pointer = &v.Pointer
	}
	return json.Marshal(written)
}

// statusClientClosedRequest is logged when the caller has gone; nobody reads it.
const statusClientClosedRequest = 499

// The contract gives an answer these bounds: so many violations, so many characters in one.
const (
	maxViolations = 100
	maxPlace      = 500
	maxParameter  = 100
	maxMessage    = 500
)

var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Stale:           http.StatusPreconditionFailed,
	fault.Limited:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// NewProblem returns a problem for a status that has no fault of its own, such as 405 or 415.
func NewProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

// After returns the problem with the time after which the same request may do, for a status where HTTP does not ask for one.
func (p *Problem) After(wait time.Duration) *Problem {
	copied := *p
	copied.retryAfter = wait
	return &copied
}

// Error implements error, so that a handler can return a problem.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// ProblemFrom maps any error to the problem that the client sees, and sets the headers that go with it.
// What is not a fault becomes a 500 that says nothing; its cause goes to the log.
func ProblemFrom(ctx context.Context, err error) *Problem {
	problem := mapped(err)
	if known, ok := exchangeOf(ctx); ok {
		problem.RequestID = known.requestID
		problem.headers(known.answer.Header(), known.presented)
		if problem.Status >= http.StatusInternalServerError {
			known.err = err
		}
	}
	return problem
}

func mapped(err error) *Problem {
	if problem, ok := errors.AsType[*Problem](err); ok {
		copied := *problem
		return &copied
	}
	if known, ok := errors.AsType[*fault.Error](err); ok {
		problem := NewProblem(cmp.Or(statuses[known.Kind], http.StatusInternalServerError), known.Kind.String(), known.Message)
		problem.retryAfter, problem.insufficient = known.RetryAfter, errors.Is(known, auth.ErrScope)
		for _, v := range known.Violations[:min(len(known.Violations), maxViolations)] {
			problem.Errors = append(problem.Errors, Violation{
				Pointer:   cut(v.Pointer, maxPlace),
				Parameter: cut(v.Parameter, maxParameter),
				Code:      v.Code,
				Message:   cut(v.Message, maxMessage),
			})
		}
		return problem
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return NewProblem(http.StatusGatewayTimeout, "timeout", "The request took longer than the service allows.")
	case errors.Is(err, context.Canceled):
		return &Problem{Type: "about:blank", Title: "Client Closed Request", Status: statusClientClosedRequest, Code: "canceled", Detail: "The caller has gone."}
	default:
		return NewProblem(http.StatusInternalServerError, fault.Internal.String(), "Something went wrong on our side. The request_id helps us to find it.")
	}
}

func cut(text string, longest int) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest-1]) + "…"
}

// headers sets what a problem says outside of its body (RFC 9110: 10.2.3, 11.6.1). Who sent no credential is not told
// that theirs is wrong (RFC 6750, 3.1), and whose lacks a scope is told that (RFC 6750, 3).
func (p *Problem) headers(header http.Header, presented bool) {
	if p.insufficient {
		header.Set("WWW-Authenticate", `Bearer realm="api", error="insufficient_scope"`)
	} else if p.Status == http.StatusUnauthorized && presented {
		header.Set("WWW-Authenticate", `Bearer realm="api", error="invalid_token"`)
	} else if p.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="api"`)
	}
	if p.retryAfter > 0 || p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		header.Set("Retry-After", strconv.Itoa(max(1, seconds(p.retryAfter))))
	}
}

// WriteError sends the problem that an error maps to. If an answer has begun already, it cuts the connection.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	if known, ok := exchangeOf(r.Context()); ok && known.answer.status != 0 {
		if r.Context().Err() == nil { // else the caller has gone, which is why it could not be written
			known.err = err
		}
		panic(http.ErrAbortHandler)
	}
	problem := ProblemFrom(r.Context(), err)
	header := w.Header()
	for _, name := range []string{"Content-Encoding", "Content-Length", "ETag", "Last-Modified", "Location"} {
		header.Del(name) // of the answer that was not to be
	}
	header.Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	text, _ := json.Marshal(problem) // texts and numbers cannot fail
	_, _ = w.Write(text)
}

// Undecodable answers a request that generated code cannot decode although the guard has let it pass. It is an ogenerrors.ErrorHandler.
func Undecodable(_ context.Context, w http.ResponseWriter, r *http.Request, err error) {
	WriteError(w, r, undecodable(err))
}

func undecodable(err error) error {
	const message = "Is not written in the form that the service reads."
	if wrong, ok := errors.AsType[*ogenerrors.DecodeParamError](err); ok {
		return fault.InvalidInput(fault.Violation{Parameter: wrong.Name, Code: "invalid", Message: message})
	}
	if _, ok := errors.AsType[*ogenerrors.DecodeRequestError](err); ok {
		return fault.InvalidInput(fault.Violation{Code: "invalid", Message: message})
	}
	return err // of ours: an answer that could not be written
}
