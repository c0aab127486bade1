// Kept by the platform: docs/ownership.md says what that means.

package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"platform.internal/auth"
)

const (
	// RefreshEvery is how often the keys are fetched, unless the issuer says that they stay fresh for less.
	// A key that the issuer has withdrawn works no longer than that, as long as the issuer answers.
	RefreshEvery = time.Hour
	refreshMin   = time.Minute // whatever the issuer says

	// KeepFor is how long keys are trusted while the issuer does not answer.
	KeepFor = 24 * time.Hour

	// askEvery is how often tokens with an unknown `kid` make the keys be fetched at most.
	askEvery = 10 * time.Second
)

// What keeps a token from being judged.
var (
	errTooOld     = errors.New("the issuer has not answered for too long to trust its keys")
	errNotRenewed = fmt.Errorf("%w: the issuer's keys could not be fetched for a key that is not among them", auth.ErrUnknown)
)

// ring keeps the keys of the issuer. One goroutine fetches them; no request does.
type ring struct {
	client  *http.Client
	address string
	log     *slog.Logger
	ended   <-chan struct{}
	stop    context.CancelFunc
	wake    chan chan struct{}

	mutex   sync.Mutex
	keys    *keySet
	fetched time.Time     // when the keys came
	asked   time.Time     // when a token with an unknown `kid` last made them be fetched
	renewal chan struct{} // closed when the fetch is over that such tokens wait for; nil if there is none
	failed  error         // of the last fetch
}

// newRing fetches the keys in the time that ctx has, and again and again until stop is called.
func newRing(ctx context.Context, client *http.Client, address string, log *slog.Logger) (*ring, error) {
	r := &ring{client: client, address: address, log: log, wake: make(chan chan struct{}, 1)}
	fresh, err := r.fetch(ctx)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.ended, r.stop = running.Done(), stop
	go r.run(running, fresh)
	return r, nil
}

func (r *ring) run(ctx context.Context, fresh time.Duration) {
	timer := time.NewTimer(fresh)
	defer timer.Stop()
	for {
		var renewal chan struct{}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case renewal = <-r.wake:
		}
		fresh, err := r.fetch(ctx)
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "the issuer's keys could not be fetched; those that are known stay in use", "error", err.Error())
			fresh = refreshMin
		}
		timer.Reset(fresh)
		r.renewed(renewal, err)
	}
}

// fetch replaces the keys, and returns how long they stay fresh. If it fails, they stay as they are.
func (r *ring) fetch(ctx context.Context) (time.Duration, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	fresh, err := fetch(ctx, r.client, r.address, &set)
	if err != nil {
		return 0, err
	}
	keys, err := parseKeys(set.Keys)
	if err != nil {
		return 0, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.keys, r.fetched = keys, time.Now()
	return min(max(fresh, refreshMin), RefreshEvery), nil
}

// current returns the keys. The error is errTooOld.
func (r *ring) current() (*keySet, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if time.Since(r.fetched) > KeepFor {
		return nil, errTooOld
	}
	return r.keys, nil
}

// renew waits until the keys were fetched once more, unless that was done only just now. The error is errNotRenewed, if the last fetch failed
// or ctx has ended before; then it is also that of ctx.
func (r *ring) renew(ctx context.Context) error {
	if renewal := r.ask(); renewal != nil {
		select {
		case <-renewal:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errNotRenewed, ctx.Err())
		case <-r.ended:
			return errNotRenewed
		}
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.failed != nil {
		return fmt.Errorf("%w: %w", errNotRenewed, r.failed)
	}
	return nil
}

func (r *ring) ask() <-chan struct{} {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.renewal == nil && time.Since(r.asked) >= askEvery {
		r.asked, r.renewal = time.Now(), make(chan struct{})
		r.wake <- r.renewal // has room: nobody asks again before this renewal is over
	}
	return r.renewal
}

// renewed notes how a fetch ended, and lets go on who waits for it, if it is a renewal.
func (r *ring) renewed(renewal chan struct{}, failed error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.failed = failed
	if renewal != nil {
		close(renewal)
		r.renewal = nil
	}
}
