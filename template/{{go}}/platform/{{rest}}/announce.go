// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"net/http"
	"strconv"
	"time"

	"platform.internal/limit"
)

// announce adds a policy to the header fields RateLimit-Policy and RateLimit, and how much of its quota is left
// (draft-ietf-httpapi-ratelimit-headers-10). `t` says when there will be more, so it is never later than Retry-After.
func announce(header http.Header, policy limit.Policy, decision limit.Decision) {
	extend(header, "Ratelimit-Policy", policy.Name, "q", policy.Quota, "w", int(policy.Window/time.Second))
	extend(header, "Ratelimit", policy.Name, "r", decision.Remaining, "t", seconds(decision.Reset))
}

// extend adds an item with two parameters to a list (RFC 9651, 3.1). The field has its canonical name.
func extend(header http.Header, field, item, first string, one int, second string, two int) {
	text := make([]byte, 0, 96)
	if before := header[field]; len(before) > 0 {
		text = append(append(text, before[0]...), ", "...)
	}
	text = strconv.AppendQuoteToASCII(text, item)
	text = append(append(append(text, ';'), first...), '=')
	text = strconv.AppendInt(text, int64(one), 10)
	text = append(append(append(text, ';'), second...), '=')
	text = strconv.AppendInt(text, int64(two), 10)
	header[field] = []string{string(text)}
}

// seconds rounds up, so that nobody comes too early.
func seconds(duration time.Duration) int { return int((duration + time.Second - 1) / time.Second) }
