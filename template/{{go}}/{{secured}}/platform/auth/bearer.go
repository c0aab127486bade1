// Kept by the platform: docs/ownership.md says what that means.

package auth

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"platform.internal/fault"
	"platform.internal/logging"
)

// Bearer returns a function that authenticates a request by its bearer token (RFC 6750, 2.1) and wants it to hold every one of the scopes.
// It returns the context to go on with, which carries the Principal, or a fault of kind Unauthenticated, Forbidden or Unavailable;
// with Forbidden it returns both, because it is known who calls.
func Bearer(authenticator Authenticator) func(r *http.Request, scopes []string) (context.Context, error) {
	return func(r *http.Request, scopes []string) (context.Context, error) {
		headers := r.Header.Values("Authorization")
		if len(headers) != 1 {
			return nil, ErrUnauthenticated
		}
		scheme, credential, _ := strings.Cut(headers[0], " ")
		credential = strings.Trim(credential, " ")
		if !strings.EqualFold(scheme, "Bearer") || credential == "" {
			return nil, ErrUnauthenticated
		}
		principal, err := authenticator.Authenticate(r.Context(), credential)
		if err != nil {
			return nil, err
		}
		ctx := logging.With(With(r.Context(), principal), slog.String("subject", principal.Subject))
		if !principal.May(scopes...) {
			return ctx, fault.Wrap(fault.Forbidden, "The credential lacks the scope "+strings.Join(scopes, " ")+".", ErrScope)
		}
		return ctx, nil
	}
}
