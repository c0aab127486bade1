// Kept by the platform: docs/ownership.md says what that means.

package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"platform.internal/cache"
)

// WatchCache measures the cache until Shutdown.
func (t *Telemetry) WatchCache(c *cache.Cache) error {
	reads, err := t.meter.Int64ObservableCounter("cache.reads",
		metric.WithUnit("{read}"), metric.WithDescription("How often rows were asked for, by where they came from: a copy, the database by way of the cache, or around it."))
	if err != nil {
		return err
	}
	copies, loads := metric.WithAttributes(attribute.String("source", "copy")), metric.WithAttributes(attribute.String("source", "database"))
	around := metric.WithAttributes(attribute.String("source", "around"))
	_, err = t.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		stats := c.Stats()
		o.ObserveInt64(reads, stats.Copies, copies)
		o.ObserveInt64(reads, stats.Loads, loads)
		o.ObserveInt64(reads, stats.Around, around)
		return nil
	}, reads)
	return err
}
