// Kept by the platform: docs/ownership.md says what that means.

package limit

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxRefusals is how many keys a Refusals remembers at most: some 10 MB.
	maxRefusals = 64 << 10

	// fewRefusals is how many are not worth a sweep.
	fewRefusals = 1 << 10
)

// Refusals remembers in memory who has used a quota up, and until when, so that they can be refused without any other work.
// It is safe for concurrent use. Those whose time is over it forgets when it has doubled since it last did, and at most once a second.
// When it is full nevertheless, it takes nobody new: they go on to be counted.
type Refusals struct {
	now   func() time.Time
	count atomic.Int64 // spares the lock while nobody is refused

	mutex  sync.RWMutex
	until  map[string]time.Time
	enough int       // how many are worth a sweep
	rest   time.Time // until when there is none
}

// NewRefusals returns a Refusals with that clock, which is time.Now outside of tests.
func NewRefusals(now func() time.Time) *Refusals {
	return &Refusals{now: now, until: map[string]time.Time{}, enough: fewRefusals}
}

// Refuse remembers the key for that long.
func (r *Refusals) Refuse(key string, duration time.Duration) {
	now := r.now()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.forget(now)
	if _, known := r.until[key]; known || len(r.until) < maxRefusals {
		r.until[strings.Clone(key)] = now.Add(duration)
	}
	r.count.Store(int64(len(r.until)))
}

// forget begins a new map, for one that has become empty would stay as large.
func (r *Refusals) forget(now time.Time) {
	if len(r.until) < r.enough || now.Before(r.rest) {
		return
	}
	live := map[string]time.Time{}
	for key, until := range r.until {
		if now.Before(until) {
			live[key] = until
		}
	}
	r.until, r.enough, r.rest = live, min(max(2*len(live), fewRefusals), maxRefusals), now.Add(time.Second)
}

// Left returns how much longer the key is refused; zero if it is not.
func (r *Refusals) Left(key string) time.Duration {
	if r.count.Load() == 0 {
		return 0
	}
	r.mutex.RLock()
	until, known := r.until[key]
	r.mutex.RUnlock()
	if !known {
		return 0
	}
	if left := until.Sub(r.now()); left > 0 {
		return left
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.until[key].Equal(until) {
		delete(r.until, key)
		r.count.Store(int64(len(r.until)))
	}
	return 0
}
