// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"platform.internal/postgres"
	"platform.internal/testkit"
)

// unique are migrations of which the second fails while the rows of the table are alike.
func unique() fstest.MapFS {
	return fstest.MapFS{
		"20260101000000_one.sql": file("-- migrate:up\ncreate table one (n int); insert into one values (1), (1);\n-- migrate:down\ndrop table one;\n"),
		"20260102000000_two.sql": file("-- migrate:up transaction:false\ncreate unique index concurrently one_n_unique on one (n);\n-- migrate:down transaction:false\ndrop index concurrently one_n_unique;\n"),
		"20260103000000_end.sql": file("-- migrate:up\nselect 1;\n-- migrate:down\n"),
	}
}

func TestAnIndexThatWasLeftHalfBuiltIsNotInTheWay(t *testing.T) {
	t.Parallel()
	database := testkit.NewEmptyDatabase(t)
	migrator := postgres.NewMigrator(unique(), database.OwnerURL, io.Discard)
	if err := migrator.Up(t.Context()); err == nil || !strings.Contains(err.Error(), "20260102000000_two.sql") {
		t.Fatalf("rows that are alike: %v", err)
	}
	owner := connect(t, database.OwnerURL)
	if _, err := owner.Exec(t.Context(), "delete from one where ctid = (select min(ctid) from one)"); err != nil {
		t.Fatal(err)
	}
	if err := migrator.Up(t.Context()); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	if err := migrator.Down(t.Context()); err != nil {
		t.Errorf("a migration without a way back: %v", err)
	}
}

func TestAnIndexThatIsBeingBuiltIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, role := range map[string]func(testkit.Database) string{
		"by the owner": func(d testkit.Database) string { return d.OwnerURL },
		"by another, whose work the owner sees not": func(d testkit.Database) string { return d.AdminURL },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := testkit.NewEmptyDatabase(t)
			migrator := postgres.NewMigrator(steps(), database.OwnerURL, io.Discard)
			if err := migrator.Up(t.Context()); err != nil {
				t.Fatal(err)
			}
			busy, builder, watcher := connect(t, database.OwnerURL), connect(t, role(database)), connect(t, database.OwnerURL)
			if _, err := busy.Exec(t.Context(), "begin; insert into one values (1)"); err != nil {
				t.Fatal(err)
			}
			built := make(chan error, 1)
			go func() {
				_, err := builder.Exec(t.Context(), "create index concurrently slow on one (n)")
				built <- err
			}()
			for begun := false; !begun && len(built) == 0; time.Sleep(time.Millisecond) {
				if err := watcher.QueryRow(t.Context(), "select to_regclass('slow') is not null").Scan(&begun); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if err := migrator.Up(ctx); err != nil {
				t.Error(err)
			}
			if _, err := busy.Exec(t.Context(), "commit"); err != nil {
				t.Fatal(err)
			}
			if err := <-built; err != nil {
				t.Error(err)
			}
		})
	}
}
