// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

// The markers tell the secrets apart, and let scanners find those that were committed or pasted.
const (
	accessMarker  = "at"
	refreshMarker = "rt"
	codeMarker    = "ac"
)

// alphabet is that of Base32 (RFC 4648), in lower case.
const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

const (
	prefixLength = 16 // 80 bits
	secretLength = 52 // 256 bits
)

// token is `<marker>_<prefix>_<secret>`. The prefix finds the row; of the secret only a hash is kept.
// A slow hash would add nothing, for such a secret cannot be guessed (ASVS 11.4.1).
// The prefix is nobody else's either, for a refresh token of it and any other secret ends the session: see endUsed.
type token struct{ marker, prefix, secret string }

func random(bytes int) string {
	raw := make([]byte, bytes)
	_, _ = rand.Read(raw) // never fails, since Go 1.24
	return encoding.EncodeToString(raw)
}

func newPrefix() string { return random(10) }

func newToken(marker, prefix string) token { return token{marker, prefix, random(32)} }

func parseToken(marker, text string) (token, bool) {
	rest, marked := strings.CutPrefix(text, marker+"_")
	prefix, secret, _ := strings.Cut(rest, "_")
	ok := marked && len(prefix) == prefixLength && len(secret) == secretLength && strings.Trim(prefix+secret, alphabet) == ""
	return token{marker, prefix, secret}, ok
}

// reveal returns the whole token, for its owner.
func (t token) reveal() string { return t.marker + "_" + t.prefix + "_" + t.secret }

// String hides the prefix and the secret.
func (t token) String() string { return t.marker + "_…" }

// hash returns what is stored: 64 hexadecimal characters.
func (t token) hash() string {
	sum := sha256.Sum256([]byte(t.marker + "_" + t.secret))
	return hex.EncodeToString(sum[:])
}

func (t token) matches(hash string) bool {
	return subtle.ConstantTimeCompare([]byte(t.hash()), []byte(hash)) == 1
}

// NewAccessToken returns an access token, and what is kept of it: for tests that store sessions past the service.
func NewAccessToken() (text, prefix, hash string) {
	access := newToken(accessMarker, newPrefix())
	return access.reveal(), access.prefix, access.hash()
}
