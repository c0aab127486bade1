// Kept by the platform: docs/ownership.md says what that means.

package cache

import "sync/atomic"

// Stats are how often rows were asked for, by what came of it.
type Stats struct {
	Copies int64 // there was a copy, or it was known that there is no row
	Loads  int64 // the row was read from the database, for all who asked at that time
	Around int64 // the cache was not asked, or could not be: inside of a transaction, and while Redis is down
}

type counters struct{ copies, loads, around atomic.Int64 }

// Stats returns what was counted since the cache is there.
func (c *Cache) Stats() Stats {
	return Stats{Copies: c.counted.copies.Load(), Loads: c.counted.loads.Load(), Around: c.counted.around.Load()}
}
