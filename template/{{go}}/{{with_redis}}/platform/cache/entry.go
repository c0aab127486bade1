// Kept by the platform: docs/ownership.md says what that means.

package cache

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"platform.internal/fault"
)

// entry is what stands under a key: a copy of a row, the knowledge that there is none, or a tombstone.
type entry struct {
	version int64
	layout  string // of the copy; or one of those below
	expires int64  // in microseconds by the server's clock; what stands there longer is a tombstone in effect; each tombstone of a key has its own
	took    time.Duration
	text    []byte // JSON; of an absence the message
}

// Layouts that no type has.
const (
	isTombstone = "tombstone"
	isAbsence   = "absence"
)

// gone is the version of a row that was deleted: the largest integer that Lua holds exactly.
const gone int64 = 1<<53 - 1

func absent(err error, took time.Duration) entry {
	message := ""
	if missing, ok := errors.AsType[*fault.Error](err); ok {
		message = missing.Message
	}
	return entry{layout: isAbsence, took: took, text: []byte(message)}
}

// lives returns how long an entry is good for. It is a bit shorter for some than for others, so that what was read together is not read again together.
func (e entry) lives(ttl time.Duration) time.Duration {
	if e.layout == isAbsence {
		ttl = min(ttl, absence)
	}
	return ttl - rand.N(ttl/10+1) //nolint:gosec // nothing is secret here
}

var errUnreadable = errors.New("the copy cannot be read")

// read returns the row of an entry. The error is a fault of kind NotFound if there is none, errUnreadable if it is no copy of that layout.
func read[T any](e entry, layout string) (row T, err error) {
	switch {
	case e.layout == isAbsence:
		return row, fault.New(fault.NotFound, string(e.text))
	case e.layout != layout || decode(e.text, &row) != nil:
		return row, errUnreadable
	default:
		return row, nil
	}
}

// sighting is what a reader saw.
type sighting struct {
	entry

	at         int64 // when, in microseconds by the server's clock
	generation string
}

// state tells apart what two readers of a key have seen, as far as a write between them would show: it leaves another version or another expiry.
func (s sighting) state() string {
	return s.generation + " " + strconv.FormatInt(s.version, 10) + " " + strconv.FormatInt(s.expires, 10)
}

// isFresh reports whether the entry is good for another moment. A reader now and then says no a little too early, the more likely the longer
// loading took, so that one loads again before all have to (Vattani and others, Optimal Probabilistic Cache Stampede Prevention, 2015).
func (s sighting) isFresh() bool {
	early := float64(s.took.Microseconds()) * rand.ExpFloat64() //nolint:gosec // as above
	return float64(s.at)+early < float64(s.expires)
}

// parse reads what the scripts write: generation, version, expiry, time to load and layout on a line, and then the text.
// Of another generation, nothing counts.
func (s *sighting) parse(written string) {
	head, text, _ := bytes.Cut([]byte(written), []byte("\n"))
	var generation string
	var found entry
	var took int64
	_, err := fmt.Sscan(string(head), &generation, &found.version, &found.expires, &took, &found.layout)
	if err == nil && generation == s.generation {
		found.took, found.text = time.Duration(took)*time.Microsecond, text
		s.entry = found
	}
}
