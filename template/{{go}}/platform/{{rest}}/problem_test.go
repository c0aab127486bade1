// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"platform.internal/auth"
	"platform.internal/fault"
	"platform.internal/rest"
)

// write sends the problem of an error, as a handler behind Observe would.
func write(t *testing.T, err error) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	rest.Observe(discard(), time.Minute, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest.WriteError(w, r, err)
	})).ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	return answer
}

func TestAnErrorIsTheProblem(t *testing.T) {
	t.Parallel()
	unavailable := fault.New(fault.Unavailable, "x")
	unavailable.RetryAfter = 1500 * time.Millisecond
	for name, test := range map[string]struct {
		err    error
		status int
		code   string
		header string // name and value
	}{
		"that its kind says: invalid":            {fault.New(fault.Invalid, "x"), 400, "invalid", ""},
		"that its kind says: unauthenticated":    {fault.New(fault.Unauthenticated, "x"), 401, "unauthenticated", `Www-Authenticate: Bearer realm="api"`},
		"that its kind says: forbidden":          {fault.New(fault.Forbidden, "x"), 403, "forbidden", ""},
		"that its kind says: not found":          {fault.New(fault.NotFound, "x"), 404, "not_found", ""},
		"that its kind says: conflict":           {fault.New(fault.Conflict, "x"), 409, "conflict", ""},
		"that its kind says: stale":              {fault.New(fault.Stale, "x"), 412, "stale", ""},
		"that its kind says: limited":            {fault.New(fault.Limited, "x"), 429, "limited", "Retry-After: 1"},
		"that its kind says: unavailable":        {fault.New(fault.Unavailable, "x"), 503, "unavailable", "Retry-After: 1"},
		"with the time to wait, rounded up":      {unavailable, 503, "unavailable", "Retry-After: 2"},
		"that its kind says: internal":           {fault.New(fault.Internal, "x"), 500, "internal", ""},
		"of the fault that it wraps":             {fmt.Errorf("get: %w", fault.New(fault.NotFound, "x")), 404, "not_found", ""},
		"of the problem that it is":              {rest.NewProblem(http.StatusTeapot, "teapot", "x"), 418, "teapot", ""},
		"that may do later":                      {rest.NewProblem(http.StatusConflict, "at_work", "x").After(time.Second), 409, "at_work", "Retry-After: 1"},
		"of a deadline, however deep":            {fmt.Errorf("query: %w", context.DeadlineExceeded), 504, "timeout", ""},
		"of a caller who has gone":               {fmt.Errorf("query: %w", context.Canceled), 499, "canceled", ""},
		"of an error nobody thought of":          {errors.New("x"), 500, "internal", ""},
		"of no error, which nobody should write": {nil, 500, "internal", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := write(t, test.err)
			problem := problemOf(t, answer.Body.String())
			if answer.Code != test.status || problem.Status != test.status || problem.Code != test.code || problem.RequestID == "" {
				t.Errorf("got %d %s", answer.Code, answer.Body)
			}
			header, value, _ := strings.Cut(test.header, ": ")
			if test.header != "" && answer.Header().Get(header) != value {
				t.Errorf("%s is %q", header, answer.Header().Get(header))
			}
		})
	}
}

func TestACredentialThatWasSentIsSaidToBeWrong(t *testing.T) {
	t.Parallel()
	answer, request := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	request.Header.Set("Authorization", "Bearer x")
	rest.Observe(discard(), time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest.WriteError(w, r, fault.New(fault.Unauthenticated, "x"))
	})).ServeHTTP(answer, request)
	if got := answer.Header().Get("WWW-Authenticate"); got != `Bearer realm="api", error="invalid_token"` {
		t.Errorf("got %s", got)
	}
}

func TestAnUnexpectedErrorRevealsNothing(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		errors.New("dial tcp 10.0.0.7: hunter2"),
		fault.Wrap(fault.Unavailable, "The database does not answer.", errors.New("hunter2")),
		fmt.Errorf("hunter2: %w", context.DeadlineExceeded),
	} {
		if body := write(t, err).Body.String(); strings.Contains(body, "hunter2") {
			t.Errorf("got %s", body)
		}
	}
}

func TestAViolationSaysWhereItIs(t *testing.T) {
	t.Parallel()
	body := write(t, fault.InvalidInput(
		fault.Violation{Code: "required", Message: "The body is empty."},
		fault.Violation{Pointer: "/name", Code: "type", Message: "x"},
		fault.Violation{Parameter: "limit", Code: "type", Message: "x"},
	)).Body.String()
	found := problemOf(t, body).Errors
	if len(found) != 3 || *found[0].Pointer != "" || *found[1].Pointer != "/name" || found[2].Pointer != nil || *found[2].Parameter != "limit" || found[1].Parameter != nil {
		t.Errorf("got %s", body)
	}
}

func TestAProblemKeepsTheBoundsOfTheContract(t *testing.T) {
	t.Parallel()
	many := make([]fault.Violation, 1000)
	for i := range many {
		many[i] = fault.Violation{Pointer: "/" + strings.Repeat("ä", 600), Code: "unknown", Message: strings.Repeat("x", 600)}
	}
	found := problemOf(t, write(t, fault.InvalidInput(many...)).Body.String()).Errors
	if len(found) != 100 || len([]rune(*found[0].Pointer)) != 500 || len([]rune(found[0].Message)) != 500 {
		t.Errorf("%d violations, pointer of %d, message of %d characters", len(found), len([]rune(*found[0].Pointer)), len([]rune(found[0].Message)))
	}
}

func TestAProblemThatIsSharedIsNotChanged(t *testing.T) {
	t.Parallel()
	shared := rest.NewProblem(404, "no_such_path", "x")
	first, second := write(t, shared), write(t, shared)
	if shared.RequestID != "" || problemOf(t, first.Body.String()).RequestID == problemOf(t, second.Body.String()).RequestID {
		t.Errorf("the shared problem became %+v", shared)
	}
}

func TestAKindThatDoesNotExistIsInternal(t *testing.T) {
	t.Parallel()
	if problem := rest.ProblemFrom(t.Context(), fault.New(fault.Kind(200), "x")); problem.Status != 500 || problem.Code != "internal" {
		t.Errorf("got %+v", problem)
	}
}

func TestAProblemOutsideOfARequestHasNoRequestID(t *testing.T) {
	t.Parallel()
	if problem := rest.ProblemFrom(t.Context(), fault.New(fault.NotFound, "x")); problem.Status != 404 || problem.RequestID != "" {
		t.Errorf("got %+v", problem)
	}
}

func TestWhoseCredentialLacksAScopeIsToldSo(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		`Bearer realm="api", error="insufficient_scope"`: fault.Wrap(fault.Forbidden, "x", auth.ErrScope),
		"": fault.New(fault.Forbidden, "x"), // for another reason
	} {
		handler := rest.Observe(discard(), time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { rest.WriteError(w, r, err) }))
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
		if got := answer.Header().Get("WWW-Authenticate"); answer.Code != 403 || got != want {
			t.Errorf("got %d, %q", answer.Code, got)
		}
	}
}

func TestAPathAndAMethodThatTheContractDoesNotHave(t *testing.T) {
	t.Parallel()
	missing, refused := httptest.NewRecorder(), httptest.NewRecorder()
	rest.NotFound(missing, httptest.NewRequest("GET", "/none", nil))
	rest.MethodNotAllowed(refused, httptest.NewRequest("PUT", "/things", nil), "GET,POST")
	if missing.Code != 404 || problemOf(t, missing.Body.String()).Code != "no_such_path" {
		t.Errorf("got %d %s", missing.Code, missing.Body)
	}
	if refused.Code != 405 || refused.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("got %d, Allow %q", refused.Code, refused.Header().Get("Allow"))
	}
}

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
