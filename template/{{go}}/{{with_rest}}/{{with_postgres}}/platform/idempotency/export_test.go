// Kept by the platform: docs/ownership.md says what that means.

package idempotency

// Every repeats a job as PurgeUntil does.
var Every = every

// LockKey is the one under which instances exclude each other from purging, Interval lies between two purges.
const (
	LockKey  = lockKey
	Interval = interval
)
