// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// reach asks until the server answers, fails for good, or the time is over. It waits a random time in between,
// so that instances that start together do not ask together.
func reach(ctx context.Context, pool *pgxpool.Pool, limit time.Duration) error {
	end := time.Now().Add(limit)
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := pool.Ping(ctx)
		if err == nil || !mayPass(err) || time.Now().Add(pause).After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause/2 + rand.N(pause/2)): //nolint:gosec // it need not be secret
		}
	}
}

// Ready returns what reports whether the server answers. That all connections are at work is no reason to send requests elsewhere:
// the other instances would have more of them, and so have less. Connections that wait for a server that has gone silent
// look the same to the pool, even while it closes them, so a connection beside it tells.
func Ready(pool *pgxpool.Pool) func(context.Context) error {
	return func(ctx context.Context) error {
		err := pool.Ping(ctx)
		if !errors.Is(err, errNoConnection) {
			return err
		}
		conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
		if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code[:2] == resourcesExhausted {
			return nil // it has answered: it is busy, too
		}
		if err != nil {
			return err
		}
		_ = conn.Close(ctx)
		return nil
	}
}

// mayPass reports whether a server that could not be reached may be there a little later: not if it has refused who we are.
func mayPass(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return !ok || refused.Code == cannotConnectNow || refused.Code[:2] == resourcesExhausted
}

// writable lets go of a server that has become a replica: all connections are replaced, and lead to wherever the address leads now.
type writable struct {
	pool *pgxpool.Pool

	mutex sync.Mutex
	last  time.Time
}

// TraceQueryStart implements pgx.QueryTracer.
func (*writable) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer. As long as there is no other server, it replaces connections once a second at most.
func (w *writable) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	if refused, ok := errors.AsType[*pgconn.PgError](data.Err); !ok || refused.Code != readOnly {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if time.Since(w.last) >= time.Second {
		w.last = time.Now()
		w.pool.Reset()
	}
}
