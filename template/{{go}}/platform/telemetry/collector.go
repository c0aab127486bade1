// Kept by the platform: docs/ownership.md says what that means.

package telemetry

import (
	"context"
	"log/slog"
	"sync/atomic"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// collector knows whether the collector takes what it is sent, and logs each change, not each failure.
type collector struct {
	log  *slog.Logger
	down atomic.Bool
}

// note returns nil: a failure that was told needs no other way to be told.
func (c *collector) note(ctx context.Context, err error) error {
	switch {
	case err != nil && !c.down.Swap(true):
		c.log.WarnContext(ctx, "telemetry is dropped", "error", err)
	case err == nil && c.down.Swap(false):
		c.log.InfoContext(ctx, "telemetry is taken again")
	}
	return nil
}

type watchedSpans struct {
	sdktrace.SpanExporter

	collector *collector
}

// ExportSpans implements sdktrace.SpanExporter.
func (w watchedSpans) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	return w.collector.note(ctx, w.SpanExporter.ExportSpans(ctx, spans))
}

type watchedMetrics struct {
	sdkmetric.Exporter

	collector *collector
}

// Export implements sdkmetric.Exporter.
func (w watchedMetrics) Export(ctx context.Context, measured *metricdata.ResourceMetrics) error {
	return w.collector.note(ctx, w.Exporter.Export(ctx, measured))
}
