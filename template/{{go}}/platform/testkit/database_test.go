// Kept by the platform: docs/ownership.md says what that means.

package testkit_test

import (
	"fmt"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"platform.internal/testkit"
)

func migrations(t *testing.T) fstest.MapFS {
	t.Helper()
	service, err := url.Parse(os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"20260101000000_things.sql": {Data: fmt.Appendf(nil, `-- migrate:up
create table things (id uuid constraint things_pkey primary key, name text not null default 'x', number int);
create index things_name_id_idx on things (name, id);
comment on table things is 'Things.';
grant select on things to %s;
-- migrate:down
drop table things;
`, pgx.Identifier{service.User.Username()}.Sanitize())}}
}

func ask[T any](t *testing.T, address, sql string, arguments ...any) (got T, err error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	err = conn.QueryRow(t.Context(), sql, arguments...).Scan(&got)
	return got, err
}

func TestADatabase(t *testing.T) {
	t.Parallel()
	files := migrations(t)
	database := testkit.NewDatabase(t, files)
	database.Exec(t, "insert into things (id, number) values (gen_random_uuid(), $1)", 1)

	t.Run("is the test's own", func(t *testing.T) {
		other := testkit.NewDatabase(t, files)
		if got, err := ask[int](t, other.AdminURL, "select count(*) from things"); err != nil || got != 0 {
			t.Errorf("it has %d rows of another, %v", got, err)
		}
		if got, err := ask[int](t, database.AdminURL, "select count(*) from things"); err != nil || got != 1 {
			t.Errorf("%d rows, %v", got, err)
		}
	})
	t.Run("belongs to the owner", func(t *testing.T) {
		owner, err := ask[string](t, database.OwnerURL, "select pg_get_userbyid(datdba)::text from pg_database where datname = current_database() and pg_get_userbyid(datdba) = current_user")
		if err != nil {
			t.Errorf("it belongs to %s, %v", owner, err)
		}
	})
	for name, sql := range map[string]string{
		"gives the service no right to make a table":           "create table mine (n int)",
		"gives the service no right to make a temporary table": "create temporary table mine (n int)",
		"gives the service no right that no migration gives":   "delete from things",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ask[int](t, database.URL, sql); err == nil || !strings.Contains(err.Error(), "42501") {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("gives the service the rights that a migration gives", func(t *testing.T) {
		if got, err := ask[int](t, database.URL, "select count(*) from things"); err != nil || got != 1 {
			t.Errorf("%d rows, %v", got, err)
		}
	})
	t.Run("is described by its catalogue, line by line", func(t *testing.T) {
		got := testkit.Catalogue(t, database)
		for _, want := range []string{
			"things id: uuid not null ",
			"things name: text not null 'x'::text",
			"constraint things_pkey on things: PRIMARY KEY (id)",
			"CREATE INDEX things_name_id_idx ON public.things USING btree (name, id)",
			"comment on things: Things.",
		} {
			if !slices.Contains(got, want) {
				t.Errorf("%q is missing in\n%s", want, strings.Join(got, "\n"))
			}
		}
		if strings.Contains(strings.Join(got, "\n"), "schema_migrations") {
			t.Error("it describes the table of the migrations, too")
		}
	})
	t.Run("proves that an index serves a statement", func(t *testing.T) {
		testkit.AssertIndexed(t, database, "select id from things where name = $1 and id > $2 order by id limit $3", 3)
		testkit.AssertIndexed(t, database, "select id from things order by id desc limit $1", 1)
	})
	for name, sql := range map[string]string{
		"proves that none serves a filter":   "select id from things where number = $1",
		"proves that none serves an order":   "select id from things where name = $1 order by number limit $2",
		"proves that one serves only a part": "select id from things where number = $1 order by id limit $2",
	} {
		t.Run(name, func(t *testing.T) {
			said := fails(t, func(tb testing.TB) {
				tb.Helper()
				testkit.AssertIndexed(tb, database, sql, strings.Count(sql, "$"))
			})
			if !strings.Contains(said, "reads all of things") && !strings.Contains(said, "sorts its rows") {
				t.Errorf("it says %s", said)
			}
		})
	}
}

func TestADatabaseIsDroppedWithItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("inside", func(t *testing.T) {
		database := testkit.NewEmptyDatabase(t)
		address, err := url.Parse(database.AdminURL)
		if err != nil {
			t.Fatal(err)
		}
		name = strings.TrimPrefix(address.Path, "/")
		if _, err := pgx.Connect(t.Context(), database.URL); err != nil { // and left open
			t.Fatal(err)
		}
	})
	if left, err := ask[bool](t, os.Getenv("TEST_DATABASE_URL"), "select exists (select from pg_database where datname = $1)", name); err != nil || left {
		t.Errorf("%s is left behind, %v", name, err)
	}
}

func TestMigrationsThatFailAreTold(t *testing.T) {
	t.Parallel()
	broken := fstest.MapFS{"20260101000000_broken.sql": {Data: []byte("-- migrate:up\nselect nonsense;\n-- migrate:down\n")}}
	for range 2 { // the second time, what the first left behind is in the way of nothing
		said := fails(t, func(tb testing.TB) {
			tb.Helper()
			testkit.NewDatabase(tb, broken)
		})
		if !strings.Contains(said, "20260101000000_broken.sql") {
			t.Errorf("it says %s", said)
		}
	}
}

// fake is a test that is allowed to fail.
type fake struct {
	testing.TB

	said     []string
	failed   bool
	cleanups []func()
}

func (f *fake) Helper() {}

func (f *fake) Errorf(format string, arguments ...any) {
	f.failed = true
	f.said = append(f.said, fmt.Sprintf(format, arguments...))
}

func (f *fake) Fatalf(format string, arguments ...any) {
	f.Errorf(format, arguments...)
	runtime.Goexit()
}

func (f *fake) Fatal(arguments ...any) {
	f.Errorf("%s", fmt.Sprint(arguments...))
	runtime.Goexit()
}

func (f *fake) Cleanup(cleanup func()) { f.cleanups = append(f.cleanups, cleanup) }

// fails runs a test that is expected to fail, and returns what it says.
func fails(t *testing.T, test func(testing.TB)) string {
	t.Helper()
	f := &fake{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(f)
	}()
	<-done
	for _, cleanup := range slices.Backward(f.cleanups) {
		cleanup()
	}
	if !f.failed {
		t.Error("it did not fail")
		return ""
	}
	return f.said[0]
}
