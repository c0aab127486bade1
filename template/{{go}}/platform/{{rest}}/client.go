// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ClientOf names where the request of the context comes from, as Limits count it: an address, or of IPv6 the network of 64 bits.
// It is empty where no Guard with Limits has seen the request.
func ClientOf(ctx context.Context) string {
	if known, ok := exchangeOf(ctx); ok {
		return known.client
	}
	return ""
}

// clientAddress returns the address that a request came from. What proxies write into X-Forwarded-For counts only as far as trusted
// ones wrote it: each adds at the right whom it was asked by, and what stands left of the first stranger is the stranger's own words.
// A malformed entry ends the walk too. The address is invalid if the connection has none.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address := plainAddress(peer.Addr())
	for _, line := range slices.Backward(r.Header["X-Forwarded-For"]) {
		for rest, more := line, true; more; {
			if !isTrusted(address, trusted) {
				return address
			}
			comma := strings.LastIndexByte(rest, ',')
			hop, ok := parseHop(rest[comma+1:])
			if !ok {
				return address
			}
			address, more = hop, comma >= 0
			rest = rest[:max(comma, 0)]
		}
	}
	return address
}

func isTrusted(address netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(network netip.Prefix) bool { return network.Contains(address) })
}

// parseHop reads an address, with or without a port: some proxies add one.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.Trim(text, " \t")
	if address, err := netip.ParseAddr(text); err == nil {
		return plainAddress(address), true
	}
	hop, err := netip.ParseAddrPort(text)
	return plainAddress(hop.Addr()), err == nil
}

// plainAddress makes the forms of one address the same.
func plainAddress(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// networkOf names whom an address is counted for: of IPv6 the network of 64 bits, all of which one client has (RFC 6177, 2).
func networkOf(address netip.Addr) string {
	if address.Is6() {
		return netip.PrefixFrom(address, 64).Masked().String()
	}
	return address.String()
}
