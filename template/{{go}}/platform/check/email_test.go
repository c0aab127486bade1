// Kept by the platform: docs/ownership.md says what that means.

package check_test

import (
	"net/mail"
	"strings"
	"testing"

	"platform.internal/check"
)

// FuzzIsEmail holds that an email address is what net/mail reads as one, and writes again as it was.
func FuzzIsEmail(f *testing.F) {
	for _, text := range []string{
		"", "@", "ada", "ada@", "@example.com", "ada@example.com", "a.d.a+x@example", ".ada@example.com", "ada.@example.com", "a..da@example.com",
		"ada@example..com", "ada@example.com.", "ada@@example.com", "ada@b@c", `"a da"@example.com`, `"ada"@example.com`, "ada@[192.0.2.1]",
		"ada@example.com ", " ada@example.com", "Ada <ada@example.com>", "<ada@example.com>", "a@b, c@d", "ü@example.com", "ada@exämple.com",
		"ada@example.com\x00", "ada(x)@example.com", "!#$%&'*+-/=?^_`{|}~@example.com", "a\n@example.com",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := mail.ParseAddress(text)
		want := err == nil && parsed.Address == text && !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
		if got := check.IsEmail(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	})
}
