// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"platform.internal/fault"
	"platform.internal/postgres"
	"platform.internal/testkit"
)

func TestAServerThatIsNotThereYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	through, proxy := testkit.NewDatabase(t, migrations(t)).Through(t)
	proxy.Close()
	wanted := settings(through.URL, 1)
	wanted.StartTimeout = time.Minute
	time.AfterFunc(300*time.Millisecond, proxy.Open)
	pool, err := postgres.Open(t.Context(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	pool.Close()
}

func TestABusyPoolIsReadyAndAServerThatIsGoneIsNot(t *testing.T) {
	t.Parallel()
	through, proxy := testkit.NewDatabase(t, migrations(t)).Through(t)
	pool := openAt(t, through.URL, 1)
	ready := postgres.Ready(pool)
	if err := ready(t.Context()); err != nil {
		t.Errorf("idle: %v", err)
	}
	busy, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := ready(t.Context()); err != nil {
		t.Errorf("busy: %v", err)
	}
	busy.Release()
	proxy.Close()
	if err := ready(t.Context()); err == nil {
		t.Error("a server that is gone is taken for ready")
	}
}

func TestAServerThatRefusesUsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	wanted := settings(strings.Replace(bare(t), "@", "x@", 1), 1)
	wanted.StartTimeout = time.Hour
	if _, err := postgres.Open(t.Context(), wanted); err == nil || !strings.Contains(err.Error(), "password") {
		t.Errorf("got %v", err)
	}
}

// TestAServerThatHasBecomeAReplicaIsLeft has a role whose new connections can write again, while the old one cannot.
func TestAServerThatHasBecomeAReplicaIsLeft(t *testing.T) {
	t.Parallel()
	database := testkit.NewDatabase(t, migrations(t))
	alter := func(what string) {
		database.Exec(t, fmt.Sprintf("do $$ begin execute format('alter role %s in database %%I %s', current_database()); end $$", serviceRole(t), what))
	}
	alter("set default_transaction_read_only = on")
	defer alter("reset all")
	pool := openAt(t, database.URL, 1)
	alter("reset all")
	if err := add(t.Context(), pool, "a"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
	if err := add(t.Context(), pool, "a"); err != nil {
		t.Errorf("the connection was kept: %v", err)
	}
}
