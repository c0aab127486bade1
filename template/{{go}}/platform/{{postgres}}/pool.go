// Kept by the platform: docs/ownership.md says what that means.

// Package postgres is what every store on PostgreSQL shares: the pool, transactions, errors, pages and migrations.
//
// A rule over several stores is a unit of work. Its service asks for what it needs, in its store.go,
//
//	// Transact runs do as one unit: all that it stores is kept if it returns nil, else nothing is.
//	Transact(ctx context.Context, do func(context.Context) error) error
//
// and gets a [Database], which the stores have too. They notice by the context that they work in a unit, so none of them changes.
// A statement that the server refuses ends the unit: to go on after a conflict, say `on conflict do nothing` in the statement.
// What others must not hear of before it is true, such as a message, belongs into [AfterCommit].
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// patience is how long a request waits for a connection: until one is free, or a new one is made.
const patience = time.Second

// Open returns a pool that has reached the server at least once. A server that is not there yet, or starts, is waited for as long as StartTimeout.
// The caller closes it. The error is one sentence, without the password. Tracers are told of every statement.
func Open(ctx context.Context, settings Settings, tracers ...pgx.QueryTracer) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(settings.URL.Reveal())
	if err != nil {
		return nil, errors.New("DATABASE_URL is not the address of a PostgreSQL database: .env.example shows one")
	}
	config.MaxConns = settings.Connections
	config.MaxConnLifetime = time.Hour
	config.MaxConnLifetimeJitter = 10 * time.Minute
	config.PingTimeout = patience / 4 // one that has gone silent leaves a request the time for another
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	writable := &writable{}
	config.ConnConfig.Tracer = multitracer.New(append(tracers, &waiting{patience}, writable)...)
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		registerUUID(conn.TypeMap())
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name:  "timestamptz",
			OID:   pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	parameters := config.ConnConfig.RuntimeParams
	parameters["timezone"] = "UTC"
	parameters["statement_timeout"] = milliseconds(settings.StatementTimeout)
	parameters["lock_timeout"] = milliseconds(settings.LockTimeout)
	parameters["idle_in_transaction_session_timeout"] = milliseconds(4 * settings.StatementTimeout)

	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	writable.pool = pool
	if err := reach(ctx, pool, settings.StartTimeout); err != nil {
		pool.Close()
		return nil, unreachable(config.ConnConfig, err)
	}
	return pool, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// unreachable says in one line what keeps us from the server; pgx tells it once for each address and try.
func unreachable(config *pgx.ConnConfig, err error) error {
	reason := err
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		reason = inner
	}
	text, _, _ := strings.Cut(reason.Error(), "\n")
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		text = refused.Message
	}
	return fmt.Errorf("the database at %s:%d does not answer: %s", config.Host, config.Port, text)
}

// DB is what a store needs: a Database, a pool or a transaction.
type DB interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}
