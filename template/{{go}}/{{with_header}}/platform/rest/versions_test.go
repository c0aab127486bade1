// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"platform.internal/contract"
	"platform.internal/rest"
)

// versions are documents of an API whose version 2 has other things, the same names, and nothing old.
var versions = fstest.MapFS{
	"openapi.yaml": {Data: []byte(`
info: {version: 1.0.0}
x-deprecation: 2026-12-01
paths:
  /things: {get: {operationId: listThings, responses: {}}, delete: {operationId: deleteThings, responses: {}}}
  /names: {$ref: "names.yaml"}
  /old: {get: {operationId: getOld, responses: {}}}
`)},
	"openapi.v2.yaml": {Data: []byte(`
info: {version: 2.0.0}
paths:
  /things: {get: {operationId: listThingsV2, responses: {}}}
  /names: {$ref: "names.yaml"}
`)},
	"names.yaml": {Data: []byte(`
get: {operationId: listNames, responses: {}}
post: {operationId: createName, requestBody: {required: true, content: {application/json: {}}}, responses: {}}
`)},
}

// versioned returns an API of both versions. Each of its servers answers with its own name; that of version 2 knows things only.
func versioned(t *testing.T) http.Handler {
	t.Helper()
	c, err := contract.Load(versions, "openapi.yaml", "openapi.v2.yaml")
	if err != nil {
		t.Fatal(err)
	}
	api := rest.NewVersions(c)
	api.Add(named("first"), matching(c.Version(1)))
	api.Add(named("second"), func(r *http.Request) (string, []string, bool) {
		return "listThingsV2", nil, r.URL.Path == "/things" && r.Method == http.MethodGet
	})
	guard := rest.Guard{Contract: c, Find: api.Find, MaxBody: 1024}
	return rest.Observe(slog.New(slog.DiscardHandler), time.Minute, api.Announce(guard.Handler(api)))
}

func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Defect") != "" {
			panic("a defect")
		}
		_, _ = io.WriteString(w, name)
	})
}

func TestTheHeaderChoosesTheVersion(t *testing.T) {
	t.Parallel()
	api := versioned(t)
	for _, test := range []struct {
		request  string
		versions []string
		status   int
		answers  string // in part
		version  string
	}{
		{"GET /things", nil, 200, "first", "1"},
		{"GET /things", []string{"1"}, 200, "first", "1"},
		{"GET /things", []string{"2"}, 200, "second", "2"},
		{"GET /names", []string{"1"}, 200, "first", "1"},
		{"GET /names", []string{"2"}, 200, "first", "2"},
		{"POST /names", []string{"2"}, 415, "unsupported_media_type", "2"},
		{"GET /old", []string{"1"}, 200, "first", "1"},
		{"GET /old", []string{"2"}, 404, "no_such_path", "2"},
		{"DELETE /things", []string{"1"}, 200, "first", "1"},
		{"DELETE /things", []string{"2"}, 405, "The path allows GET, HEAD.", "2"},
		{"PUT /names", []string{"2"}, 405, "The path allows GET, HEAD, POST.", "2"},
		{"GET /none", nil, 404, "no_such_path", "1"},
		{"GET /things", []string{"3"}, 400, `{"parameter":"API-Version","code":"not_listed","message":"Must be one of 1, 2."}`, ""},
		{"GET /none", []string{"3"}, 400, "not_listed", ""},
		{"GET /things", []string{""}, 400, "not_listed", ""},
		{"GET /things", []string{"01"}, 400, "not_listed", ""},
		{"GET /things", []string{"2.0"}, 400, "not_listed", ""},
		{"GET /things", []string{"1", "2"}, 400, `{"parameter":"API-Version","code":"duplicate","message":"Is given more than once."}`, ""},
	} {
		t.Run(test.request+" "+strings.Join(test.versions, " and "), func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(test.request, " ")
			request, answer := httptest.NewRequest(method, path, nil), httptest.NewRecorder()
			for _, version := range test.versions {
				request.Header.Add("API-Version", version)
			}
			api.ServeHTTP(answer, request)
			if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.answers) {
				t.Errorf("got %d %s", answer.Code, answer.Body)
			}
			if got := answer.Header(); got.Get("API-Version") != test.version || got.Get("Vary") != "API-Version" {
				t.Errorf("got %v", got)
			}
			if deprecated := answer.Header().Get("Deprecation") != ""; deprecated != (test.version == "1") {
				t.Errorf("got %v", answer.Header())
			}
		})
	}
}

func TestAnAnswerToADefectSaysItsVersionToo(t *testing.T) {
	t.Parallel()
	request, answer := httptest.NewRequest("GET", "/old", nil), httptest.NewRecorder()
	request.Header.Set("X-Defect", "yes")
	versioned(t).ServeHTTP(answer, request)
	if got := answer.Header(); answer.Code != 500 || got.Get("API-Version") != "1" || got.Get("Vary") != "API-Version" {
		t.Errorf("got %d %v", answer.Code, got)
	}
}
