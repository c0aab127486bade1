// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"slices"
	"strconv"
)

// In returns a client that asks for that version of the API, and expects what the contract says of it.
func (c Client) In(version int) Client {
	c.t.Helper()
	if c.contract = c.contract.Version(version); c.contract == nil {
		c.t.Fatalf("the contract has no version %d", version)
	}
	c.always = append(slices.Clip(c.always), Header{"API-Version", strconv.Itoa(version)})
	return c
}
