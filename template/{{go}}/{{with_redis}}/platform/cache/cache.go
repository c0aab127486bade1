// Kept by the platform: docs/ownership.md says what that means.

// Package cache keeps copies of single rows in Redis, so that a row that is read often is not read from the database each time.
//
// Nobody reads a version older than one whose writing has been answered. Three things see to that. A write leaves a tombstone with the new version, and
// no older copy takes its place while a copy from before the write can still be under way. Rows that the database changes
// by itself, such as the children of a deleted parent, become another generation: every copy has the number of the generation that it was
// read in, and counts in no other one. And a server to which a write could not be told is not believed again by this
// instance before it has begun new generations.
//
// There are three exceptions, all bounded by the time that copies live: an instance that was ended between a commit
// and its tombstone never answered that write; one that was ended while it could not reach Redis has answered writes that nobody tells Redis;
// and an instance that can still reach a Redis which another one cannot, goes on to read from it. To begin new generations at each start would
// mend the second one, and take all copies away whenever an instance is added, most of all under load.
//
// Without Redis every read goes to the database. No caller ever sees an error of it.
package cache

import (
	"time"

	"platform.internal/redis"
)

const (
	// loading is how long a copy may be under way: longer than a request may take.
	loading = 30 * time.Second

	// mourning is how long a tombstone stays: longer than a copy from before may be under way.
	mourning = 2 * loading

	// absence is how long it is remembered that there is no such row.
	absence = 5 * time.Second

	// generations is how long a generation lasts at most. Then another one begins, as it does when Redis forgets it.
	generations = 24 * time.Hour
)

// Settings are how long copies live.
type Settings struct {
	TTL time.Duration `env:"CACHE_TTL" envDefault:"60s"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	if s.TTL < time.Second || s.TTL > 24*time.Hour {
		return []string{"CACHE_TTL must be from 1s to 24h."}
	}
	return nil
}

// Cache is where all modules of a service keep their copies. It is safe for concurrent use.
type Cache struct {
	client  *redis.Client
	service string
	ttl     time.Duration
	counted counters
}

// New returns a Cache whose keys begin with the name of the service.
func New(client *redis.Client, service string, settings Settings) *Cache {
	return &Cache{client: client, service: service, ttl: settings.TTL}
}

// prefix is that of the keys of one resource. Its version is that of how an entry is written, not of the copy inside: instances of two
// versions of a service meet at the same key, so that each sees the other's tombstones.
func (c *Cache) prefix(resource string) string { return c.service + ":" + resource + ":v1:" }

func (c *Cache) generation(resource string) string { return c.service + ":" + resource + ":generation" }
