package postgres_test

import (
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"platform.internal/postgres"
	"platform.internal/testkit"
)

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
