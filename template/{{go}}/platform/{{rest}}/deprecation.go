// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"cmp"
	"net/http"
	"strconv"

	"platform.internal/contract"
)

// documentation is where an operation is described that names no other place; Documents serves it.
const documentation = "/openapi/openapi.yaml"

// deprecate tells callers in every answer what will be taken away (RFC 9745), when (RFC 8594), and where they read about it.
// What is said last holds: an operation knows better than the API that it belongs to.
func deprecate(header http.Header, deprecation contract.Deprecation) {
	if deprecation.Since.IsZero() {
		return
	}
	header.Set("Deprecation", "@"+strconv.FormatInt(deprecation.Since.Unix(), 10))
	header.Set("Link", "<"+cmp.Or(deprecation.Link, documentation)+`>; rel="deprecation"`)
	header.Del("Sunset")
	if !deprecation.Sunset.IsZero() {
		header.Set("Sunset", deprecation.Sunset.Format(http.TimeFormat))
	}
}
