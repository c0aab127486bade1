// Package testkit is what tests of the service stand on: a database of their own, a client that holds
// every answer against the contract, and proofs about the schema.
package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"platform.internal/id"
	"platform.internal/postgres"
)

// Database is a database that one test has for itself.
type Database struct {
	URL      string // as the role that the service runs as
	OwnerURL string // as the role that runs migrations
	AdminURL string // as the administrator of the server
}

// Exec runs a statement as the administrator, past the service and past its rights.
func (d Database) Exec(t testing.TB, sql string, arguments ...any) {
	t.Helper()
	conn := connect(t, d.AdminURL)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), sql, arguments...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// NewDatabase returns a migrated database, which is dropped when the test ends.
// `make test` says where the server is, in TEST_DATABASE_URL, DATABASE_URL and DATABASE_OWNER_URL.
func NewDatabase(t testing.TB, migrations fs.FS) Database {
	t.Helper()
	server := connect(t, environment(t, "TEST_DATABASE_URL"))
	template := prepare(t, server, migrations)
	name := "test_" + strings.ReplaceAll(id.New().String(), "-", "")
	create(t, server, name, template)
	return address(t, name)
}

// NewEmptyDatabase returns a database without any table, which is dropped when the test ends.
func NewEmptyDatabase(t testing.TB) Database {
	t.Helper()
	server := connect(t, environment(t, "TEST_DATABASE_URL"))
	name := "test_" + strings.ReplaceAll(id.New().String(), "-", "")
	create(t, server, name, "template1")
	return address(t, name)
}

// lockKey keeps the packages, whose tests run in processes of their own, from making one template at the same time.
const lockKey = 7_290_114_418

// prepare migrates a database once for each state of the migrations; tests copy it, which is faster than to migrate again.
func prepare(t testing.TB, server *pgx.Conn, migrations fs.FS) string {
	t.Helper()
	name := "template_" + digest(t, migrations)
	exec(t, server, fmt.Sprintf("select pg_advisory_lock(%d)", lockKey))
	defer exec(t, server, fmt.Sprintf("select pg_advisory_unlock(%d)", lockKey))

	var exists bool
	if err := server.QueryRow(t.Context(), "select exists (select from pg_database where datname = $1)", name).Scan(&exists); err != nil {
		t.Fatal(err)
	}
	if exists {
		return name
	}
	unfinished := name + "_unfinished"
	exec(t, server, "drop database if exists "+unfinished+" with (force)")
	exec(t, server, "create database "+unfinished+" owner "+owner(t))
	if err := postgres.NewMigrator(migrations, address(t, unfinished).OwnerURL, io.Discard).Up(t.Context()); err != nil {
		t.Fatalf("migrate the template: %v", err)
	}
	exec(t, server, "alter database "+unfinished+" rename to "+name)
	return name
}

func create(t testing.TB, server *pgx.Conn, name, template string) {
	t.Helper()
	exec(t, server, fmt.Sprintf("select pg_advisory_lock(%d)", lockKey))
	exec(t, server, fmt.Sprintf("create database %s template %s owner %s", name, template, owner(t)))
	exec(t, server, fmt.Sprintf("select pg_advisory_unlock(%d)", lockKey))
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if _, err := server.Exec(ctx, "drop database "+name+" with (force)"); err != nil {
			t.Error(err)
		}
		_ = server.Close(ctx)
	})
}

func digest(t testing.TB, migrations fs.FS) string {
	t.Helper()
	hash := sha256.New()
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(hash, "%s %d %s", name, len(text), text)
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

func address(t testing.TB, name string) Database {
	t.Helper()
	return Database{
		URL:      with(t, environment(t, "DATABASE_URL"), name),
		OwnerURL: with(t, environment(t, "DATABASE_OWNER_URL"), name),
		AdminURL: with(t, environment(t, "TEST_DATABASE_URL"), name),
	}
}

func with(t testing.TB, address, name string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	parsed.Path = "/" + name
	return parsed.String()
}

func owner(t testing.TB) string {
	t.Helper()
	parsed, err := url.Parse(environment(t, "DATABASE_OWNER_URL"))
	if err != nil {
		t.Fatal(err)
	}
	return pgx.Identifier{parsed.User.Username()}.Sanitize()
}

func environment(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set. Run the tests with `make test`, which starts a database and sets it.", name)
	}
	return value
}

func connect(t testing.TB, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func exec(t testing.TB, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
