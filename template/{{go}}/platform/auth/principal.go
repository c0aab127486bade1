// Kept by the platform: docs/ownership.md says what that means.

// Package auth says who is calling and what they may do. How a caller proves who they are is an Authenticator's business.
package auth

import (
	"context"
	"slices"

	"platform.internal/fault"
)

// Principal is a caller who has proved who they are.
type Principal struct {
	Subject string   // who; stable over years, the owner of the rows they create
	Scopes  []string // what they may do, such as "invoices:read"
}

// May reports whether the caller holds every one of the scopes.
func (p Principal) May(scopes ...string) bool {
	return !slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(p.Scopes, scope) })
}

// Authenticator turns the credential of a request into a principal.
type Authenticator interface {
	// Authenticate returns the principal that the credential stands for. The error is a fault:
	// Unauthenticated if the credential is not valid, with the same message whatever the reason,
	// and Unavailable if that cannot be told now.
	Authenticate(ctx context.Context, credential string) (Principal, error)
}

// ErrUnauthenticated is the one answer to every credential that is not valid.
var ErrUnauthenticated = fault.New(fault.Unauthenticated, "The credential is missing, malformed, expired or revoked.")

type contextKey struct{}

// With returns a context that carries the principal.
func With(ctx context.Context, principal Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, principal)
}

// From returns the principal of the context; the zero Principal, which owns nothing and may do nothing, if there is none.
func From(ctx context.Context) Principal {
	principal, _ := ctx.Value(contextKey{}).(Principal)
	return principal
}
