// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"platform.internal/postgres"
)

// prepare migrates a database once for each state of the migrations; tests copy it, which is faster than to migrate again.
// A comment on it says on which day it was last used.
func prepare(t testing.TB, server *pgx.Conn, migrations fs.FS) string {
	t.Helper()
	name, today := "template_"+digest(t, migrations), time.Now().UTC().Format(time.DateOnly)
	used := comments(t, server)
	if _, exists := used[name]; !exists {
		unfinished := name + "_unfinished"
		exec(t, server, "drop database if exists "+unfinished+" with (force)")
		create(t, server, unfinished, "template0")
		if err := postgres.NewMigrator(migrations, address(t, unfinished).OwnerURL, io.Discard).Up(t.Context()); err != nil {
			t.Fatalf("migrate the template: %v", err)
		}
		exec(t, server, "alter database "+unfinished+" rename to "+name)
	}
	if used[name] != today {
		exec(t, server, fmt.Sprintf("comment on database %s is '%s'", name, today))
	}
	return name
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

// comments returns the comment on each database, by its name; empty where there is none.
func comments(t testing.TB, server *pgx.Conn) map[string]string {
	t.Helper()
	rows, err := server.Query(t.Context(), "select datname, coalesce(shobj_description(oid, 'pg_database'), '') from pg_database")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	var name, comment string
	if _, err := pgx.ForEachRow(rows, []any{&name, &comment}, func() error {
		found[name] = comment
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

var swept sync.Once

// sweep drops, once in each process, what earlier runs have left behind.
func sweep(t testing.TB, server *pgx.Conn) {
	t.Helper()
	swept.Do(func() {
		for name, comment := range comments(t, server) {
			if abandoned(name, comment, time.Now()) {
				exec(t, server, "drop database if exists "+name+" with (force)")
			}
		}
	})
}

var (
	ofATest    = regexp.MustCompile(`\Atest_([0-9a-f]{32})\z`)
	aTemplate  = regexp.MustCompile(`\Atemplate_[0-9a-f]{16}\z`)
	unfinished = regexp.MustCompile(`\Atemplate_[0-9a-f]{16}_unfinished\z`)
)

// abandoned reports whether a database is one that an aborted run did not drop, which is sure after an hour,
// or a template that no run has used for a week.
func abandoned(name, comment string, now time.Time) bool {
	if unfinished.MatchString(name) {
		return true // the lock says that nobody is making it
	}
	if match := ofATest.FindStringSubmatch(name); match != nil {
		made, err := uuid.Parse(match[1])
		seconds, _ := made.Time().UnixTime()
		return err == nil && now.Sub(time.Unix(seconds, 0)) > time.Hour
	}
	used, err := time.Parse(time.DateOnly, comment)
	return aTemplate.MatchString(name) && err == nil && now.Sub(used) > 7*24*time.Hour
}
