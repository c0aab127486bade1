// Kept by the platform: docs/ownership.md says what that means.

// Package telemetry measures and traces what the service does, by the conventions of OpenTelemetry.
//
// Metrics are there for whoever asks on the admin port, in the text form of Prometheus. Where a collector is configured, it gets them too, and
// the traces of a share of the requests, by OTLP over HTTP. Nothing waits for the collector: what it does not take is dropped.
// Without a collector nothing is traced; the ID of a caller's trace is passed on all the same.
//
// No name, label or attribute holds what a caller has sent: a request is known by its operation, its route and its status.
package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// scope names what measures.
const scope = "platform.internal/telemetry"

// Telemetry is what measures and traces. It is safe for concurrent use.
type Telemetry struct {
	registry *prometheus.Registry
	meter    metric.Meter
	tracer   trace.Tracer
	server   *server
	ends     []func(context.Context) error
}

// propagator reads and writes the W3C trace context.
var propagator = propagation.TraceContext{}

// New returns the Telemetry of a service in a version. trusts says whose word counts on what is traced. The caller ends it with Shutdown.
func New(ctx context.Context, settings Settings, service, version string, trusts func(*http.Request) bool, log *slog.Logger) (*Telemetry, error) {
	identity, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", service), attribute.String("service.version", version)),
		resource.WithFromEnv(), // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before what the build says
	)
	if err != nil {
		return nil, err
	}
	t := &Telemetry{registry: prometheus.NewRegistry(), tracer: noop.NewTracerProvider().Tracer(scope)}
	t.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
	)
	reader, err := exporter.New(exporter.WithRegisterer(t.registry), exporter.WithoutScopeInfo())
	if err != nil {
		return nil, err
	}
	readers := []sdkmetric.Option{sdkmetric.WithResource(identity), sdkmetric.WithReader(reader)}
	if settings.Endpoint != "" {
		pushed, err := t.export(ctx, settings, identity, log)
		if err != nil {
			return nil, err
		}
		readers = append(readers, sdkmetric.WithReader(pushed))
	}
	provider := sdkmetric.NewMeterProvider(readers...)
	t.ends = append(t.ends, provider.Shutdown)
	t.meter = provider.Meter(scope)
	t.server, err = newServer(t.tracer, t.meter, judge{trusts, settings.Ratio})
	return t, err
}

// export starts to send what is traced and measured to the collector.
func (t *Telemetry) export(ctx context.Context, settings Settings, identity *resource.Resource, log *slog.Logger) (sdkmetric.Reader, error) {
	endpoint, state := strings.TrimSuffix(settings.Endpoint, "/"), &collector{log: log}
	spans, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint+"/v1/traces"))
	if err != nil {
		return nil, err
	}
	measures, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(endpoint+"/v1/metrics"))
	if err != nil {
		return nil, err
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithResource(identity),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(settings.Ratio))),
		sdktrace.WithBatcher(watchedSpans{spans, state}), // its queue has 2048 places; a span that finds none is dropped
	)
	t.tracer = provider.Tracer(scope)
	t.ends = append(t.ends, provider.Shutdown)
	return sdkmetric.NewPeriodicReader(watchedMetrics{measures, state}), nil
}

// Metrics serves what was measured as Prometheus reads it.
func (t *Telemetry) Metrics() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{})
}

// Shutdown sends what is left to the collector, until ctx ends.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	var failed []error
	for _, end := range t.ends {
		failed = append(failed, end(ctx))
	}
	return errors.Join(failed...)
}
