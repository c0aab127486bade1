// Kept by the platform: docs/ownership.md says what that means.

package cache_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platform.internal/cache"
	"platform.internal/config"
	"platform.internal/fault"
	"platform.internal/redis"
	"platform.internal/testkit"
)

// patient is a bound that no answer of a server that is well exceeds, however slow the machine.
const patient = 20 * time.Second

type row struct {
	Name    string    `json:"name"`
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	Note    *string   `json:"note"`
}

var someTime = time.Date(2026, 2, 1, 12, 30, 0, 123456000, time.UTC)

// table stands for a table: it knows one row under each key, and how often it was asked.
type table struct {
	mutex sync.Mutex
	rows  map[string]row
	loads atomic.Int32
}

func newTable() *table { return &table{rows: map[string]row{}} }

func (t *table) load(key string) cache.Load[row] {
	return func(context.Context) (row, int64, error) {
		t.loads.Add(1)
		t.mutex.Lock()
		defer t.mutex.Unlock()
		found, ok := t.rows[key]
		if !ok {
			return row{}, 0, fault.New(fault.NotFound, "There is no such thing.")
		}
		return found, found.Version, nil
	}
}

// put stores the next version of the row, and returns its number.
func (t *table) put(key, name string) int64 {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	next := row{Name: name, Version: t.rows[key].Version + 1, At: someTime}
	t.rows[key] = next
	return next.Version
}

func (t *table) remove(key string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.rows, key)
}

// wantLoads fails the test unless the table was asked that often since the last time.
func (t *table) wantLoads(tb testing.TB, want int32) {
	tb.Helper()
	if got := t.loads.Swap(0); got != want {
		tb.Errorf("the table was asked %d times, want %d", got, want)
	}
}

// instance returns what one instance of a service has: instances with the same service name share their entries.
func instance(t testing.TB, address, service string, timeout time.Duration) (*cache.Cache, *redis.Client) {
	t.Helper()
	settings := redis.Settings{URL: config.NewSecret(address), Connections: 8, Timeout: timeout}
	client, err := redis.Open(t.Context(), settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return cache.New(client, service, cache.Settings{TTL: time.Minute}), client
}

func single(t testing.TB) *cache.Entries[row] {
	t.Helper()
	place := testkit.NewRedis(t)
	c, _ := instance(t, place.URL, place.Prefix, patient)
	return cache.Of[row](c, "thing")
}

func want(t testing.TB, entries *cache.Entries[row], rows *table, key, name string) {
	t.Helper()
	got, err := entries.Get(t.Context(), key, rows.load(key))
	if err != nil || got.Name != name {
		t.Errorf("got %+v, %v, want %s", got, err, name)
	}
}

func TestARowIsLoadedOnceAndReturnedAsItIs(t *testing.T) {
	t.Parallel()
	entries, rows := single(t), newTable()
	note := "a\x00\"é\n"
	rows.rows["a"] = row{Name: "first", Version: 3, At: someTime, Note: &note}
	for range 3 {
		got, err := entries.Get(t.Context(), "a", rows.load("a"))
		if err != nil || got.Name != "first" || got.Version != 3 || !got.At.Equal(someTime) || *got.Note != note {
			t.Errorf("got %+v, %v", got, err)
		}
		*got.Note = "changed by the caller"
	}
	rows.wantLoads(t, 1)
}

func TestThatThereIsNoRowIsRememberedWithItsMessage(t *testing.T) {
	t.Parallel()
	entries, rows := single(t), newTable()
	for range 3 {
		_, err := entries.Get(t.Context(), "a", rows.load("a"))
		if missing, ok := errors.AsType[*fault.Error](err); !ok || missing.Kind != fault.NotFound || missing.Message != "There is no such thing." {
			t.Errorf("got %v", err)
		}
	}
	rows.wantLoads(t, 1)
	entries.Written(t.Context(), "a", rows.put("a", "born"), nil)
	want(t, entries, rows, "a", "born")
}

func TestAnErrorIsNotRemembered(t *testing.T) {
	t.Parallel()
	entries, rows := single(t), newTable()
	rows.put("a", "first")
	for name, load := range map[string]cache.Load[row]{
		"an error": func(context.Context) (row, int64, error) { return row{}, 0, errors.New("broken") },
		"a panic":  func(context.Context) (row, int64, error) { panic("broken") },
	} {
		if _, err := entries.Get(t.Context(), "a", load); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: got %v", name, err)
		}
	}
	want(t, entries, rows, "a", "first")
}

func TestSettingsAreRefusedInASentence(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"0s", "999ms", "25h", "-1m"} {
		if _, err := config.Load[cache.Settings]([]string{"CACHE_TTL=" + wrong}); err == nil || err.Error() != "CACHE_TTL must be from 1s to 24h." {
			t.Errorf("%s: got %v", wrong, err)
		}
	}
}

func key(n int) string { return fmt.Sprintf("ada:%d", n) }
