// Kept by the platform: docs/ownership.md says what that means.

package oidc_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/auth/oidc"
	"platform.internal/config"
	"platform.internal/testkit/issuer"
)

func text(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func TestStartIsRefusedInOneSentence(t *testing.T) {
	t.Parallel()
	const elsewhere = `{"issuer": "https://other.example.com", "jwks_uri": "https://other.example.com/keys"}`
	ec := map[string]string{"kty": "EC", "crv": "P-384", "kid": "x", "x": strings.Repeat("A", 64), "y": strings.Repeat("A", 64)}
	for name, test := range map[string]struct {
		breaks func(*issuer.Issuer)
		says   string
	}{
		"by an issuer that does not answer": {func(i *issuer.Issuer) { i.Down(true) }, "the connection broke"},
		"by an issuer that takes too long":  {func(i *issuer.Issuer) { i.Slow(time.Hour) }, "deadline exceeded"},
		"by an issuer without a document":   {func(i *issuer.Issuer) { i.Answer(issuer.Discovery, http.NotFound) }, "has the status 404"},
		"by the document of another":        {func(i *issuer.Issuer) { i.Answer(issuer.Discovery, text(elsewhere)) }, `that of the issuer "https://other.example.com"`},
		"by a document that is no JSON":     {func(i *issuer.Issuer) { i.Answer(issuer.Discovery, text("<html>")) }, "is not the JSON"},
		"by keys that anybody could change": {func(i *issuer.Issuer) {
			i.Answer(issuer.Discovery, text(`{"issuer": "`+i.URL+`", "jwks_uri": "http://example.com/keys"}`))
		}, "no jwks_uri that begins with https"},
		"by a redirect": {func(i *issuer.Issuer) {
			i.Answer(issuer.KeySet, http.RedirectHandler("http://example.com/keys", http.StatusFound).ServeHTTP)
		}, "has the status 302"},
		"by keys that never end":  {func(i *issuer.Issuer) { i.Answer(issuer.KeySet, text(strings.Repeat(" ", 1<<20+1))) }, "more than 1048576 bytes"},
		"by keys that are no set": {func(i *issuer.Issuer) { i.Answer(issuer.KeySet, text(`["key"]`)) }, "is not the JSON"},
		"by a set without a key":  {func(i *issuer.Issuer) { i.Answer(issuer.KeySet, keySet()) }, "no key for RS256"},
		"by a shared secret": {func(i *issuer.Issuer) {
			i.Answer(issuer.KeySet, keySet(map[string]string{"kty": "oct", "k": "c2VjcmV0", "kid": "x"}))
		}, "no key for RS256"},
		"by a key of another curve":     {func(i *issuer.Issuer) { i.Answer(issuer.KeySet, keySet(ec)) }, "no key for RS256"},
		"by a key for encryption":       {func(i *issuer.Issuer) { i.Answer(issuer.KeySet, keySet(declared("use", "enc"))) }, "no key for RS256"},
		"by a key for other operations": {func(i *issuer.Issuer) { i.Answer(issuer.KeySet, keySet(declared("key_ops", []string{"encrypt"}))) }, "no key for RS256"},
		"by a key for one algorithm":    {func(i *issuer.Issuer) { i.Answer(issuer.KeySet, keySet(declared("alg", "ES384"))) }, "no key for RS256"},
		"by a key with a long name":     {func(i *issuer.Issuer) { i.Answer(issuer.KeySet, keySet(declared("kid", strings.Repeat("k", 201)))) }, "no key for RS256"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := issuer.Start(t)
			test.breaks(i)
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := oidc.OpenOver(t.Context(), settings(i), slog.New(slog.DiscardHandler), direct{i})
				if err == nil || !strings.HasPrefix(err.Error(), "OIDC_ISSUER="+i.URL+" cannot be used: ") || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
					t.Errorf("got %v", err)
				}
				if took := time.Since(start); took > 10*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// declared returns a public key that says something of itself.
func declared(member string, value any) map[string]any {
	changed := map[string]any{}
	for name, text := range issuer.NewKey("ES256", "x").Public() {
		changed[name] = text
	}
	changed[member] = value
	return changed
}

func TestAnIssuerMayStartAfterTheService(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	i.Down(true)
	synctest.Test(t, func(t *testing.T) {
		time.AfterFunc(time.Second, func() { i.Down(false) })
		authenticator, err := oidc.OpenOver(t.Context(), settings(i), slog.New(slog.DiscardHandler), direct{i})
		if err != nil {
			t.Fatal(err)
		}
		defer authenticator.Close()
		admitted(t, authenticator, i.Sign(claims(i)))
	})
}

func TestKeysThatDoNotFitAreLeftOut(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t)
	i.Answer(issuer.KeySet, keySet("no key", 5, map[string]any{}, declared("crv", "P-999"), declared("use", "enc"), i.Key("ES256").Public()))
	admitted(t, open(t, settings(i)), i.Sign(claims(i)))
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ environ, says string }{
		"take an address":                  {"OIDC_ISSUER=https://login.example.com/realms/acme,OIDC_AUDIENCE=billing", ""},
		"take an address with a slash":     {"OIDC_ISSUER=https://login.example.com/,OIDC_AUDIENCE=billing", ""},
		"take http on this machine":        {"OIDC_ISSUER=http://127.0.0.1:8081,OIDC_AUDIENCE=billing", ""},
		"take http on it by another name":  {"OIDC_ISSUER=http://[::1]:8081,OIDC_AUDIENCE=billing", ""},
		"refuse http elsewhere":            {"OIDC_ISSUER=http://login.example.com,OIDC_AUDIENCE=billing", "OIDC_ISSUER must be the https address"},
		"refuse a host that only looks so": {"OIDC_ISSUER=http://127.0.0.1.example.com,OIDC_AUDIENCE=billing", "OIDC_ISSUER must be the https address"},
		"refuse what is no address":        {"OIDC_ISSUER=acme,OIDC_AUDIENCE=billing", "OIDC_ISSUER must be the https address"},
		"refuse a query":                   {"OIDC_ISSUER=https://login.example.com?x=y,OIDC_AUDIENCE=billing", "OIDC_ISSUER must be the https address"},
		"refuse a password":                {"OIDC_ISSUER=https://a:b@login.example.com,OIDC_AUDIENCE=billing", "OIDC_ISSUER must be the https address"},
		"want an issuer":                   {"OIDC_AUDIENCE=billing", "OIDC_ISSUER is not set"},
		"want an audience":                 {"OIDC_ISSUER=https://login.example.com", "OIDC_AUDIENCE is not set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load[oidc.Settings](strings.Split(test.environ, ","))
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}
