// Kept by the platform: docs/ownership.md says what that means.

package telemetry

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"platform.internal/logging"
	"platform.internal/rest"
)

// server measures requests (semantic conventions for HTTP, stable).
type server struct {
	tracer   trace.Tracer
	duration metric.Float64Histogram
	active   metric.Int64UpDownCounter
	shed     metric.Int64Counter
	judge    judge

	kinds sync.Map // of kind, to its labels: to make them anew would cost more than the rest
}

// labels are the attributes of a kind, as the instruments take them.
type labels struct {
	add    []metric.AddOption
	record []metric.RecordOption
}

var ofServer = trace.WithSpanKind(trace.SpanKindServer)

// kind is all by which requests are told apart: so many kinds as the contract has operations, times statuses. What is deprecated
// is counted apart, so that somebody sees when nobody asks for it any more.
type kind struct {
	method, route string
	status        int
	deprecated    bool
}

func newServer(tracer trace.Tracer, meter metric.Meter, judge judge) (*server, error) {
	duration, err := meter.Float64Histogram("http.server.request.duration",
		metric.WithUnit("s"), metric.WithDescription("How long requests took."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	if err != nil {
		return nil, err
	}
	active, err := meter.Int64UpDownCounter("http.server.active_requests",
		metric.WithUnit("{request}"), metric.WithDescription("How many requests are at work."))
	if err != nil {
		return nil, err
	}
	shed, err := meter.Int64Counter("http.server.shed_requests",
		metric.WithUnit("{request}"), metric.WithDescription("How many requests were refused because too many others were at work."))
	return &server{tracer: tracer, duration: duration, active: active, shed: shed, judge: judge}, err
}

// judge decides on what is traced in the place of callers who are not trusted. Whoever could have each of their requests traced
// would fill the collector, and the bill of it (W3C Trace Context, 6.3).
type judge struct {
	trusts func(*http.Request) bool
	ratio  float64
}

// decide keeps the ID of the caller's trace, so that it can be found. It does not go by that ID as samplers do, for the caller has chosen it.
func (j judge) decide(ctx context.Context, r *http.Request) context.Context {
	caller := trace.SpanContextFromContext(ctx)
	if !caller.IsValid() || j.trusts(r) {
		return ctx
	}
	sampled := rand.Float64() < j.ratio //nolint:gosec // a share, and no secret
	return trace.ContextWithRemoteSpanContext(ctx, caller.WithTraceFlags(caller.TraceFlags().WithSampled(sampled)))
}

// Begin implements rest.Observer. A request that carries a W3C trace context goes on with it, sampled or not as a trusted caller has decided;
// its log lines have trace_id and span_id.
func (t *Telemetry) Begin(r *http.Request) (context.Context, func(rest.Outcome)) {
	return t.server.begin(r)
}

func (s *server) begin(r *http.Request) (context.Context, func(rest.Outcome)) {
	start, method := time.Now(), known(r.Method)
	ctx := s.judge.decide(propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header)), r)
	ctx, span := s.tracer.Start(ctx, method, ofServer)
	if named := span.SpanContext(); named.IsValid() {
		ctx = logging.With(ctx, slog.String("trace_id", named.TraceID().String()), slog.String("span_id", named.SpanID().String()))
	}
	working := s.labels(kind{method: method}).add
	s.active.Add(ctx, 1, working...)
	return ctx, func(outcome rest.Outcome) {
		kind := kind{method: method, status: outcome.Status, deprecated: outcome.Deprecated}
		if outcome.Operation != nil {
			kind.route = outcome.Operation.Path
		}
		s.active.Add(ctx, -1, working...)
		if outcome.Shed {
			s.shed.Add(ctx, 1)
		}
		s.duration.Record(ctx, time.Since(start).Seconds(), s.labels(kind).record...)
		if span.IsRecording() {
			describe(span, kind, outcome)
		}
		span.End()
	}
}

func (s *server) labels(kind kind) *labels {
	if found, ok := s.kinds.Load(kind); ok {
		return found.(*labels) //nolint:errcheck // nothing else is stored
	}
	set := metric.WithAttributeSet(attribute.NewSet(kind.list()...))
	made := &labels{add: []metric.AddOption{set}, record: []metric.RecordOption{set}}
	s.kinds.Store(kind, made)
	return made
}

func (k kind) list() []attribute.KeyValue {
	list := []attribute.KeyValue{attribute.String("http.request.method", k.method), attribute.String("url.scheme", "http")}
	if k.route != "" {
		list = append(list, attribute.String("http.route", k.route))
	}
	if k.status != 0 {
		list = append(list, attribute.Int("http.response.status_code", k.status))
	}
	if k.status >= http.StatusInternalServerError {
		list = append(list, attribute.String("error.type", strconv.Itoa(k.status)))
	}
	if k.deprecated {
		list = append(list, attribute.Bool("deprecated", true))
	}
	return list
}

// describe leaves the cause of an error to the log: it may hold what a trace must not.
func describe(span trace.Span, kind kind, outcome rest.Outcome) {
	if outcome.Operation != nil {
		span.SetName(outcome.Operation.ID)
	}
	span.SetAttributes(kind.list()...)
	if kind.status >= http.StatusInternalServerError || outcome.Aborted {
		span.SetStatus(codes.Error, "")
	}
}

// known keeps methods that somebody made up out of the labels.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "_OTHER"
	}
}
