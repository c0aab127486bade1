// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"context"
	"errors"
	"net/http"

	"platform.internal/contract"
)

// Find tells which operation a router chooses for a request, and the values of its path parameters from left to right.
type Find func(r *http.Request) (operationID string, values []string, ok bool)

// Guard checks a request against the contract before any generated code sees it, in the order in which
// a client can mend it: who calls, what they may do, the parameters, the answer they accept, the media type, the body.
type Guard struct {
	Contract *contract.Contract
	Find     Find
	// Authorise says who calls, if the contract asks for a credential: it returns the context to go on with,
	// or a fault of kind Unauthenticated or Forbidden. It is nil if nobody has to say who they are.
	Authorise func(r *http.Request, scopes []string) (context.Context, error)
	// MaxBody is the largest request body, in bytes.
	MaxBody int64
}

// Handler passes on what keeps the contract, and what the router has no operation for; it answers the rest with a problem.
func (g Guard) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operationID, values, ok := g.Find(r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		operation := g.Contract.Operation(operationID)
		if operation == nil {
			WriteError(w, r, errNotAgreed)
			return
		}
		note(r.Context(), operation)
		checked, err := g.check(w, r, operation, values) //nolint:contextcheck // the request carries it
		if err != nil {
			WriteError(w, r, err)
			return
		}
		next.ServeHTTP(w, checked)
	})
}

var (
	errNotAgreed   = errors.New("the router knows an operation that the contract does not have")
	errNoAuthorise = errors.New("the contract asks for a credential, and the service has nothing that checks one")
)

func (g Guard) check(w http.ResponseWriter, r *http.Request, operation *contract.Operation, values []string) (*http.Request, error) {
	if operation.Secured {
		if g.Authorise == nil {
			return nil, errNoAuthorise
		}
		ctx, err := g.Authorise(r, operation.Scopes)
		if err != nil {
			return nil, err
		}
		r = r.WithContext(ctx)
	}
	if err := checkParameters(r, operation, values); err != nil {
		return nil, err
	}
	if !accepts(r.Header.Values("Accept")) {
		return nil, NewProblem(http.StatusNotAcceptable, "not_acceptable", "The answer is application/json; let Accept allow it.")
	}
	if len(operation.MediaTypes) == 0 || r.Body == http.NoBody && !operation.BodyRequired {
		return r, nil
	}
	read, err := g.checkBody(w, r, operation)
	if err != nil {
		return nil, err
	}
	return withBody(r, read), nil
}
