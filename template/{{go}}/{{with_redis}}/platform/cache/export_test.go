// Kept by the platform: docs/ownership.md says what that means.

package cache

import "time"

// Lives returns how long a copy, or else an absence, is good for.
func Lives(ttl time.Duration, isCopy bool) time.Duration {
	if isCopy {
		return entry{}.lives(ttl)
	}
	return entry{layout: isAbsence}.lives(ttl)
}

// IsFresh reports whether a copy that is good for some time yet, and took some to load, is taken for good by a reader.
func IsFresh(left, took time.Duration) bool {
	return sighting{entry: entry{expires: left.Microseconds(), took: took}}.isFresh()
}
