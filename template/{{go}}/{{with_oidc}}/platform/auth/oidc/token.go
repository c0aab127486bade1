// Kept by the platform: docs/ownership.md says what that means.

package oidc

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"platform.internal/auth"
)

const (
	tokenMax   = 16 << 10
	subjectMax = 255 // OpenID Connect Core, 2

	// leeway is how far the issuer's clock may be from ours.
	leeway = 30 * time.Second
)

// The reasons for which a token is refused are for the log. They name the rule and show nothing of the token, which anybody may have written.
var (
	errLong      = errors.New("it is longer than 16 KiB")
	errMalformed = errors.New("it is not a JWT that is signed with RS256, PS256, ES256 or EdDSA")
	errCritical  = errors.New("its header has crit")
	errType      = errors.New("its header does not say that it is an access token: typ is neither at+jwt nor JWT")
	errKey       = errors.New("its header names a key that the issuer does not have for that algorithm")
	errSignature = errors.New("its signature is wrong, or its claims are no JSON object that has each member once")
	errIssuer    = errors.New("iss is not OIDC_ISSUER")
	errAudience  = errors.New("aud does not have OIDC_AUDIENCE")
	errExpired   = errors.New("exp has passed, or there is none")
	errEarly     = errors.New("nbf or iat lies in the future")
	errIDToken   = errors.New("it is an ID token or a logout token, and no access token")
	errSubject   = errors.New("sub is empty, has control characters or more than 255 characters")
)

// verify returns whom the token stands for. It looks at the signature before any claim (RFC 8725, 3.3), and follows no address in the
// header: jku, x5u, jwk and x5c say what a forger wants them to (RFC 8725, 3.10).
func (a *Authenticator) verify(ctx context.Context, token string, keys *keySet) (accepted, error) {
	if len(token) > tokenMax {
		return accepted{}, errLong
	}
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil {
		return accepted{}, errMalformed
	}
	header := parsed.Headers[0]
	if err := checkHeader(header); err != nil {
		return accepted{}, err
	}
	key, keys, err := a.find(ctx, header, keys)
	if err != nil {
		return accepted{}, err
	}
	var registered jwt.Claims
	all := map[string]any{}
	if err := parsed.Claims(key, &registered, &all); err != nil {
		return accepted{}, errSignature
	}
	if err := a.check(registered); err != nil {
		return accepted{}, err
	}
	if !isExplicit(header) && isOther(all) {
		return accepted{}, errIDToken
	}
	return accepted{auth.Principal{Subject: registered.Subject, Scopes: a.scopes(all)}, keys, registered.Expiry.Time()}, nil
}

// checkHeader refuses what this service does not understand (RFC 7515, 4.1.11) and tokens of another kind (RFC 8725, 3.11).
func checkHeader(header jose.Header) error {
	if _, ok := header.ExtraHeaders["crit"]; ok {
		return errCritical
	}
	if declared, _ := header.ExtraHeaders[jose.HeaderType].(string); !isExplicit(header) && !strings.EqualFold(declared, "JWT") {
		return errType
	}
	return nil
}

// isExplicit reports whether the header says that it is that of an access token (RFC 9068, 4).
func isExplicit(header jose.Header) bool {
	declared, _ := header.ExtraHeaders[jose.HeaderType].(string)
	return strings.EqualFold(declared, "at+jwt") || strings.EqualFold(declared, "application/at+jwt")
}

// isOther reports whether a token that says no more than JWT has a claim that only ID tokens and logout tokens have
// (OpenID Connect Core, 2 and 3.3.2.11; Back-Channel Logout, 2.4).
func isOther(claims map[string]any) bool {
	for _, claim := range []string{"nonce", "at_hash", "c_hash", "events"} {
		if _, ok := claims[claim]; ok {
			return true
		}
	}
	return false
}

// find returns the key that the header names, and the keys that it is of. If there is none, the issuer may have made it since the
// keys were fetched.
func (a *Authenticator) find(ctx context.Context, header jose.Header, keys *keySet) (jose.JSONWebKey, *keySet, error) {
	if len(header.KeyID) > kidMax {
		return jose.JSONWebKey{}, nil, errKey
	}
	if key, ok := keys.find(header.KeyID, header.Algorithm); ok {
		return key, keys, nil
	}
	if err := a.ring.renew(ctx); err != nil {
		return jose.JSONWebKey{}, nil, err
	}
	keys, err := a.ring.current()
	if err != nil {
		return jose.JSONWebKey{}, nil, err
	}
	if key, ok := keys.find(header.KeyID, header.Algorithm); ok {
		return key, keys, nil
	}
	return jose.JSONWebKey{}, nil, errKey
}

func (a *Authenticator) check(claims jwt.Claims) error {
	expected := jwt.Expected{Issuer: a.settings.Issuer, AnyAudience: jwt.Audience{a.settings.Audience}, Time: time.Now()}
	err := claims.ValidateWithLeeway(expected, leeway)
	switch {
	case errors.Is(err, jwt.ErrInvalidIssuer):
		return errIssuer
	case errors.Is(err, jwt.ErrInvalidAudience):
		return errAudience
	case errors.Is(err, jwt.ErrExpired), claims.Expiry == nil:
		return errExpired
	case err != nil:
		return errEarly
	case !isSubject(claims.Subject):
		return errSubject
	}
	return nil
}

func isSubject(text string) bool {
	return text != "" && utf8.ValidString(text) && utf8.RuneCountInString(text) <= subjectMax && !strings.ContainsFunc(text, unicode.IsControl)
}
