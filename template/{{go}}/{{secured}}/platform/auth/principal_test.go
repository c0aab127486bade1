package auth_test

import (
	"testing"

	"platform.internal/auth"
)

func TestMay(t *testing.T) {
	principal := auth.Principal{Subject: "acme", Scopes: []string{"invoices:read", "invoices:write"}}
	tests := map[string]struct {
		scopes []string
		want   bool
	}{
		"a scope that is held":         {[]string{"invoices:read"}, true},
		"all of several":               {[]string{"invoices:read", "invoices:write"}, true},
		"one of several is missing":    {[]string{"invoices:read", "payments:read"}, false},
		"a prefix is not a scope":      {[]string{"invoices"}, false},
		"nothing asked, nothing to be": {nil, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := principal.May(test.scopes...); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestNobodyMayDoAnything(t *testing.T) {
	nobody := auth.From(t.Context())
	if nobody.Subject != "" || nobody.May("invoices:read") {
		t.Errorf("got %+v", nobody)
	}
}

func TestTheContextCarriesThePrincipal(t *testing.T) {
	ctx := auth.With(t.Context(), auth.Principal{Subject: "acme"})
	if got := auth.From(ctx).Subject; got != "acme" {
		t.Errorf("got %q", got)
	}
}
