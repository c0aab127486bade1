// Kept by the platform: docs/ownership.md says what that means.

package check

import (
	"net/mail"
	"strings"
)

// IsEmail reports whether a text is one email address in ASCII without a display name (RFC 5322, 3.4.1).
func IsEmail(text string) bool {
	if local, domain, _ := strings.Cut(text, "@"); isDotAtom(local) && isDotAtom(domain) {
		return true // nearly every address is one, and is told by this without an allocation
	}
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text && !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
}

// isDotAtom reports whether a text is words with a point between each two (RFC 5322, 3.2.3).
func isDotAtom(text string) bool {
	for word := range strings.SplitSeq(text, ".") {
		if word == "" || strings.Trim(word, letters) != "" {
			return false
		}
	}
	return true
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~"
