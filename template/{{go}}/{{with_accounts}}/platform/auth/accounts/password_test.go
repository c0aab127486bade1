// Kept by the platform: docs/ownership.md says what that means.

package accounts_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/auth/accounts"
	"platform.internal/fault"
	"platform.internal/rest"
)

func TestAPasswordIsRefusedForOneReason(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ password, code string }{
		"none":                                {"correct horse battery", ""},
		"none, at the least":                  {"abcdefghijkm", ""},
		"none, at the most":                   {strings.Repeat("ä", 128), ""},
		"none, with spaces and other scripts": {"пароль без правил", ""},
		"too short":                           {"abcdefghijk", "too_short"},
		"too short, counted in code points":   {strings.Repeat("ä", 11), "too_short"},
		"too short, once normalised":          {strings.Repeat("a\u0308", 11), "too_short"},
		"too long":                            {strings.Repeat("x", 129), "too_long"},
		"common":                              {"qwertyuiop123", "common"},
		"common in any case":                  {"QwertyUiop123", "common"},
		"common in wide letters":              {"ｑｗｅｒｔｙｕｉｏｐ123", "common"},
		"the name in the address":             {"my-Alice.Smith-pw", "guessable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := accounts.CheckPassword("/password", test.password, "alice.smith@example.com")
			found, _ := errors.AsType[*fault.Error](err)
			if (err == nil) != (test.code == "") || err != nil && (len(found.Violations) != 1 || found.Violations[0].Code != test.code) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAShortNameInTheAddressIsNoReason(t *testing.T) {
	t.Parallel()
	if err := accounts.CheckPassword("/password", "ab is fine in here", "ab@example.com"); err != nil {
		t.Error(err)
	}
}

func TestAHashIsThatOfOnePassword(t *testing.T) {
	t.Parallel()
	hash, verify, _ := accounts.Hasher(1)
	first, err := hash(t.Context(), "one")
	second, _ := hash(t.Context(), "one")
	if err != nil || first == second || !strings.HasPrefix(first, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("got %s, %s and %v", first, second, err)
	}
	for name, test := range map[string]struct {
		hash, password string
		ok, outdated   bool
	}{
		"the same":           {first, "one", true, false},
		"another":            {first, "two", false, false},
		"no hash":            {"", "", false, false},
		"a broken hash":      {"$argon2id$v=19$m=x$", "one", false, false},
		"an empty hash":      {"$argon2id$v=19$m=19456,t=2,p=1$AAAA$", "", false, false},
		"a cheaper hash":     {"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + cheap, "one", true, true},
		"another's for less": {"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + cheap, "two", false, true},
	} {
		if ok, outdated, err := verify(t.Context(), test.hash, test.password); ok != test.ok || outdated != test.outdated || err != nil {
			t.Errorf("%s: %t, %t and %v", name, ok, outdated, err)
		}
	}
}

func TestWhoWaitsTooLongToHashIsToldToComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hash, _, _ := accounts.Hasher(0)
		start := time.Now()
		_, err := hash(t.Context(), "x")
		found, _ := errors.AsType[*fault.Error](err)
		if found == nil || found.Kind != fault.Unavailable || found.RetryAfter == 0 || time.Since(start) != 2*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestWhoWaitsToHashLeavesMostPlacesToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := accounts.NewService(t.Context(), accounts.Options{Hashing: 10})
		defer service.Close()
		defer accounts.Block(service)()
		handler := rest.Shed(rest.NewPlaces(40), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && fault.KindOf(service.SignUp(r.Context(), "alice@example.com", password)) == fault.Unavailable {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		ask := func(method string) int {
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest(method, "/", nil))
			return answer.Code
		}
		var refused atomic.Int32
		var people sync.WaitGroup
		for range 110 {
			people.Go(func() {
				if ask(http.MethodPost) == http.StatusServiceUnavailable {
					refused.Add(1)
				}
			})
		}
		synctest.Wait()
		if got := refused.Load(); got != 100 {
			t.Errorf("%d were told at once to come back, want all but ten", got)
		}
		if got := ask(http.MethodGet); got != http.StatusOK {
			t.Errorf("who wants something else gets %d", got)
		}
		people.Wait()
		if got := refused.Load(); got != 110 {
			t.Errorf("%d were told to come back, want all whose turn did not come", got)
		}
	})
}

func TestAnAddressHasOneForm(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"  Zoë@Example.COM ", "ZOË@example.com", "zoe\u0308@example.com"} {
		if got := accounts.NormalEmail(text); got != "zoë@example.com" {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// cheap is the hash of "one" at a cost of long ago.
const cheap = "DmygFR5qhL8007oh+tTWo5JagOoGoV6M6FRTkbMVePU"
