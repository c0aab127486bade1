// Kept by the platform: docs/ownership.md says what that means.

// Package issuer is an OpenID Connect issuer for tests: it publishes keys and signs tokens, also such as no issuer would sign.
// It signs with the standard library alone, so that a mistake of the library that checks tokens is not made twice.
package issuer

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Issuer serves its two documents on a port of this machine.
type Issuer struct {
	URL string // what its tokens have as `iss`

	server *httptest.Server

	mutex      sync.Mutex
	generation int
	keys       []Key
	fetches    int
	down       bool
	delay      time.Duration
	answers    map[string]http.HandlerFunc
}

// The paths of the two documents.
const (
	Discovery = "/.well-known/openid-configuration"
	KeySet    = "/keys"
)

// New starts an issuer with a key for each algorithm, for ES256 if none is named. It ends with the process, or by Close.
func New(algorithms ...string) *Issuer {
	if len(algorithms) == 0 {
		algorithms = []string{"ES256"}
	}
	i := unserved(algorithms...)
	i.server = httptest.NewServer(i)
	i.URL = i.server.URL
	return i
}

func unserved(algorithms ...string) *Issuer {
	i := &Issuer{answers: map[string]http.HandlerFunc{}}
	for _, algorithm := range algorithms {
		i.keys = append(i.keys, NewKey(algorithm, "key-0-"+algorithm))
	}
	return i
}

// Start is New for one test, with which the issuer ends.
func Start(t testing.TB, algorithms ...string) *Issuer {
	t.Helper()
	i := New(algorithms...)
	t.Cleanup(i.Close)
	return i
}

// Close stops the issuer.
func (i *Issuer) Close() { i.server.Close() }

// ServeHTTP implements http.Handler.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, delay := i.meet(r.URL.Path)
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
	}
	answer(w, r)
}

func (i *Issuer) meet(path string) (answer http.HandlerFunc, delay time.Duration) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if path == KeySet {
		i.fetches++
	}
	if i.down {
		return func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, i.delay
	}
	if answer, ok := i.answers[path]; ok {
		return answer, i.delay
	}
	switch path {
	case Discovery:
		return document(map[string]any{"issuer": i.URL, "jwks_uri": i.URL + KeySet}), i.delay
	case KeySet:
		var keys []map[string]string
		for _, key := range i.keys {
			keys = append(keys, key.Public())
		}
		return document(map[string]any{"keys": keys}), i.delay
	default:
		return http.NotFound, i.delay
	}
}

func document(content any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(content)
	}
}

// change does something to the issuer that must not happen while it answers.
func (i *Issuer) change(do func()) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	do()
}

// Rotate withdraws every key and makes new ones.
func (i *Issuer) Rotate() {
	i.change(func() {
		i.generation++
		for n, key := range i.keys {
			i.keys[n] = NewKey(key.Algorithm, fmt.Sprintf("key-%d-%s", i.generation, key.Algorithm))
		}
	})
}

// Down makes every request fail without an answer, or ends that.
func (i *Issuer) Down(down bool) { i.change(func() { i.down = down }) }

// Slow makes every answer take that long.
func (i *Issuer) Slow(delay time.Duration) { i.change(func() { i.delay = delay }) }

// Answer replaces the answer for a path.
func (i *Issuer) Answer(path string, answer http.HandlerFunc) {
	i.change(func() { i.answers[path] = answer })
}

// Fetches returns how often the keys were asked for.
func (i *Issuer) Fetches() (count int) {
	i.change(func() { count = i.fetches })
	return count
}

// Key returns the key for the algorithm.
func (i *Issuer) Key(algorithm string) (found Key) {
	i.change(func() {
		for _, key := range i.keys {
			if key.Algorithm == algorithm {
				found = key
			}
		}
	})
	return found
}

// Claims returns those of an access token (RFC 9068, 2.2) that is valid for five minutes.
func (i *Issuer) Claims(subject, audience string, scopes ...string) map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": i.URL, "sub": subject, "aud": audience, "scope": strings.Join(scopes, " "), "client_id": "test",
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "jti": fmt.Sprintf("%x", now.UnixNano()),
	}
}

// Sign returns the access token of the claims, signed with the first key.
func (i *Issuer) Sign(claims map[string]any) string {
	var key Key
	i.change(func() { key = i.keys[0] })
	return key.Sign(key.Header(), claims)
}
