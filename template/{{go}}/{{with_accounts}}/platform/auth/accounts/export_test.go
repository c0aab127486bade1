// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/url"
)

// MailerThatTrusts is one over SMTP that trusts the roots.
func MailerThatTrusts(server *url.URL, roots *x509.CertPool) Mailer {
	return smtpMailer{server, "no-reply@example.com", roots}
}

// Hashes returns how often the service has hashed a password.
func (s *Service) Hashes() int64 { return s.hasher.runs.Load() }

// Hasher is one with so many slots.
func Hasher(slots int) (hash func(context.Context, string) (string, error), verify func(context.Context, string, string) (bool, bool, error), running func() int) {
	h := &hasher{places: make(chan struct{}, 100), slots: make(chan struct{}, slots)}
	return h.hash, h.verify, func() int { return len(h.slots) }
}

// Block takes every slot of the hasher until it is called again.
func Block(s *Service) (release func()) {
	for range cap(s.hasher.slots) {
		s.hasher.slots <- struct{}{}
	}
	return func() {
		for range cap(s.hasher.slots) {
			<-s.hasher.slots
		}
	}
}

// Count counts a try against an "email" or a "network".
func (s *Service) Count(ctx context.Context, what, who string) error {
	return s.attempts.begin(ctx, map[string]limit{byEmail.name: byEmail, byNetwork.name: byNetwork}[what], who)
}

// Begin is the last step of a sign-in: the password was right a moment ago.
func (s *Service) Begin(ctx context.Context, email string) error {
	account, err := s.store.byEmail(ctx, email)
	if err == nil {
		_, err = s.begin(ctx, account)
	}
	return err
}

// Printed returns how a token is printed, and its parts that nobody else may see.
func Printed() (text string, hidden []string) {
	refresh := newToken(refreshMarker, newPrefix())
	return fmt.Sprintf("%v %+v %s %q", refresh, refresh, refresh, refresh), []string{refresh.prefix, refresh.secret}
}

// Encode, CheckPassword, NormalEmail and IsHere are what a service does inside.
var (
	Encode        = Message.encode
	CheckPassword = checkPassword
	NormalEmail   = normalEmail
	IsHere        = isHere
)

// Purge deletes what has expired.
func (s *Service) Purge(ctx context.Context) error { return s.store.purge(ctx) }

// NewQueue, Add and CloseQueue let a test fill a queue.
var (
	NewQueue   = newQueue
	Add        = (*queue).add
	CloseQueue = (*queue).close
)
