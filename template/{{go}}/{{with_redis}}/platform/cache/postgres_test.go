// Kept by the platform: docs/ownership.md says what that means.

package cache_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"platform.internal/cache"
	"platform.internal/config"
	"platform.internal/fault"
	"platform.internal/postgres"
	"platform.internal/testkit"
)

// families is a database of parents with children, which it deletes, or takes their parent away from, together with the parent.
func families(t *testing.T) (*pgxpool.Pool, *testkit.Proxy) {
	t.Helper()
	address, err := url.Parse(os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	const up = `-- migrate:up
grant select on schema_migrations to %[1]s;
create table parents (id int primary key);
create table children (
    id int primary key,
    mother int references parents (id) on delete cascade,
    father int references parents (id) on delete set null,
    version bigint not null default 1
);
create function count_version() returns trigger language plpgsql as $$ begin new.version := old.version + 1; return new; end $$;
create trigger children_version before update on children for each row execute function count_version();
grant select, insert, update, delete on parents, children to %[1]s;

-- migrate:down
drop table children;
drop table parents;
drop function count_version();
revoke select on schema_migrations from %[1]s;
`
	role := pgx.Identifier{address.User.Username()}.Sanitize()
	database, proxy := testkit.NewDatabase(t, fstest.MapFS{"20260101000000_families.sql": {Data: fmt.Appendf(nil, up, role)}}).Through(t)
	pool, err := postgres.Open(t.Context(), postgres.Settings{
		URL: config.NewSecret(database.URL), Connections: 8, StatementTimeout: patient, LockTimeout: patient,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool, proxy
}

type child struct {
	Father  *int  `json:"father"`
	Version int64 `json:"version"`
}

func loadChild(db postgres.DB, id int) cache.Load[child] {
	return func(ctx context.Context) (found child, version int64, err error) {
		err = db.QueryRow(ctx, "select father, version from children where id = $1", id).Scan(&found.Father, &found.Version)
		return found, found.Version, postgres.Fault(err, nil)
	}
}

func TestChildrenThatTheDatabaseChangesAreNeverOld(t *testing.T) {
	t.Parallel()
	pool, _ := families(t)
	place := testkit.NewRedis(t)
	one, _ := instance(t, place.URL, place.Prefix, patient)
	two, _ := instance(t, place.URL, place.Prefix, patient)
	parents := cache.Of[child](one, "parent", "child")
	instances := []*cache.Entries[child]{cache.Of[child](one, "child"), cache.Of[child](two, "child")}
	run := func(sql string, arguments ...any) {
		var err error
		for range 20 { // on a slow machine a connection may take longer than a request waits
			if _, err = pool.Exec(t.Context(), sql, arguments...); !postgres.IsWithoutEffect(err) {
				break
			}
		}
		if err != nil {
			t.Error(err)
		}
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	const rounds = 20
	for round := range rounds {
		mother, father := 2*round, 2*round+1
		run("insert into parents values ($1), ($2)", mother, father)
		run("insert into children values ($1, $1, $2)", mother, father)
		var orphan, gone atomic.Bool
		var stop atomic.Bool
		var readers sync.WaitGroup
		for n := range 4 {
			random := rand.New(rand.NewPCG(seed, uint64(4*round+n)))
			readers.Go(func() {
				for !stop.Load() {
					mustBeOrphan, mustBeGone := orphan.Load(), gone.Load()
					found, err := instances[random.IntN(2)].Get(t.Context(), key(mother), loadChild(pool, mother))
					switch missing := err != nil && fault.KindOf(err) == fault.NotFound; {
					case err != nil && !missing:
						if !postgres.IsWithoutEffect(err) {
							t.Error(err)
						}
					case mustBeGone && !missing:
						t.Error("a child is read after its mother was deleted")
					case mustBeOrphan && !missing && found.Father != nil:
						t.Error("a child has a father after he was deleted")
					}
				}
			})
		}
		random := rand.New(rand.NewPCG(seed, uint64(1000+round)))
		for _, step := range []struct {
			parent int
			done   *atomic.Bool
		}{{father, &orphan}, {mother, &gone}} {
			time.Sleep(time.Duration(random.IntN(5)) * time.Millisecond)
			run("delete from parents where id = $1", step.parent)
			parents.Deleted(t.Context(), key(step.parent), 2, nil)
			step.done.Store(true)
		}
		time.Sleep(time.Duration(random.IntN(5)) * time.Millisecond)
		stop.Store(true)
		readers.Wait()
		if _, err := instances[0].Get(t.Context(), key(mother), loadChild(pool, mother)); err == nil {
			t.Error("a child is read after its mother was deleted")
		}
	}
}

func TestAWriteThatTheDatabaseHasCertainlyNotDoneCostsNobodyACopy(t *testing.T) {
	t.Parallel()
	const sql = "update children set father = null where id = 1"
	holding := func(t *testing.T, pool *pgxpool.Pool) pgx.Tx {
		t.Helper()
		tx, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) })
		return tx
	}
	for name, test := range map[string]struct {
		fails func(*testing.T, *pgxpool.Pool, *testkit.Proxy) error
		loads int32
	}{
		"no connection was free": {func(t *testing.T, pool *pgxpool.Pool, _ *testkit.Proxy) error {
			t.Helper()
			for range pool.Config().MaxConns {
				holding(t, pool)
			}
			_, err := pool.Exec(t.Context(), sql)
			return err
		}, 0},
		"no connection could be opened": {func(t *testing.T, pool *pgxpool.Pool, proxy *testkit.Proxy) error {
			t.Helper()
			pool.Reset()
			proxy.Close()
			_, err := pool.Exec(t.Context(), sql)
			return err
		}, 0},
		"another one held the row": {func(t *testing.T, pool *pgxpool.Pool, _ *testkit.Proxy) error {
			t.Helper()
			if _, err := holding(t, pool).Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			_, err := pool.Exec(t.Context(), "select from children where id = 1 for update nowait")
			return err
		}, 0},
		"a rule of the table refused it": {func(t *testing.T, pool *pgxpool.Pool, _ *testkit.Proxy) error {
			t.Helper()
			_, err := pool.Exec(t.Context(), "update children set father = 404 where id = 1")
			return err
		}, 0},
		"nobody knows, as its session was ended": {func(t *testing.T, pool *pgxpool.Pool, _ *testkit.Proxy) error {
			t.Helper()
			_, err := pool.Exec(t.Context(), "select pg_terminate_backend(pg_backend_pid())")
			return err
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, proxy := families(t)
			place := testkit.NewRedis(t)
			c, _ := instance(t, place.URL, place.Prefix, patient)
			entries := cache.Of[child](c, "child")
			var loads atomic.Int32
			get := func() {
				t.Helper()
				if _, err := entries.Get(t.Context(), key(1), func(context.Context) (child, int64, error) {
					loads.Add(1)
					return child{Version: 1}, 1, nil
				}); err != nil {
					t.Error(err)
				}
			}
			if _, err := pool.Exec(t.Context(), "insert into children values (1)"); err != nil {
				t.Fatal(err)
			}
			get()
			err := postgres.Fault(test.fails(t, pool, proxy), nil)
			if kind := fault.KindOf(err); err == nil || kind != fault.Unavailable && kind != fault.Internal {
				t.Fatalf("got %v", err)
			}
			entries.Written(t.Context(), key(1), 2, err)
			entries.Deleted(t.Context(), key(1), 2, err)
			get()
			if got := loads.Load() - 1; got != test.loads {
				t.Errorf("it was read %d times more after %v", got, err)
			}
		})
	}
}

func TestAfterACommitWhoseAnswerWasLostNoOlderCopyCounts(t *testing.T) {
	t.Parallel()
	pool, proxy := families(t)
	place := testkit.NewRedis(t)
	db := postgres.NewDatabase(pool)
	c, _ := instance(t, place.URL, place.Prefix, patient)
	entries := cache.Of[child](c, "child")
	if _, err := pool.Exec(t.Context(), "insert into children values (1)"); err != nil {
		t.Fatal(err)
	}
	want := func(version int64) {
		t.Helper()
		if got, err := entries.Get(t.Context(), key(1), loadChild(db, 1)); err != nil || got.Version != version {
			t.Errorf("got %+v, %v, want version %d", got, err, version)
		}
	}
	want(1)
	proxy.Swallow(testkit.Committed, func() {})
	if err := db.Transact(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, "update children set father = null where id = 1")
		entries.Written(ctx, key(1), 2, err)
		return err
	}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the commit: %v", err)
	}
	want(2)
}

func TestInsideOfAUnitOfWorkReadsAndWritesWait(t *testing.T) {
	t.Parallel()
	pool, _ := families(t)
	place := testkit.NewRedis(t)
	db := postgres.NewDatabase(pool)
	c, _ := instance(t, place.URL, place.Prefix, patient)
	entries := cache.Of[child](c, "child")
	want := func(ctx context.Context, when string, version int64) {
		t.Helper()
		if got, err := entries.Get(ctx, key(1), loadChild(db, 1)); err != nil || got.Version != version {
			t.Errorf("%s: got %+v, %v, want version %d", when, got, err, version)
		}
	}
	change := func(ctx context.Context) error {
		_, err := db.Exec(ctx, "update children set father = null where id = 1")
		entries.Written(ctx, key(1), 2, err)
		want(ctx, "inside", 2)
		want(t.Context(), "for others", 1) //nolint:contextcheck // others are in no unit of work
		return err
	}
	if _, err := pool.Exec(t.Context(), "insert into children values (1)"); err != nil {
		t.Fatal(err)
	}
	want(t.Context(), "before", 1)
	undone := errors.New("undone")
	if err := db.Transact(t.Context(), func(ctx context.Context) error { return errors.Join(change(ctx), undone) }); !errors.Is(err, undone) {
		t.Errorf("got %v", err)
	}
	if got := c.Stats(); got != (cache.Stats{Copies: 1, Loads: 1, Around: 1}) {
		t.Errorf("a write that was undone cost somebody a copy: %+v", got)
	}
	if err := db.Transact(t.Context(), change); err != nil {
		t.Error(err)
	}
	want(t.Context(), "after", 2)
	if got := c.Stats(); got != (cache.Stats{Copies: 2, Loads: 2, Around: 2}) {
		t.Errorf("counted %+v", got)
	}
}
