// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// LockKey is the key under which migrators exclude each other.
const LockKey = lockKey

// SetPatience changes how long a pool of Open waits for a connection.
func SetPatience(pool *pgxpool.Pool, limit time.Duration) {
	if tracer, ok := pool.Config().ConnConfig.Tracer.(*waiting); ok {
		tracer.limit = limit
	}
}
