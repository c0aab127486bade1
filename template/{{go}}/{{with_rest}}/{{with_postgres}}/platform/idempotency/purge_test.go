// Kept by the platform: docs/ownership.md says what that means.

package idempotency_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/idempotency"
	"platform.internal/postgres"
	"platform.internal/testkit"
)

// stored is the number of replies, after some were stored.
func stored(t *testing.T, base testkit.Database) func() int {
	t.Helper()
	base.Exec(t, `insert into idempotency_replies
		select gen_random_uuid(), 'k' || n, '', 200, '', '', '', '', now() + case when n <= 2500 then interval '0' else interval '1 hour' end
		from generate_series(1, 2510) n`)
	pool := open(t, base.URL, 1)
	return func() (count int) {
		if err := pool.QueryRow(t.Context(), "select count(*) from idempotency_replies").Scan(&count); err != nil {
			t.Fatal(err)
		}
		return count
	}
}

func TestAPurgeDeletesAllThatHasExpiredAndNothingElse(t *testing.T) {
	t.Parallel()
	base := database(t)
	count := stored(t, base)
	replies := idempotency.NewReplies(postgres.NewDatabase(open(t, base.URL, 1)))

	other, err := open(t, base.URL, 1).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(t.Context(), "select pg_advisory_xact_lock($1)", idempotency.LockKey); err != nil {
		t.Fatal(err)
	}
	if err := replies.Purge(t.Context()); err != nil || count() != 2510 {
		t.Errorf("while another instance purges: %v, %d are left", err, count())
	}
	if err := other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := replies.Purge(t.Context()); err != nil || count() != 10 {
		t.Errorf("got %v, %d are left", err, count())
	}
}

func TestAPurgeLeavesAReplyThatIsStoredAnewMeanwhile(t *testing.T) {
	t.Parallel()
	base := database(t)
	count := stored(t, base)
	watch := open(t, base.URL, 1)
	client, err := open(t, base.URL, 1).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Exec(t.Context(), "update idempotency_replies set expires_at = now() + interval '1 hour' where key_hash = 'k1'"); err != nil {
		t.Fatal(err)
	}
	var purging sync.WaitGroup
	var purged atomic.Bool
	replies := idempotency.NewReplies(postgres.NewDatabase(open(t, base.URL, 1)))
	purging.Go(func() {
		if err := replies.Purge(t.Context()); err != nil {
			t.Error(err)
		}
		purged.Store(true)
	})
	for waits := false; !waits && !purged.Load(); {
		if err := watch.QueryRow(t.Context(), `select exists (select from pg_stat_activity
			where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	purging.Wait()
	if got := count(); got != 11 {
		t.Errorf("%d are left", got)
	}
}

func TestAPurgeComesEveryFewMinutesUntilItIsEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		start, times := time.Now(), 0
		idempotency.Every(ctx, func(context.Context) {
			if times++; times == 100 {
				end()
			}
		})
		if mean := time.Since(start) / 100; mean < idempotency.Interval*3/4 || mean > idempotency.Interval*5/4 {
			t.Errorf("it came every %s", mean)
		}
	})
}

func TestAPurgeEndsWithTheService(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancel(t.Context())
	end()
	idempotency.NewReplies(nil).PurgeUntil(ctx, slog.New(slog.DiscardHandler))
}
