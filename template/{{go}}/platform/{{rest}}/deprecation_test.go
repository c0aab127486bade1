// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"platform.internal/contract"
	"platform.internal/rest"
)

// fading has an operation that is deprecated, one that is so in its own way, and one that is as the document says.
const fading = `
openapi: 3.1.0
DOCUMENT
paths:
  /old: {get: {operationId: getOld, deprecated: true, x-deprecation: 2026-12-01, x-sunset: 2027-06-30, responses: {}}}
  /older:
    get: {operationId: getOlder, deprecated: true, x-deprecation: 2025-12-01, x-deprecation-link: "https://example.com/changes", responses: {}}
  /new: {get: {operationId: getNew, parameters: [{name: view, in: query, required: true, schema: {type: string}}], responses: {}}}
`

func TestCallersAreToldWhatWillBeTakenAway(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		document, path            string
		deprecation, sunset, link string
	}{
		"an operation":                    {"", "/old", "@1796083200", "Wed, 30 Jun 2027 00:00:00 GMT", `</openapi/openapi.yaml>; rel="deprecation"`},
		"one with a link and no end":      {"", "/older", "@1764547200", "", `<https://example.com/changes>; rel="deprecation"`},
		"one that stays":                  {"", "/new", "", "", ""},
		"a path that is not there":        {"x-deprecation: 2026-12-01", "/none", "", "", ""},
		"all of them":                     {"x-deprecation: 2026-12-02", "/new", "@1796169600", "", `</openapi/openapi.yaml>; rel="deprecation"`},
		"one that ends before the others": {"x-deprecation: 2026-12-02\nx-sunset: 2028-06-30", "/older", "@1764547200", "", `<https://example.com/changes>; rel="deprecation"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.ReplaceAll(fading, "DOCUMENT", test.document)
			c, err := contract.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(text)}}, "openapi.yaml")
			if err != nil {
				t.Fatal(err)
			}
			var seen witness
			guard := rest.Guard{Contract: c, Find: matching(c)}
			answer := httptest.NewRecorder()
			rest.Observe(discard(), time.Second, guard.Handler(http.HandlerFunc(rest.NotFound)), &seen).
				ServeHTTP(answer, httptest.NewRequest("GET", test.path, nil))
			header := answer.Header()
			if answer.Code < 400 || header.Get("Deprecation") != test.deprecation || header.Get("Sunset") != test.sunset || header.Get("Link") != test.link {
				t.Errorf("got %d %v", answer.Code, header)
			}
			if seen.Deprecated != (test.deprecation != "") {
				t.Errorf("counted as %v", seen)
			}
		})
	}
}

// witness is what an observer has seen.
type witness struct{ rest.Outcome }

// Begin implements rest.Observer.
func (w *witness) Begin(r *http.Request) (context.Context, func(rest.Outcome)) {
	return r.Context(), func(seen rest.Outcome) { w.Outcome = seen }
}

// matching is a router that knows what the contract has.
func matching(c *contract.Contract) rest.Find {
	return func(r *http.Request) (string, []string, bool) {
		operation := c.Match(r.Method, r.URL.Path)
		return operation.Name(), nil, operation != nil
	}
}
