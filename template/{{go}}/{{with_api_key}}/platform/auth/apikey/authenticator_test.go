// Kept by the platform: docs/ownership.md says what that means.

package apikey_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/auth"
	"platform.internal/auth/apikey"
	"platform.internal/fault"
)

// memory is a store that counts.
type memory struct {
	mutex   sync.Mutex
	records map[string]apikey.Record
	broken  error // what Find returns
	deaf    error // what Use returns
	found   int
	used    int
}

func (m *memory) Find(_ context.Context, prefix string) (apikey.Record, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.found++
	if m.broken != nil {
		return apikey.Record{}, m.broken
	}
	record, ok := m.records[prefix]
	if !ok {
		return apikey.Record{}, fault.New(fault.NotFound, "x")
	}
	return record, nil
}

func (m *memory) Use(context.Context, string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.used++
	return m.deaf
}

// change changes what the store has of a key.
func (m *memory) change(key apikey.Key, change func(*apikey.Record)) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	record := m.records[key.Prefix]
	change(&record)
	m.records[key.Prefix] = record
}

var pepper = []byte("pepper")

func store(keys ...apikey.Key) *memory {
	m := &memory{records: map[string]apikey.Record{}}
	for _, key := range keys {
		m.records[key.Prefix] = apikey.Record{Prefix: key.Prefix, Hash: key.Hash(pepper), Subject: "acme", Scopes: []string{"invoices:read"}}
	}
	return m
}

func refused(t *testing.T, authenticator *apikey.Authenticator, credential string) {
	t.Helper()
	if _, err := authenticator.Authenticate(t.Context(), credential); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("got %v", err)
	}
}

func admitted(t *testing.T, authenticator *apikey.Authenticator, credential string) {
	t.Helper()
	got, err := authenticator.Authenticate(t.Context(), credential)
	if err != nil || got.Subject != "acme" || !slices.Equal(got.Scopes, []string{"invoices:read"}) {
		t.Errorf("got %v and %v", got, err)
	}
}

func TestAKeyLetsItsHolderIn(t *testing.T) {
	t.Parallel()
	key := apikey.NewKey()
	admitted(t, apikey.NewAuthenticator(store(key), pepper), key.Reveal())
}

func TestEveryKeyThatIsNotValidIsRefusedInOneWay(t *testing.T) {
	t.Parallel()
	key, other := apikey.NewKey(), apikey.NewKey()
	now := time.Now()
	for name, test := range map[string]struct {
		credential string
		change     func(*apikey.Record)
		pepper     string
	}{
		"one that is malformed":          {"x", nil, "pepper"},
		"one that nobody made":           {other.Reveal(), nil, "pepper"},
		"one with the secret of another": {key.Reveal()[:20] + other.Reveal()[20:], nil, "pepper"},
		"one that is revoked":            {key.Reveal(), func(r *apikey.Record) { r.RevokedAt = &now }, "pepper"},
		"one that has expired":           {key.Reveal(), func(r *apikey.Record) { r.ExpiresAt = &now }, "pepper"},
		"one of another pepper":          {key.Reveal(), nil, "other"},
		"one whose hash is lost":         {key.Reveal(), func(r *apikey.Record) { r.Hash = "" }, "pepper"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := store(key)
			if test.change != nil {
				keys.change(key, test.change)
			}
			refused(t, apikey.NewAuthenticator(keys, []byte(test.pepper)), test.credential)
			if keys.used > 0 {
				t.Error("it is noted as used")
			}
		})
	}
}

func TestAStoreThatDoesNotAnswerIsNotTakenForAWrongKey(t *testing.T) {
	t.Parallel()
	key := apikey.NewKey()
	keys := store(key)
	keys.broken = fault.New(fault.Unavailable, "The database does not answer.")
	if _, err := apikey.NewAuthenticator(keys, pepper).Authenticate(t.Context(), key.Reveal()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAKeyIsRemembered(t *testing.T) {
	t.Parallel()
	t.Run("for ten seconds, in which it is not looked up again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			key := apikey.NewKey()
			keys := store(key)
			authenticator := apikey.NewAuthenticator(keys, pepper)
			for range 20 {
				admitted(t, authenticator, key.Reveal())
				time.Sleep(time.Second)
			}
			if keys.found != 2 {
				t.Errorf("it was looked up %d times in 20 seconds", keys.found)
			}
		})
	})
	t.Run("for ten seconds at most after it was revoked", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			key := apikey.NewKey()
			keys := store(key)
			authenticator := apikey.NewAuthenticator(keys, pepper)
			admitted(t, authenticator, key.Reveal())
			now := time.Now()
			keys.change(key, func(r *apikey.Record) { r.RevokedAt = &now })
			time.Sleep(apikey.RememberFor)
			refused(t, authenticator, key.Reveal())
		})
	})
	t.Run("but not beyond the moment at which it expires", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			key := apikey.NewKey()
			keys := store(key)
			soon := time.Now().Add(2 * time.Second)
			keys.change(key, func(r *apikey.Record) { r.ExpiresAt = &soon })
			authenticator := apikey.NewAuthenticator(keys, pepper)
			admitted(t, authenticator, key.Reveal())
			time.Sleep(2 * time.Second)
			refused(t, authenticator, key.Reveal())
		})
	})
	t.Run("without its secret, so that a wrong one is refused all the same", func(t *testing.T) {
		t.Parallel()
		key, other := apikey.NewKey(), apikey.NewKey()
		authenticator := apikey.NewAuthenticator(store(key), pepper)
		forged := key.Reveal()[:20] + other.Reveal()[20:]
		refused(t, authenticator, forged)
		admitted(t, authenticator, key.Reveal())
		refused(t, authenticator, forged)
	})
	t.Run("as it is, whatever somebody does with what they were told of it", func(t *testing.T) {
		t.Parallel()
		key := apikey.NewKey()
		authenticator := apikey.NewAuthenticator(store(key), pepper)
		got, err := authenticator.Authenticate(t.Context(), key.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		got.Scopes[0] = "everything"
		admitted(t, authenticator, key.Reveal())
	})
	t.Run("only if there is one, so that it works as soon as it is made", func(t *testing.T) {
		t.Parallel()
		key := apikey.NewKey()
		keys := store()
		authenticator := apikey.NewAuthenticator(keys, pepper)
		refused(t, authenticator, key.Reveal())
		keys.change(key, func(r *apikey.Record) { *r = store(key).records[key.Prefix] })
		admitted(t, authenticator, key.Reveal())
	})
}

func TestTheMemoryOfKeysHasABound(t *testing.T) {
	t.Parallel()
	keys := make([]apikey.Key, 10_001)
	for i := range keys {
		keys[i] = apikey.NewKey()
	}
	held := store(keys...)
	authenticator := apikey.NewAuthenticator(held, pepper)
	for _, key := range keys {
		admitted(t, authenticator, key.Reveal())
	}
	admitted(t, authenticator, keys[0].Reveal())
	if held.found != 10_002 {
		t.Errorf("%d were looked up, so that more than 10000 were remembered", held.found)
	}
}

func TestTheUseOfAKeyIsNotedOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		key := apikey.NewKey()
		keys := store(key)
		authenticator := apikey.NewAuthenticator(keys, pepper)
		for range 120 {
			before := keys.used
			admitted(t, authenticator, key.Reveal())
			if keys.used > before {
				now := time.Now()
				keys.change(key, func(r *apikey.Record) { r.UsedAt = &now })
			}
			time.Sleep(time.Second)
		}
		if keys.used != 2 {
			t.Errorf("it was noted %d times in two minutes", keys.used)
		}
	})
}

func TestAKeyWhoseUseCannotBeNotedLetsNobodyIn(t *testing.T) {
	t.Parallel()
	key := apikey.NewKey()
	keys := store(key)
	keys.deaf = fault.New(fault.Unavailable, "The database does not answer.")
	if _, err := apikey.NewAuthenticator(keys, pepper).Authenticate(t.Context(), key.Reveal()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	key := apikey.NewKey()
	authenticator := apikey.NewAuthenticator(store(key), pepper)
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			for range 50 {
				admitted(t, authenticator, key.Reveal())
			}
		})
	}
	callers.Wait()
}
