// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var errNoConnection = errors.New("no connection to it in time")

// waiting makes the pool give up on a connection before the request's own deadline: pgxpool has no such limit,
// and without it a pool that is used up could not be told from a statement that takes too long.
type waiting struct{ limit time.Duration }

type cancelKey struct{}

// TraceAcquireStart implements pgxpool.AcquireTracer; the pool waits with the context that it returns.
func (w *waiting) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	limited, cancel := context.WithTimeout(ctx, w.limit)
	return acquiring{context.WithValue(limited, cancelKey{}, cancel), ctx}
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (*waiting) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	if cancel, ok := ctx.Value(cancelKey{}).(context.CancelFunc); ok {
		cancel()
	}
}

// TraceQueryStart implements pgx.QueryTracer.
func (*waiting) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (*waiting) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// acquiring ends with errNoConnection, unless the request has ended.
type acquiring struct {
	context.Context
	request context.Context
}

// Err implements context.Context.
func (a acquiring) Err() error {
	err := a.Context.Err()
	if err != nil && a.request.Err() == nil {
		return errNoConnection
	}
	return err
}
