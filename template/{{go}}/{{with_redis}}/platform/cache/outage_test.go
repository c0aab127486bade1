// Kept by the platform: docs/ownership.md says what that means.

package cache_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"platform.internal/cache"
	"platform.internal/redis"
	"platform.internal/testkit"
)

func ping(ctx context.Context, redis goredis.Cmdable) error { return redis.Ping(ctx).Err() }

// recovered waits until the client uses Redis again.
func recovered(t *testing.T, client *redis.Client) {
	t.Helper()
	for range 3000 {
		if client.Do(t.Context(), ping) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("redis never came back")
}

func TestWithoutRedisEveryReadIsARightOne(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	rows := newTable()
	c, client := instance(t, place.URL, place.Prefix, patient)
	entries := cache.Of[row](c, "thing")
	rows.put("a", "first")
	want(t, entries, rows, "a", "first")

	proxy.Close()
	entries.Written(t.Context(), "a", rows.put("a", "second"), nil)
	want(t, entries, rows, "a", "second")
	proxy.Open() // Redis still has the first version
	want(t, entries, rows, "a", "second")
	recovered(t, client)
	rows.loads.Store(0)
	for range 3 {
		want(t, entries, rows, "a", "second")
	}
	rows.wantLoads(t, 1)
}

func TestRedisThatIsSlowDelaysAReadByNoMoreThanTheBound(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	rows := newTable()
	c, _ := instance(t, place.URL, place.Prefix, 50*time.Millisecond)
	entries := cache.Of[row](c, "thing")
	rows.put("a", "first")
	proxy.Slow(2 * time.Second)
	start := time.Now()
	for range 100 {
		want(t, entries, rows, "a", "first")
	}
	if took := time.Since(start); took > 2*time.Second { // of 150 ms; one answer of Redis alone would take longer
		t.Errorf("100 reads took %s", took)
	}
}

// storm has readers and writers of some rows work on several instances, and fails the test if one reads a version that is older
// than one whose writing had been answered before.
func storm(t *testing.T, instances []*cache.Entries[row], disturb func(random *rand.Rand)) {
	t.Helper()
	const keys, rounds = 3, 300
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rows := newTable()
	var answered [keys]atomic.Int64
	var writing [keys]sync.Mutex
	for n := range keys {
		answered[n].Store(rows.put(key(n), "new"))
	}
	var everyone sync.WaitGroup
	for worker := range 12 {
		random := rand.New(rand.NewPCG(seed, uint64(worker)))
		entries := instances[worker%len(instances)]
		everyone.Go(func() {
			for range rounds {
				n := random.IntN(keys)
				if random.IntN(10) == 0 {
					writing[n].Lock()
					version := rows.put(key(n), "changed")
					entries.Written(t.Context(), key(n), version, nil)
					answered[n].Store(version)
					writing[n].Unlock()
					continue
				}
				atLeast := answered[n].Load()
				pause := time.Duration(random.IntN(3)) * time.Millisecond
				got, err := entries.Get(t.Context(), key(n), func(ctx context.Context) (row, int64, error) {
					found, version, err := rows.load(key(n))(ctx)
					time.Sleep(pause) // so that writes come between
					return found, version, err
				})
				if err != nil || got.Version < atLeast {
					t.Errorf("got version %d after %d was answered: %v", got.Version, atLeast, err)
				}
			}
		})
	}
	if disturb != nil {
		disturb(rand.New(rand.NewPCG(seed, 100)))
	}
	everyone.Wait()
	t.Logf("%d loads", rows.loads.Load())
}

func TestAStormOfReadersAndWritersSeesNothingOld(t *testing.T) {
	t.Parallel()
	place := testkit.NewRedis(t)
	one, _ := instance(t, place.URL, place.Prefix, patient)
	two, _ := instance(t, place.URL, place.Prefix, patient)
	storm(t, []*cache.Entries[row]{cache.Of[row](one, "thing"), cache.Of[row](two, "thing")}, nil)
}

func TestAStormWithOutagesSeesNothingOld(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	c, client := instance(t, place.URL, place.Prefix, patient)
	storm(t, []*cache.Entries[row]{cache.Of[row](c, "thing")}, func(random *rand.Rand) {
		for range 5 {
			time.Sleep(time.Duration(random.IntN(30)) * time.Millisecond)
			proxy.Close()
			time.Sleep(time.Duration(random.IntN(30)) * time.Millisecond)
			proxy.Open()
			recovered(t, client)
		}
	})
}
