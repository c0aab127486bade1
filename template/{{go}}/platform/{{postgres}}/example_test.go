// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"context"
	"fmt"
	"testing"

	"platform.internal/fault"
	"platform.internal/postgres"
)

// units is what the rule below asks for.
type units interface {
	Transact(ctx context.Context, do func(context.Context) error) error
}

// parents is a store.
type parents interface {
	Create(ctx context.Context, name string) error
}

// family is a service whose rule needs more than one call of its stores: both of them, or neither.
type family struct {
	units  units
	stores []parents
	tell   func(context.Context)
}

func (f family) Adopt(ctx context.Context, name string) error {
	return f.units.Transact(ctx, func(ctx context.Context) error {
		for _, store := range f.stores {
			if err := store.Create(ctx, name); err != nil {
				return err
			}
		}
		postgres.AfterCommit(ctx, f.tell)
		return nil
	})
}

// named is a store like any other: it has a DB, and knows nothing of units.
type named struct {
	db     postgres.DB
	prefix string
}

func (n named) Create(ctx context.Context, name string) error { return add(ctx, n.db, n.prefix+name) }

// A rule over two stores; TestTheExampleKeepsItsPromise runs it.
func ExampleDatabase_Transact() {
	var db *postgres.Database // of internal/app, which gives it to both stores too
	service := family{
		units:  db,
		stores: []parents{named{db, "mother of "}, named{db, "father of "}},
		tell:   func(context.Context) { fmt.Println("both are stored") },
	}
	_ = service.Adopt
}

func TestTheExampleKeepsItsPromise(t *testing.T) {
	t.Parallel()
	db := postgres.NewDatabase(open(t))
	told := 0
	service := family{db, []parents{named{db, "mother of "}, named{db, "father of "}}, func(context.Context) { told++ }}
	if err := service.Adopt(t.Context(), "ada"); err != nil || len(names(t, db)) != 2 || told != 1 {
		t.Errorf("got %v, %v, told %d times", err, names(t, db), told)
	}
	if err := add(t.Context(), db, "father of bob"); err != nil {
		t.Fatal(err)
	}
	if err := service.Adopt(t.Context(), "bob"); fault.KindOf(err) != fault.Conflict || len(names(t, db)) != 3 || told != 1 {
		t.Errorf("got %v, %v, told %d times", err, names(t, db), told)
	}
}
