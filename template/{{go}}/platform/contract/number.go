// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"strconv"
	"strings"
)

// IsNumber reports whether a double can hold a JSON number (RFC 7493, 2.2), which is written in at most 100 characters.
// To check a number takes time and memory by what it says: `1e-999999` has a million digits.
func IsNumber(text string) bool {
	if len(text) > 100 {
		return false
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(text[at+1:])
		if err != nil || exponent < -400 || exponent > 400 { // those of doubles are from -324 to 308
			return false
		}
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
