package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/amacneil/dbmate/v2/pkg/dbmate"
	_ "github.com/amacneil/dbmate/v2/pkg/driver/postgres" // the driver that dbmate finds by the scheme of the address
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Migrator changes the schema, as the role that owns it.
type Migrator struct {
	files fs.FS
	url   string
	out   io.Writer
}

// NewMigrator returns a Migrator for the files, which are SQL in dbmate's format, and the address of the database as its owner.
func NewMigrator(files fs.FS, address string, out io.Writer) *Migrator {
	return &Migrator{files: files, url: address, out: out}
}

// Up applies every migration that is pending.
func (m *Migrator) Up(ctx context.Context) error {
	return m.locked(ctx, (*dbmate.DB).Migrate)
}

// Down undoes the newest migration.
func (m *Migrator) Down(ctx context.Context) error {
	return m.locked(ctx, (*dbmate.DB).Rollback)
}

// Status lists the migrations, and returns how many are pending.
func (m *Migrator) Status(ctx context.Context) (pending int, err error) {
	err = m.locked(ctx, func(db *dbmate.DB) error {
		pending, err = db.Status(false)
		return err
	})
	return pending, err
}

// lockKey is any number that every version of this service agrees on and no other use of advisory locks in this database has.
const lockKey = 7_290_114_417

// locked runs do while no other migrator runs: dbmate takes no lock of its own.
func (m *Migrator) locked(ctx context.Context, do func(*dbmate.DB) error) error {
	config, err := pgx.ParseConfig(m.url)
	if err != nil {
		return errors.New("DATABASE_OWNER_URL is not the address of a PostgreSQL database: .env.example shows one")
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return unreachable(config, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", lockKey); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	address, err := url.Parse(m.url)
	if err != nil {
		return err
	}
	db := dbmate.New(address)
	db.FS = m.files
	db.MigrationsDir = []string{"."}
	db.AutoDumpSchema = false
	db.Log = m.out
	return do(db)
}

// ErrSchemaBehind says that the schema lacks migrations that this build was written for.
var ErrSchemaBehind = errors.New("the schema is behind: run `make migrate`, then start again")

// CheckSchema returns an error that wraps ErrSchemaBehind if a migration has not been applied. It needs to read only.
func CheckSchema(ctx context.Context, db DB, files fs.FS) error {
	rows, err := db.Query(ctx, "select version from schema_migrations")
	if err == nil {
		var applied []string
		applied, err = pgx.CollectRows(rows, pgx.RowTo[string])
		if err == nil {
			return compare(files, applied)
		}
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == "42P01" {
		return compare(files, nil)
	}
	return err
}

func compare(files fs.FS, applied []string) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	pending := slices.DeleteFunc(names, func(name string) bool {
		version, _, _ := strings.Cut(name, "_")
		return slices.Contains(applied, version)
	})
	if len(pending) == 0 {
		return nil
	}
	return fmt.Errorf("%w (%d pending, first %s)", ErrSchemaBehind, len(pending), pending[0])
}
