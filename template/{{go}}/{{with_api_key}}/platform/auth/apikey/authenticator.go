// Kept by the platform: docs/ownership.md says what that means.

package apikey

import (
	"context"
	"crypto/subtle"
	"slices"
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

// Store keeps keys.
type Store interface {
	// Find returns the record with that prefix. The error is a fault of kind NotFound if there is none.
	Find(ctx context.Context, prefix string) (Record, error)

	// Use notes that the key with that prefix lets its caller in now.
	Use(ctx context.Context, prefix string) error
}

const (
	// RememberFor is how long a revoked key may still work, and how often a key is looked up at most.
	RememberFor = 10 * time.Second
	rememberMax = 10_000

	// noteEvery is how often the use of a key is noted at most, to spare the table writes.
	noteEvery = time.Minute
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

// Authenticate implements auth.Authenticator. A key whose use cannot be noted lets nobody in.
func (a *Authenticator) Authenticate(ctx context.Context, credential string) (auth.Principal, error) {
	key, ok := ParseKey(credential)
	if !ok {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	record, err := a.find(ctx, key.Prefix)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	if err != nil {
		return auth.Principal{}, err
	}
	if subtle.ConstantTimeCompare([]byte(record.Hash), []byte(key.Hash(a.pepper))) != 1 || !record.Usable(a.now()) {
		return auth.Principal{}, auth.ErrUnauthenticated
	}
	if err := a.use(ctx, record); err != nil {
		return auth.Principal{}, err
	}
	return auth.Principal{Subject: record.Subject, Scopes: slices.Clone(record.Scopes)}, nil
}

// find remembers what is in the store, whoever asks: the secret is compared each time.
// It remembers no prefix that is not there, so that a key works as soon as it is made.
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
	a.remember(record, now.Add(RememberFor))
	return record, nil
}

func (a *Authenticator) remember(record Record, until time.Time) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if len(a.known) >= rememberMax {
		clear(a.known)
	}
	a.known[record.Prefix] = remembered{record, until}
}

func (a *Authenticator) use(ctx context.Context, record Record) error {
	now := a.now()
	if record.UsedAt != nil && now.Sub(*record.UsedAt) < noteEvery {
		return nil
	}
	if err := a.store.Use(ctx, record.Prefix); err != nil {
		return err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if hit, ok := a.known[record.Prefix]; ok {
		hit.record.UsedAt = &now
		a.known[record.Prefix] = hit
	}
	return nil
}
