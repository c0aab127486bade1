// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"platform.internal/fault"
	"platform.internal/rest"
)

func TestARequestThatIsOverIsLogged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		status  float64
		bytes   float64
		level   string
	}{
		"with what was answered": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, "abc")
		}, 201, 3, "INFO"},
		"with 200 where the handler set no status": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "abc") }, 200, 3, "INFO"},
		"with 200 where the handler wrote nothing": {func(http.ResponseWriter, *http.Request) {}, 200, 0, "INFO"},
		"with the last status, not one for information": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusNoContent)
		}, 204, 0, "INFO"},
		"as an error where it is ours": {func(w http.ResponseWriter, r *http.Request) { rest.WriteError(w, r, errors.New("broken")) }, 500, -1, "ERROR"},
		"as none where it is the caller's": {func(w http.ResponseWriter, r *http.Request) {
			rest.WriteError(w, r, fault.New(fault.NotFound, "There is no such thing."))
		}, 404, -1, "INFO"},
		"with what was sent at once": {func(w http.ResponseWriter, _ *http.Request) { _ = http.NewResponseController(w).Flush() }, 200, 0, "INFO"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, log := serve(t, time.Second, test.handler, nil)
			answer := get(t, address)
			record := log.access(t)
			if record["status"] != test.status || answer.status != int(test.status) || record["level"] != test.level {
				t.Errorf("%d was logged as %v", answer.status, record)
			}
			if record["request_id"] != answer.header.Get("X-Request-Id") || test.bytes >= 0 && record["bytes"] != test.bytes {
				t.Errorf("logged %v", record)
			}
		})
	}
}

func TestTheOperationIsLoggedAndNoAddress(t *testing.T) {
	t.Parallel()
	address, log := serve(t, time.Second, guarded(t, echo), nil)
	conn := dial(t, address)
	conn.say("GET /things?kind=BIG HTTP/1.1\nHost: x\n\n")
	_ = conn.answer("GET")
	if record := log.access(t); record["operation"] != "listThings" || strings.Contains(log.String(), "BIG") {
		t.Errorf("logged %s", log)
	}
}

func TestARequestIDOfTheCallerIsKeptIfItIsWellFormed(t *testing.T) {
	t.Parallel()
	handler := rest.Observe(discard(), time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest.WriteError(w, r, nil)
	}))
	for sent, kept := range map[string]bool{"order-4711": true, "": false, "short": false, "has space": false, "has\"quote": false, strings.Repeat("x", 65): false} {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("X-Request-Id", sent)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		got := answer.Header().Get("X-Request-Id")
		if (got == sent) != kept || got != problemOf(t, answer.Body.String()).RequestID || len(got) < 8 {
			t.Errorf("sent %q, got %q", sent, got)
		}
	}
}

func TestAPanicIsAProblemThatRevealsNothing(t *testing.T) {
	t.Parallel()
	address, log := serve(t, time.Second, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Content-Length", "7")
		panic("the secret of the matter")
	}), nil)
	answer := get(t, address)
	if problem := problemOf(t, answer.body); answer.status != 500 || problem.RequestID != answer.header.Get("X-Request-Id") || strings.Contains(answer.body, "secret") {
		t.Errorf("got %d %s", answer.status, answer.body)
	}
	if answer.header.Get("ETag") != "" {
		t.Error("the problem has the ETag of the answer that was not to be")
	}
	if record := log.access(t); record["level"] != "ERROR" || !strings.Contains(log.String(), "observe_test.go") {
		t.Errorf("the log does not say where: %s", log)
	}
}

func TestAnAnswerThatFailsHalfwayIsCutOff(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(http.ResponseWriter, *http.Request){
		"by a panic":                           func(http.ResponseWriter, *http.Request) { panic("x") },
		"by a panic when only its head is out": nil,
		"by an error":                          func(w http.ResponseWriter, r *http.Request) { rest.WriteError(w, r, errors.New("x")) },
		"by what net/http asks to panic with":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, log := serve(t, time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if fail == nil {
					_ = http.NewResponseController(w).Flush()
					panic("x")
				}
				_, _ = io.WriteString(w, `{"data": [`)
				_ = http.NewResponseController(w).Flush()
				fail(w, r)
			}), nil)
			if answer := get(t, address); answer.cut == nil {
				t.Errorf("%q looks like a whole answer", answer.body)
			}
			if record := log.access(t); record["aborted"] != true || record["status"] != 200.0 {
				t.Errorf("logged %v", record)
			}
		})
	}
}

func TestARequestThatTakesTooLongIsATimeout(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, 20*time.Millisecond, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		rest.WriteError(w, r, fault.Wrap(fault.Internal, "x", r.Context().Err()).Unwrap())
	}), nil)
	answer := get(t, address)
	if problem := problemOf(t, answer.body); answer.status != 504 || problem.Code != "timeout" {
		t.Errorf("got %d %s", answer.status, problem.Code)
	}
}

func TestACallerWhoHasGoneIsLoggedAsThat(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	address, log := serve(t, time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
		rest.WriteError(w, r, r.Context().Err())
	}), nil)
	conn := dial(t, address)
	conn.say("GET / HTTP/1.1\nHost: x\n\n")
	<-started
	_ = conn.Close()
	if record := log.access(t); record["status"] != 499.0 || record["level"] != "INFO" {
		t.Errorf("logged %v", record)
	}
}

func TestEveryAnswerCarriesTheHeadersOfAnAPI(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, time.Second, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Methods", "GET")
	}), nil)
	header := get(t, address).header
	for name, want := range map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
		"Strict-Transport-Security":    "max-age=63072000",
		"Referrer-Policy":              "no-referrer",
		"Cache-Control":                "no-store",
		"Access-Control-Allow-Methods": "",
		"Server":                       "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	t.Parallel()
	address, log := serve(t, time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method)
	}), nil)
	conn := dial(t, address)
	conn.say("HEAD / HTTP/1.1\nHost: x\nConnection: close\n\n")
	answer := conn.answer("HEAD")
	if rest, err := io.ReadAll(conn.reader); answer.length != 3 || len(rest) > 0 || err != nil {
		t.Errorf("length %d, then %q and %v", answer.length, rest, err)
	}
	if record := log.access(t); record["method"] != "HEAD" {
		t.Errorf("logged %v", record)
	}
}

func TestTheDeadlineIsThatOfTheContext(t *testing.T) {
	t.Parallel()
	handler := rest.Observe(discard(), time.Minute, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if deadline, ok := r.Context().Deadline(); !ok || time.Until(deadline) > time.Minute || time.Until(deadline) < 59*time.Second {
			t.Errorf("deadline %v", deadline)
		}
	}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(context.WithoutCancel(t.Context())))
}
