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

// limit lets somebody try a few times. Each further try has to wait twice as long as the one before, up to most. One try is forgotten
// whenever most has passed, whether others are made meanwhile or not. It never locks anybody out for good: NIST SP 800-63B-4, 3.2.2, and
// ASVS 6.3.1 want guessing to be slow.
//
// So whoever goes on trying gets, beside the first ones, one try in each most, in whatever order they try and pause. And as no more tries
// are counted than make the wait the longest, it is soon shorter for those who share an address with somebody who has stopped.
type limit struct {
	name  string
	free  int
	first time.Duration
	most  time.Duration
}

var (
	// byEmail slows down who guesses the password of one account, from wherever they try: to 17 guesses, and 24 more a day.
	byEmail = limit{"email", 10, 30 * time.Second, time.Hour}
	// byNetwork slows down who tries one password on many accounts: to 56 guesses, and 1440 more a day. It is generous, because many
	// people may have one address: one of them may mistype every minute.
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
//
// A row expires a day after the moment up to which its tries were forgotten. That moment moves by whole steps, so that it is not put off by
// those who try in between, and a day is enough to forget all. Where there is no wait, no moment is stored: this statement may have begun
// before the one that it has waited for, and its now() may be the earlier one.
func (a attempts) begin(ctx context.Context, l limit, who string) error {
	var key string
	err := a.db.QueryRow(ctx, `
		insert into account_attempts as a (id, key, failures, blocked_until, expires_at)
			values ($1, $2, 1, '-infinity', now() + interval '1 day')
		on conflict (key) do update set (failures, blocked_until, expires_at) = (
			select tries, case when tries < $3 then '-infinity' else now() + least($4::interval * 2 ^ least(tries - $3, 20), $5::interval) end,
				a.expires_at + steps * $5::interval
			from (select greatest(0, floor(extract(epoch from now() + interval '1 day' - a.expires_at) / extract(epoch from $5::interval)))) passed (steps),
				lateral (select greatest(0, a.failures - steps) + 1) counted (tries))
		where a.blocked_until <= now()
		returning key`, id.New(), l.key(who), l.free, l.first, l.most).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		return a.tooEarly(ctx, l, who)
	}
	return postgres.Fault(err, nil)
}

func (a attempts) tooEarly(ctx context.Context, l limit, who string) error {
	var wait time.Duration
	err := a.db.QueryRow(ctx, "select greatest(blocked_until, now() + interval '1 second') - now() from account_attempts where key = $1", l.key(who)).Scan(&wait)
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
	_, err := a.db.Exec(ctx, "update account_attempts set failures = greatest(failures - 1, 0), blocked_until = '-infinity' where key = $1", l.key(who))
	return postgres.Fault(err, nil)
}

// try counts a try of the password of an account. It forgets all of them if the password was right, and makes this one undone if judge
// could not tell.
func (s *Service) try(ctx context.Context, email string, judge func() error) error {
	if err := s.attempts.begin(ctx, byEmail, email); err != nil {
		return err
	}
	err := judge()
	if err == nil {
		s.undo(ctx, s.attempts.forget, byEmail, email)
	} else if !isWrong(err) {
		s.undo(ctx, s.attempts.forgive, byEmail, email)
	}
	return err
}

// isWrong reports whether an error says that something was wrong with what somebody has given, and not that nobody can tell now.
func isWrong(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Unauthenticated || kind == fault.Invalid
}

// undoing is how long tries may take to be undone.
const undoing = time.Second

// undo forgets or forgives tries, also of who has gone meanwhile. What they have asked for is done or refused by then, so an error is
// only logged.
func (s *Service) undo(ctx context.Context, how func(context.Context, limit, string) error, l limit, who string) {
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoing)
		defer cancel()
		if err := how(ctx, l, who); err != nil {
			s.log.WarnContext(ctx, "tries not forgotten", "error", err)
		}
	})
}
