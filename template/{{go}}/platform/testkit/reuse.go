// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// locks are the advisory locks of databases that a test has. Any number will do that no other use of such locks on the server has.
const locks = 729_011_441

// claim returns the name of a database that no other test has, in this process or another one, until the connection ends.
func claim(t testing.TB, server *pgx.Conn, prefix string) string {
	t.Helper()
	for n := 1; ; n++ {
		if name := fmt.Sprintf("%s_%d", prefix, n); claimed(t, server, name) {
			return name
		}
	}
}

func claimed(t testing.TB, server *pgx.Conn, name string) (ok bool) {
	t.Helper()
	if err := server.QueryRow(t.Context(), "select pg_try_advisory_lock($1, hashtext($2))", locks, name).Scan(&ok); err != nil {
		t.Fatal(err)
	}
	return ok
}

// clean brings a database that an earlier test had into the state in which that test found it: it takes the rows away.
// It reports false if there is no such database, if more has changed than rows, or if the migrations had brought rows.
// That is faster than a new database, which has some 300 files, whatever is in it.
func clean(t testing.TB, server *pgx.Conn, name string) bool {
	t.Helper()
	_, state, ok := strings.Cut(comments(t, server)[name], " ")
	if !ok {
		return false
	}
	exec(t, server, "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and datname = '"+name+"'")
	inside := connect(t, address(t, name).AdminURL)
	defer disconnect(t, inside)
	if err := empty(t, inside); err != nil {
		return false
	}
	found, err := fingerprint(t, inside)
	if err != nil || found != state {
		return false
	}
	note(t, server, name, state)
	return true
}

// empty takes the rows away, and lets sequences begin anew.
func empty(t testing.TB, conn *pgx.Conn) error {
	t.Helper()
	tables, err := filled(t, conn)
	if err == nil && len(tables) > 0 {
		_, err = conn.Exec(t.Context(), "set lock_timeout = '5s'; truncate "+strings.Join(tables, ", ")+" cascade")
	}
	if err == nil {
		_, err = conn.Exec(t.Context(), `select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
			from pg_sequences where last_value is not null`)
	}
	return err
}

// remember notes what a fresh database is like, if it may be used again.
func remember(t testing.TB, server *pgx.Conn, name string) {
	t.Helper()
	inside := connect(t, address(t, name).AdminURL)
	defer disconnect(t, inside)
	tables, err := filled(t, inside)
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) > 0 {
		return
	}
	state, err := fingerprint(t, inside)
	if err != nil {
		t.Fatal(err)
	}
	note(t, server, name, state)
}

// note writes on the database on which day it was used, and its state.
func note(t testing.TB, server *pgx.Conn, name, state string) {
	t.Helper()
	text := strings.TrimSpace(time.Now().UTC().Format(time.DateOnly) + " " + state)
	if comments(t, server)[name] != text {
		exec(t, server, fmt.Sprintf("comment on database %s is '%s'", name, text))
	}
}

// filled returns the tables that have rows, but not that of the migrations.
func filled(t testing.TB, conn *pgx.Conn) ([]string, error) {
	t.Helper()
	tables, err := texts(t, conn, `select format('%I.%I', schemaname, tablename) from pg_tables
		where schemaname not in ('pg_catalog', 'information_schema') and tablename <> 'schema_migrations'`)
	if err != nil || len(tables) == 0 {
		return nil, err
	}
	for i, table := range tables {
		tables[i] = fmt.Sprintf("select '%s' where exists (select from %s)", strings.ReplaceAll(table, "'", "''"), table)
	}
	return texts(t, conn, strings.Join(tables, " union all "))
}

// fingerprint tells one state of the schema from another by the transactions that wrote its rows in the catalogue,
// and those that wrote down which migrations are applied. PostgreSQL gives objects of users numbers from 16384 on; 2200 is the schema public.
func fingerprint(t testing.TB, conn *pgx.Conn) (string, error) {
	t.Helper()
	lines, err := texts(t, conn, `
		select 'attribute ' || attrelid || ' ' || attnum || ' ' || xmin from pg_attribute where attrelid >= 16384
		union all select 'constraint ' || oid || ' ' || xmin from pg_constraint where oid >= 16384
		union all select 'default ' || oid || ' ' || xmin from pg_attrdef
		union all select 'function ' || oid || ' ' || xmin from pg_proc where oid >= 16384
		union all select 'index ' || indexrelid || ' ' || xmin from pg_index where indexrelid >= 16384
		union all select 'policy ' || oid || ' ' || xmin from pg_policy
		union all select 'rights ' || oid || ' ' || relrowsecurity || ' ' || coalesce(relacl::text, '') from pg_class where oid >= 16384
		union all select 'schema ' || oid || ' ' || xmin from pg_namespace where oid >= 16384 or oid = 2200
		union all select 'trigger ' || oid || ' ' || xmin from pg_trigger
		union all select 'type ' || oid || ' ' || xmin from pg_type where oid >= 16384
		union all select 'view ' || oid || ' ' || xmin from pg_rewrite where oid >= 16384
		union all select 'migration ' || version || ' ' || xmin from schema_migrations
		order by 1`)
	return sum(lines...), err
}

// digest is another one for every state of the migrations.
func digest(t testing.TB, migrations fs.FS) string {
	t.Helper()
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, name, string(text))
	}
	return sum(parts...)
}

// sum returns 16 hexadecimal digits that depend on every part and on where it ends.
func sum(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d %s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

func texts(t testing.TB, conn *pgx.Conn, sql string) ([]string, error) {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
