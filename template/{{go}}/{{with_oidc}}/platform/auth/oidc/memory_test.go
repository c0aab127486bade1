// Kept by the platform: docs/ownership.md says what that means.

package oidc_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/testkit/issuer"
)

func TestATokenThatIsRememberedEndsOnTime(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	synctest.Test(t, func(t *testing.T) {
		authenticator := openDirectly(t, i)
		token := i.Sign(with(claims(i), "exp", time.Now().Add(10*time.Second).Unix()))
		for range 40 {
			admitted(t, authenticator, token)
			time.Sleep(time.Second)
		}
		time.Sleep(time.Second)
		refused(t, authenticator, token)
	})
}

func TestWhatIsRememberedOfATokenIsNotOfAnotherOne(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	authenticator, token := open(t, settings(i)), i.Sign(claims(i))
	for range 2 {
		admitted(t, authenticator, token)
		refused(t, authenticator, token[:len(token)-4]+strings.Repeat("A", 4))
	}
}

func TestNobodyChangesWhatIsRemembered(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	authenticator, token := open(t, settings(i)), i.Sign(claims(i))
	for range 2 {
		got, err := authenticator.Authenticate(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		got.Scopes[0] = "everything"
		admitted(t, authenticator, token)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	for _, algorithm := range algorithms {
		i := issuer.Start(b, algorithm)
		authenticator := open(b, settings(i))
		tokens := make([]string, 12_000) // more than are remembered, so that each is checked
		for n := range tokens {
			tokens[n] = i.Sign(with(claims(i), "jti", strconv.Itoa(n)))
		}
		n := 0
		for name, next := range map[string]func() string{
			"checked":    func() string { n = (n + 1) % len(tokens); return tokens[n] },
			"remembered": func() string { return tokens[0] },
		} {
			b.Run(algorithm+" "+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := authenticator.Authenticate(b.Context(), next()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
