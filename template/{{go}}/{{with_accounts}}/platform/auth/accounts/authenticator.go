// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"

	"platform.internal/auth"
	"platform.internal/fault"
	"platform.internal/postgres"
)

// Authenticator implements auth.Authenticator by access tokens. It looks each one up, so that a session that has ended lets nobody in.
type Authenticator struct {
	store  store
	scopes []string
}

// NewAuthenticator returns an Authenticator on the database. The scopes are those of every account of which nothing else is said.
func NewAuthenticator(db *postgres.Database, scopes []string) *Authenticator {
	return &Authenticator{store{db}, scopes}
}

// Authenticate implements auth.Authenticator.
func (a *Authenticator) Authenticate(ctx context.Context, credential string) (auth.Principal, error) {
	access, ok := parseToken(accessMarker, credential)
	if !ok {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	found, err := a.store.holder(ctx, access)
	if fault.KindOf(err) == fault.NotFound {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	if found.Scopes == nil {
		found.Scopes = a.scopes
	}
	return found, err
}
