package rest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"platform.internal/rest"
)

func TestTheDocumentsOfAContractAreServed(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"openapi.yaml": {Data: []byte("openapi: 3.1.0")}, "notes.txt": {Data: []byte("x")}}
	handler := rest.Documents(files, "/openapi/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	}))
	for line, want := range map[string]int{
		"GET /openapi/openapi.yaml":        200,
		"GET /openapi/none.yaml":           404,
		"GET /openapi/notes.txt":           404,
		"GET /openapi/":                    404,
		"GET /openapi/../openapi.yaml":     404,
		"GET /openapi/%2e%2e/openapi.yaml": 404,
		"GET /openapi//openapi.yaml":       404,
		"POST /openapi/openapi.yaml":       418,
		"GET /openapi":                     418,
		"GET /v1/things":                   418,
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request{line: line}.build())
		if answer.Code != want {
			t.Errorf("%s: got %d, want %d", line, answer.Code, want)
		}
		if want == 200 && answer.Header().Get("Content-Type") != "application/yaml" {
			t.Errorf("%s: %s", line, answer.Header().Get("Content-Type"))
		}
	}
}
