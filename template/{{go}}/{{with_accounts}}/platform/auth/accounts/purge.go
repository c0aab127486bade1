// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"math/rand/v2"
	"time"

	"platform.internal/postgres"
)

const (
	// interval is how long lies between two purges, give or take half of it, so that instances that start together do not purge together.
	interval = 5 * time.Minute
	// batch is how many rows one transaction deletes at most.
	batch = 1000
)

// purgeUntil deletes every few minutes what has expired, and returns when ctx ends. That it fails is logged; the next time does it again.
func (s *Service) purgeUntil(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(interval/2 + rand.N(interval)): //nolint:gosec // it need not be secret
		}
		if err := s.store.purge(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "accounts not purged", "error", err)
		}
	}
}

// purge deletes what has expired: sessions, codes, tries; and with its code, an account that nobody has confirmed. That waits until
// a code for another password has expired too: whoever uses it confirms the account.
// Each statement skips what another one is deleting at the same time.
func (s store) purge(ctx context.Context) error {
	for _, sql := range []string{
		`delete from account_sessions where id in
			(select id from account_sessions where expires_at <= now() order by expires_at limit $1 for update skip locked)`,
		`with expired as (delete from account_codes where id in
			(select id from account_codes code where expires_at <= now() and (purpose = 'RESET' or not exists
					(select from account_codes where account_id = code.account_id and purpose = 'RESET' and expires_at > now()))
				order by expires_at limit $1 for update skip locked) returning account_id, purpose),
		given_up as (delete from accounts using expired
			where accounts.id = account_id and purpose = 'CONFIRMATION' and confirmed_at is null and disabled_at is null)
		select from expired`,
		`delete from account_attempts where id in
			(select id from account_attempts where expires_at <= now() order by expires_at limit $1 for update skip locked)`,
	} {
		for deleted := int64(batch); deleted == batch; {
			tag, err := s.db.Exec(ctx, sql, batch)
			if err != nil {
				return postgres.Fault(err, nil)
			}
			deleted = tag.RowsAffected()
		}
	}
	return nil
}
