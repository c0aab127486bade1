// Kept by the platform: docs/ownership.md says what that means.

package oidc

import (
	"slices"
	"strings"
)

// scopes returns what the claims allow, without repeating anything.
func (a *Authenticator) scopes(claims map[string]any) []string {
	found := texts(claim(claims, a.settings.ScopesClaim))
	if a.settings.RolesClaim != "" {
		found = append(found, texts(claim(claims, a.settings.RolesClaim))...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// claim returns the claim of that name, which may be an address with dots; else the one at that path, such as realm_access.roles.
func claim(claims map[string]any, path string) any {
	if value, ok := claims[path]; ok {
		return value
	}
	name, rest, deeper := strings.Cut(path, ".")
	inner, ok := claims[name].(map[string]any)
	if !deeper || !ok {
		return nil
	}
	return claim(inner, rest)
}

// texts reads a text with spaces (RFC 8693, 4.2) or a list of texts, as issuers write one or the other. Anything else allows nothing.
func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return strings.Fields(value)
	case []any:
		var found []string
		for _, item := range value {
			if text, ok := item.(string); ok {
				found = append(found, text)
			}
		}
		return found
	default:
		return nil
	}
}
