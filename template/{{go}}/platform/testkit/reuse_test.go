// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"platform.internal/id"
)

func TestWhatAnAbortedRunLeavesBehindIsDropped(t *testing.T) {
	t.Parallel()
	now := time.Now()
	made, today := "test_"+strings.ReplaceAll(id.New().String(), "-", ""), now.Format(time.DateOnly)
	for name, test := range map[string]struct {
		database, comment string
		later             time.Duration
		want              bool
	}{
		"a database of one test, after an hour":         {made, "", time.Hour + time.Minute, true},
		"not before, as the test may still run":         {made, "", 59 * time.Minute, false},
		"one for many tests that none used for a week":  {"test_0123456789abcdef_2", today + " 0123456789abcdef", 9 * 24 * time.Hour, true},
		"one that could not be made, too":               {"test_0123456789abcdef_2", today, 9 * 24 * time.Hour, true},
		"not one that somebody used this week":          {"test_0123456789abcdef_2", today, 5 * 24 * time.Hour, false},
		"not one that says nothing":                     {"test_0123456789abcdef_2", "", 365 * 24 * time.Hour, false},
		"not a database of somebody else":               {"test_of_ours", "2020-01-01", 365 * 24 * time.Hour, false},
		"not a database of tests that are not Go's":     {"test_billing_1", "2020-01-01", 365 * 24 * time.Hour, false},
		"not those that PostgreSQL has":                 {"template1", "default template for new databases", 365 * 24 * time.Hour, false},
		"not a database whose name only looks like one": {made + "_copy", "", 365 * 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := abandoned(test.database, test.comment, now.Add(test.later)); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestADatabaseIsMadeForEachStateOfTheMigrations(t *testing.T) {
	t.Parallel()
	one := digest(t, fstest.MapFS{"1_a.sql": {Data: []byte("x")}, "notes.txt": {Data: []byte("x")}})
	if again := digest(t, fstest.MapFS{"1_a.sql": {Data: []byte("x")}}); again != one {
		t.Error("what is no migration counts")
	}
	for _, other := range []fstest.MapFS{{"1_a.sql": {Data: []byte("y")}}, {"2_a.sql": {Data: []byte("x")}}, {"1_a.sql": {Data: []byte("x")}, "2_b.sql": {}}} {
		if digest(t, other) == one {
			t.Errorf("%v has the same digest", other)
		}
	}
}

// bring returns migrations that no other test has; the table links keeps its rows from being deleted one by one.
func bring(rows string) fstest.MapFS {
	return fstest.MapFS{"20260101000000_nodes.sql": {Data: []byte(`-- migrate:up
create table nodes (id bigint generated always as identity primary key, name text);
create table links (node bigint not null references nodes (id));
create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
create trigger keep before delete on links for each row execute function refuse();
` + rows + `
-- migrate:down
`)}}
}

func oid(t *testing.T, database Database) string {
	t.Helper()
	conn := connect(t, database.AdminURL)
	defer disconnect(t, conn)
	found, err := texts(t, conn, "select oid::text from pg_database where datname = current_database()")
	if err != nil {
		t.Fatal(err)
	}
	return found[0]
}

func TestADatabaseIsUsedAgainAsTheMigrationsMadeIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		brought, done string
		again         bool
	}{
		"after a test that only read":             {"select 1;", "select 1", true},
		"after rows were added":                   {"select 2;", "insert into nodes (name) values ('a'); insert into links values (1)", true},
		"not after a column was added":            {"select 3;", "alter table nodes add column more text", false},
		"not after an index was dropped":          {"create index on nodes (name);", "drop index nodes_name_idx", false},
		"not after a right was given":             {"select 4;", "grant select on nodes to public", false},
		"not after the schema was opened":         {"select 5;", "grant create on schema public to public", false},
		"not after rows were hidden":              {"select 11;", "alter table nodes enable row level security", false},
		"not after a trigger was switched off":    {"select 6;", "alter table links disable trigger keep", false},
		"not after a function was replaced":       {"select 7;", "create or replace function refuse() returns trigger language plpgsql as 'begin return old; end'", false},
		"not after a default was set":             {"select 8;", "alter table nodes alter column name set default 'x'", false},
		"not after a migration was forgotten":     {"select 9;", "delete from schema_migrations", false},
		"not after the table of them was dropped": {"select 10;", "drop table schema_migrations", false},
		"not if the migrations bring rows":        {"insert into nodes (name) values ('brought');", "update nodes set name = 'changed'", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := bring(test.brought)
			var before string
			t.Run("a first test", func(t *testing.T) {
				database := NewDatabase(t, files)
				before = oid(t, database)
				database.Exec(t, test.done)
			})
			database := NewDatabase(t, files)
			if got := oid(t, database) == before; got != test.again {
				t.Errorf("it is the same one: %v", got)
			}
			conn := connect(t, database.AdminURL)
			defer disconnect(t, conn)
			found, err := texts(t, conn, `select name from nodes union all select node::text from links
				union all select nextval(pg_get_serial_sequence('nodes', 'id'))::text order by 1`)
			want := "1"
			if strings.HasPrefix(test.brought, "insert") {
				want = "2 brought"
			}
			if got := strings.Join(found, " "); err != nil || got != want {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

func TestADatabaseIsCleanedEvenIfATransactionWasLeftOpen(t *testing.T) {
	t.Parallel()
	files := bring("select 'left open';")
	t.Run("a first test", func(t *testing.T) {
		left := connect(t, NewDatabase(t, files).AdminURL)
		exec(t, left, "begin")
		exec(t, left, "insert into nodes (name) values ('a')")
	})
	conn := connect(t, NewDatabase(t, files).AdminURL)
	defer disconnect(t, conn)
	if tables, err := filled(t, conn); err != nil || len(tables) > 0 {
		t.Errorf("%v have rows, %v", tables, err)
	}
}
