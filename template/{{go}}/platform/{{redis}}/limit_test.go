// Kept by the platform: docs/ownership.md says what that means.

package redis_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"platform.internal/limit"
	"platform.internal/redis"
	"platform.internal/testkit"
)

// bucket is a model of a limit: it is filled at the same rate at which the quota comes back, and a request takes a piece out.
type bucket struct {
	policy limit.Policy
	level  time.Duration // in time that it takes to fill
	at     time.Time
}

func (b *bucket) take(now time.Time) limit.Decision {
	piece := b.policy.Cost()
	b.level = min(b.level+now.Sub(b.at), piece*time.Duration(b.policy.Quota))
	b.at = now
	if b.level < piece {
		return limit.Decision{RetryAfter: piece - b.level, Reset: piece - b.level}
	}
	b.level -= piece
	return limit.Decision{Allowed: true, Remaining: int(b.level / piece), Reset: piece - b.level%piece}
}

// rapid prints the seed of a run that fails; -rapid.seed repeats it.
func TestMemoryAndRedisDecideAsABucketDoes(t *testing.T) {
	t.Parallel()
	place := testkit.NewRedis(t)
	client, _ := open(t, place.URL, patient)
	shared := redis.NewLimiter(client, place.Prefix)
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		window := time.Duration(rapid.IntRange(1, 24*60*60).Draw(t, "window")) * time.Second
		policy := limit.Policy{Name: fmt.Sprintf("run%d", runs), Quota: rapid.IntRange(1, 20).Draw(t, "quota"), Window: window}
		now := time.Unix(1_800_000_000, 0)
		local := limit.NewMemory(func() time.Time { return now })
		models := map[string]*bucket{}
		for range rapid.IntRange(1, 60).Draw(t, "requests") {
			longest := int64(2 * policy.Cost() / time.Microsecond)
			now = now.Add(time.Duration(rapid.Int64Range(0, longest).Draw(t, "pause")) * time.Microsecond)
			key := rapid.SampledFrom([]string{"ada", "bob"}).Draw(t, "key")
			if models[key] == nil {
				models[key] = &bucket{policy: policy, level: policy.Cost() * time.Duration(policy.Quota), at: now}
			}
			want := models[key].take(now)
			if got, err := local.Take(context.Background(), key, policy); err != nil || got != want {
				t.Fatalf("memory: %+v, %v, the model %+v", got, err, want)
			}
			shared.At(now)
			if got, err := shared.Take(context.Background(), key, policy); err != nil || got != want {
				t.Fatalf("redis: %+v, %v, the model %+v", got, err, want)
			}
		}
	})
}

func TestInstancesShareAQuota(t *testing.T) {
	t.Parallel()
	place := testkit.NewRedis(t)
	policy := limit.Policy{Name: "test", Quota: 50, Window: 24 * time.Hour}
	var allowed atomic.Int32
	var everyone sync.WaitGroup
	for range 4 {
		client, _ := open(t, place.URL, patient)
		instance := redis.NewLimiter(client, place.Prefix)
		everyone.Go(func() {
			for range 50 {
				decision, err := instance.Take(t.Context(), "ada", policy)
				if err != nil {
					t.Error(err)
				}
				if decision.Allowed {
					allowed.Add(1)
				}
			}
		})
	}
	everyone.Wait()
	if got := allowed.Load(); got != 50 {
		t.Errorf("%d of 200 were allowed", got)
	}
}

func TestAKeyIsGoneWhenItsQuotaIsThereAgain(t *testing.T) {
	t.Parallel()
	place := testkit.NewRedis(t)
	client, _ := open(t, place.URL, patient)
	policy := limit.Policy{Name: "test", Quota: 10, Window: time.Hour}
	if _, err := redis.NewLimiter(client, place.Prefix).Take(t.Context(), "ada", policy); err != nil {
		t.Fatal(err)
	}
	var left time.Duration
	err := client.Do(t.Context(), func(ctx context.Context, redis goredis.Cmdable) (err error) {
		left, err = redis.PTTL(ctx, place.Prefix+":limit:v1:test:ada").Result()
		return err
	})
	if err != nil || left <= 0 || left > 6*time.Minute {
		t.Errorf("it stays %s, %v", left, err)
	}
}

func TestWithoutRedisEachInstanceCountsForItself(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	client, _ := open(t, place.URL, patient)
	limiter := limit.Fallback{Shared: redis.NewLimiter(client, place.Prefix), Local: limit.NewMemory(time.Now)}
	policy := limit.Policy{Name: "test", Quota: 2, Window: 24 * time.Hour}
	take := func() limit.Decision {
		t.Helper()
		decision, err := limiter.Take(t.Context(), "ada", policy)
		if err != nil {
			t.Fatal(err)
		}
		return decision
	}
	if got := take(); got.Remaining != 1 {
		t.Fatalf("got %+v", got)
	}
	proxy.Close()
	for n, want := range []limit.Decision{{Allowed: true, Remaining: 1}, {Allowed: true}, {}} {
		if got := take(); got.Allowed != want.Allowed || got.Remaining != want.Remaining {
			t.Errorf("request %d without redis: %+v", n, got)
		}
	}
	proxy.Open()
	eventually(t, "up", func() bool { return client.Do(t.Context(), ping) == nil })
	if got := take(); !got.Allowed || got.Remaining != 0 {
		t.Errorf("redis counts on from where it was: %+v", got)
	}
}
