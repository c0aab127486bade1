// Kept by the platform: docs/ownership.md says what that means.

// Package testkit is what tests of the service stand on: a database of their own, a client that holds
// every answer against the contract, and proofs about the schema.
package testkit

import (
	"context"
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

// Database is a database that one test has for itself. The service's role has the rights in it that it has in production.
type Database struct {
	URL      string // as the role that the service runs as
	OwnerURL string // as the role that runs migrations
	AdminURL string // as the administrator of the server
}

// Exec runs a statement as the administrator, past the service and past its rights.
func (d Database) Exec(t testing.TB, sql string, arguments ...any) {
	t.Helper()
	conn := connect(t, d.AdminURL)
	defer disconnect(t, conn)
	if _, err := conn.Exec(t.Context(), sql, arguments...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// NewDatabase returns a migrated database with the rows that the migrations bring and no others. The test has it for itself;
// when it ends, another one may get it. `make test` says where the server is, in TEST_DATABASE_URL, DATABASE_URL and DATABASE_OWNER_URL.
func NewDatabase(t testing.TB, migrations fs.FS) Database {
	t.Helper()
	server := lasting(t)
	name := claim(t, server, "test_"+digest(t, migrations))
	if !clean(t, server, name) {
		exec(t, server, "drop database if exists "+name+" with (force)")
		create(t, server, name)
		note(t, server, name, "")
		if err := postgres.NewMigrator(migrations, address(t, name).OwnerURL, io.Discard).Up(t.Context()); err != nil {
			t.Fatalf("migrate a database for the test: %v", err)
		}
		remember(t, server, name)
	}
	return address(t, name)
}

// NewEmptyDatabase returns a database without any table, which is dropped when the test ends.
func NewEmptyDatabase(t testing.TB) Database {
	t.Helper()
	server := lasting(t)
	name := "test_" + strings.ReplaceAll(id.New().String(), "-", "")
	create(t, server, name)
	t.Cleanup(func() {
		if _, err := server.Exec(context.WithoutCancel(t.Context()), "drop database "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	return address(t, name)
}

// lasting returns a connection to the server that lasts as long as the test, and so do its locks.
func lasting(t testing.TB) *pgx.Conn {
	t.Helper()
	server := connect(t, environment(t, "TEST_DATABASE_URL"))
	t.Cleanup(func() {
		// The server ends a connection some time after the client has: the next test would find the locks taken.
		// Where this fails there is no connection any more, and so no lock.
		_, _ = server.Exec(context.WithoutCancel(t.Context()), "select pg_advisory_unlock_all()")
		disconnect(t, server)
	})
	sweep(t, server)
	return server
}

// create gives the roles the rights that db/roles.sql gives them.
func create(t testing.TB, server *pgx.Conn, name string) {
	t.Helper()
	owner, service := role(t, "DATABASE_OWNER_URL"), role(t, "DATABASE_URL")
	exec(t, server, fmt.Sprintf("create database %s template template0 owner %s", name, owner))
	exec(t, server, fmt.Sprintf("revoke all on database %s from public", name))
	exec(t, server, fmt.Sprintf("grant connect on database %s to %s", name, service))
	inside := connect(t, address(t, name).AdminURL)
	defer disconnect(t, inside)
	exec(t, inside, "revoke all on schema public from public")
	exec(t, inside, "grant usage on schema public to "+service)
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

// role returns the role of an address, as SQL writes it.
func role(t testing.TB, name string) string {
	t.Helper()
	parsed, err := url.Parse(environment(t, name))
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

func disconnect(t testing.TB, conn *pgx.Conn) {
	t.Helper()
	_ = conn.Close(context.WithoutCancel(t.Context()))
}

func exec(t testing.TB, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
