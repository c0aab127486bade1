// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"errors"
	"time"

	"platform.internal/limit"
)

// limitExtension is how an operation asks for a limit of its own; the window is in seconds.
const limitExtension = "x-rate-limit"

func (o *Operation) addLimit(described node) error {
	if !described.has(limitExtension) {
		return nil
	}
	members := described.members(limitExtension)
	quota, hasQuota := members["quota"].(int)
	window, hasWindow := members["window"].(int)
	o.Limit = limit.Policy{Name: o.ID, Quota: quota, Window: time.Duration(min(max(window, 0), 1<<20)) * time.Second}
	if !hasQuota || !hasWindow || len(members) != 2 || !o.Limit.Valid() {
		return errors.New("write " + limitExtension + " as {quota: 10, window: 60}: " + limit.Rule + ", with the window in seconds")
	}
	return nil
}
