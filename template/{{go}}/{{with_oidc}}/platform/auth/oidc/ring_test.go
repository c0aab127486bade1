// Kept by the platform: docs/ownership.md says what that means.

package oidc_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/auth"
	"platform.internal/auth/oidc"
	"platform.internal/fault"
	"platform.internal/testkit/issuer"
)

// direct asks the issuer without a network, which a bubble of synctest would wait for.
type direct struct{ issuer *issuer.Issuer }

func (d direct) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	recorder := httptest.NewRecorder()
	defer func() {
		if recover() != nil {
			answer, err = nil, errors.New("the connection broke")
		}
	}()
	d.issuer.ServeHTTP(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}

// openDirectly is for a bubble, in which time stands still until everybody waits.
func openDirectly(t *testing.T, i *issuer.Issuer) *oidc.Authenticator {
	t.Helper()
	authenticator, err := oidc.OpenOver(t.Context(), settings(i), slog.New(slog.DiscardHandler), direct{i})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(authenticator.Close)
	return authenticator
}

// unknown fails the test unless it cannot be told whether the token is good, while others can be told.
func unknown(t *testing.T, authenticator *oidc.Authenticator, token string) {
	t.Helper()
	got, err := authenticator.Authenticate(t.Context(), token)
	if fault.KindOf(err) != fault.Unavailable || !errors.Is(err, auth.ErrUnknown) || got.Subject != "" {
		t.Errorf("got %v and %v", got, err)
	}
}

// unavailable fails the test unless it can be told of no token whether it is good.
func unavailable(t *testing.T, authenticator *oidc.Authenticator, token string) {
	t.Helper()
	got, err := authenticator.Authenticate(t.Context(), token)
	if fault.KindOf(err) != fault.Unavailable || errors.Is(err, auth.ErrUnknown) || got.Subject != "" {
		t.Errorf("got %v and %v", got, err)
	}
}

func keySet(keys ...any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	}
}

func TestATokenOfANewKeyWorksAtOnce(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	authenticator := open(t, settings(i))
	i.Rotate()
	admitted(t, authenticator, i.Sign(claims(i)))
	if got := i.Fetches(); got != 2 {
		t.Errorf("the keys were fetched %d times", got)
	}
}

func TestAWithdrawnKeyWorksUntilTheNextRefresh(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		authenticator := openDirectly(t, i)
		long := with(claims(i), "exp", time.Now().Add(48*time.Hour).Unix())
		token := i.Sign(long)
		i.Rotate()
		time.Sleep(oidc.RefreshEvery - time.Second)
		admitted(t, authenticator, token)
		time.Sleep(time.Second)
		synctest.Wait()
		refused(t, authenticator, token)
		admitted(t, authenticator, i.Sign(long))
	})
}

func TestKeysAreRefreshedUntilClose(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		authenticator, err := oidc.OpenOver(ctx, settings(i), slog.New(slog.DiscardHandler), direct{i})
		if err != nil {
			t.Fatal(err)
		}
		cancel() // the service was told to stop, and answers what is under way
		i.Rotate()
		admitted(t, authenticator, i.Sign(claims(i)))
		authenticator.Close()
		fetches := i.Fetches()
		time.Sleep(2 * oidc.RefreshEvery)
		if got := i.Fetches() - fetches; got != 0 {
			t.Errorf("the keys were fetched %d times after that", got)
		}
	})
}

func TestKeysAreRefreshedAsOftenAsTheIssuerSaysWithinBounds(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]int{
		"":                                     1,
		"public":                               1,
		"public, max-age=600":                  6,
		"max-age=1":                            60,
		"max-age=0":                            60,
		"no-cache":                             60,
		"private, no-store, max-age=86400":     60,
		`no-cache="Set-Cookie", max-age=86400`: 1,
		"max-age=99999999999999999999":         1,
	} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			i := issuer.Start(t)
			keys := keySet(i.Key("ES256").Public())
			i.Answer(issuer.KeySet, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Cache-Control", said)
				keys(w, r)
			})
			synctest.Test(t, func(t *testing.T) {
				openDirectly(t, i)
				time.Sleep(time.Hour + time.Second)
				if got := i.Fetches() - 1; got != want {
					t.Errorf("%d refreshes in an hour, want %d", got, want)
				}
			})
		})
	}
}

func TestATokenOfANewKeyIsUnknownWhileTheKeysCannotBeFetched(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		authenticator := openDirectly(t, i)
		old := i.Sign(claims(i))
		i.Rotate()
		i.Answer(issuer.KeySet, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
		token := i.Sign(claims(i))
		for range 2 { // the second is too early to fetch again
			unknown(t, authenticator, token)
			admitted(t, authenticator, old)
		}
		i.Answer(issuer.KeySet, keySet(i.Key("ES256").Public()))
		time.Sleep(10 * time.Second)
		admitted(t, authenticator, token)
		refused(t, authenticator, old)
	})
}

func TestAStormOfUnknownKeysFetchesOnce(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	authenticator := open(t, settings(i))
	key := i.Key("ES256")
	var callers sync.WaitGroup
	for n := range 1000 {
		token := key.Sign(with(key.Header(), "kid", "unknown-"+strconv.Itoa(n)), claims(i))
		callers.Go(func() { refused(t, authenticator, token) })
	}
	callers.Wait()
	if got := i.Fetches() - 1; got != 1 {
		t.Errorf("the keys were fetched %d times", got)
	}
}

func TestUnknownKeysFetchEveryTenSecondsAtMost(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		authenticator := openDirectly(t, i)
		key := i.Key("ES256")
		for n := range 100 {
			refused(t, authenticator, key.Sign(with(key.Header(), "kid", strconv.Itoa(n)), claims(i)))
			time.Sleep(time.Second)
		}
		if got := i.Fetches() - 1; got != 10 {
			t.Errorf("the keys were fetched %d times in 100 seconds", got)
		}
	})
}

func TestKnownKeysServeWhileTheIssuerIsSlowWithOthers(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		authenticator := openDirectly(t, i)
		i.Slow(time.Minute)
		key := i.Key("ES256")
		start := time.Now()
		var stranger sync.WaitGroup
		stranger.Go(func() { unknown(t, authenticator, key.Sign(with(key.Header(), "kid", "x"), claims(i))) })
		synctest.Wait()
		admitted(t, authenticator, i.Sign(claims(i)))
		if took := time.Since(start); took > 0 {
			t.Errorf("it took %s", took)
		}
		stranger.Wait()
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("the fetch was given up after %s", took)
		}
	})
}

func TestKeysServeForADayWhileTheIssuerIsDown(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		authenticator := openDirectly(t, i)
		i.Down(true)
		token := i.Sign(with(claims(i), "exp", time.Now().Add(48*time.Hour).Unix()))
		time.Sleep(oidc.KeepFor)
		admitted(t, authenticator, token)
		time.Sleep(time.Second)
		unavailable(t, authenticator, token)
		i.Down(false)
		time.Sleep(time.Minute)
		admitted(t, authenticator, token)
	})
}

func TestAnIssuerThatLosesItsKeysTakesNoneAway(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		authenticator := openDirectly(t, i)
		i.Answer(issuer.KeySet, keySet())
		time.Sleep(2 * oidc.RefreshEvery)
		admitted(t, authenticator, i.Sign(claims(i)))
	})
}

func TestACallerWhoLeavesWaitsForNoKeys(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		authenticator := openDirectly(t, i)
		i.Slow(time.Minute)
		key := i.Key("ES256")
		token := key.Sign(with(key.Header(), "kid", "x"), claims(i))
		start := time.Now()
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := authenticator.Authenticate(late, token); fault.KindOf(err) != fault.Unavailable || !errors.Is(err, auth.ErrUnknown) {
			t.Errorf("whose time is over: %v", err)
		}
		gone, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		if _, err := authenticator.Authenticate(gone, token); fault.KindOf(err) != fault.Internal || !errors.Is(err, context.Canceled) || !errors.Is(err, auth.ErrUnknown) {
			t.Errorf("who has gone: %v", err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("they waited %s", took)
		}
	})
}
