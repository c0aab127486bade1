// Kept by the platform: docs/ownership.md says what that means.

package cache_test

import (
	"context"
	"errors"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"platform.internal/cache"
	"platform.internal/testkit"
)

func TestManyReadersOfOneRowCauseOneLoad(t *testing.T) {
	t.Parallel()
	entries, rows := single(t), newTable()
	rows.put("a", "first")
	proceed := make(chan struct{})
	var readers sync.WaitGroup
	for n := range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		readers.Go(func() {
			defer cancel()
			got, err := entries.Get(ctx, "a", func(ctx context.Context) (row, int64, error) {
				<-proceed
				return rows.load("a")(ctx)
			})
			if n%2 == 1 && (err != nil || got.Name != "first") {
				t.Errorf("got %+v, %v", got, err)
			}
		})
		if n%2 == 0 {
			cancel() // one who goes, whether it was to load or not
		}
	}
	for waiting() < 100 { // those who do not go
		time.Sleep(time.Millisecond)
	}
	close(proceed)
	readers.Wait()
	if got := rows.loads.Load(); got < 1 || got > 3 {
		t.Errorf("%d loads", got)
	}
}

// waiting returns how many readers have seen that there is no copy, and wait for whoever loads.
func waiting() int {
	var stacks strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&stacks, 2)
	return strings.Count(stacks.String(), ").together(")
}

func TestACallerWhoGoesLeavesTheLoadToOthers(t *testing.T) {
	t.Parallel()
	place, rows := testkit.NewRedis(t), newTable()
	c, client := instance(t, place.URL, place.Prefix, patient)
	entries := cache.Of[row](c, "thing")
	rows.put("a", "first")
	ctx, leave := context.WithCancel(t.Context())
	loading, proceed, left := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		_, err := entries.Get(ctx, "a", func(ctx context.Context) (row, int64, error) {
			found, version, err := rows.load("a")(ctx)
			close(loading)
			<-proceed
			return found, version, errors.Join(err, ctx.Err())
		})
		left <- err
	}()
	<-loading
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(proceed)
	kept := func(ctx context.Context, redis goredis.Cmdable) error {
		return redis.Get(ctx, place.Prefix+":thing:v1:a").Err()
	}
	for range 1000 {
		if client.Do(t.Context(), kept) == nil {
			want(t, entries, rows, "a", "first")
			rows.wantLoads(t, 1)
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("what was loaded is not kept")
}
