// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

var swept sync.Once

// sweep drops, once in each process, what earlier runs have left behind.
func sweep(t testing.TB, server *pgx.Conn) {
	t.Helper()
	swept.Do(func() {
		for name, comment := range comments(t, server) {
			if abandoned(name, comment, time.Now()) && claimed(t, server, name) {
				exec(t, server, "drop database if exists "+name+" with (force)")
			}
		}
	})
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

var (
	ofOneTest = regexp.MustCompile(`\Atest_([0-9a-f]{32})\z`)
	ofMany    = regexp.MustCompile(`\Atest_[0-9a-f]{16}_[0-9]+\z`)
	day       = regexp.MustCompile(`\A[0-9]{4}-[0-9]{2}-[0-9]{2}`)
)

// abandoned reports whether a database is one that an aborted run did not drop, which is sure after an hour,
// or one for many tests that none has used for a week.
func abandoned(name, comment string, now time.Time) bool {
	if match := ofOneTest.FindStringSubmatch(name); match != nil {
		made, err := uuid.Parse(match[1])
		seconds, _ := made.Time().UnixTime()
		return err == nil && now.Sub(time.Unix(seconds, 0)) > time.Hour
	}
	used, err := time.Parse(time.DateOnly, day.FindString(comment))
	return ofMany.MatchString(name) && err == nil && now.Sub(used) > 7*24*time.Hour
}
