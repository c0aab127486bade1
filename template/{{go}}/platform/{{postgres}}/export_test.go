// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgxpool"
)

// LockKey is the key under which migrators exclude each other.
const LockKey = lockKey

// SetPatience changes how long a pool of Open waits for a connection.
func SetPatience(pool *pgxpool.Pool, limit time.Duration) {
	tracers, ok := pool.Config().ConnConfig.Tracer.(*multitracer.Tracer)
	if !ok {
		return
	}
	for _, tracer := range tracers.PoolAcquireTracers {
		if waiting, ok := tracer.(*waiting); ok {
			waiting.limit = limit
		}
	}
}

// PoolOf returns the pool of a Database.
func PoolOf(database *Database) *pgxpool.Pool { return database.pool }
