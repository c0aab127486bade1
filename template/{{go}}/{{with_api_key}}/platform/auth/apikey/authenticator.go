package apikey

import (
	"context"
	"crypto/subtle"
	"sync"
	"time"

	"platform.internal/auth"
	"platform.internal/fault"
)

// Record is what is kept of a key.
type Record struct {
	Prefix    string
	Hash      string
	Subject   string
	Name      string
	Scopes    []string
	ExpiresAt *time.Time
	RevokedAt *time.Time
	UsedAt    *time.Time
	CreatedAt time.Time
}

// Usable reports whether the key lets anybody in at that time.
func (r Record) Usable(now time.Time) bool {
	return r.RevokedAt == nil && (r.ExpiresAt == nil || now.Before(*r.ExpiresAt))
}

// Store finds keys.
type Store interface {
	// Find returns the record with that prefix and notes that it was used. The error is a fault of kind NotFound if there is none.
	Find(ctx context.Context, prefix string) (Record, error)
}

const (
	// RememberFor is how long a revoked key may still work, and how often a key is looked up at most.
	RememberFor = 10 * time.Second
	rememberMax = 10_000
)

// Authenticator implements auth.Authenticator.
type Authenticator struct {
	store  Store
	pepper []byte
	now    func() time.Time

	mutex sync.Mutex
	known map[string]remembered
}

type remembered struct {
	record Record
	until  time.Time
}

// NewAuthenticator returns an Authenticator that looks keys up in the store and remembers them for RememberFor.
func NewAuthenticator(store Store, pepper []byte) *Authenticator {
	return &Authenticator{store: store, pepper: pepper, now: time.Now, known: map[string]remembered{}}
}

// Authenticate implements auth.Authenticator.
func (a *Authenticator) Authenticate(ctx context.Context, credential string) (auth.Principal, error) {
	key, ok := ParseKey(credential)
	if !ok {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	record, err := a.find(ctx, key.Prefix)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	if err != nil {
		return auth.Principal{}, err
	}
	if subtle.ConstantTimeCompare([]byte(record.Hash), []byte(key.Hash(a.pepper))) != 1 || !record.Usable(a.now()) {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	return auth.Principal{Subject: record.Subject, Scopes: record.Scopes}, nil
}

func (a *Authenticator) find(ctx context.Context, prefix string) (Record, error) {
	now := a.now()
	a.mutex.Lock()
	hit, ok := a.known[prefix]
	a.mutex.Unlock()
	if ok && now.Before(hit.until) {
		return hit.record, nil
	}
	record, err := a.store.Find(ctx, prefix)
	if err != nil {
		return Record{}, err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if len(a.known) >= rememberMax {
		clear(a.known)
	}
	a.known[prefix] = remembered{record, now.Add(RememberFor)}
	return record, nil
}
