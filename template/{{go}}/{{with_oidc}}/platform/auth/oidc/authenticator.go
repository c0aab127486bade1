// Kept by the platform: docs/ownership.md says what that means.

// Package oidc lets callers in by an access token that an OpenID Connect issuer has signed: a JWT as RFC 9068 and RFC 8725 want it.
//
// The subject of a caller is the token's `sub`, which one issuer gives to nobody else. Another issuer gives other ones:
// whoever changes the issuer changes who owns the rows.
//
// What a caller may do is what the scopes claim lists. If a roles claim is named, each role that is called like a scope
// counts as that scope, and the others as nothing: the issuer grants `invoices:read` as a scope to a client, or as a role to a person.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"platform.internal/auth"
	"platform.internal/fault"
)

// Authenticator implements auth.Authenticator.
type Authenticator struct {
	settings Settings
	log      *slog.Logger
	ring     *ring
	memory   memory
}

// Open fetches the issuer's keys, and keeps them fresh until Close. It tries for ten seconds at most, or until ctx ends.
// The error is one sentence if the issuer does not answer, or if what it says is not what it should.
func Open(ctx context.Context, settings Settings, log *slog.Logger) (*Authenticator, error) {
	return open(ctx, settings, log, http.DefaultTransport)
}

// pauses are between the tries to reach the issuer, which may start at the same time as the service.
var pauses = [...]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}

func open(ctx context.Context, settings Settings, log *slog.Logger, transport http.RoundTripper) (*Authenticator, error) {
	trying, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for n := 0; ; n++ {
		ring, err := reach(trying, settings.Issuer, log, client(transport))
		if err == nil {
			return &Authenticator{settings: settings, log: log, ring: ring}, nil
		}
		if n == len(pauses) || !pause(trying, pauses[n]) {
			return nil, fmt.Errorf("OIDC_ISSUER=%s cannot be used: %w", settings.Issuer, err)
		}
	}
}

// Close lets the issuer's keys grow old.
func (a *Authenticator) Close() { a.ring.stop() }

// Authenticate implements auth.Authenticator. Why a token is refused is logged, and the caller is not told.
func (a *Authenticator) Authenticate(ctx context.Context, credential string) (auth.Principal, error) {
	principal, err := a.admit(ctx, credential)
	if err == nil {
		return principal, nil
	}
	if errors.Is(err, context.Canceled) {
		return auth.Principal{}, err // the caller has gone, and counts all the same as one whose token may be made up
	}
	if errors.Is(err, errTooOld) || errors.Is(err, errNotRenewed) {
		return auth.Principal{}, fault.Wrap(fault.Unavailable, "The issuer of tokens does not answer.", err)
	}
	a.log.InfoContext(ctx, "token refused", "reason", err.Error())
	return auth.Principal{}, auth.ErrUnauthenticated
}

// admit returns whom the token stands for. It checks a token that it remembers no more than once a minute.
func (a *Authenticator) admit(ctx context.Context, token string) (auth.Principal, error) {
	keys, err := a.ring.current()
	if err != nil {
		return auth.Principal{}, err
	}
	now := time.Now()
	if principal, ok := a.memory.recall(token, keys, now); ok {
		return principal, nil
	}
	found, err := a.verify(ctx, token, keys)
	if err != nil {
		return auth.Principal{}, err
	}
	a.memory.remember(token, found, now)
	return found.principal, nil
}
