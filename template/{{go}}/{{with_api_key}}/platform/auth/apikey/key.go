// Kept by the platform: docs/ownership.md says what that means.

// Package apikey lets callers in by a key that was handed to them once.
//
// A key is `ak_<prefix>_<secret>`. The prefix finds the row; of the secret, 256 random bits, only an HMAC-SHA-256 under
// the pepper is kept. A slow hash would add nothing: such a secret cannot be guessed (ASVS 11.4.1, 6.5.1).
package apikey

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

const marker = "ak"

// alphabet is that of Base32 (RFC 4648), in lower case.
const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// Key is a key in the clear. It exists when it is made and while a request carries it.
type Key struct {
	Prefix string // 16 characters, not secret
	secret string // 52 characters
}

// NewKey makes a key from the system's source of randomness.
func NewKey() Key {
	prefix, secret := make([]byte, 10), make([]byte, 32)
	_, _ = rand.Read(prefix) // never fails, since Go 1.24
	_, _ = rand.Read(secret)
	return Key{Prefix: encoding.EncodeToString(prefix), secret: encoding.EncodeToString(secret)}
}

// ParseKey reads the text that Reveal returned, and no other.
func ParseKey(text string) (Key, bool) {
	rest, marked := strings.CutPrefix(text, marker+"_")
	prefix, secret, _ := strings.Cut(rest, "_")
	if !marked || !encodes(10, prefix) || !encodes(32, secret) {
		return Key{}, false
	}
	return Key{Prefix: prefix, secret: secret}, true
}

// encodes reports whether a text has the form of so many bytes.
func encodes(bytes int, text string) bool {
	return len(text) == encoding.EncodedLen(bytes) && strings.Trim(text, alphabet) == ""
}

// Reveal returns the whole key, for the one moment in which its owner sees it.
func (k Key) Reveal() string { return marker + "_" + k.Prefix + "_" + k.secret }

// String hides the secret.
func (k Key) String() string { return marker + "_" + k.Prefix + "_…" }

// GoString hides the secret.
func (k Key) GoString() string { return k.String() }

// Hash returns what is stored of the secret: 64 hexadecimal characters.
func (k Key) Hash(pepper []byte) string {
	mac := hmac.New(sha256.New, pepper)
	mac.Write([]byte(k.secret))
	return hex.EncodeToString(mac.Sum(nil))
}
