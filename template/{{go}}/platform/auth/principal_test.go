// Kept by the platform: docs/ownership.md says what that means.

package auth_test

import (
	"testing"

	"platform.internal/auth"
)

func TestAPrincipalMay(t *testing.T) {
	t.Parallel()
	principal := auth.Principal{Subject: "acme", Scopes: []string{"invoices:read", "invoices:write"}}
	for name, test := range map[string]struct {
		scopes []string
		want   bool
	}{
		"what a scope that they hold allows":   {[]string{"invoices:read"}, true},
		"what takes several that they hold":    {[]string{"invoices:read", "invoices:write"}, true},
		"not what takes one that they lack":    {[]string{"invoices:read", "payments:read"}, false},
		"not what only a part of a scope says": {[]string{"invoices"}, false},
		"what takes no scope":                  {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := principal.May(test.scopes...); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestNobodyMayDoAnything(t *testing.T) {
	t.Parallel()
	nobody := auth.From(t.Context())
	if nobody.Subject != "" || nobody.May("invoices:read") {
		t.Errorf("got %+v", nobody)
	}
}

func TestTheContextCarriesThePrincipal(t *testing.T) {
	t.Parallel()
	ctx := auth.With(t.Context(), auth.Principal{Subject: "acme"})
	if got := auth.From(ctx).Subject; got != "acme" {
		t.Errorf("got %q", got)
	}
}
