// Kept by the platform: docs/ownership.md says what that means.

package cache_test

import (
	"context"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"platform.internal/cache"
	"platform.internal/fault"
	"platform.internal/testkit"
)

func TestCopiesLiveForAlmostTheSameTimeAndNeverLonger(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for range 1000 {
		lives := cache.Lives(time.Minute, true)
		if lives < 54*time.Second || lives > time.Minute {
			t.Fatalf("a copy lives %s", lives)
		}
		seen[lives.Truncate(time.Second)] = true
		if lives := cache.Lives(time.Minute, false); lives < 4500*time.Millisecond || lives > 5*time.Second {
			t.Fatalf("an absence lives %s", lives)
		}
		if lives := cache.Lives(time.Second, false); lives > time.Second {
			t.Fatalf("an absence lives %s where copies live a second", lives)
		}
	}
	if len(seen) < 4 {
		t.Errorf("all live the same time: %v", seen)
	}
}

func TestSomeReaderLoadsAgainBeforeAllHaveTo(t *testing.T) {
	t.Parallel()
	fresh := func(left, took time.Duration) (n int) {
		for range 1000 {
			if cache.IsFresh(left, took) {
				n++
			}
		}
		return n
	}
	if got := fresh(time.Minute, time.Millisecond); got != 1000 {
		t.Errorf("long before: %d of 1000", got)
	}
	if got := fresh(time.Second, time.Second); got < 400 || got > 850 { // 632 is likeliest; 400 and 850 are 14 deviations away
		t.Errorf("as long before as loading takes: %d of 1000", got)
	}
	if got := fresh(0, 0); got != 0 {
		t.Errorf("afterwards: %d of 1000", got)
	}
}

// brief returns entries whose copies are good for a moment only.
func brief(t *testing.T) *cache.Entries[row] {
	t.Helper()
	place := testkit.NewRedis(t)
	_, client := instance(t, place.URL, place.Prefix, patient)
	return cache.Of[row](cache.New(client, place.Prefix, cache.Settings{TTL: time.Millisecond}), "thing")
}

func TestACopyIsReadAgainFromTheDatabaseWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	entries, rows := brief(t), newTable()
	rows.put("a", "first")
	want(t, entries, rows, "a", "first")
	rows.put("a", "second") // by hand
	for range 1000 {
		if got, _ := entries.Get(t.Context(), "a", rows.load("a")); got.Name == "second" {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("it never ends")
}

func TestACopyThatIsOverStillKeepsOlderOnesAway(t *testing.T) {
	t.Parallel()
	entries, rows := brief(t), newTable()
	rows.put("a", "old")
	loaded, proceed, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_, _ = entries.Get(t.Context(), "a", func(ctx context.Context) (row, int64, error) {
			found, version, err := rows.load("a")(ctx)
			close(loaded)
			<-proceed
			return found, version, err
		})
	}()
	<-loaded
	entries.Written(t.Context(), "a", rows.put("a", "new"), nil)
	want(t, entries, rows, "a", "new")
	time.Sleep(20 * time.Millisecond) // its time is over
	close(proceed)
	<-done
	want(t, entries, rows, "a", "new")
}

func TestEveryKeyEnds(t *testing.T) {
	t.Parallel()
	place, rows := testkit.NewRedis(t), newTable()
	c, client := instance(t, place.URL, place.Prefix, patient)
	entries := cache.Of[row](c, "thing", "part")
	rows.put("a", "first")
	want(t, entries, rows, "a", "first")
	if _, err := entries.Get(t.Context(), "b", rows.load("b")); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	entries.Written(t.Context(), "c", 1, nil)
	entries.Deleted(t.Context(), "d", 2, nil)
	longest := map[string]time.Duration{
		":thing:v1:a": time.Minute, ":thing:v1:b": 5 * time.Second, ":thing:v1:c": time.Minute, ":thing:v1:d": time.Minute,
		":thing:generation": 24 * time.Hour, ":part:generation": 24 * time.Hour,
	}
	err := client.Do(t.Context(), func(ctx context.Context, redis goredis.Cmdable) error {
		keys := redis.Scan(ctx, 0, place.Prefix+"*", 1000).Iterator()
		found := 0
		for ; keys.Next(ctx); found++ {
			left := redis.PTTL(ctx, keys.Val()).Val()
			if most := longest[strings.TrimPrefix(keys.Val(), place.Prefix)]; left <= 0 || left > most {
				t.Errorf("%s ends in %s", keys.Val(), left)
			}
		}
		if found != len(longest) {
			t.Errorf("found %d keys", found)
		}
		return keys.Err()
	})
	if err != nil {
		t.Error(err)
	}
}
