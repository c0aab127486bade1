// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"platform.internal/postgres"
	"platform.internal/testkit"
)

// output is what several migrators write.
type output struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (o *output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// steps are three migrations that fail if one of them is applied twice, or in another order.
func steps() fstest.MapFS {
	return fstest.MapFS{
		"20260101000000_one.sql":   file("-- migrate:up\ncreate table one (n int); select pg_sleep(0.03);\n-- migrate:down\ndrop table one;\n"),
		"20260102000000_two.sql":   file("-- migrate:up\nalter table one add column two int;\n-- migrate:down\nalter table one drop column two;\n"),
		"20260103000000_three.sql": file("-- migrate:up transaction:false\ncreate index concurrently one_two_idx on one (two);\n-- migrate:down\ndrop index one_two_idx;\n"),
	}
}

func with(files fstest.MapFS, more fstest.MapFS) fstest.MapFS {
	changed := maps.Clone(files)
	maps.Copy(changed, more)
	return changed
}

func TestMigrationsGoUpAndDown(t *testing.T) {
	t.Parallel()
	database := testkit.NewEmptyDatabase(t)
	t.Run("not at all without files", func(t *testing.T) { withoutFiles(t, database) })
	t.Run("not down where there is nothing to undo, or what is unknown", func(t *testing.T) { downRefuses(t, database) })
	migrator := postgres.NewMigrator(steps(), database.OwnerURL, io.Discard)
	for _, step := range []struct {
		do      func(context.Context) error
		pending int
	}{
		{migrator.Up, 0}, {migrator.Up, 0}, {migrator.Down, 1}, {migrator.Down, 2}, {migrator.Up, 0}, {migrator.Down, 1}, {migrator.Down, 2}, {migrator.Down, 3},
	} {
		if err := step.do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if pending, err := migrator.Status(t.Context()); err != nil || pending != step.pending {
			t.Fatalf("%d pending, want %d, %v", pending, step.pending, err)
		}
	}
	if left := testkit.Catalogue(t, database); len(left) > 0 {
		t.Errorf("what is left: %q", left)
	}
}

func TestAnAddressWithoutSSLModeIsThatOfAServerWithoutTLSToo(t *testing.T) {
	t.Parallel()
	database := testkit.NewEmptyDatabase(t)
	address, err := url.Parse(database.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	parameters := address.Query()
	parameters.Del("sslmode")
	address.RawQuery = parameters.Encode()
	if err := postgres.NewMigrator(steps(), address.String(), io.Discard).Up(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestFourMigratorsAtOnceApplyEachMigrationOnce(t *testing.T) {
	t.Parallel()
	database := testkit.NewEmptyDatabase(t)
	var out output
	var migrators sync.WaitGroup
	for range 4 {
		migrators.Go(func() {
			if err := postgres.NewMigrator(steps(), database.OwnerURL, &out).Up(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	migrators.Wait()
	if got := strings.Count(out.text.String(), "Applied: "); got != 3 {
		t.Errorf("%d migrations were applied:\n%s", got, out.text.String())
	}
}

func TestAMigrationThatFails(t *testing.T) {
	t.Parallel()
	database := testkit.NewEmptyDatabase(t)
	broken := with(steps(), fstest.MapFS{
		"20260102000000_two.sql": file("-- migrate:up\ncreate table half (n int);\nselect 'a line'\n  from nowhere;\n-- migrate:down\n"),
	})
	var out output
	err := postgres.NewMigrator(broken, database.OwnerURL, &out).Up(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "20260102000000_two.sql: ") || !strings.Contains(err.Error(), `relation "nowhere" does not exist`) || strings.Contains(err.Error(), "\n") {
		t.Errorf("it is not named in one line: %v", err)
	}
	if text := out.text.String(); !strings.Contains(text, "Applied: 20260101000000_one.sql") || strings.Contains(text, "Applied: 20260102000000_two.sql") {
		t.Errorf("it is said to be applied:\n%s", text)
	}
	if pending, err := postgres.NewMigrator(broken, database.OwnerURL, io.Discard).Status(t.Context()); err != nil || pending != 2 {
		t.Errorf("it leaves %d pending, and the lock behind: %v", pending, err)
	}
	for _, line := range testkit.Catalogue(t, database) {
		if strings.Contains(line, "half") {
			t.Errorf("it leaves half of itself behind: %s", line)
		}
	}
}

func TestTheLockOfMigrations(t *testing.T) {
	t.Parallel()
	database := testkit.NewEmptyDatabase(t)
	hold := func(t *testing.T) *pgx.Conn {
		t.Helper()
		holder := connect(t, database.OwnerURL)
		if _, err := holder.Exec(t.Context(), "select pg_advisory_lock($1)", postgres.LockKey); err != nil {
			t.Fatal(err)
		}
		return holder
	}
	kill := func(holder *pgx.Conn) { _ = holder.PgConn().Conn().Close() } // as the kernel does, without a word to the server

	t.Run("is waited for, and ends with the process that holds it", func(t *testing.T) {
		holder := hold(t)
		start := time.Now()
		time.AfterFunc(50*time.Millisecond, func() { kill(holder) })
		if err := postgres.NewMigrator(steps(), database.OwnerURL, io.Discard).Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 50*time.Millisecond {
			t.Errorf("it took %s: it did not wait", took)
		}
	})
	t.Run("is waited for no longer than the context lasts", func(t *testing.T) {
		hold(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := postgres.NewMigrator(steps(), database.OwnerURL, io.Discard).Up(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("is kept, however long its connection idles", func(t *testing.T) {
		database.Exec(t, "do $$ begin execute format('alter database %I set idle_session_timeout = 400', current_database()); end $$")
		slow := with(steps(), fstest.MapFS{"20260104000000_slow.sql": file("-- migrate:up\nselect pg_sleep(0.9);\n-- migrate:down\nselect 1;\n")})
		var out output
		var migrators sync.WaitGroup
		for range 2 {
			migrators.Go(func() {
				if err := postgres.NewMigrator(slow, database.OwnerURL, &out).Up(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		migrators.Wait()
		if got := strings.Count(out.text.String(), "Applying: "); got != 1 {
			t.Errorf("it was begun %d times:\n%s", got, out.text.String())
		}
	})
}

func withoutFiles(t *testing.T, database testkit.Database) {
	t.Helper()
	migrator := postgres.NewMigrator(fstest.MapFS{}, database.OwnerURL, io.Discard)
	if err := migrator.Up(t.Context()); err != nil {
		t.Errorf("up: %v", err)
	}
	if pending, err := migrator.Status(t.Context()); err != nil || pending != 0 {
		t.Errorf("status: %d and %v", pending, err)
	}
}

// downRefuses leaves the database as empty as it was.
func downRefuses(t *testing.T, database testkit.Database) {
	t.Helper()
	migrator := postgres.NewMigrator(steps(), database.OwnerURL, io.Discard)
	if err := migrator.Down(t.Context()); err == nil || err.Error() != "there is no migration to undo" {
		t.Errorf("a database without migrations: %v", err)
	}
	if left := testkit.Catalogue(t, database); len(left) > 0 {
		t.Errorf("it left %q", left)
	}
	newest := postgres.NewMigrator(fstest.MapFS{"20260104000000_four.sql": file("-- migrate:up\nselect 1;\n-- migrate:down\nselect 1;\n")}, database.OwnerURL, io.Discard)
	if err := newest.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := migrator.Down(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "the newest migration, 20260104000000, is unknown to this build") {
		t.Errorf("a database that is ahead: %v", err)
	}
	if err := newest.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAnAddressThatIsNoneIsToldInOneSentenceThatKeepsThePassword(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "hunter2", "host=localhost password=hunter2", "mysql://u:hunter2@h/x", "postgres://u:hunter2@[::1/x", "postgres://u:hunter2@127.0.0.1:1/x"} {
		err := postgres.NewMigrator(steps(), address, io.Discard).Up(t.Context())
		if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "database") {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

func TestTheSchemaIs(t *testing.T) {
	t.Parallel()
	database := testkit.NewEmptyDatabase(t)
	pool := openAt(t, database.URL, 1)
	known := migrations(t)
	check := func(files fstest.MapFS) error { return postgres.CheckSchema(t.Context(), pool, files) }

	if err := check(known); !errors.Is(err, postgres.ErrSchemaBehind) || !strings.Contains(err.Error(), "1 pending, first 20260101000000_things.sql") {
		t.Errorf("behind, before the first migration: %v", err)
	}
	if err := check(fstest.MapFS{}); err != nil {
		t.Errorf("up to date, without migrations: %v", err)
	}
	if err := postgres.NewMigrator(known, database.OwnerURL, io.Discard).Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := check(known); err != nil {
		t.Errorf("up to date, after them all: %v", err)
	}
	if err := check(fstest.MapFS{}); err != nil {
		t.Errorf("ahead, which is allowed: %v", err)
	}
	beside := maps.Clone(known)
	beside["README.md"], beside["notes.sql"] = file("x"), file("x")
	if err := check(beside); err != nil {
		t.Errorf("up to date, whatever lies beside the migrations: %v", err)
	}
	more := maps.Clone(known)
	more["20260301000000_c.sql"], more["20260201000000.sql"] = file("x"), file("x")
	if err := check(more); !errors.Is(err, postgres.ErrSchemaBehind) || !strings.Contains(err.Error(), "2 pending, first 20260201000000.sql") {
		t.Errorf("behind, by two: %v", err)
	}
	if err := postgres.NewMigrator(known, database.OwnerURL, io.Discard).Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := check(known); !errors.Is(err, postgres.ErrSchemaBehind) {
		t.Errorf("behind, after the last was undone: %v", err)
	}
}

func TestASchemaThatCannotBeReadIsNotTakenForOneThatIsBehind(t *testing.T) {
	t.Parallel()
	pool := openAt(t, testkit.NewEmptyDatabase(t).URL, 1)
	pool.Close()
	if err := postgres.CheckSchema(t.Context(), pool, migrations(t)); err == nil || errors.Is(err, postgres.ErrSchemaBehind) {
		t.Errorf("got %v", err)
	}
}
