// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/page"
	"platform.internal/postgres"
	"platform.internal/testkit"
)

var errRule = errors.New("a rule says no")

// add stores a row as a store does.
func add(ctx context.Context, db postgres.DB, name string) error {
	_, err := db.Exec(ctx, "insert into parents (id, name) values ($1, $2)", id.New(), name)
	return postgres.Fault(err, constraints)
}

func names(t *testing.T, db postgres.DB) []string {
	t.Helper()
	rows, err := db.Query(context.WithoutCancel(t.Context()), "select name from parents order by name")
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAUnitOfWork(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func(context.Context, *postgres.Database) error
		fail error
		want []string
	}{
		"keeps all that it did": {func(ctx context.Context, db *postgres.Database) error {
			return errors.Join(add(ctx, db, "a"), add(ctx, db, "b"))
		}, nil, []string{"a", "b"}},
		"keeps nothing if a rule says no": {func(ctx context.Context, db *postgres.Database) error {
			return errors.Join(add(ctx, db, "a"), errRule)
		}, errRule, nil},
		"has what joins it": {func(ctx context.Context, db *postgres.Database) error {
			return errors.Join(add(ctx, db, "a"), db.Transact(ctx, func(ctx context.Context) error { return add(ctx, db, "b") }))
		}, nil, []string{"a", "b"}},
		"keeps nothing if what joins it fails, even unheard": {func(ctx context.Context, db *postgres.Database) error {
			_ = db.Transact(ctx, func(ctx context.Context) error { return errors.Join(add(ctx, db, "a"), errRule) })
			return add(ctx, db, "b")
		}, errRule, nil},
		"keeps nothing after an error that nobody heard": {func(ctx context.Context, db *postgres.Database) error {
			_, _, _ = add(ctx, db, "a"), add(ctx, db, "b"), add(ctx, db, "a")
			return nil
		}, pgx.ErrTxCommitRollback, nil},
		"leaves alone what another database does": {func(ctx context.Context, db *postgres.Database) error {
			return errors.Join(add(ctx, postgres.NewDatabase(postgres.PoolOf(db)), "a"), add(ctx, db, "b"), errRule)
		}, errRule, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := postgres.NewDatabase(open(t))
			err := db.Transact(t.Context(), func(ctx context.Context) error { return test.do(ctx, db) })
			if !errors.Is(err, test.fail) {
				t.Errorf("got %v", err)
			}
			if got := names(t, db); !slices.Equal(got, test.want) {
				t.Errorf("it keeps %v", got)
			}
		})
	}
}

func TestAUnitOfWorkHasOneConnectionAndGivesItBack(t *testing.T) {
	t.Parallel()
	pool := openAt(t, testkit.NewDatabase(t, migrations(t)).URL, 1)
	db := postgres.NewDatabase(pool)
	postgres.SetPatience(pool, 10*time.Second)
	for name, do := range map[string]func(ctx context.Context, end context.CancelFunc) error{
		"when it is done": func(ctx context.Context, _ context.CancelFunc) error {
			return db.Transact(ctx, func(ctx context.Context) error { return add(ctx, db, "done") })
		},
		"when a statement fails":   func(ctx context.Context, _ context.CancelFunc) error { return add(ctx, db, string([]byte{0})) },
		"when the caller has gone": func(_ context.Context, end context.CancelFunc) error { end(); return nil },
		"when it panics":           func(context.Context, context.CancelFunc) error { panic("x") },
		"when the server goes away": func(ctx context.Context, _ context.CancelFunc) error {
			_, err := db.Exec(ctx, "select pg_terminate_backend(pg_backend_pid())")
			return err
		},
		"when a statement takes long": func(ctx context.Context, end context.CancelFunc) error {
			time.AfterFunc(20*time.Millisecond, end)
			_, err := db.Exec(ctx, "select pg_sleep(5)")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			defer end()
			var err error
			func() {
				defer func() {
					if cause := recover(); cause != nil {
						err = errRule
					}
				}()
				err = db.Transact(ctx, func(ctx context.Context) error {
					return errors.Join(add(ctx, db, name), do(ctx, end))
				})
			}()
			if kept := slices.Contains(names(t, db), name); kept != (err == nil) || kept != (name == "when it is done") {
				t.Errorf("got %v, and it is kept: %v", err, kept)
			}
		})
	}
}

func TestARollbackKeepsTheConnectionAfterTheCallerHasGone(t *testing.T) {
	t.Parallel()
	db := postgres.NewDatabase(openAt(t, bare(t), 1))
	backend := func(ctx context.Context) (pid int) {
		if err := db.QueryRow(ctx, "select pg_backend_pid()").Scan(&pid); err != nil {
			t.Error(err)
		}
		return pid
	}
	before := backend(t.Context())
	ctx, end := context.WithCancel(t.Context())
	if err := db.Transact(ctx, func(ctx context.Context) error {
		backend(ctx)
		end()
		return errRule
	}); !errors.Is(err, errRule) {
		t.Errorf("got %v", err)
	}
	if after := backend(t.Context()); after != before {
		t.Error("the pool had to make another one")
	}
}

func TestWhatATransactionHasBegunIsSeenInsideOfItOnly(t *testing.T) {
	t.Parallel()
	db := postgres.NewDatabase(open(t))
	list := postgres.List{Table: "parents", Columns: "name", Page: page.Request{}}
	count := func(ctx context.Context) int {
		found, err := postgres.Select(ctx, db, list, pgx.RowTo[string], func(string) page.Position { return page.Position{} })
		if err != nil {
			t.Error(err)
		}
		return len(found.Items)
	}
	var kept context.Context
	before := t.Context()
	if err := db.Transact(before, func(ctx context.Context) error {
		kept = ctx //nolint:fatcontext // to prove that it is of no use later
		err := add(ctx, db, "a")
		if inside, outside := count(ctx), count(before); inside != 1 || outside != 0 {
			t.Errorf("%d inside, %d outside", inside, outside)
		}
		if !postgres.InTransaction(ctx) || postgres.InTransaction(before) {
			t.Error("it is not told from what is outside")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := add(kept, db, "b"); !errors.Is(err, pgx.ErrTxClosed) {
		t.Errorf("a context that outlives its unit: %v", err)
	}
}

func TestWhatHasToWaitForTheCommit(t *testing.T) {
	t.Parallel()
	db := postgres.NewDatabase(open(t))
	var ran []string
	after := func(ctx context.Context, name string) {
		postgres.AfterCommit(ctx, func(ctx context.Context) {
			if postgres.InTransaction(ctx) || ctx.Err() != nil {
				t.Errorf("%s: in a transaction, or ended: %v", name, ctx.Err())
			}
			ran = append(ran, fmt.Sprint(name, " ", len(names(t, db)))) //nolint:contextcheck // the test's own will do
		})
	}
	after(t.Context(), "at once")
	ctx, end := context.WithCancel(t.Context())
	tries := 0
	if err := db.Transact(ctx, func(ctx context.Context) error {
		after(ctx, "first")
		err := add(ctx, db, "a")
		if tries++; tries < 3 {
			_, err = db.Exec(ctx, "do $$ begin raise exception 'again' using errcode = '40001'; end $$")
			return err
		}
		return errors.Join(err, db.Transact(ctx, func(ctx context.Context) error {
			after(ctx, "second")
			postgres.AfterCommit(ctx, func(context.Context) { end() })
			after(ctx, "third")
			return nil
		}))
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Transact(t.Context(), func(ctx context.Context) error { after(ctx, "never"); return errRule }); !errors.Is(err, errRule) {
		t.Errorf("got %v", err)
	}
	if want := []string{"at once 0", "first 1", "second 1", "third 1"}; !slices.Equal(ran, want) {
		t.Errorf("got %q", ran)
	}
}

func TestWhatHasToBeDoneUnlessTheUnitIsRolledBack(t *testing.T) {
	t.Parallel()
	files := migrations(t)
	files["20260102000000_late.sql"] = &fstest.MapFile{Data: fmt.Appendf(nil, `-- migrate:up
create table late (n int unique deferrable initially deferred);
grant select, insert on late to %s;
-- migrate:down
drop table late;
`, serviceRole(t))}
	for name, test := range map[string]struct {
		breaks func(*testkit.Proxy)
		sql    string
		err    error
		want   []string
		rows   int
	}{
		"if it is committed":                 {nil, "insert into late values (1)", nil, []string{"after the commit", "unless undone"}, 1},
		"if nobody knows":                    {func(p *testkit.Proxy) { p.Swallow(testkit.Committed, func() {}) }, "insert into late values (1)", nil, []string{"unless undone"}, 1},
		"not if a rule says no":              {nil, "insert into late values (1)", errRule, nil, 0},
		"not if an error was not heard":      {nil, "no SQL", nil, nil, 0},
		"not if the server refuses a commit": {nil, "insert into late values (1), (1)", nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := testkit.NewDatabase(t, files)
			through, proxy := database.Through(t)
			db, direct := postgres.NewDatabase(openAt(t, through.URL, 2)), openAt(t, database.URL, 2)
			if test.breaks != nil {
				test.breaks(proxy)
			}
			var ran []string
			err := db.Transact(t.Context(), func(ctx context.Context) error {
				postgres.AfterCommit(ctx, func(context.Context) { ran = append(ran, "after the commit") })
				postgres.UnlessRolledBack(ctx, func(ctx context.Context) {
					if postgres.InTransaction(ctx) || ctx.Err() != nil {
						t.Errorf("in a transaction, or ended: %v", ctx.Err())
					}
					ran = append(ran, "unless undone")
				})
				_, _ = db.Exec(ctx, test.sql)
				return test.err
			})
			var rows int
			if err := direct.QueryRow(t.Context(), "select count(*) from late").Scan(&rows); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(ran, test.want) || rows != test.rows || (err == nil) != (len(test.want) == 2) {
				t.Errorf("%q ran, %d rows, %v", ran, rows, err)
			}
		})
	}
}

// TestUnitsThatMeet makes two units that get in each other's way, once.
func TestUnitsThatMeet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ first, then string }{
		"in a deadlock": {"update parents set name = name || '+' where name like $1 || '%'", "update parents set name = name || '+' where name not like $1 || '%'"},
		"in a conflict of what they read and write": {
			"select count(*) from parents where $1 <> ''",
			"insert into parents select gen_random_uuid(), 'count ' || $1 || (select count(*) from parents)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := postgres.NewDatabase(open(t))
			if err := errors.Join(add(t.Context(), db, "a"), add(t.Context(), db, "b")); err != nil {
				t.Fatal(err)
			}
			var tries atomic.Int32
			var met, units sync.WaitGroup
			met.Add(2)
			for _, mine := range []string{"a", "b"} {
				units.Go(func() {
					first := true
					if err := db.Transact(t.Context(), func(ctx context.Context) error {
						tries.Add(1)
						_, err := db.Exec(ctx, "set transaction isolation level serializable")
						_, begun := db.Exec(ctx, test.first, mine)
						if first {
							first = false
							met.Done()
							met.Wait()
						}
						_, ended := db.Exec(ctx, test.then, mine)
						return errors.Join(err, begun, ended)
					}); err != nil {
						t.Error(err)
					}
				})
			}
			units.Wait()
			if tries.Load() < 3 {
				t.Errorf("they did not meet: %d tries", tries.Load())
			}
		})
	}
}

// TestWhatTheServerUndoes has a function that fails until it was called so often; a sequence counts across rollbacks.
func TestWhatTheServerUndoes(t *testing.T) {
	t.Parallel()
	files := migrations(t)
	files["20260102000000_fail.sql"] = &fstest.MapFile{Data: fmt.Appendf(nil, `-- migrate:up
create sequence calls;
grant usage on sequence calls to %s;
create function fail(calls int, code text) returns int language plpgsql as $$
begin
    if nextval('calls') < calls then raise exception 'undone' using errcode = code; end if;
    return currval('calls');
end $$;
-- migrate:down
drop function fail;
drop sequence calls;
`, serviceRole(t))}
	query := func(ctx context.Context, db *postgres.Database, sql string, arguments ...any) error {
		rows, err := db.Query(ctx, sql, arguments...)
		if err != nil {
			return err
		}
		_, err = pgx.CollectRows(rows, pgx.RowTo[int])
		return err
	}
	exec := func(ctx context.Context, db *postgres.Database, sql string, arguments ...any) error {
		_, err := db.Exec(ctx, sql, arguments...)
		return err
	}
	scan := func(ctx context.Context, db *postgres.Database, sql string, arguments ...any) error {
		var got int
		return db.QueryRow(ctx, sql, arguments...).Scan(&got)
	}
	unit := func(ctx context.Context, db *postgres.Database, sql string, arguments ...any) error {
		return db.Transact(ctx, func(ctx context.Context) error { return postgres.Fault(scan(ctx, db, sql, arguments...), nil) })
	}
	for name, test := range map[string]struct {
		ask  func(context.Context, *postgres.Database, string, ...any) error
		fine int // the call that would succeed
		code string
		want int // calls
	}{
		"is asked for again: Exec":                          {exec, 4, "40001", 4},
		"is asked for again: QueryRow":                      {scan, 4, "40P01", 4},
		"is asked for again: a unit":                        {unit, 4, "40001", 4},
		"is not asked for again after three times":          {unit, 9, "40P01", 4},
		"is not asked for again if rows may have been read": {query, 9, "40001", 1},
		"is told from what it refuses: Exec":                {exec, 9, "23505", 1},
		"is told from what it refuses: a unit":              {unit, 9, "55P03", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := postgres.NewDatabase(openAt(t, testkit.NewDatabase(t, files).URL, 2))
			err := test.ask(t.Context(), db, "select fail($1, $2)", test.fine, test.code)
			if (err == nil) != (test.fine <= test.want) {
				t.Errorf("got %v", err)
			}
			var next int
			if err := db.QueryRow(t.Context(), "select nextval('calls')").Scan(&next); err != nil || next != test.want+1 {
				t.Errorf("it was called %d times, %v", next-1, err)
			}
		})
	}
}

func TestAUnitThatCannotBeginIsUnavailable(t *testing.T) {
	t.Parallel()
	pool := openAt(t, bare(t), 1)
	held, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	postgres.SetPatience(pool, 20*time.Millisecond)
	err = postgres.NewDatabase(pool).Transact(t.Context(), func(context.Context) error {
		t.Error("it has begun")
		return nil
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}
