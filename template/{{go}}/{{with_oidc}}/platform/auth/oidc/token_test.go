// Kept by the platform: docs/ownership.md says what that means.

package oidc_test

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"platform.internal/auth"
	"platform.internal/auth/oidc"
	"platform.internal/testkit/issuer"
)

const audience = "https://api.example.com"

var algorithms = []string{"RS256", "PS256", "ES256", "EdDSA"}

func settings(i *issuer.Issuer) oidc.Settings {
	return oidc.Settings{Issuer: i.URL, Audience: audience, ScopesClaim: "scope"}
}

func open(t testing.TB, settings oidc.Settings) *oidc.Authenticator {
	t.Helper()
	authenticator, err := oidc.Open(t.Context(), settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(authenticator.Close)
	return authenticator
}

func admitted(t *testing.T, authenticator *oidc.Authenticator, token string) {
	t.Helper()
	got, err := authenticator.Authenticate(t.Context(), token)
	if err != nil || got.Subject != "alice" || !slices.Equal(got.Scopes, []string{"invoices:read", "invoices:write"}) {
		t.Errorf("got %v and %v", got, err)
	}
}

func refused(t *testing.T, authenticator *oidc.Authenticator, token string) {
	t.Helper()
	if got, err := authenticator.Authenticate(t.Context(), token); !errors.Is(err, auth.ErrUnauthenticated) || got.Subject != "" {
		t.Errorf("got %v and %v", got, err)
	}
}

// claims returns those of a token that lets its holder in.
func claims(i *issuer.Issuer) map[string]any {
	return i.Claims("alice", audience, "invoices:read", "invoices:write")
}

// with returns the object with another value; nil takes the member away.
func with(object map[string]any, member string, value any) map[string]any {
	changed := maps.Clone(object)
	changed[member] = value
	if value == nil {
		delete(changed, member)
	}
	return changed
}

func TestATokenLetsItsHolderIn(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t, algorithms...)
	authenticator := open(t, settings(i))
	key := i.Key("ES256")
	header, valid := key.Header(), claims(i)
	seconds := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	tokens := map[string]string{
		"of type JWT":                        key.Sign(with(header, "typ", "JWT"), valid),
		"of the media type":                  key.Sign(with(header, "typ", "application/AT+JWT"), valid),
		"for several audiences":              key.Sign(header, with(valid, "aud", []string{"other", audience})),
		"whose scopes are a list":            key.Sign(header, with(valid, "scope", []string{"invoices:write", "invoices:read"})),
		"that has expired for 20 seconds":    key.Sign(header, with(valid, "exp", seconds(-20*time.Second))),
		"that is valid in 20 seconds":        key.Sign(header, with(valid, "nbf", seconds(20*time.Second))),
		"that is issued in 20 seconds":       key.Sign(header, with(valid, "iat", seconds(20*time.Second))),
		"with a fraction of a second":        key.Sign(header, with(valid, "exp", float64(seconds(time.Minute))+0.5)),
		"with a nonce, but of type at+jwt":   key.Sign(header, with(valid, "nonce", "x")),
		"that says where keys are elsewhere": key.Sign(with(header, "jku", "https://example.com/keys"), valid),
	}
	for _, algorithm := range algorithms {
		signer := i.Key(algorithm)
		tokens["of "+algorithm] = signer.Sign(signer.Header(), valid)
	}
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			admitted(t, authenticator, token)
		})
	}
}

func TestScopesComeFromTheClaimsThatAreNamed(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	for name, test := range map[string]struct {
		scopes, roles string
		claims        map[string]any
		want          string
	}{
		"of another name":                     {"scp", "", map[string]any{"scp": "a b", "scope": "c"}, "a b"},
		"roles that are called like scopes":   {"scope", "roles", map[string]any{"scope": "a", "roles": []string{"b", "a"}}, "a b"},
		"roles at a path":                     {"scope", "realm_access.roles", map[string]any{"realm_access": map[string]any{"roles": []string{"b"}}}, "b"},
		"roles of a name with dots":           {"scope", "https://acme.com/roles", map[string]any{"https://acme.com/roles": []string{"b"}}, "b"},
		"a path through what is no object":    {"scope", "a.b", map[string]any{"a": "b"}, ""},
		"no claim":                            {"scope", "roles", map[string]any{}, ""},
		"a number allows nothing":             {"scope", "", map[string]any{"scope": 5}, ""},
		"a list with other things in between": {"scope", "", map[string]any{"scope": []any{1, "a", nil}}, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := with(i.Claims("alice", audience), "scope", nil)
			maps.Copy(all, test.claims)
			wanted := settings(i)
			wanted.ScopesClaim, wanted.RolesClaim = test.scopes, test.roles
			got, err := open(t, wanted).Authenticate(t.Context(), i.Sign(all))
			if err != nil || strings.Join(got.Scopes, " ") != test.want {
				t.Errorf("got %q and %v", got.Scopes, err)
			}
		})
	}
}

func TestATokenWithoutAKeyIDNeedsAKeyWithoutOne(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	refused(t, open(t, settings(i)), i.Key("ES256").Sign(with(i.Key("ES256").Header(), "kid", nil), claims(i)))

	key := issuer.NewKey("ES256", "")
	i.Answer(issuer.KeySet, keySet(key.Public()))
	admitted(t, open(t, settings(i)), key.Sign(with(key.Header(), "kid", nil), claims(i)))
}
