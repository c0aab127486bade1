// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	_ "embed"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"platform.internal/fault"
)

// The lengths of a password, in code points (NIST SP 800-63B-4, 3.1.1.2; ASVS 6.2.1 and 6.2.9).
const (
	passwordMin = 12
	passwordMax = 128
)

// common are the passwords of twelve characters and more in the lists of Django 5.2 and zxcvbn 4.5, in lower case.
//
//go:embed common.txt
var common string

// normalPassword returns the form in which a password is hashed, so that it is the same from every keyboard (NIST SP 800-63B-4, 3.1.1.2).
func normalPassword(text string) string { return norm.NFKC.String(text) }

// checkPassword refuses what is easily guessed, and asks for no kinds of characters (ASVS 6.2.4, 6.2.5, 6.2.11).
// The error is a fault of kind Invalid about the member at the pointer.
func checkPassword(pointer, password, email string) error {
	password = normalPassword(password)
	violation := func(code, message string) error {
		return fault.InvalidInput(fault.Violation{Pointer: pointer, Code: code, Message: message})
	}
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(email, "@")
	switch length := utf8.RuneCountInString(password); {
	case length < passwordMin:
		return violation("too_short", "Must have at least 12 characters.")
	case length > passwordMax:
		return violation("too_long", "Must have at most 128 characters.")
	case strings.Contains("\n"+common, "\n"+lower+"\n"):
		return violation("common", "Must not be a password that many people use.")
	case utf8.RuneCountInString(local) >= 3 && strings.Contains(lower, local):
		return violation("guessable", "Must not contain the name in the email address.")
	}
	return nil
}

const emailMax = 254 // RFC 5321, 4.5.3.1.3

// normalEmail returns the one form in which an address is kept. Upper and lower case are the same person to every provider of today.
func normalEmail(text string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(text)))
}
