// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"time"

	"platform.internal/auth"
	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/page"
)

// Tokens are what a client holds of a session. They are shown this once.
type Tokens struct {
	Session id.ID
	Access  string
	Lasts   time.Duration // how long Access is valid
	Refresh string
}

// errSignIn is the one answer to every sign-in that does not succeed.
var errSignIn = fault.New(fault.Unauthenticated, "The email address or the password is wrong, or the account is not confirmed.")

// SignIn begins a session. network is where the client is. The error is a fault of kind Unauthenticated, Limited or Unavailable.
func (s *Service) SignIn(ctx context.Context, email, password, network string) (tokens Tokens, err error) {
	email, password = normalEmail(email), normalPassword(password)
	if err := s.attempts.begin(ctx, byNetwork, network); err != nil {
		return Tokens{}, err
	}
	err = s.try(ctx, email, func() error {
		tokens, err = s.signIn(ctx, email, password)
		return err
	})
	if !isWrong(err) {
		s.undo(ctx, s.attempts.forgive, byNetwork, network)
	}
	return tokens, err
}

func (s *Service) signIn(ctx context.Context, email, password string) (Tokens, error) {
	account, outdated, err := s.check(ctx, email, password)
	if err == nil && outdated {
		account, err = s.rehash(ctx, account, password)
	}
	if err != nil {
		return Tokens{}, err
	}
	return s.begin(ctx, account)
}

// check returns the account that the password lets in, and whether its hash was made at another cost than today's.
func (s *Service) check(ctx context.Context, email, password string) (account Account, outdated bool, err error) {
	account, err = s.store.byEmail(ctx, email)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Account{}, false, err
	}
	ok, outdated, err := s.hasher.verify(ctx, account.hash, password)
	if err == nil && (!ok || !account.usable()) {
		err = errSignIn
	}
	return account, outdated, err
}

// rehash brings the hash to today's cost, in the one moment in which the password is at hand.
func (s *Service) rehash(ctx context.Context, account Account, password string) (Account, error) {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Account{}, err
	}
	renewed, err := s.store.rehash(ctx, account, hash)
	if err != nil {
		return Account{}, err
	}
	if !renewed { // another sign-in was faster, or the password is not this one any more
		account, _, err = s.check(ctx, account.Email, password)
		return account, err
	}
	account.hash = hash
	return account, nil
}

func (s *Service) begin(ctx context.Context, account Account) (Tokens, error) {
	key, prefix := id.New(), newPrefix()
	access, refresh := newToken(accessMarker, prefix), newToken(refreshMarker, prefix)
	begun, err := s.store.begin(ctx, key, account, access, refresh)
	if err != nil {
		return Tokens{}, err
	}
	if !begun {
		return Tokens{}, errSignIn
	}
	return Tokens{key, access.reveal(), AccessFor, refresh.reveal()}, nil
}

// Refresh exchanges a refresh token for new tokens. One that was used before ends its session. The error is a fault of kind Unauthenticated
// or Unavailable.
func (s *Service) Refresh(ctx context.Context, refresh string) (Tokens, error) {
	used, ok := parseToken(refreshMarker, refresh)
	if !ok {
		return Tokens{}, auth.ErrUnauthenticated
	}
	access, next := newToken(accessMarker, used.prefix), newToken(refreshMarker, used.prefix)
	key, lasts, err := s.store.renew(ctx, used, access, next)
	if err == nil {
		return Tokens{key, access.reveal(), lasts, next.reveal()}, nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return Tokens{}, err
	}
	ended, err := s.store.endUsed(ctx, used)
	if err != nil {
		return Tokens{}, err
	}
	for _, session := range ended {
		s.log.WarnContext(ctx, "session ended: its refresh token was used twice", "session", session.String())
	}
	return Tokens{}, auth.ErrUnauthenticated
}

// Sessions returns one page of the caller's sessions, the newest first.
func (s *Service) Sessions(ctx context.Context, request page.Request) (page.Page[Session], error) {
	account, err := s.Own(ctx)
	if err != nil {
		return page.Page[Session]{}, err
	}
	return s.store.sessions(ctx, account.ID, request)
}

// SignOut ends the session that the caller has used.
func (s *Service) SignOut(ctx context.Context) error { return s.End(ctx, Current(ctx)) }

// End ends one of the caller's sessions. The error is a fault of kind NotFound.
func (s *Service) End(ctx context.Context, session id.ID) error {
	account, err := s.Own(ctx)
	if err != nil {
		return err
	}
	ended, err := s.store.end(ctx, account.ID, session)
	if err == nil && !ended {
		return fault.New(fault.NotFound, "There is no such thing.")
	}
	return err
}
