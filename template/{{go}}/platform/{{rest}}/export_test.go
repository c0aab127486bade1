// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"net/http"
	"net/netip"
)

// ClientNetwork names whom a request is counted for.
func ClientNetwork(r *http.Request, trusted []netip.Prefix) string {
	return networkOf(clientAddress(r, trusted))
}
