// Kept by the platform: docs/ownership.md says what that means.

package redis_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"platform.internal/testkit"
)

func TestAClientOpensWhileTheServerIsDownAndUsesItLater(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	proxy.Close()
	client, log := open(t, place.URL, patient)
	if err := client.Do(t.Context(), ping); err == nil {
		t.Error("a server that is cut off answers")
	}
	proxy.Open()
	eventually(t, "up", func() bool { return client.Do(t.Context(), ping) == nil })
	if down, up := log.count("down"), log.count("up again"); down != 1 || up != 1 {
		t.Errorf("%d lines say down, %d up again", down, up)
	}
}

func TestAServerThatIsDownIsNotAskedAndIsLoggedOnce(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	client, log := open(t, place.URL, patient)
	proxy.Close()
	asked := 0
	for range 1000 {
		_ = client.Do(t.Context(), func(ctx context.Context, redis goredis.Cmdable) error {
			asked++
			return ping(ctx, redis)
		})
	}
	if asked != 3 || log.count("down") != 1 {
		t.Errorf("asked %d times, %d lines", asked, log.count("down"))
	}
	proxy.Open()
	eventually(t, "up", func() bool { return client.Do(t.Context(), ping) == nil })
	if log.count("up again") != 1 {
		t.Errorf("%d lines say that it is up again", log.count("up again"))
	}
}

func TestASlowServerCostsNoMoreThanTheBound(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	client, _ := open(t, place.URL, 50*time.Millisecond)
	proxy.Slow(2 * time.Second)
	start := time.Now()
	for range 100 {
		if err := client.Do(t.Context(), ping); err == nil {
			t.Fatal("an answer after 2 seconds was waited for")
		}
	}
	if took := time.Since(start); took > 2*time.Second { // of 150 ms; one answer alone would take longer
		t.Errorf("100 requests waited %s", took)
	}
}

func TestACallerWhoGoesIsNoFailureOfTheServer(t *testing.T) {
	t.Parallel()
	client, log := open(t, testkit.NewRedis(t).URL, patient)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		if err := client.Do(gone, ping); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	}
	if err := client.Do(t.Context(), ping); err != nil || log.count("down") > 0 {
		t.Errorf("got %v", err)
	}
}

func TestThatThereIsNothingIsNoFailure(t *testing.T) {
	t.Parallel()
	place := testkit.NewRedis(t)
	client, log := open(t, place.URL, patient)
	for range 10 {
		err := client.Do(t.Context(), func(ctx context.Context, redis goredis.Cmdable) error {
			return redis.Get(ctx, place.Prefix+":none").Err()
		})
		if !errors.Is(err, goredis.Nil) {
			t.Fatalf("got %v", err)
		}
	}
	if log.count("down") > 0 {
		t.Error("it is taken for down")
	}
}

func TestNobodyUsesTheServerBeforeItHasRecovered(t *testing.T) {
	t.Parallel()
	client, _ := open(t, testkit.NewRedis(t).URL, patient)
	var tries atomic.Int32
	client.OnRecovery(func(ctx context.Context, redis goredis.Cmdable) error {
		if client.Do(ctx, ping) == nil {
			t.Error("it is used while it recovers")
		}
		switch tries.Add(1) {
		case 1:
			return errors.New("not yet")
		case 2:
			client.Tell(ctx, untold) // while it recovers
		}
		return ping(ctx, redis)
	})
	client.Tell(t.Context(), untold)
	eventually(t, "up", func() bool { return client.Do(t.Context(), ping) == nil })
	if got := tries.Load(); got != 3 {
		t.Errorf("up after %d tries, want one that failed, one that was doubted, and one", got)
	}
}

// untold is what somebody could not tell the server.
func untold(context.Context, goredis.Cmdable) error { return errors.New("it did not listen") }

func TestWhoTellsItSomethingAllTheTimeDoesNotKeepTheServerAway(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	client, _ := open(t, place.URL, patient)
	var told atomic.Int32
	tell := func() {
		client.Tell(t.Context(), func(ctx context.Context, redis goredis.Cmdable) error { told.Add(1); return ping(ctx, redis) })
	}
	client.OnRecovery(func(context.Context, goredis.Cmdable) error {
		for range 100 {
			tell()
		}
		return nil
	})
	proxy.Close()
	tell() // it fails
	tell() // nobody hears it
	if got := told.Load(); got != 1 {
		t.Errorf("it was told %d things while it was down", got-1)
	}
	proxy.Open()
	eventually(t, "up", func() bool { return client.Do(t.Context(), ping) == nil })
	if got := told.Load(); got < 101 {
		t.Errorf("it was told %d things while it recovered", got-1)
	}
}

func TestAServerThatWasStartedAnewIsDistrusted(t *testing.T) {
	t.Parallel()
	place, proxy := testkit.NewRedis(t).Through(t)
	client, log := open(t, place.URL, patient)
	var recovered atomic.Int32
	client.OnRecovery(func(context.Context, goredis.Cmdable) error { recovered.Add(1); return nil })
	client.SetRun("another run")
	proxy.Close() // so that the next question goes by a new connection
	proxy.Open()
	eventually(t, "distrusted", func() bool { return client.Do(t.Context(), ping) != nil && log.count("down") == 1 })
	eventually(t, "up", func() bool { return client.Do(t.Context(), ping) == nil })
	if recovered.Load() != 1 {
		t.Errorf("recovered %d times", recovered.Load())
	}
}
