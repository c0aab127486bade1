// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"platform.internal/auth"
	"platform.internal/config"
	"platform.internal/contract"
	"platform.internal/fault"
	"platform.internal/limit"
	"platform.internal/rest"
)

// limitedGuard is a service whose caller may ask four times a minute and whose addresses three times. It knows ada, and bob, who may do nothing.
type limitedGuard struct {
	handler http.Handler
	asked   atomic.Int32 // how often a credential was looked at
	client  string       // where the last request came from that was let through
}

func newLimitedGuard(tb testing.TB, settings ...string) *limitedGuard {
	tb.Helper()
	usual := []string{"RATE_LIMIT_CALLER=4/1m", "RATE_LIMIT_ADDRESS=3/1m"}
	limits, err := config.Load[rest.LimitSettings](append(usual, settings...))
	if err != nil {
		tb.Fatal(err)
	}
	return newGuard(tb, rest.NewLimits(limit.NewMemory(time.Now), limits))
}

func newGuard(tb testing.TB, limits *rest.Limits) *limitedGuard {
	tb.Helper()
	const document = `
paths:
  /open: {get: {operationId: getOpen}}
  /open/dear: {get: {operationId: getDear, x-rate-limit: {quota: 1, window: 60}}}
  /closed:
    get: {operationId: getClosed, security: [{bearer: []}]}
    post: {operationId: createClosed, security: [{bearer: []}], x-rate-limit: {quota: 2, window: 60}}
`
	c, err := contract.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(document)}}, "openapi.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	guard := &limitedGuard{}
	guard.handler = rest.Head(rest.Guard{
		Contract: c,
		Find: func(r *http.Request) (string, []string, bool) {
			operation := c.Match(r.Method, r.URL.Path)
			if operation == nil {
				return "", nil, false
			}
			return operation.ID, nil, true
		},
		Authorise: func(r *http.Request, _ []string) (context.Context, error) {
			guard.asked.Add(1)
			subject := r.Header.Get("Authorization")
			ctx := auth.With(r.Context(), auth.Principal{Subject: subject})
			switch subject {
			case "ada", "eve":
				return ctx, nil
			case "bob":
				return ctx, fault.New(fault.Forbidden, "The credential lacks a scope.")
			case "stranger":
				return nil, fault.Wrap(fault.Unavailable, "The issuer does not answer.", auth.ErrUnknown)
			case "gone":
				return nil, fmt.Errorf("%w: %w", auth.ErrUnknown, context.Canceled)
			case "late":
				return nil, fault.New(fault.Unavailable, "The database does not answer.")
			default:
				return nil, fault.New(fault.Unauthenticated, "The credential is missing.")
			}
		},
		Limits:  limits,
		MaxBody: 1024,
	}.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard.client = rest.ClientOf(r.Context())
		if c.Match(r.Method, r.URL.Path) == nil {
			rest.NotFound(w, r)
			return
		}
		w.WriteHeader(http.StatusOK)
	})))
	return guard
}

// ask sends a request from an address: the line is method and path, and who asks.
func (g *limitedGuard) ask(line, address string) *httptest.ResponseRecorder {
	words := strings.Fields(line)
	request := httptest.NewRequest(words[0], words[1], http.NoBody)
	request.RemoteAddr = address + ":4711"
	if len(words) > 2 {
		request.Header.Set("Authorization", words[2])
	}
	answer := httptest.NewRecorder()
	rest.Observe(discard(), time.Minute, g.handler).ServeHTTP(answer, request)
	return answer
}

// wantAnswers fails the test unless the same request, asked again and again, is answered with these statuses.
func (g *limitedGuard) wantAnswers(t *testing.T, line, address string, statuses ...int) *httptest.ResponseRecorder {
	t.Helper()
	var last *httptest.ResponseRecorder
	for n, want := range statuses {
		if last = g.ask(line, address); last.Code != want {
			t.Errorf("%s from %s, time %d: got %d, want %d", line, address, n+1, last.Code, want)
		}
	}
	return last
}

const (
	here  = "198.51.100.1"
	there = "198.51.100.2"
)

func TestWhoCannotBeKnownNowIsCountedForNobody(t *testing.T) {
	t.Parallel()
	guard := newLimitedGuard(t)
	guard.wantAnswers(t, "GET /closed late", here, 503, 503, 503, 503, 503, 503)
	guard.wantAnswers(t, "GET /open", here, 200)
}

func TestWhoMayHaveMadeACredentialUpIsLimitedByAddress(t *testing.T) {
	t.Parallel()
	guard := newLimitedGuard(t)
	guard.wantAnswers(t, "GET /closed stranger", here, 503, 503)
	guard.wantAnswers(t, "GET /closed ada", here, 200, 200, 200)
	guard.wantAnswers(t, "GET /closed gone", here, 499)
	guard.wantAnswers(t, "GET /closed stranger", here, 429)
	guard.wantAnswers(t, "GET /closed ada", there, 200)
}

func TestTheAccessLineSaysWhoAskedAndFromWhere(t *testing.T) {
	t.Parallel()
	for caller, want := range map[string]any{"ada": "ada", "bob": "bob", "nobody": nil} {
		address, log := serve(t, time.Minute, newLimitedGuard(t).handler, nil)
		conn := dial(t, address)
		conn.say("GET /closed HTTP/1.1\nHost: x\nAuthorization: " + caller + "\n\n")
		_ = conn.answer("GET")
		if record := log.access(t); record["subject"] != want || record["client"] != "127.0.0.1" {
			t.Errorf("%s: logged %v", caller, record)
		}
	}
}

func TestACallerIsLimitedWhereverTheyAskFrom(t *testing.T) {
	t.Parallel()
	guard := newLimitedGuard(t)
	guard.wantAnswers(t, "GET /closed ada", here, 200, 200, 200)
	guard.wantAnswers(t, "GET /closed ada", there, 200, 429)
	guard.wantAnswers(t, "GET /closed ada", here, 429)
	guard.wantAnswers(t, "GET /closed eve", here, 200, 200, 200, 200, 429)
	guard.wantAnswers(t, "GET /open", here, 200, 200, 200, 429) // counted for the address, which has spent nothing yet
}

func TestAHandlerLearnsWhereARequestComesFrom(t *testing.T) {
	t.Parallel()
	guard := newLimitedGuard(t)
	guard.wantAnswers(t, "GET /open", there, 200)
	if guard.client != there || rest.ClientOf(t.Context()) != "" {
		t.Errorf("from %q, and outside of a request %q", guard.client, rest.ClientOf(t.Context()))
	}
}

func TestACallerWhoMayNotIsLimitedAsACaller(t *testing.T) {
	t.Parallel()
	guard := newLimitedGuard(t)
	guard.wantAnswers(t, "POST /closed bob", here, 403, 403, 403, 403, 429) // the operation's own limit is for those who may call it
	guard.wantAnswers(t, "GET /closed ada", here, 200)
}

func TestEverybodyElseIsLimitedByAddress(t *testing.T) {
	t.Parallel()
	for line, status := range map[string]int{
		"GET /closed":       401,
		"GET /closed guess": 401,
		"GET /open":         200,
		"HEAD /open":        200,
		"GET /open ada":     200,
		"GET /none":         404,
		"GET /none ada":     404,
		"OPTIONS /open":     404,
		"BREW /open":        404,
		"POST /open":        404,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			guard := newLimitedGuard(t)
			guard.wantAnswers(t, line, here, status, status, status, 429)
			guard.wantAnswers(t, line, there, status)
		})
	}
}

func TestAnAddressThatHasSpentItsQuotaIsRefusedUnseen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		guard := newLimitedGuard(t)
		guard.wantAnswers(t, "GET /closed guess", here, 401, 401, 401, 429)
		asked := guard.asked.Load()
		guard.wantAnswers(t, "GET /closed guess", here, 429, 429)
		refused := guard.wantAnswers(t, "GET /closed ada", here, 429) // whose credential is right
		if guard.asked.Load() != asked {
			t.Error("a credential was looked at")
		}
		if got := refused.Header().Get("Retry-After"); got != "20" {
			t.Errorf("Retry-After %s", got)
		}
		time.Sleep(19 * time.Second)
		guard.wantAnswers(t, "GET /closed ada", here, 429)
		time.Sleep(time.Second)
		guard.wantAnswers(t, "GET /closed ada", here, 200)
		guard.wantAnswers(t, "GET /closed guess", here, 401, 429)
	})
}

func TestAnOperationMayHaveASmallerLimit(t *testing.T) {
	t.Parallel()
	guard := newLimitedGuard(t)
	guard.wantAnswers(t, "POST /closed ada", here, 200, 200, 429)
	guard.wantAnswers(t, "POST /closed eve", here, 200, 200)
	guard.wantAnswers(t, "GET /closed ada", here, 200, 429) // the three above count as well
	guard.wantAnswers(t, "GET /open/dear", here, 200, 429)
	guard.wantAnswers(t, "GET /open/dear", there, 200)
	guard.wantAnswers(t, "GET /open", here, 200)
}

func TestAnAnswerSaysHowMuchIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		guard := newLimitedGuard(t)
		for _, step := range []struct {
			wait                         time.Duration
			line                         string
			status                       int
			policy, state, retry, answer string
		}{
			{0, "GET /closed ada", 200, `"caller";q=4;w=60`, `"caller";r=3;t=15`, "", ""},
			{100 * time.Millisecond, "POST /closed ada", 200, `"caller";q=4;w=60, "createClosed";q=2;w=60`, `"caller";r=2;t=15, "createClosed";r=1;t=30`, "", ""},
			{14800 * time.Millisecond, "POST /closed ada", 200, `"caller";q=4;w=60, "createClosed";q=2;w=60`, `"caller";r=1;t=1, "createClosed";r=0;t=16`, "", ""},
			{0, "POST /closed ada", 429, `"caller";q=4;w=60, "createClosed";q=2;w=60`, `"caller";r=0;t=1, "createClosed";r=0;t=16`, "16", ""},
			{0, "GET /closed ada", 429, `"caller";q=4;w=60`, `"caller";r=0;t=1`, "1", ""},
			{0, "GET /none", 404, `"address";q=3;w=60`, `"address";r=2;t=20`, "", ""},
			{0, "GET /closed", 401, `"address";q=3;w=60`, `"address";r=1;t=20`, "", ""},
			{0, "GET /open", 200, `"address";q=3;w=60`, `"address";r=0;t=20`, "", ""},
			{0, "GET /open", 429, `"address";q=3;w=60`, `"address";r=0;t=20`, "20", ""},
			{500 * time.Millisecond, "GET /open", 429, `"address";q=3;w=60`, `"address";r=0;t=20`, "20", ""},
		} {
			time.Sleep(step.wait)
			answer := guard.ask(step.line, here)
			header := answer.Header()
			if answer.Code != step.status || header.Get("RateLimit-Policy") != step.policy || header.Get("RateLimit") != step.state || header.Get("Retry-After") != step.retry {
				t.Errorf("%s: got %d with %v", step.line, answer.Code, header)
			}
			if answer.Code == 429 {
				if problem := problemOf(t, answer.Body.String()); problem.Code != "limited" || header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("got %s", answer.Body)
				}
			}
		}
	})
}

func TestProxiesAreBelievedOnlyIfTheyAreTrusted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings []string
		last     int
	}{
		"a stranger": {nil, 429},
		"a proxy":    {[]string{"TRUSTED_PROXIES=198.51.100.0/24,fd00::/8"}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			guard := newLimitedGuard(t, test.settings...)
			status := 0
			for _, client := range []string{"203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"} {
				request := httptest.NewRequest("GET", "/none", nil)
				request.RemoteAddr = here + ":4711"
				request.Header.Set("X-Forwarded-For", client)
				answer := httptest.NewRecorder()
				guard.handler.ServeHTTP(answer, request)
				status = answer.Code
			}
			if status != test.last {
				t.Errorf("got %d, want %d", status, test.last)
			}
		})
	}
}

func TestWhoIsTrusted(t *testing.T) {
	t.Parallel()
	settings := rest.LimitSettings{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for name, test := range map[string]struct {
		peer, forwarded string
		want            bool
	}{
		"is a sender in a trusted network":          {"10.0.0.1:4711", "", true},
		"is one whose request came through another": {"10.0.0.1:4711", "10.0.0.2", true},
		"is not a stranger":                         {"203.0.113.7:4711", "", false},
		"is not a stranger who names a proxy":       {"203.0.113.7:4711", "10.0.0.2", false},
		"is not a stranger behind a proxy":          {"10.0.0.1:4711", "203.0.113.7", false},
		"is not one without an address":             {"@", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest("GET", "/", nil)
			request.RemoteAddr = test.peer
			if test.forwarded != "" {
				request.Header.Set("X-Forwarded-For", test.forwarded)
			}
			if got := settings.Trusts(request); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestLimitsAreRefusedInASentence(t *testing.T) {
	t.Parallel()
	for environ, says := range map[string]string{
		"RATE_LIMIT_CALLER=0/1m":               "RATE_LIMIT_CALLER must be a quota of at least 1",
		"RATE_LIMIT_ADDRESS=5/25h":             "RATE_LIMIT_ADDRESS must be a quota of at least 1",
		"RATE_LIMIT_ADDRESS=many":              "RATE_LIMIT_ADDRESS is not a limit such as 600/1m: .env.example shows a value that is.",
		"TRUSTED_PROXIES=10.0.0.1":             "TRUSTED_PROXIES is not a list of networks such as 10.0.0.0/8,fd00::/8: .env.example shows a value that is.",
		"TRUSTED_PROXIES=10.0.0.0/8,0.0.0.0/0": "TRUSTED_PROXIES must be networks of your own proxies",
		"TRUSTED_PROXIES=::/0":                 "TRUSTED_PROXIES must be networks of your own proxies",
		"TRUSTED_PROXIES=::ffff:10.0.0.0/104":  "TRUSTED_PROXIES must be networks of your own proxies",
	} {
		_, err := config.Load[rest.LimitSettings]([]string{environ})
		if err == nil || !strings.HasPrefix(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", environ, err)
		}
	}
}

func TestWithoutALimiterThatAnswersNothingIsPassedOn(t *testing.T) {
	t.Parallel()
	handler := rest.Guard{
		Contract: agreed(t),
		Find:     func(*http.Request) (string, []string, bool) { return "", nil, false },
		Limits:   rest.NewLimits(brokenLimiter{}, rest.LimitSettings{}),
	}.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it is passed on") }))
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	if answer.Code != 503 {
		t.Errorf("got %d", answer.Code)
	}
}

type brokenLimiter struct{}

func (brokenLimiter) Take(context.Context, string, limit.Policy) (limit.Decision, error) {
	return limit.Decision{}, fault.New(fault.Unavailable, "It cannot be counted.")
}

func BenchmarkGuard(b *testing.B) {
	now := time.Now()
	passing := func() time.Time { now = now.Add(time.Second); return now } // so that nobody's quota ends
	policy := limit.Policy{Quota: 100, Window: time.Minute}
	spent := rest.NewLimits(limit.NewMemory(time.Now), rest.LimitSettings{Address: limit.Policy{Quota: 1, Window: 24 * time.Hour}})
	for name, limits := range map[string]*rest.Limits{
		"without limits":                nil,
		"with limits":                   rest.NewLimits(limit.NewMemory(passing), rest.LimitSettings{Caller: policy, Address: policy}),
		"of an address that is refused": spent,
	} {
		b.Run(name, func(b *testing.B) {
			guard := newGuard(b, limits)
			if limits == spent {
				guard.ask("GET /none", here)
				guard.ask("GET /none", here)
			}
			request := httptest.NewRequest("GET", "/closed", http.NoBody)
			request.RemoteAddr = here + ":4711"
			request.Header.Set("Authorization", "ada")
			b.ReportAllocs()
			for b.Loop() {
				guard.handler.ServeHTTP(httptest.NewRecorder(), request)
			}
		})
	}
}
