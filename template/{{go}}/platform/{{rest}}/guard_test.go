// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ogen-go/ogen/ogenerrors"

	"platform.internal/rest"
)

const someID = "0199d3a4-7c1e-7b6a-9d55-2f4c8f0e1a2b"

// outcome says in a line what an answer is: the status, or the code of the problem with its violations.
func outcome(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	if answer.Code < 400 {
		return strconv.Itoa(answer.Code)
	}
	problem := problemOf(t, answer.Body.String())
	if problem.Status != answer.Code || answer.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v: %s", answer.Code, answer.Header(), answer.Body)
	}
	said := []string{strconv.Itoa(answer.Code), problem.Code}
	for _, violation := range problem.Errors {
		place := violation.Pointer
		if place == nil {
			place = violation.Parameter
		}
		said = append(said, fmt.Sprintf("[%s %s]", *place, violation.Code))
	}
	return strings.Join(said, " ")
}

type request struct {
	line    string // method and target
	headers string // one a line
	body    string
}

func (r request) build() *http.Request {
	method, target, _ := strings.Cut(r.line, " ")
	var built *http.Request
	if r.body == "" {
		built = httptest.NewRequest(method, target, http.NoBody)
	} else {
		built = httptest.NewRequest(method, target, strings.NewReader(r.body))
	}
	for line := range strings.Lines(r.headers) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		built.Header.Add(name, strings.TrimSpace(value))
	}
	return built
}

const asJSON = "Content-Type: application/json"

// A router may take "/things/" for a thing without a name.
func TestAPathWithASlashTooManyIsNotThere(t *testing.T) {
	t.Parallel()
	guard := guardOf(t)
	guard.Find = func(*http.Request) (string, []string, bool) { return "getThing", []string{""}, true }
	answer := httptest.NewRecorder()
	guard.Handler(http.HandlerFunc(echo)).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/things/", http.NoBody))
	if got, want := outcome(t, answer), "404 no_such_path"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTheGuard(t *testing.T) {
	t.Parallel()
	handler := guarded(t, echo)
	for name, test := range map[string]struct {
		request
		want string
	}{
		"passes on what the contract does not have": {request{line: "GET /none"}, "200"},
		"passes on what keeps the contract":         {request{line: "GET /things?limit=1&kind=BIG&tag=a&tag=b"}, "200"},

		"asks first who calls":       {request{line: "PATCH /things/1?x=y", body: "{"}, "401 unauthenticated"},
		"asks then what they may do": {request{line: "PATCH /things/1?x=y", headers: "Authorization: bob", body: "{"}, "403 forbidden"},
		"looks then at the path":     {request{line: "PATCH /things/1?x=y", headers: "Authorization: alice", body: "{"}, "400 invalid [thing_id format]"},
		"looks then at the query":    {request{line: "PATCH /things/" + someID + "?x=y", headers: "Authorization: alice\nAccept: text/html", body: "{"}, "400 invalid [x unknown]"},
		"looks then at Accept":       {request{line: "PATCH /things/" + someID, headers: "Authorization: alice\nAccept: text/html", body: "{"}, "406 not_acceptable"},
		"looks then at Content-Type": {request{line: "PATCH /things/" + someID, headers: "Authorization: alice\n" + asJSON, body: "{"}, "415 unsupported_media_type"},
		"looks then at the body":     {request{line: "PATCH /things/" + someID, headers: "Authorization: alice\nContent-Type: application/merge-patch+json", body: "{"}, "400 invalid [ syntax]"},

		"names every wrong parameter, in order":     {request{line: "GET /things?z=1&limit=0&kind=small&a=1"}, "400 invalid [a unknown] [kind not_listed] [limit too_small] [z unknown]"},
		"refuses a parameter that is given twice":   {request{line: "GET /things?limit=1&limit=1"}, "400 invalid [limit duplicate]"},
		"refuses a parameter in another case":       {request{line: "GET /things?Limit=1"}, "400 invalid [Limit unknown]"},
		"refuses NUL in a parameter":                {request{line: "GET /things?kind=%00"}, "400 invalid [kind character]"},
		"refuses invalid UTF-8 in a parameter":      {request{line: "GET /things?kind=%ff"}, "400 invalid [kind character]"},
		"refuses NUL in an item of a list":          {request{line: "GET /things?tag=a&tag=%00"}, "400 invalid [tag character]"},
		"refuses NUL in a path":                     {request{line: "GET /names/a%00b"}, "400 invalid [name character]"},
		"refuses invalid UTF-8 in a path":           {request{line: "GET /names/a%ffb"}, "400 invalid [name character]"},
		"refuses a query that is malformed":         {request{line: "GET /things?limit=%zz"}, "400 invalid"},
		"refuses a semicolon between parameters":    {request{line: "GET /things?limit=1;kind=BIG"}, "400 invalid"},
		"refuses an empty number":                   {request{line: "GET /things?limit="}, "400 invalid [limit type]"},
		"refuses a missing parameter of each kind":  {request{line: "GET /things/" + someID}, "400 invalid [view required] [X-Reason required]"},
		"takes an empty parameter that is required": {request{line: "GET /things/" + someID + "?view=", headers: "X-Reason: x"}, "200"},
		"refuses a header that breaks its rule":     {request{line: "GET /things", headers: "X-Trace: 123456"}, "400 invalid [X-Trace too_long]"},
		"refuses a header that is given twice":      {request{line: "GET /things", headers: "X-Trace: 12\nX-Trace: 34"}, "400 invalid [X-Trace duplicate]"},
		"shows an unknown name without its tricks":  {request{line: "GET /things?%0d%0a%ff" + strings.Repeat("x", 200) + "=1"}, "400 invalid [???" + strings.Repeat("x", 97) + " unknown]"},

		"takes a body of the media type":              {request{"POST /things", asJSON, `{"name": "a"}`}, "200"},
		"takes a media type in capitals":              {request{"POST /things", "Content-Type: Application/JSON; charset=UTF-8", `{"name": "a"}`}, "200"},
		"refuses another charset":                     {request{"POST /things", asJSON + "; charset=latin1", `{}`}, "415 unsupported_media_type"},
		"refuses a body without media type":           {request{"POST /things", "", `{}`}, "415 unsupported_media_type"},
		"refuses a media type that is malformed":      {request{"POST /things", asJSON + "; charset", `{}`}, "415 unsupported_media_type"},
		"refuses a body of two media types":           {request{"POST /things", asJSON + "\n" + asJSON, `{}`}, "415 unsupported_media_type"},
		"refuses a compressed body":                   {request{"POST /things", asJSON + "\nContent-Encoding: gzip", `{}`}, "415 unsupported_encoding"},
		"refuses one that is compressed in disguise":  {request{"POST /things", asJSON + "\nContent-Encoding: identity\nContent-Encoding: br", `{}`}, "415 unsupported_encoding"},
		"takes one whose encoding is none":            {request{"POST /things", asJSON + "\nContent-Encoding: identity", `{}`}, "200"},
		"refuses an empty body":                       {request{"POST /things", asJSON, ``}, "400 invalid [ required]"},
		"refuses a body of white space":               {request{"POST /things", asJSON, " \n"}, "400 invalid [ required]"},
		"lets a body that is not required be missing": {request{line: "POST /closings"}, "200"},
		"checks a body that is not required":          {request{"POST /closings", asJSON, `[]`}, "400 invalid [ type]"},
		"takes a body that is no JSON as it is":       {request{"POST /uploads", "Content-Type: text/csv", "a;b\x00"}, "200"},
		"ignores a body where none is expected":       {request{"GET /things", asJSON, `{`}, "200"},

		"refuses a member that is given twice":         {request{"POST /things", asJSON, `{"a": "1", "a": "1"}`}, "400 invalid [/a duplicate]"},
		"refuses one that is given twice in disguise":  {request{"POST /things", asJSON, `{"a": "1", "\u0061": "1"}`}, "400 invalid [/a duplicate]"},
		"refuses one that is given twice deep inside":  {request{"POST /things", asJSON, `{"x": [{"a~/": 1, "a~/": 2}]}`}, "400 invalid [/x/0/a~0~1 duplicate]"},
		"refuses NUL in a value":                       {request{"POST /things", asJSON, `{"a": "x\u0000"}`}, "400 invalid [/a character]"},
		"refuses NUL in a name":                        {request{"POST /things", asJSON, `{"x\u0000": "a"}`}, "400 invalid [/x\x00 character]"},
		"takes what only looks like NUL":               {request{"POST /things", asJSON, `{"a": "x\\u0000"}`}, "200"},
		"refuses invalid UTF-8":                        {request{"POST /things", asJSON, "{\"a\": \"\xff\"}"}, "400 invalid [/a syntax]"},
		"refuses half a surrogate pair":                {request{"POST /things", asJSON, `{"a": "\ud800"}`}, "400 invalid [/a syntax]"},
		"refuses a byte order mark":                    {request{"POST /things", asJSON, "\ufeff{}"}, "400 invalid [ syntax]"},
		"refuses a comment":                            {request{"POST /things", asJSON, "{} // x"}, "400 invalid [ syntax]"},
		"refuses two values":                           {request{"POST /things", asJSON, "{} {}"}, "400 invalid [ syntax]"},
		"refuses NaN":                                  {request{"POST /things", asJSON, `{"a": NaN}`}, "400 invalid [/a syntax]"},
		"refuses a number with a leading zero":         {request{"POST /things", asJSON, `{"a": 01}`}, "400 invalid [ syntax]"},
		"refuses a number beyond a double":             {request{"POST /things", asJSON, `{"a": [1e400]}`}, "400 invalid [/a/0 range]"},
		"refuses a number too small for a double":      {request{"POST /things", asJSON, `{"a": 1e-1000001}`}, "400 invalid [/a range]"},
		"refuses nothing with an exponent too large":   {request{"POST /things", asJSON, `{"a": [0e9999999999]}`}, "400 invalid [/a/0 range]"},
		"refuses a number of too many digits":          {request{"POST /things", asJSON, `{"a": ` + strings.Repeat("9", 101) + `}`}, "400 invalid [/a range]"},
		"refuses a value that breaks the contract":     {request{"POST /things", asJSON, `{"name": "abcdef", "b": true}`}, "400 invalid [/b type] [/name too_long]"},
		"takes a body up to its limit":                 {request{"POST /things", asJSON, `{"a": "` + strings.Repeat("x", 1015) + `"}`}, "200"},
		"refuses a body beyond its limit, not reading": {request{"POST /things", asJSON, `{"a": "` + strings.Repeat("x", 1016) + `"}`}, "413 too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, test.build())
			if got := outcome(t, answer); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestTheGuardHandsTheBodyOnAsItWasSent(t *testing.T) {
	t.Parallel()
	const sent = `{"name": "a",  "b": 1.50}`
	answer := httptest.NewRecorder()
	guarded(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != int64(len(sent)) {
			t.Errorf("length %d", r.ContentLength)
		}
		echo(w, r)
	}).ServeHTTP(answer, request{"POST /things", asJSON, sent}.build())
	if answer.Body.String() != sent {
		t.Errorf("got %s", answer.Body)
	}
}

func TestTheAnswerToAnotherMediaTypeSaysWhichOneToSend(t *testing.T) {
	t.Parallel()
	handler := guarded(t, echo)
	post, patch, packed := httptest.NewRecorder(), httptest.NewRecorder(), httptest.NewRecorder()
	handler.ServeHTTP(post, request{"POST /things", "", `{}`}.build())
	handler.ServeHTTP(patch, request{"PATCH /things/" + someID, "Authorization: alice\n" + asJSON, `{}`}.build())
	handler.ServeHTTP(packed, request{"POST /things", asJSON + "\nContent-Encoding: gzip", `{}`}.build())
	if got := post.Header().Get("Accept"); got != "application/json" {
		t.Errorf("Accept is %q", got)
	}
	if got := patch.Header().Get("Accept-Patch"); got != "application/merge-patch+json" {
		t.Errorf("Accept-Patch is %q", got)
	}
	if got := packed.Header().Get("Accept-Encoding"); got != "identity" {
		t.Errorf("Accept-Encoding is %q", got)
	}
}

func TestAnOperationThatNobodyCanCheckIsClosed(t *testing.T) {
	t.Parallel()
	for name, operation := range map[string]string{
		"because there is nothing that checks a credential": "updateThing",
		"because the contract does not have it":             "deleteThing",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			guard := rest.Guard{
				Contract: agreed(t),
				Find:     func(*http.Request) (string, []string, bool) { return operation, []string{someID}, true },
				MaxBody:  1024,
			}
			answer := httptest.NewRecorder()
			guard.Handler(http.HandlerFunc(echo)).ServeHTTP(answer, httptest.NewRequest("PATCH", "/things/"+someID, nil))
			if answer.Code != 500 {
				t.Errorf("got %d", answer.Code)
			}
		})
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	handler := guarded(t, echo)
	for headers, want := range map[string]int{
		"":                                       200,
		"Accept:":                                200,
		"Accept: */*":                            200,
		"Accept: application/*":                  200,
		"Accept: application/json":               200,
		"Accept: APPLICATION/JSON":               200,
		"Accept: application/json;charset=utf-8": 200,
		"Accept: text/html, application/json;q=0.1":        200,
		"Accept: text/html\nAccept: application/json":      200,
		"Accept: text/html, */*;q=0.01":                    200,
		"Accept: */*;q=0, application/json":                200,
		"Accept: application/json;q=none":                  200,
		"Accept: text/html":                                406,
		"Accept: application/xml, text/*":                  406,
		"Accept: application/json;q=0":                     406,
		"Accept: application/json;q=0.000":                 406,
		"Accept: */*, application/json;q=0":                406,
		"Accept: application/json;q=0, application/*, */*": 406,
		"Accept: application/jsonx":                        406,
		"Accept: json":                                     406,
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request{line: "GET /things", headers: headers}.build())
		if answer.Code != want {
			t.Errorf("%q: got %d, want %d", headers, answer.Code, want)
		}
	}
}

func TestABodyThatIsWelcomeIsAskedFor(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, time.Second, guarded(t, echo), nil)
	conn := dial(t, address)
	conn.say("POST /things HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: 2\nExpect: 100-continue\n\n")
	if answer := conn.answer("POST"); answer.status != 100 {
		t.Fatalf("got %d", answer.status)
	}
	conn.say("{}")
	if answer := conn.answer("POST"); answer.status != 200 {
		t.Errorf("got %d", answer.status)
	}
}

func TestABodyThatArrivesTooSlowlyIsARequestTimeout(t *testing.T) {
	t.Parallel()
	address, log := serve(t, 50*time.Millisecond, guarded(t, echo), nil)
	conn := dial(t, address)
	conn.say("POST /things HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: 20\n\n{")
	answer := conn.answer("POST")
	if problem := problemOf(t, answer.body); answer.status != 408 || !answer.closes || problem.Code != "request_timeout" {
		t.Errorf("got %d, close %v", answer.status, answer.closes)
	}
	if got := log.access(t)["status"]; got != 408.0 {
		t.Errorf("logged %v", got)
	}
}

func TestABodyThatEndsTooEarlyIsInvalid(t *testing.T) {
	t.Parallel()
	address, log := serve(t, time.Second, guarded(t, echo), nil)
	conn := dial(t, address)
	conn.say("POST /things HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: 20\n\n{")
	_ = conn.Close()
	if got := log.access(t)["status"]; got != 400.0 {
		t.Errorf("logged %v", got)
	}
}

func TestATimeoutAfterTheBodyIsTheServices(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, 20*time.Millisecond, guarded(t, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		rest.WriteError(w, r, r.Context().Err())
	}), nil)
	conn := dial(t, address)
	for range 10 {
		conn.say("POST /things HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: 2\n\n{}")
		if answer := conn.answer("POST"); answer.status != 504 {
			t.Fatalf("got %d: a caller who waits was taken for one who has gone", answer.status)
		}
	}
}

// FuzzJSON holds that a body which passes is JSON that every reader takes for the same, and that any other is a 400.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a": 1, "a": 2}`, `{"a": "\u0000"}`, `{"a": 1e999}`, "{\"a\": \"\xff\"}", `{} {}`, `[1.0e-5]`, `{"name": null}`, `{"a": 1e-999999}`, `[0e-99999999999]`, ``} {
		f.Add([]byte(seed))
	}
	handler := guarded(f, echo)
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1024 {
			return
		}
		sent := httptest.NewRequest("POST", "/things", bytes.NewReader(body))
		sent.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, sent)
		switch answer.Code {
		case 400:
		case 200:
			var object map[string]any
			if err := json.Unmarshal(body, &object); err != nil || bytes.ContainsRune(body, 0) {
				t.Errorf("%q has passed: %v", body, err)
			}
		default:
			t.Errorf("%q: got %d", body, answer.Code)
		}
	})
}

// FuzzQuery holds that filters either keep the contract or are a 400.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"limit=1&kind=BIG", "limit=1&limit=2", "tag=a&tag=%00", "limit=-0", "limit=1e3", "limit=1e-999999", "kind=%", "a;b", "=", "&&", "%ff=%ff"} {
		f.Add(seed)
	}
	handler := guarded(f, echo)
	f.Fuzz(func(t *testing.T, query string) {
		asked := httptest.NewRequest("GET", "/things", nil)
		asked.URL.RawQuery = query
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, asked)
		if answer.Code != 200 && answer.Code != 400 {
			t.Errorf("%q: got %d", query, answer.Code)
		}
	})
}

func TestARequestThatCannotBeDecoded(t *testing.T) {
	t.Parallel()
	parameter := &ogenerrors.DecodeParamsError{Err: &ogenerrors.DecodeParamError{Name: "limit", In: "query", Err: errors.New("strconv")}}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"for a parameter names it":              {parameter, "400 invalid [limit invalid]"},
		"for its body is invalid":               {&ogenerrors.DecodeRequestError{Err: errors.New("unexpected byte")}, "400 invalid [ invalid]"},
		"for no fault of the caller is our own": {errors.New("not implemented"), "500 internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := httptest.NewRecorder()
			rest.Undecodable(t.Context(), answer, httptest.NewRequest("GET", "/", nil), test.err)
			if got := outcome(t, answer); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
