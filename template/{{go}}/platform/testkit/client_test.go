// Kept by the platform: docs/ownership.md says what that means.

package testkit_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"platform.internal/contract"
	"platform.internal/testkit"
)

const document = `
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200": {content: {application/json: {schema: {type: object, required: [data], properties: {data: {type: array}}}}}}
    post: {operationId: createThing, responses: {"204": {description: Made.}}}
`

func agreed(t *testing.T) *contract.Contract {
	t.Helper()
	c, err := contract.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(document)}}, "openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answering is a service that gives one answer to every request, and remembers the last one. Several tests may ask it at once.
type answering struct {
	status int
	body   string
	turn   sync.Mutex
	last   *http.Request
	sent   string
}

func (a *answering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.turn.Lock()
	a.last, a.sent = r, string(body)
	a.turn.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func (a *answering) start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAClientHoldsEveryAnswerAgainstTheContract(t *testing.T) {
	t.Parallel()
	c := agreed(t)
	for name, test := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"one that keeps it is fine":     {200, `{"data": []}`, ""},
		"one of another shape fails":    {200, `{}`, "the answer breaks the contract"},
		"one that is no JSON fails":     {200, `{`, "the answer breaks the contract"},
		"one of another status fails":   {201, `{"data": []}`, "status 201 is not documented"},
		"one that may have none, fails": {404, `{}`, "status 404 is not documented"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := &answering{status: test.status, body: test.body}
			address := service.start(t)
			if test.says == "" {
				testkit.NewClient(t, address, c).Get("/things").Want(test.status)
				return
			}
			said := fails(t, func(tb testing.TB) {
				tb.Helper()
				testkit.NewClient(tb, address, c).Get("/things")
			})
			if !strings.Contains(said, test.says) {
				t.Errorf("it says %s", said)
			}
		})
	}
}

func TestWhatAClientSends(t *testing.T) {
	t.Parallel()
	service := &answering{status: 200, body: `{"data": []}`}
	client := testkit.NewClient(t, service.start(t), agreed(t))
	known := client.As("key")

	client.Get("/none")
	if service.last.Header.Get("Authorization") != "" {
		t.Error("a credential that nobody gave")
	}
	known.Patch("/none", map[string]any{"a": json.Number("1.50")}, testkit.IfMatch(`"3"`))
	if header := service.last.Header; service.sent != `{"a":1.50}` || header.Get("Content-Type") != "application/merge-patch+json" || header.Get("If-Match") != `"3"` || header.Get("Authorization") != "Bearer key" {
		t.Errorf("%s with %v", service.sent, header)
	}
	known.Post("/none", `{"as": "it is"`, testkit.Header{Name: "Content-Type", Value: "text/plain"})
	if service.sent != `{"as": "it is"` || service.last.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%s with %v", service.sent, service.last.Header)
	}
	known.Delete("/none")
	if service.sent != "" || service.last.Method != "DELETE" {
		t.Errorf("%s %s", service.last.Method, service.sent)
	}
}

func TestAnAnswerIsLookedInto(t *testing.T) {
	t.Parallel()
	service := &answering{status: 400, body: `{"a": {"b/c": [1.50, "x"]}, "request_id": "r1", "errors": [{"pointer": "/name", "code": "too_long", "message": "Too long."}, {"parameter": "limit", "code": "type", "message": "A number."}]}`}
	answer := testkit.NewClient(t, service.start(t), agreed(t)).Get("/none")

	if got := answer.Value("/a/b~1c/0"); got != json.Number("1.50") {
		t.Errorf("got %v", got)
	}
	if answer.Text("/a/b~1c/1") != "x" || answer.Text("/a/b~1c/0") != "" || len(answer.List("/errors")) != 2 {
		t.Error("a text and a list")
	}
	for _, pointer := range []string{"/none", "/a/b~1c/2", "/a/b~1c/-1", "/a/b~1c/x", "/request_id/x"} {
		if got := answer.Value(pointer); got != nil {
			t.Errorf("%s: got %v", pointer, got)
		}
	}
	if _, ok := answer.Value("").(map[string]any); !ok {
		t.Error("the empty pointer is the whole")
	}
	if got := answer.WithoutRequestID(); strings.Contains(got, "r1") && strings.Contains(got, `"request_id":"r1"`) {
		t.Errorf("got %s", got)
	}
	answer.Want(400).WantViolation(400, "/name", "too_long").WantViolation(400, "limit", "type")
}

func TestAnExpectationThatIsNotMetFails(t *testing.T) {
	t.Parallel()
	service := &answering{status: 400, body: `{"errors": [{"pointer": "/name", "code": "too_long", "message": "Too long."}]}`}
	address, c := service.start(t), agreed(t)
	for name, test := range map[string]func(testkit.Answer){
		"another status":    func(a testkit.Answer) { a.Want(200) },
		"another place":     func(a testkit.Answer) { a.WantViolation(400, "/other", "too_long") },
		"another code":      func(a testkit.Answer) { a.WantViolation(400, "/name", "too_short") },
		"a status and more": func(a testkit.Answer) { a.WantViolation(409, "/name", "too_long") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_ = fails(t, func(tb testing.TB) {
				tb.Helper()
				test(testkit.NewClient(tb, address, c).Get("/none"))
			})
		})
	}
}

func TestAnObjectIsChangedInACopy(t *testing.T) {
	t.Parallel()
	object := testkit.Object(`{"a": 1.50, "b": 2}`)
	changed, shorter := testkit.With(object, "a", "x"), testkit.With(object, "a", testkit.Omitted)
	if object["a"] != json.Number("1.50") || changed["a"] != "x" || len(changed) != 2 {
		t.Errorf("%v became %v", object, changed)
	}
	if _, ok := shorter["a"]; ok || len(shorter) != 1 {
		t.Errorf("%v became %v", object, shorter)
	}
}
