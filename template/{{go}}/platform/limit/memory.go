// Kept by the platform: docs/ownership.md says what that means.

package limit

import (
	"context"
	"hash/maphash"
	"strings"
	"sync"
	"time"
)

const (
	shards = 64

	// maxKeys is how many keys a Memory counts at most: some 20 MB.
	maxKeys = 128 << 10

	// sample is how many keys a new one is compared with when there is no room.
	sample = 8
)

// Memory is a Limiter for one process. It is safe for concurrent use.
//
// A key whose whole quota is there again takes no room for long: each new key drops up to two such. When there are as many keys as
// it counts at most, a new one takes the place of the one among a few that is nearest to its whole quota. Nobody is refused for
// that; who loses the place may spend up to one quota too early.
type Memory struct {
	now    func() time.Time
	start  time.Time
	room   int // of one shard
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mutex sync.Mutex
	whole map[name]time.Duration // since the start, when the whole quota is there again

	_ [48]byte // two shards share no line of the processor's cache
}

type name struct{ policy, key string }

// NewMemory returns a Memory with that clock, which is time.Now outside of tests.
func NewMemory(now func() time.Time) *Memory {
	m := &Memory{now: now, start: now(), room: maxKeys / shards, seed: maphash.MakeSeed()}
	for i := range m.shards {
		m.shards[i].whole = map[name]time.Duration{}
	}
	return m
}

// Take implements Limiter. It never fails.
func (m *Memory) Take(_ context.Context, key string, policy Policy) (Decision, error) {
	now := m.now().Sub(m.start).Truncate(time.Microsecond)
	shard := &m.shards[maphash.String(m.seed, key)%shards]
	shard.mutex.Lock()
	defer shard.mutex.Unlock()
	whole, known := shard.whole[name{policy.Name, key}]
	decision, debt := policy.Decide(whole - now)
	switch {
	case known:
		shard.whole[name{policy.Name, key}] = now + debt
	case decision.Allowed:
		shard.makeRoom(now, m.room)
		shard.whole[name{policy.Name, strings.Clone(key)}] = now + debt // the key may be part of a larger text
	}
	return decision, nil
}

// makeRoom looks at the next few keys in the order of a map, which is random.
func (s *shard) makeRoom(now time.Duration, room int) {
	looked, dropped := 0, 0
	nearest, soonest := name{}, time.Duration(0)
	full := len(s.whole) >= room
	for key, whole := range s.whole {
		if whole <= now {
			delete(s.whole, key)
			dropped++
		} else if looked == 0 || whole < soonest {
			nearest, soonest = key, whole
		}
		if looked++; dropped == 2 || looked == sample || looked == 2 && !full {
			break
		}
	}
	if full && dropped == 0 {
		delete(s.whole, nearest)
	}
}
