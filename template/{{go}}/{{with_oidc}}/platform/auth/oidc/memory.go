// Kept by the platform: docs/ownership.md says what that means.

package oidc

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"platform.internal/auth"
)

const (
	// rememberFor is how long a token that was checked is not checked again: to check a signature takes longer than all else
	// that an instance does for a request.
	rememberFor = time.Minute
	rememberMax = 10_000
)

// accepted is whom a token stands for, and which keys said so.
type accepted struct {
	principal auth.Principal
	keys      *keySet
	until     time.Time
}

// memory keeps the tokens that were accepted, by their hashes: it is no place to find tokens in.
type memory struct {
	mutex sync.Mutex
	known map[[sha256.Size]byte]accepted
}

// recall returns what was accepted with these keys, and has not ended. New keys make every token be checked again.
func (m *memory) recall(token string, keys *keySet, now time.Time) (auth.Principal, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	hit, ok := m.known[sha256.Sum256([]byte(token))]
	if !ok || hit.keys != keys || !now.Before(hit.until) {
		return auth.Principal{}, false
	}
	return auth.Principal{Subject: hit.principal.Subject, Scopes: slices.Clone(hit.principal.Scopes)}, true
}

// remember keeps it until it ends, a minute at most.
func (m *memory) remember(token string, found accepted, now time.Time) {
	if end := now.Add(rememberFor); found.until.After(end) {
		found.until = end
	}
	found.principal.Scopes = slices.Clone(found.principal.Scopes)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.known == nil || len(m.known) >= rememberMax {
		m.known = map[[sha256.Size]byte]accepted{}
	}
	m.known[sha256.Sum256([]byte(token))] = found
}
