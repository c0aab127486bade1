// Kept by the platform: docs/ownership.md says what that means.

package issuer_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"platform.internal/auth/oidc"
	"platform.internal/testkit/issuer"
)

func TestADeveloperGetsATokenThatTheServiceTakes(t *testing.T) {
	t.Parallel()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	defer server.Close()
	handler = issuer.Develop(server.URL)

	settings := oidc.Settings{Issuer: server.URL, Audience: "orders", ScopesClaim: "scope"}
	authenticator, err := oidc.Open(t.Context(), settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer authenticator.Close()
	answer, err := http.Get(server.URL + issuer.Token + "?audience=orders&subject=dev&scope=a:read&scope=a:write")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	token, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := authenticator.Authenticate(t.Context(), strings.TrimSpace(string(token)))
	if err != nil || got.Subject != "dev" || !slices.Equal(got.Scopes, []string{"a:read", "a:write"}) {
		t.Errorf("got %v and %v", got, err)
	}
}
