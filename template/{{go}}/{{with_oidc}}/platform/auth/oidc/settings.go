// Kept by the platform: docs/ownership.md says what that means.

package oidc

import (
	"net"
	"net/url"
)

// Settings say whose tokens let a caller in, and where they say what the caller may do.
type Settings struct {
	Issuer      string `env:"OIDC_ISSUER,required,notEmpty"`
	Audience    string `env:"OIDC_AUDIENCE,required,notEmpty"`
	ScopesClaim string `env:"OIDC_SCOPES_CLAIM"               envDefault:"scope"`
	RolesClaim  string `env:"OIDC_ROLES_CLAIM"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	if address, err := url.Parse(s.Issuer); err != nil || !trustworthy(address) || address.RawQuery != "" || address.Fragment != "" {
		return []string{"OIDC_ISSUER must be the https address of the issuer, exactly as its tokens have it in `iss`; http is for this machine only."}
	}
	return nil
}

// trustworthy reports whether what comes from the address comes from its owner (OpenID Connect Discovery, 7.2).
func trustworthy(address *url.URL) bool {
	if address.Host == "" || address.User != nil {
		return false
	}
	return address.Scheme == "https" || address.Scheme == "http" && isLoopback(address.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
