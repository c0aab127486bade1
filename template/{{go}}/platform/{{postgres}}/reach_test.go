// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

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

func TestAServerThatHasGoneSilentIsNotReady(t *testing.T) {
	t.Parallel()
	for name, busy := range map[string]int{"while connections are idle": 0, "while all connections are at work": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, proxy := rested(t, 2)
			for range busy {
				conn, err := pool.Acquire(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Release()
			}
			postgres.SetPatience(pool, 100*time.Millisecond)
			proxy.Silence()
			defer proxy.Close() // else the pool takes its time to close them
			for probe := range 4 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				if err := postgres.Ready(pool)(ctx); err == nil {
					t.Errorf("probe %d says that it is ready", probe+1)
				}
				cancel()
			}
		})
	}
}

func TestAConnectionThatHasGoneSilentCostsNoRequest(t *testing.T) {
	t.Parallel()
	pool, proxy := rested(t, 2)
	postgres.SetPatience(pool, 10*time.Second)
	proxy.Silence()
	proxy.Open()
	defer proxy.Close()
	if err := add(t.Context(), pool, "a"); err != nil {
		t.Error(err)
	}
}

// rested returns a pool whose connections are idle for so long that they are asked before they are used.
func rested(t *testing.T, connections int32) (*pgxpool.Pool, *testkit.Proxy) {
	t.Helper()
	through, proxy := testkit.NewDatabase(t, migrations(t)).Through(t)
	pool := openAt(t, through.URL, connections)
	var held []*pgxpool.Conn
	for range connections {
		conn, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	for _, conn := range held {
		conn.Release()
	}
	time.Sleep(1100 * time.Millisecond)
	return pool, proxy
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
