// Kept by the platform: docs/ownership.md says what that means.

package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"platform.internal/config"
	"platform.internal/contract"
	"platform.internal/logging"
	"platform.internal/postgres"
	"platform.internal/rest"
	"platform.internal/telemetry"
	"platform.internal/testkit"
)

// A traceparent without its last digit, of a caller whose word counts and of one whose does not.
const (
	friend   = "friend 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"
	stranger = "stranger 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"
)

var silent = slog.New(slog.DiscardHandler)

func begin(t testing.TB, settings telemetry.Settings, log *slog.Logger) *telemetry.Telemetry {
	t.Helper()
	trusts := func(r *http.Request) bool { return r.Header.Get("X-From") == "friend" }
	measured, err := telemetry.New(t.Context(), settings, "billing", "v1.2.3", trusts, log)
	if err != nil {
		t.Fatal(err)
	}
	return measured
}

// request is one to a path with an ID in it, which the contract knows as getThing. caller says from whom, and then the traceparent.
func request(measured *telemetry.Telemetry, caller string, handle func(context.Context)) {
	asked := httptest.NewRequest("GET", "/things/secret-4711?token=secret", nil)
	from, traceparent, _ := strings.Cut(caller, " ")
	asked.Header.Set("X-From", from)
	if traceparent != "" {
		asked.Header.Set("Traceparent", traceparent)
	}
	ctx, end := measured.Begin(asked)
	handle(ctx)
	end(rest.Outcome{Operation: &contract.Operation{ID: "getThing", Path: "/things/{thing_id}"}, Status: 200})
}

func metrics(measured *telemetry.Telemetry) string {
	answer := httptest.NewRecorder()
	measured.Metrics().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	return answer.Body.String()
}

func nothing(context.Context) {}

func TestMetricsTellOperationsApartAndNothingElse(t *testing.T) {
	t.Parallel()
	measured := begin(t, telemetry.Settings{}, silent)
	request(measured, "", func(context.Context) {
		if text := metrics(measured); !strings.Contains(text, `http_server_active_requests{http_request_method="GET",url_scheme="http"} 1`) {
			t.Errorf("got %s", text)
		}
	})
	asked := httptest.NewRequest("BREW", "/none", nil)
	_, end := measured.Begin(asked)
	end(rest.Outcome{Status: 500})
	_, end = measured.Begin(asked)
	end(rest.Outcome{Status: 503, Shed: true})
	_, end = measured.Begin(asked)
	end(rest.Outcome{Status: 404, Deprecated: true})
	text := metrics(measured)
	for _, want := range []string{
		`http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/things/{thing_id}",url_scheme="http"} 1`,
		`http_server_request_duration_seconds_count{error_type="500",http_request_method="_OTHER",http_response_status_code="500",url_scheme="http"} 1`,
		`http_server_request_duration_seconds_count{deprecated="true",http_request_method="_OTHER",http_response_status_code="404",url_scheme="http"} 1`,
		`http_server_active_requests{http_request_method="GET",url_scheme="http"} 0`,
		`http_server_shed_requests_total 1`,
		`service_version="v1.2.3"`,
		"go_goroutines ", "process_resident_memory_bytes ", "go_build_info{",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
	for _, never := range []string{"secret", "BREW"} {
		if strings.Contains(text, never) {
			t.Errorf("%s is told", never)
		}
	}
}

func TestATrustedCallerDecidesWhatIsTracedElseTheRatioDoes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		caller string
		ratio  float64
		traced bool
	}{
		"the caller, for":                            {friend + "1", 0, true},
		"the caller, against":                        {friend + "0", 1, false},
		"the ratio, for":                             {"", 1, true},
		"the ratio, against":                         {"", 0, false},
		"the ratio, for, against a stranger":         {stranger + "0", 1, true},
		"the ratio, against, for a stranger":         {stranger + "1", 0, false},
		"a caller who writes something else is none": {"friend 00-secret", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			collector := testkit.NewCollector(t)
			measured := begin(t, telemetry.Settings{Endpoint: collector.URL, Ratio: test.ratio}, silent)
			request(measured, test.caller, nothing)
			if err := measured.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			taken := collector.Taken()
			if traced := strings.Contains(taken, "getThing"); traced != test.traced || strings.Contains(taken, "secret") {
				t.Errorf("traced: %v\n%q", traced, taken)
			}
			if !strings.Contains(taken, "/v1/metrics") || !strings.Contains(taken, "http.server.request.duration") {
				t.Error("the metrics were not sent")
			}
		})
	}
}

func TestATraceIsPassedOnAndItsLogLinesNameIt(t *testing.T) {
	t.Parallel()
	passed := make(chan string, 1)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { passed <- r.Header.Get("Traceparent") }))
	defer other.Close()
	for name, test := range map[string]struct {
		endpoint, caller string
		ratio            float64
		sampled          string
	}{
		"with a collector":               {testkit.NewCollector(t).URL, friend + "1", 0, "-01"},
		"without one":                    {"", friend + "1", 0, "-01"},
		"without the word of a stranger": {"", stranger + "1", 0, "-00"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			measured := begin(t, telemetry.Settings{Endpoint: test.endpoint, Ratio: test.ratio}, silent)
			defer func() { _ = measured.Shutdown(context.WithoutCancel(t.Context())) }()
			request(measured, test.caller, func(ctx context.Context) {
				logging.New(&log, slog.LevelInfo).InfoContext(ctx, "x")
				asked, _ := http.NewRequestWithContext(ctx, http.MethodGet, other.URL, nil)
				answer, err := (&http.Client{Transport: measured.Transport(http.DefaultTransport)}).Do(asked)
				if err != nil {
					t.Fatal(err)
				}
				_ = answer.Body.Close()
			})
			if got := <-passed; !strings.HasPrefix(got, "00-0af7651916cd43dd8448eb211c80319c-") || !strings.HasSuffix(got, test.sampled) {
				t.Errorf("passed on %q", got)
			}
			if !strings.Contains(log.String(), `"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"`) {
				t.Errorf("logged %s", &log)
			}
		})
	}
}

func TestAStatementIsASpanWithoutItsArguments(t *testing.T) {
	t.Parallel()
	collector := testkit.NewCollector(t)
	measured := begin(t, telemetry.Settings{Endpoint: collector.URL, Ratio: 1}, silent)
	pool := open(t, measured)
	request(measured, "", func(ctx context.Context) {
		var got string
		if err := pool.QueryRow(ctx, "-- name: Find :one\nselect $1::text", "argument-canary").Scan(&got); err != nil {
			t.Error(err)
		}
		if _, err := pool.Exec(ctx, "select $1::text::int", "argument-canary"); err == nil {
			t.Error("it is no number")
		}
	})
	if err := measured.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	taken := collector.Taken()
	for _, want := range []string{"Find", "getThing", "select $1::text", "22P02"} {
		if !strings.Contains(taken, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if strings.Contains(taken, "canary") {
		t.Error("an argument is told")
	}
}

func TestThePoolIsMeasured(t *testing.T) {
	t.Parallel()
	measured := begin(t, telemetry.Settings{}, silent)
	pool := open(t, measured)
	if err := measured.Watch(pool); err != nil {
		t.Fatal(err)
	}
	held, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	text := metrics(measured)
	for _, want := range []string{`db_client_connection_count{state="used"} 1`, "db_client_connection_max 2", "db_client_connection_waits_total ", "db_client_connection_wait_time_sum_seconds_total "} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
}

func open(t *testing.T, measured *telemetry.Telemetry) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), postgres.Settings{
		URL:              config.NewSecret(os.Getenv("DATABASE_URL")),
		Connections:      2,
		StatementTimeout: time.Second,
		LockTimeout:      time.Second,
	}, measured.Queries())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestACollectorThatDoesNotAnswerHoldsNothingUp(t *testing.T) {
	t.Parallel()
	hanging, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hanging.Close() }()
	measured := begin(t, telemetry.Settings{Endpoint: "http://" + hanging.Addr().String(), Ratio: 1}, silent)
	for range 5000 { // more than the queue takes
		request(measured, "", nothing)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := measured.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestACollectorThatComesAndGoesIsLoggedOnceEachTime(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	note := telemetry.Note(logging.New(&log, slog.LevelInfo))
	refused := errors.New("refused")
	for _, err := range []error{nil, refused, refused, refused, nil, nil, refused} {
		if err := note(t.Context(), err); err != nil {
			t.Errorf("got %v", err)
		}
	}
	if dropped, again := strings.Count(log.String(), "telemetry is dropped"), strings.Count(log.String(), "telemetry is taken again"); dropped != 2 || again != 1 {
		t.Errorf("logged %s", &log)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ environ, says string }{
		"have defaults":                   {"", ""},
		"take a collector":                {"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318,OTEL_TRACES_SAMPLER_ARG=1", ""},
		"refuse what is no address":       {"OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT must be"},
		"refuse a share beyond the whole": {"OTEL_TRACES_SAMPLER_ARG=5", "OTEL_TRACES_SAMPLER_ARG must be from 0 to 1."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load[telemetry.Settings](strings.Split(test.environ, ","))
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// BenchmarkRequest is what telemetry adds to a request, with the handler that it measures left out.
func BenchmarkRequest(b *testing.B) {
	for name, settings := range map[string]telemetry.Settings{
		"without a collector": {},
		"one of 20 is traced": {Endpoint: "http://127.0.0.1:1", Ratio: 0.05},
		"each is traced":      {Endpoint: "http://127.0.0.1:1", Ratio: 1},
	} {
		b.Run(name, func(b *testing.B) {
			measured := begin(b, settings, silent)
			asked := httptest.NewRequest("GET", "/things/1", nil)
			outcome := rest.Outcome{Operation: &contract.Operation{ID: "getThing", Path: "/things/{thing_id}"}, Status: 200}
			b.ReportAllocs()
			for b.Loop() {
				_, end := measured.Begin(asked)
				end(outcome)
			}
		})
	}
}
