// Kept by the platform: docs/ownership.md says what that means.

package oidc

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// algorithms are those that a token may be signed with: only public keys, and only of the lengths that RFC 8725 and RFC 9068 ask for.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA}

const (
	rsaBitsMin = 2048 // RFC 7518, 3.3
	rsaBitsMax = 8192 // beyond it, checking a signature takes longer than it may
	kidMax     = 200
	keysMax    = 100
)

// keySet are the keys of an issuer, by their `kid`; a key without one has the empty.
type keySet struct{ byID map[string][]jose.JSONWebKey }

// parseKeys reads a JWK set (RFC 7517, 5). What is not a public key for signatures of ours it leaves out, as the RFC asks for.
func parseKeys(set []json.RawMessage) (*keySet, error) {
	keys := map[string][]jose.JSONWebKey{}
	for _, text := range set[:min(len(set), keysMax)] {
		var key jose.JSONWebKey
		if json.Unmarshal(text, &key) != nil || !signs(text, key) {
			continue
		}
		keys[key.KeyID] = append(keys[key.KeyID], key)
	}
	if len(keys) == 0 {
		return nil, errors.New("its key set has no key for RS256, PS256, ES256 or EdDSA")
	}
	return &keySet{keys}, nil
}

// signs reports whether a key is meant for signatures (RFC 7517, 4.2 and 4.3), and is public.
func signs(text json.RawMessage, key jose.JSONWebKey) bool {
	var declared struct {
		Operations []string `json:"key_ops"`
	}
	if json.Unmarshal(text, &declared) != nil || len(declared.Operations) > 0 && !slices.Contains(declared.Operations, "verify") {
		return false
	}
	fits := func(algorithm jose.SignatureAlgorithm) bool { return verifies(key, string(algorithm)) }
	return len(key.KeyID) <= kidMax && (key.Use == "" || key.Use == "sig") && slices.ContainsFunc(algorithms, fits)
}

// verifies reports whether a key may check signatures of the algorithm: by its type, its length, and what it says of itself (RFC 8725, 3.1).
func verifies(key jose.JSONWebKey, algorithm string) bool {
	if key.Algorithm != "" && key.Algorithm != algorithm {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		bits := public.N.BitLen()
		return (algorithm == string(jose.RS256) || algorithm == string(jose.PS256)) && bits >= rsaBitsMin && bits <= rsaBitsMax
	case *ecdsa.PublicKey:
		return algorithm == string(jose.ES256) && public.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return algorithm == string(jose.EdDSA)
	default:
		return false
	}
}

// find returns the key with the `kid` that may check signatures of the algorithm.
func (k *keySet) find(kid, algorithm string) (jose.JSONWebKey, bool) {
	for _, key := range k.byID[kid] {
		if verifies(key, algorithm) {
			return key, true
		}
	}
	return jose.JSONWebKey{}, false
}
