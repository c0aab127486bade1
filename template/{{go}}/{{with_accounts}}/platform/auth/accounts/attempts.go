// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/postgres"
)

// limit lets somebody try a few times. Each further try has to wait twice as long as the one before, up to most. A day without a try
// forgets all. It never locks anybody out for good: NIST SP 800-63B-4, 3.2.2, and ASVS 6.3.1 want guessing to be slow.
type limit struct {
	name  string
	free  int
	first time.Duration
	most  time.Duration
}

var (
	// byEmail slows down who guesses the password of one account, from wherever they try; after a day that is some 40 guesses.
	byEmail = limit{"email", 10, 30 * time.Second, time.Hour}
	// byNetwork slows down who tries one password on many accounts. It is generous, because many people may have one address.
	byNetwork = limit{"network", 50, time.Second, time.Minute}
	// bySignUp and byReset spare people mails that others ask for. They are two, so that nobody can keep the second kind from its owner.
	bySignUp = limit{"sign-up", 5, time.Hour, time.Hour}
	byReset  = limit{"reset", 5, time.Hour, time.Hour}
)

// attempts counts tries in the table account_attempts, for known and unknown people alike.
type attempts struct{ db postgres.DB }

// key keeps addresses out of the table: only who knows one finds its row.
func (l limit) key(who string) string {
	sum := sha256.Sum256([]byte(l.name + " " + who))
	return hex.EncodeToString(sum[:])
}

// begin counts a try before it is made, so that tries at the same time are counted too. The error is a fault of kind Limited if it is too early.
func (a attempts) begin(ctx context.Context, l limit, who string) error {
	var key string
	err := a.db.QueryRow(ctx, `
		insert into account_attempts as a (id, key, failures, blocked_until, expires_at) values ($1, $2, 1, now(), now() + interval '1 day')
		on conflict (key) do update set
			failures = case when a.expires_at <= now() then 1 else least(a.failures + 1, 1000) end,
			blocked_until = now() + case when a.expires_at <= now() or a.failures + 1 < $3 then interval '0'
				else least($4::interval * 2 ^ least(a.failures + 1 - $3, 20), $5::interval) end,
			expires_at = excluded.expires_at
		where a.blocked_until <= now()
		returning key`, id.New(), l.key(who), l.free, l.first, l.most).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		return a.tooEarly(ctx, l, who)
	}
	return postgres.Fault(err, nil)
}

func (a attempts) tooEarly(ctx context.Context, l limit, who string) error {
	var wait time.Duration
	err := a.db.QueryRow(ctx, "select greatest(blocked_until - now(), interval '1 second') from account_attempts where key = $1", l.key(who)).Scan(&wait)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return postgres.Fault(err, nil)
	}
	return &fault.Error{Kind: fault.Limited, Message: "Too many tries; wait before the next one.", RetryAfter: wait}
}

// forget makes all tries undone.
func (a attempts) forget(ctx context.Context, l limit, who string) error {
	_, err := a.db.Exec(ctx, "delete from account_attempts where key = $1", l.key(who))
	return postgres.Fault(err, nil)
}

// forgive makes one try undone.
func (a attempts) forgive(ctx context.Context, l limit, who string) error {
	_, err := a.db.Exec(ctx, "update account_attempts set failures = greatest(failures - 1, 0), blocked_until = now() where key = $1", l.key(who))
	return postgres.Fault(err, nil)
}

// undo forgets or forgives tries of who has proved who they are. What they have asked for is done by then, so an error is only logged.
func (s *Service) undo(ctx context.Context, how func(context.Context, limit, string) error, l limit, who string) {
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		if err := how(ctx, l, who); err != nil {
			s.log.WarnContext(ctx, "tries not forgotten", "error", err)
		}
	})
}
