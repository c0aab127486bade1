// Kept by the platform: docs/ownership.md says what that means.

package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
)

// Key is a key of the issuer.
type Key struct {
	ID        string
	Algorithm string // RS256, PS256, ES256 or EdDSA

	private crypto.Signer
}

// NewKey makes a key. It panics if it knows no such algorithm.
func NewKey(algorithm, id string) Key {
	switch algorithm {
	case "RS256", "PS256":
		return Key{id, algorithm, must(rsa.GenerateKey(rand.Reader, 2048))}
	case "ES256":
		return Key{id, algorithm, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
	case "EdDSA":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return Key{id, algorithm, must(private, err)}
	default:
		panic("the issuer has no algorithm " + algorithm)
	}
}

// Public returns the key as a JWK (RFC 7517; RFC 7518, 6; RFC 8037, 2).
func (k Key) Public() map[string]string {
	jwk := map[string]string{"kid": k.ID, "alg": k.Algorithm, "use": "sig"}
	switch public := k.private.Public().(type) {
	case *rsa.PublicKey:
		jwk["kty"], jwk["n"], jwk["e"] = "RSA", encode(public.N.Bytes()), encode(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point := must(public.Bytes()) // 4, x, y (SEC 1, 2.3.3)
		jwk["kty"], jwk["crv"], jwk["x"], jwk["y"] = "EC", "P-256", encode(point[1:33]), encode(point[33:])
	case ed25519.PublicKey:
		jwk["kty"], jwk["crv"], jwk["x"] = "OKP", "Ed25519", encode(public)
	}
	return jwk
}

// PublicKey returns the key as the standard library has it.
func (k Key) PublicKey() crypto.PublicKey { return k.private.Public() }

// Header returns that of an access token (RFC 9068, 2.1).
func (k Key) Header() map[string]any {
	return map[string]any{"typ": "at+jwt", "alg": k.Algorithm, "kid": k.ID}
}

// Sign returns a token with that header, whatever it says, and those claims: each a text as it is, or anything else as JSON.
func (k Key) Sign(header, claims any) string {
	signed := encode(asJSON(header)) + "." + encode(asJSON(claims))
	return signed + "." + encode(k.signature([]byte(signed)))
}

// Confuse returns a token that is signed with HS256, with a secret that everybody knows: a form of the public key.
func Confuse(header, claims any, secret []byte) string {
	signed := encode(asJSON(header)) + "." + encode(asJSON(claims))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}

// signature follows RFC 7518, 3.3 to 3.5, and RFC 8037, 3.1.
func (k Key) signature(signed []byte) []byte {
	digest := sha256.Sum256(signed)
	switch private := k.private.(type) {
	case *rsa.PrivateKey:
		if k.Algorithm == "PS256" {
			return must(rsa.SignPSS(rand.Reader, private, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}))
		}
		return must(rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, digest[:]))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, private, digest[:])
		both := make([]byte, 64)
		must(r, err).FillBytes(both[:32])
		s.FillBytes(both[32:])
		return both
	default:
		return must(k.private.Sign(rand.Reader, signed, crypto.Hash(0)))
	}
}

func asJSON(value any) []byte {
	if text, ok := value.(string); ok {
		return []byte(text)
	}
	return must(json.Marshal(value))
}

func encode(bytes []byte) string { return base64.RawURLEncoding.EncodeToString(bytes) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err) // a mistake of the test
	}
	return value
}
