// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Database is a pool whose statements run in the unit of work that their context belongs to, if it does; see Transact.
// In a unit it uses one connection, which serves one goroutine at a time.
//
// Outside of a unit each statement is a transaction of its own. If the server undoes it for the sake of others, Exec and QueryRow ask again,
// up to three times. Query does not: some of its rows may have been read.
type Database struct{ pool *pgxpool.Pool }

var _ DB = (*Database)(nil)

// NewDatabase returns a Database on the pool, which stays the caller's to close.
func NewDatabase(pool *pgxpool.Pool) *Database { return &Database{pool} }

// Exec implements DB.
func (d *Database) Exec(ctx context.Context, sql string, arguments ...any) (tag pgconn.CommandTag, err error) {
	if current, ok := d.joined(ctx); ok {
		return current.Exec(ctx, sql, arguments...)
	}
	err = again(ctx, func() error {
		tag, err = d.pool.Exec(ctx, sql, arguments...)
		return err
	})
	return tag, err
}

// Query implements DB.
func (d *Database) Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error) {
	if current, ok := d.joined(ctx); ok {
		return current.Query(ctx, sql, arguments...)
	}
	return d.pool.Query(ctx, sql, arguments...)
}

// QueryRow implements DB. The statement is sent when the row is scanned.
func (d *Database) QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row {
	if current, ok := d.joined(ctx); ok {
		return current.QueryRow(ctx, sql, arguments...)
	}
	return &row{d.pool, ctx, sql, arguments}
}

func (d *Database) joined(ctx context.Context) (*transaction, bool) {
	current := transactionOf(ctx)
	return current, current != nil && current.database == d
}

// row is one that can be asked for again.
type row struct {
	pool      *pgxpool.Pool
	ctx       context.Context
	sql       string
	arguments []any
}

// Scan implements pgx.Row.
func (r *row) Scan(into ...any) error {
	return again(r.ctx, func() error { return r.pool.QueryRow(r.ctx, r.sql, r.arguments...).Scan(into...) })
}
