// Kept by the platform: docs/ownership.md says what that means.

package cache

import (
	"context"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"platform.internal/fault"
	"platform.internal/postgres"
	"platform.internal/redis"
)

// look returns what stands under the key. The error says that Redis could not be asked.
func (e *Entries[T]) look(ctx context.Context, key string) (seen sighting, err error) {
	err = e.cache.client.Do(ctx, func(ctx context.Context, redis goredis.Cmdable) error {
		found, err := look.Run(ctx, redis, e.keys(key), generations.Milliseconds()).Slice()
		if err != nil {
			return err
		}
		seen.at, _ = found[0].(int64)
		seen.generation = fmt.Sprint(found[1])
		if written, ok := found[2].(string); ok {
			seen.parse(written)
		}
		return nil
	})
	return seen, err
}

// keep stores what was loaded after the sighting. That it could not is no news for anybody.
func (e *Entries[T]) keep(ctx context.Context, key string, seen sighting, loaded entry) {
	lives := loaded.lives(e.cache.ttl)
	_ = e.cache.client.Do(ctx, func(ctx context.Context, redis goredis.Cmdable) error {
		about := fmt.Sprintf("%d %s", loaded.took.Microseconds(), loaded.layout)
		return keep.Run(ctx, redis, e.keys(key),
			seen.generation, seen.at, loading.Milliseconds(), loaded.version, lives.Milliseconds(), about, loaded.text).Err()
	})
}

// Written is called with the error of a write that gave a row its next version, 1 for a new one. From when it is committed, no older
// copy counts. That holds as well where the write may have been done in spite of the error, and where the row was found to be newer.
func (e *Entries[T]) Written(ctx context.Context, key string, version int64, err error) {
	if err == nil || isUncertain(err) || fault.KindOf(err) == fault.Stale {
		e.bury(ctx, key, version)
	}
}

// Deleted is called with the error of the delete of a row that would have been its next version. From when it is committed, no copy
// counts, and none of the rows that the database may have changed with it.
func (e *Entries[T]) Deleted(ctx context.Context, key string, version int64, err error) {
	if err != nil && !isUncertain(err) {
		e.Written(ctx, key, version, err)
		return
	}
	for _, child := range e.children {
		e.cache.tell(ctx, e.cache.renew(child))
	}
	e.bury(ctx, key, gone)
}

// isUncertain reports whether a write may have been done in spite of the error: the connection was lost, or the caller went.
func isUncertain(err error) bool {
	kind := fault.KindOf(err)
	return err != nil && (kind == fault.Internal || kind == fault.Unavailable) && !postgres.IsWithoutEffect(err)
}

func (e *Entries[T]) bury(ctx context.Context, key string, version int64) {
	e.cache.tell(ctx, func(ctx context.Context, redis goredis.Cmdable) error {
		return bury.Run(ctx, redis, e.keys(key), generations.Milliseconds(), version, mourning.Milliseconds(), isTombstone).Err()
	})
}

func (c *Cache) renew(resource string) redis.Recovery {
	keys := []string{"", c.generation(resource)}
	return func(ctx context.Context, redis goredis.Cmdable) error {
		return renew.Run(ctx, redis, keys, generations.Milliseconds()).Err()
	}
}

// tell has Redis know of a commit, or of what may have been one. If that fails, this instance does not believe Redis until it could renew everything.
func (c *Cache) tell(ctx context.Context, what redis.Recovery) {
	postgres.UnlessRolledBack(ctx, func(ctx context.Context) { c.client.Tell(ctx, what) })
}

func (e *Entries[T]) keys(key string) []string { return []string{e.prefix + key, e.generation} }
