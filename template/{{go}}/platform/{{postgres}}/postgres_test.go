// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"platform.internal/config"
	"platform.internal/postgres"
	"platform.internal/testkit"
)

// serviceRole is the role that the service runs as, as SQL writes it.
func serviceRole(t *testing.T) string {
	t.Helper()
	address, err := url.Parse(bare(t))
	if err != nil {
		t.Fatal(err)
	}
	return pgx.Identifier{address.User.Username()}.Sanitize()
}

func migrations(t *testing.T) fstest.MapFS {
	t.Helper()
	const up = `-- migrate:up
grant select on schema_migrations to %[1]s;
create table parents (
    id uuid constraint parents_pkey primary key,
    name text constraint parents_name_unique unique constraint parents_name_length check (char_length(name) <= 2000000)
);
create table things (
    id uuid constraint things_pkey primary key,
    parent_id uuid constraint things_parent_id_fkey references parents (id) on delete restrict,
    owner text not null default 'ada',
    name text,
    number bigint,
    amount numeric(24, 6),
    day date,
    at timestamptz,
    data jsonb,
    deleted_at timestamptz,
    constraint things_number_range check (number > 0)
);
grant select, insert, update, delete on parents, things to %[1]s;

-- migrate:down
drop table things;
drop table parents;
revoke select on schema_migrations from %[1]s;
`
	return fstest.MapFS{"20260101000000_things.sql": {Data: fmt.Appendf(nil, up, serviceRole(t))}}
}

// open returns a pool as the service has it, on a database of the test's own.
func open(t *testing.T) *pgxpool.Pool {
	t.Helper()
	return openAt(t, testkit.NewDatabase(t, migrations(t)).URL, 4)
}

// bare returns the address of a database in which a test only asks questions.
func bare(t *testing.T) string {
	t.Helper()
	address := os.Getenv("DATABASE_URL")
	if address == "" {
		t.Fatal("DATABASE_URL is not set. Run the tests with `make test`, which starts a database and sets it.")
	}
	return address
}

func openAt(t *testing.T, address string, connections int32) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), settings(address, connections))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func settings(address string, connections int32) postgres.Settings {
	return postgres.Settings{
		URL:              config.NewSecret(address),
		Connections:      connections,
		StatementTimeout: 5 * time.Second,
		LockTimeout:      2 * time.Second,
	}
}

func exec(t *testing.T, db postgres.DB, sql string, arguments ...any) {
	t.Helper()
	if _, err := db.Exec(context.WithoutCancel(t.Context()), sql, arguments...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}
