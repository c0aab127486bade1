// Package rest is what every REST endpoint shares: problems, preconditions, limits, and the order in which a request is checked.
package rest

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

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

	retryAfter time.Duration
}

// Violation is one broken rule; Pointer (RFC 6901) or Parameter says where.
type Violation struct {
	Pointer   string `json:"pointer,omitempty"`
	Parameter string `json:"parameter,omitempty"`
	Code      string `json:"code"`
	Message   string `json:"message"`
}

// StatusClientClosedRequest is logged when the caller has gone; nobody reads it.
const StatusClientClosedRequest = 499

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

// Error implements error, so that a handler can return a problem.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// ProblemFrom maps any error to the problem that the client sees, and sets the headers that go with it.
// What is not a fault becomes a 500 that says nothing; its cause goes to the log.
func ProblemFrom(ctx context.Context, err error) *Problem {
	problem := mapped(err)
	if known, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		problem.RequestID = known.requestID
		problem.headers(known.header)
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
		problem := NewProblem(statuses[known.Kind], known.Kind.String(), known.Message)
		problem.retryAfter = known.RetryAfter
		for _, v := range known.Violations {
			problem.Errors = append(problem.Errors, Violation(v))
		}
		return problem
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return NewProblem(http.StatusGatewayTimeout, "timeout", "The request took longer than the service allows.")
	case errors.Is(err, context.Canceled):
		return &Problem{Type: "about:blank", Title: "Client Closed Request", Status: StatusClientClosedRequest, Code: "canceled", Detail: "The caller has gone."}
	default:
		return NewProblem(http.StatusInternalServerError, fault.Internal.String(), "Something went wrong on our side. The request_id helps us to find it.")
	}
}

// headers sets what a problem says outside of its body (RFC 9110: 10.2.3, 11.6.1).
func (p *Problem) headers(header http.Header) {
	if p.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="api"`)
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		seconds := math.Max(1, math.Ceil(p.retryAfter.Seconds()))
		header.Set("Retry-After", strconv.Itoa(int(seconds)))
	}
}

// WriteError sends the problem that an error maps to. It must be the first thing that is written.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	problem := ProblemFrom(r.Context(), err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	_ = json.NewEncoder(w).Encode(problem)
}
