// Kept by the platform: docs/ownership.md says what that means.

// Package accounts lets people in who have an account at the service itself: an email address and a password.
//
// A sign-in begins a session with two secrets of 256 random bits. The access token lasts AccessFor; the refresh token is exchanged, once,
// for two new ones, until SessionFor after the sign-in (NIST SP 800-63B-4, 2.1.3). Only SHA-256 hashes are kept. A refresh token that
// is used a second time ends its session at once, also where one client sends it twice at the same time: nobody can tell who was first.
//
// Nobody learns who has an account: for known and unknown addresses the answers are the same, a password is hashed equally often,
// and mails are sent outside of the request. A confirmation asks for the password too; otherwise a stranger could sign up with somebody
// else's address and a password of their own, and let the owner of the address confirm it.
//
// A pepper would add little to argon2id and be one more secret that must never be lost, so there is none.
package accounts

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"platform.internal/auth"
	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/postgres"
)

const (
	// AccessFor is how long an access token is valid, unless its session ends before.
	AccessFor = 15 * time.Minute
	// SessionFor is how long a session lasts, however often its tokens are renewed.
	SessionFor = 30 * 24 * time.Hour

	confirmFor = 24 * time.Hour
	resetFor   = 30 * time.Minute
)

// Service is the only place with rules about accounts.
type Service struct {
	store    store
	attempts attempts
	hasher   *hasher
	queue    *queue
	mailer   Mailer
	page     string
	scopes   []string
	log      *slog.Logger
	stop     context.CancelFunc // ends the purge
}

// Options are what a Service stands on.
type Options struct {
	DB        *postgres.Database
	Mailer    Mailer
	PublicURL string   // of the pages that mails link to
	Scopes    []string // what every account may do of which nothing else is said
	Hashing   int      // how many requests may wait for the hash of a password, or make one, at once: at least 2
	Log       *slog.Logger
}

// NewService returns a service that sends mails, and deletes what has expired, until Close.
func NewService(ctx context.Context, options Options) *Service {
	purging, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &Service{
		store:    store{options.DB},
		attempts: attempts{options.DB},
		hasher:   newHasher(options.Hashing),
		queue:    newQueue(ctx, options.Log),
		mailer:   options.Mailer,
		page:     strings.TrimSuffix(options.PublicURL, "/"),
		scopes:   options.Scopes,
		log:      options.Log,
		stop:     stop,
	}
	go s.purgeUntil(purging)
	return s
}

// Close sends the mails that wait, for ten seconds at most. Nothing may be asked of the service any more.
func (s *Service) Close() {
	s.stop()
	s.queue.close()
}

// SignUp begins an account, and sends a code to the address. If there is an account already, its owner is told so instead.
// The error is a fault of kind Invalid if the password is easily guessed, and Unavailable.
func (s *Service) SignUp(ctx context.Context, email, password string) error {
	email = normalEmail(email)
	if err := checkPassword("/password", password, email); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, normalPassword(password))
	if err != nil {
		return err
	}
	if err := s.attempts.begin(ctx, bySignUp, email); err != nil {
		return unlessLimited(err)
	}
	code := newToken(codeMarker, newPrefix())
	begun, err := s.store.signUp(ctx, newAccount(email, hash), code, confirmFor)
	if err != nil {
		return err
	}
	if begun {
		s.send(ctx, confirmation(email, s.page, code))
	} else {
		s.send(ctx, known(email, s.page))
	}
	return nil
}

// unlessLimited takes a limit for success: the caller is not to learn how many mails an address has got.
func unlessLimited(err error) error {
	if fault.KindOf(err) == fault.Limited {
		return nil
	}
	return err
}

// Confirm lets the owner of the address sign in from now on. The error is a fault of kind Invalid if the code is not valid or the password
// is not that of the sign-up, Limited or Unavailable.
func (s *Service) Confirm(ctx context.Context, code, password string) error {
	parsed, ok := parseToken(codeMarker, code)
	if !ok {
		return errCode
	}
	account, err := s.store.byCode(ctx, toConfirm, parsed)
	if err != nil {
		return orCode(err)
	}
	return s.try(ctx, account.Email, func() error { return s.confirm(ctx, account, parsed, password) })
}

func (s *Service) confirm(ctx context.Context, account Account, code token, password string) error {
	ok, _, err := s.hasher.verify(ctx, account.hash, normalPassword(password))
	if err != nil {
		return err
	}
	if !ok {
		return wrongPassword("/password")
	}
	done, err := s.store.confirm(ctx, account, code)
	if err == nil && !done {
		return errCode
	}
	return err
}

// errCode is the one answer to every code that is not valid.
var errCode = fault.InvalidInput(fault.Violation{Pointer: "/code", Code: "code", Message: "Is not valid, or not any more."})

func orCode(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return errCode
	}
	return err
}

// wrongPassword is no fault of kind Unauthenticated: who hears of it has proved who they are by something else, and a client that is told
// that its token is not valid would get another one, and ask again.
func wrongPassword(pointer string) error {
	return fault.InvalidInput(fault.Violation{Pointer: pointer, Code: "password", Message: "Is not the password of the account."})
}

// Own returns the account of the caller. The error is a fault of kind Unauthenticated if their session has just ended, or Unavailable.
func (s *Service) Own(ctx context.Context) (Account, error) {
	account, err := s.store.bySession(ctx, Current(ctx))
	if fault.KindOf(err) == fault.NotFound {
		return Account{}, auth.ErrUnauthenticated
	}
	if account.Scopes == nil {
		account.Scopes = s.scopes
	}
	return account, err
}

// Current returns the session that the caller has used.
func Current(ctx context.Context) id.ID {
	session, _ := uuid.Parse(auth.From(ctx).Session) // the authenticator has written it
	return session
}

// send puts a mail into the queue, if what it tells of is committed.
func (s *Service) send(ctx context.Context, message Message) {
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		s.queue.add(ctx, func(ctx context.Context) error { return s.mailer.Send(ctx, message) })
	})
}
