// Kept by the platform: docs/ownership.md says what that means.

package limit_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platform.internal/limit"
)

// clock is one that a test moves.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func newClock() *clock { return &clock{at: time.Unix(1_800_000_000, 0)} }

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.at
}

func (c *clock) wait(duration time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = c.at.Add(duration)
}

func take(t testing.TB, limiter limit.Limiter, key string, policy limit.Policy) limit.Decision {
	t.Helper()
	decision, err := limiter.Take(t.Context(), key, policy)
	if err != nil {
		t.Fatal(err)
	}
	return decision
}

func TestAQuotaMayBeSpentAtOnceAndRefillsEvenly(t *testing.T) {
	t.Parallel()
	clock, policy := newClock(), limit.Policy{Name: "test", Quota: 3, Window: 3 * time.Second}
	memory := limit.NewMemory(clock.now)
	for _, step := range []struct {
		wait time.Duration
		want limit.Decision
	}{
		{0, limit.Decision{Allowed: true, Remaining: 2, Reset: time.Second}},
		{0, limit.Decision{Allowed: true, Remaining: 1, Reset: time.Second}},
		{400 * time.Millisecond, limit.Decision{Allowed: true, Remaining: 0, Reset: 600 * time.Millisecond}},
		{0, limit.Decision{RetryAfter: 600 * time.Millisecond, Reset: 600 * time.Millisecond}},
		{599 * time.Millisecond, limit.Decision{RetryAfter: time.Millisecond, Reset: time.Millisecond}},
		{time.Millisecond, limit.Decision{Allowed: true, Remaining: 0, Reset: time.Second}},
		{time.Hour, limit.Decision{Allowed: true, Remaining: 2, Reset: time.Second}},
	} {
		clock.wait(step.wait)
		if got := take(t, memory, "ada", policy); got != step.want {
			t.Errorf("after another %s: got %+v, want %+v", step.wait, got, step.want)
		}
	}
}

func TestKeysAndPoliciesAreCountedApart(t *testing.T) {
	t.Parallel()
	clock := newClock()
	memory := limit.NewMemory(clock.now)
	policy := limit.Policy{Quota: 1, Window: time.Minute}
	for range 2 {
		for _, name := range []string{"one", "two"} {
			for _, key := range []string{"ada", "bob"} {
				if !take(t, memory, key, policy.Named(name)).Allowed {
					t.Errorf("%s of %s is spent by others", name, key)
				}
				if take(t, memory, key, policy.Named(name)).Allowed {
					t.Errorf("%s of %s is more than one", name, key)
				}
			}
		}
		clock.wait(time.Minute)
	}
}

func TestASmallerPolicyCountsFromNowOn(t *testing.T) {
	t.Parallel()
	clock := newClock()
	memory := limit.NewMemory(clock.now)
	for range 100 {
		take(t, memory, "ada", limit.Policy{Name: "test", Quota: 100, Window: time.Hour})
	}
	got := take(t, memory, "ada", limit.Policy{Name: "test", Quota: 1, Window: time.Minute})
	if got.Allowed || got.RetryAfter != time.Minute {
		t.Errorf("got %+v", got)
	}
}

func TestManyAtOnceSpendNoMoreThanTheQuota(t *testing.T) {
	t.Parallel()
	memory := limit.NewMemory(newClock().now)
	policy := limit.Policy{Name: "test", Quota: 100, Window: time.Minute}
	var allowed atomic.Int32
	var everyone sync.WaitGroup
	for range 8 {
		everyone.Go(func() {
			for range 100 {
				if take(t, memory, "ada", policy).Allowed {
					allowed.Add(1)
				}
			}
		})
	}
	everyone.Wait()
	if got := allowed.Load(); got != 100 {
		t.Errorf("%d of 800 were allowed", got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	memory := limit.NewMemory(newClock().now)
	memory.SetRoom(limit.Shards * 10)
	policy := limit.Policy{Name: "test", Quota: 10, Window: time.Hour}
	for range 5 {
		take(t, memory, "busy", policy)
	}
	for n := range limit.Shards * 100 {
		if !take(t, memory, strconv.Itoa(n), policy).Allowed {
			t.Fatal("a new key is refused because there is no room")
		}
	}
	if got := memory.Keys(); got > limit.Shards*10 {
		t.Errorf("%d keys are counted", got)
	}
	if got := take(t, memory, "busy", policy); got.Remaining != 4 {
		t.Errorf("the key that was furthest from its whole quota has lost its place: %+v", got)
	}
}

func TestKeysThatAreWholeAgainTakeNoRoomForLong(t *testing.T) {
	t.Parallel()
	clock := newClock()
	memory := limit.NewMemory(clock.now)
	policy := limit.Policy{Name: "test", Quota: 10, Window: 10 * time.Second}
	for n := range 50_000 {
		take(t, memory, strconv.Itoa(n), policy)
		clock.wait(time.Millisecond) // a key is whole again after a second, so at most 1000 are not
	}
	if got := memory.Keys(); got > 4000 {
		t.Errorf("%d keys are counted", got)
	}
}

func TestTakingAllocatesNothing(t *testing.T) {
	memory := limit.NewMemory(time.Now)
	policy := limit.Policy{Name: "test", Quota: 600, Window: time.Minute}
	ctx := t.Context()
	if got := testing.AllocsPerRun(1000, func() { _, _ = memory.Take(ctx, "ada", policy) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

type broken struct{}

func (broken) Take(context.Context, string, limit.Policy) (limit.Decision, error) {
	return limit.Decision{}, errors.New("broken")
}

func TestFallbackAsksTheLocalOneOnlyWhereTheSharedOneFails(t *testing.T) {
	t.Parallel()
	policy := limit.Policy{Name: "test", Quota: 2, Window: time.Minute}
	shared, local := limit.NewMemory(newClock().now), limit.NewMemory(newClock().now)
	if got := take(t, limit.Fallback{Shared: shared, Local: broken{}}, "ada", policy); got.Remaining != 1 {
		t.Errorf("got %+v", got)
	}
	if got := take(t, limit.Fallback{Shared: broken{}, Local: local}, "ada", policy); got.Remaining != 1 {
		t.Errorf("got %+v", got)
	}
	if _, err := (limit.Fallback{Shared: broken{}, Local: broken{}}).Take(t.Context(), "ada", policy); err == nil {
		t.Error("both fail, and nobody says so")
	}
}

func TestWhatIsAPolicy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"600/1m":                               "valid",
		"1/1s":                                 "valid",
		"10/24h":                               "valid",
		"10000/1s":                             "valid",
		"5/1m30s":                              "valid",
		"0/1m":                                 "impossible",
		"-1/1m":                                "impossible",
		"600/0s":                               "impossible",
		"600/-1m":                              "impossible",
		"600/999ms":                            "impossible",
		"600/1500ms":                           "impossible",
		"600/25h":                              "impossible",
		"600/24h1s":                            "impossible",
		"10001/1s":                             "impossible",
		"600":                                  "no policy",
		"600/":                                 "no policy",
		"/1m":                                  "no policy",
		"600/1":                                "no policy",
		"600/minute":                           "no policy",
		"6e2/1m":                               "no policy",
		"600 / 1m":                             "no policy",
		"600/1m/1":                             "no policy",
		"1.5/1m":                               "no policy",
		"":                                     "no policy",
		"+600/1m":                              "no policy",
		"9999999999/1m":                        "no policy",
		"600/" + strings.Repeat("9", 20) + "h": "no policy",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			var policy limit.Policy
			got := "valid"
			if err := policy.UnmarshalText([]byte(text)); err != nil {
				got = "no policy"
			} else if !policy.Valid() {
				got = "impossible"
			}
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func TestRefusalsEndWithTheirTime(t *testing.T) {
	t.Parallel()
	clock := newClock()
	refusals := limit.NewRefusals(clock.now)
	if got := refusals.Left("ada"); got != 0 {
		t.Errorf("nobody was refused, and it is for %s", got)
	}
	refusals.Refuse("ada", time.Second)
	clock.wait(400 * time.Millisecond)
	if got := refusals.Left("ada"); got != 600*time.Millisecond {
		t.Errorf("got %s", got)
	}
	if got := refusals.Left("bob"); got != 0 {
		t.Errorf("somebody else is refused for %s", got)
	}
	clock.wait(600 * time.Millisecond)
	if got := refusals.Left("ada"); got != 0 {
		t.Errorf("got %s", got)
	}
}

func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	clock := newClock()
	refusals := limit.NewRefusals(clock.now)
	for n := range limit.MaxRefusals + 100 {
		refusals.Refuse(strconv.Itoa(n), time.Hour)
	}
	if got := refusals.Keys(); got != limit.MaxRefusals {
		t.Errorf("%d are remembered", got)
	}
	clock.wait(time.Hour)
	for n := range limit.MaxRefusals {
		refusals.Refuse(fmt.Sprint("later ", n), time.Millisecond)
		clock.wait(time.Millisecond)
	}
	if got := refusals.Keys(); got > 4000 {
		t.Errorf("%d are remembered, whose time is over", got)
	}
}

func BenchmarkMemory(b *testing.B) {
	policy := limit.Policy{Name: "caller", Quota: 600, Window: time.Minute}
	b.Run("one key", func(b *testing.B) {
		memory := limit.NewMemory(time.Now)
		b.ReportAllocs()
		for b.Loop() {
			_, _ = memory.Take(b.Context(), "ada", policy)
		}
	})
	b.Run("many keys at once", func(b *testing.B) {
		memory := limit.NewMemory(time.Now)
		keys := make([]string, 1<<14)
		for n := range keys {
			keys[n] = strconv.Itoa(n)
		}
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for n := 0; pb.Next(); n++ {
				_, _ = memory.Take(context.Background(), keys[n%len(keys)], policy)
			}
		})
	})
	b.Run("a new key each time", func(b *testing.B) {
		memory := limit.NewMemory(time.Now)
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			_, _ = memory.Take(b.Context(), strconv.Itoa(n), policy)
		}
	})
}
