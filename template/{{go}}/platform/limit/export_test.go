// Kept by the platform: docs/ownership.md says what that means.

package limit

// Shards is in how many parts a Memory is divided.
const Shards = shards

// MaxRefusals is how many keys a Refusals remembers at most.
const MaxRefusals = maxRefusals

// SetRoom changes how many keys are counted at most.
func (m *Memory) SetRoom(keys int) { m.room = keys / shards }

// Keys returns how many keys are counted.
func (m *Memory) Keys() (keys int) {
	for i := range m.shards {
		m.shards[i].mutex.Lock()
		keys += len(m.shards[i].whole)
		m.shards[i].mutex.Unlock()
	}
	return keys
}

// Keys returns how many keys are remembered.
func (r *Refusals) Keys() int { return len(r.until) }
