// Kept by the platform: docs/ownership.md says what that means.

package oidc_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platform.internal/auth/oidc"
	"platform.internal/logging"
	"platform.internal/testkit/issuer"
)

func TestAForgedTokenLetsNobodyIn(t *testing.T) {
	t.Parallel()
	i := issuer.Start(t, algorithms...)
	var trapped atomic.Int32
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { trapped.Add(1) }))
	defer trap.Close()
	var log strings.Builder
	authenticator, err := oidc.Open(t.Context(), settings(i), logging.New(&log, slog.LevelInfo))
	if err != nil {
		t.Fatal(err)
	}
	defer authenticator.Close()
	count := 0
	for name, tokens := range map[string]map[string]string{
		"algorithm": confused(i), "signature": damaged(i), "header": headers(i, trap.URL), "claims": wrong(i),
	} {
		for what, token := range tokens {
			count++
			t.Run(name+" "+what, func(t *testing.T) { refused(t, authenticator, token) })
		}
	}
	if trapped.Load() > 0 {
		t.Errorf("%d requests went where a token said", trapped.Load())
	}
	if lines := strings.Count(log.String(), `"msg":"token refused","reason":"`); lines != count {
		t.Errorf("%d of %d reasons are logged", lines, count)
	}
	if strings.Contains(log.String(), "hunter2") || strings.Contains(log.String(), "eyJ") {
		t.Error("the log shows what is in a token")
	}
}

// confused are tokens whose algorithm is not that of the key.
func confused(i *issuer.Issuer) map[string]string {
	tokens := map[string]string{}
	for _, none := range []string{"none", "nOnE", "NONE", ""} {
		unsigned := i.Key("ES256").Sign(with(i.Key("ES256").Header(), "alg", none), claims(i))
		tokens["is "+none+" with a signature"] = unsigned
		tokens["is "+none] = unsigned[:strings.LastIndex(unsigned, ".")+1]
	}
	for _, algorithm := range algorithms {
		key := i.Key(algorithm)
		header := with(key.Header(), "alg", "HS256")
		for form, secret := range secrets(key) {
			tokens["HS256 with the public key of "+algorithm+" as "+form] = issuer.Confuse(header, claims(i), secret)
		}
		for _, other := range append(algorithms, "RS384", "ES384", "HS256", "Ed25519") {
			if other != algorithm {
				tokens[other+" with the key of "+algorithm] = key.Sign(with(key.Header(), "alg", other), claims(i))
			}
		}
	}
	return tokens
}

// secrets are the forms of a public key that somebody might take for a shared secret.
func secrets(key issuer.Key) map[string][]byte {
	jwk, _ := json.Marshal(key.Public())
	der, _ := x509.MarshalPKIXPublicKey(key.PublicKey())
	return map[string][]byte{"JWK": jwk, "DER": der, "PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "nothing": {}}
}

// damaged are tokens that somebody has changed, or signed with a key of their own.
func damaged(i *issuer.Issuer) map[string]string {
	key := i.Key("ES256")
	valid := key.Sign(key.Header(), claims(i))
	parts := strings.Split(valid, ".")
	other := key.Sign(key.Header(), with(claims(i), "sub", "mallory"))
	return map[string]string{
		"by another key of the same name": issuer.NewKey("ES256", key.ID).Sign(key.Header(), claims(i)),
		"is that of other claims":         parts[0] + "." + strings.Split(other, ".")[1] + "." + parts[2],
		"is cut":                          valid[:len(valid)-5],
		"is not there":                    parts[0] + "." + parts[1],
		"is empty":                        parts[0] + "." + parts[1] + ".",
		"is zero":                         parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
		"in DER":                          parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(append([]byte{0x30, 0x45}, make([]byte, 69)...)),
		"twice":                           valid + "." + parts[2],
		"is no base64":                    parts[0] + "." + parts[1] + ".%%%",
		"of claims that are no base64":    parts[0] + ".%%%." + parts[2],
		"of a header that is no base64":   "%%%." + parts[1] + "." + parts[2],
		"with padding":                    valid + "==",
		"of nothing":                      "..",
		"of one word":                     "hunter2",
		"of a JWE":                        strings.Join([]string{parts[0], "", "", parts[1], parts[2]}, "."),
		"of a JWS in JSON":                `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"of a token that is huge":         key.Sign(key.Header(), with(claims(i), "padding", strings.Repeat("x", 16<<10))),
	}
}

// headers are tokens whose header wants something of the service.
func headers(i *issuer.Issuer, trap string) map[string]string {
	key, mine := i.Key("RS256"), issuer.NewKey("RS256", "mine")
	sign := func(signer issuer.Key, member string, value any) string {
		return signer.Sign(with(with(key.Header(), "kid", signer.ID), member, value), claims(i))
	}
	tokens := map[string]string{
		"has a jku":                sign(mine, "jku", trap),
		"has a x5u":                sign(mine, "x5u", trap),
		"has a jwk":                sign(mine, "jwk", mine.Public()),
		"has a x5c":                sign(mine, "x5c", []string{"MIIB"}),
		"has a crit":               sign(key, "crit", []string{"hunter2"}),
		"has a crit of b64":        key.Sign(with(with(key.Header(), "crit", []string{"b64"}), "b64", true), claims(i)),
		"has a crit that is empty": sign(key, "crit", []string{}),
		"has a kid that is none":   sign(key, "kid", 5),
		"has no typ":               sign(key, "typ", nil),
		"has the typ of a logout":  sign(key, "typ", "logout+jwt"),
		"has a list of algorithms": sign(key, "alg", []string{"RS256"}),
	}
	for name, kid := range map[string]string{
		"path": "../../../dev/null", "SQL": "x' union select 'key", "URL": trap, "length of 10 kB": strings.Repeat("k", 10_000), "NUL": "\x00", "shell": "|sleep 9",
	} {
		tokens["has a kid with a "+name] = sign(key, "kid", kid)
	}
	doubled := `{"typ":"at+jwt","alg":"none","alg":"RS256","kid":"` + key.ID + `"}`
	tokens["has two algorithms"] = key.Sign(doubled, claims(i))
	tokens["is no object"] = key.Sign(`"RS256"`, claims(i))
	return tokens
}

// wrong are tokens of the issuer that are not meant for this service, or not now.
func wrong(i *issuer.Issuer) map[string]string {
	key := i.Key("EdDSA")
	seconds := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	tokens := map[string]string{}
	for name, claim := range map[string]struct {
		member string
		value  any
	}{
		"that have expired":                       {"exp", seconds(-5 * time.Minute)},
		"without an end":                          {"exp", nil},
		"with an end that is a text":              {"exp", "2099-01-01"},
		"with an end that is an object":           {"exp", map[string]any{}},
		"with an end at the beginning":            {"exp", 0},
		"that are not valid yet":                  {"nbf", seconds(5 * time.Minute)},
		"that are issued in the future":           {"iat", seconds(5 * time.Minute)},
		"for nobody":                              {"aud", nil},
		"for an empty audience":                   {"aud", ""},
		"for an empty list":                       {"aud", []string{}},
		"for somebody else":                       {"aud", "https://other.example.com"},
		"for somebody who is called almost so":    {"aud", audience + "/"},
		"for somebody who is called so elsewhere": {"aud", strings.ToUpper(audience)},
		"of another issuer":                       {"iss", "https://issuer.example.com"},
		"of an issuer with a slash more":          {"iss", i.URL + "/"},
		"of no issuer":                            {"iss", nil},
		"of issuers":                              {"iss", []string{i.URL}},
		"about nobody":                            {"sub", nil},
		"about an empty subject":                  {"sub", ""},
		"about a number":                          {"sub", 5},
		"about a long subject":                    {"sub", strings.Repeat("x", 256)},
		"about a subject with NUL":                {"sub", "a\x00"},
		"about a subject with a line break":       {"sub", "a\nhunter2"},
	} {
		tokens[name] = key.Sign(key.Header(), with(claims(i), claim.member, claim.value))
	}
	for _, claim := range []string{"nonce", "at_hash", "c_hash", "events"} {
		tokens["of an ID token by "+claim] = key.Sign(with(key.Header(), "typ", "JWT"), with(claims(i), claim, "x"))
	}
	text, _ := json.Marshal(claims(i))
	inner := strings.TrimPrefix(string(text), "{")
	tokens["with two subjects"] = key.Sign(key.Header(), `{"sub":"mallory",`+inner)
	tokens["with two ends"] = key.Sign(key.Header(), `{"exp":1,`+inner)
	tokens["whose names differ in case"] = key.Sign(key.Header(), strings.Replace(string(text), `"sub"`, `"SUB"`, 1))
	tokens["that are no object"] = key.Sign(key.Header(), `["alice"]`)
	tokens["that are null"] = key.Sign(key.Header(), "null")
	tokens["that are no JSON"] = key.Sign(key.Header(), "alice")
	return tokens
}
