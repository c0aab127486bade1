// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrSchemaBehind says that the schema lacks migrations that this build was written for.
var ErrSchemaBehind = errors.New("the schema is behind: run `make migrate`, or the command `migrate up`, then start again")

// CheckSchema returns an error that wraps ErrSchemaBehind if a migration has not been applied. It needs to read only.
// A schema that is ahead is none of its business: while a new version is rolled out, the old one goes on.
func CheckSchema(ctx context.Context, db DB, files fs.FS) error {
	pending, err := migrations(files)
	if err != nil {
		return err
	}
	done, err := applied(ctx, db)
	if err != nil {
		return err
	}
	for _, version := range done {
		delete(pending, version)
	}
	if len(pending) == 0 {
		return nil
	}
	return fmt.Errorf("%w (%d pending, first %s)", ErrSchemaBehind, len(pending), slices.Min(slices.Collect(maps.Values(pending))))
}

// applied returns the versions that the database has; none if it has no migration yet.
func applied(ctx context.Context, db DB) ([]string, error) {
	rows, err := db.Query(ctx, "select version from schema_migrations")
	if err != nil {
		return nil, unlessEmpty(err)
	}
	versions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return versions, unlessEmpty(err)
}

// unlessEmpty takes a table that is not there, or that only the owner may read, for one without rows:
// the first migration makes it readable.
func unlessEmpty(err error) error {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && (refused.Code == undefinedTable || refused.Code == insufficientRight) {
		return nil
	}
	return err
}

var migrationName = regexp.MustCompile(`\A([0-9]+).*\.sql\z`)

// migrations returns the files that dbmate takes for migrations, by version.
func migrations(files fs.FS) (map[string]string, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, entry := range entries {
		if match := migrationName.FindStringSubmatch(entry.Name()); match != nil && !entry.IsDir() {
			found[match[1]] = entry.Name()
		}
	}
	return found, nil
}
