// Kept by the platform: docs/ownership.md says what that means.

// Package limit says how often something may be done: a quota that may be spent at once and refills evenly.
//
// It counts by the generic cell rate algorithm (ITU-T I.371): of each key one moment is kept, the one at which
// its whole quota is there again. There is no window at whose border twice the quota could be spent.
package limit

import (
	"context"
	"time"
)

// Limiter counts requests.
type Limiter interface {
	// Take spends one request of the key's quota, if there is one. A request that is refused spends nothing.
	// Keys are counted apart for each name of a policy.
	Take(ctx context.Context, key string, policy Policy) (Decision, error)
}

// Decision is what a Limiter says to a request.
type Decision struct {
	Allowed    bool
	Remaining  int           // how many more would be allowed now
	RetryAfter time.Duration // how long until one is allowed; zero if this one was
	Reset      time.Duration // how long until more than Remaining are
}

// Decide is the rule by which every Limiter decides. It takes how long it was until the key's whole quota was there, and returns
// how long it is now. Both are whole microseconds.
func (p Policy) Decide(debt time.Duration) (Decision, time.Duration) {
	cost := p.Cost()
	whole := cost * time.Duration(p.Quota)
	debt = min(max(debt, 0), whole) // a larger one was made under a policy that has changed since, or by a clock that was put back
	if wait := debt + cost - whole; wait > 0 {
		return Decision{RetryAfter: wait, Reset: wait}, debt
	}
	debt += cost
	remaining := int((whole - debt) / cost)
	return Decision{Allowed: true, Remaining: remaining, Reset: debt - time.Duration(p.Quota-remaining-1)*cost}, debt
}

// Cost is how long it takes until one request is there again: the window shared out among the quota, in microseconds, rounded up.
func (p Policy) Cost() time.Duration {
	quota := int64(p.Quota)
	return time.Duration((p.Window.Microseconds()+quota-1)/quota) * time.Microsecond
}
