// Kept by the platform: docs/ownership.md says what that means.

package telemetry

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// Queries returns what makes each statement of a traced request a span, with its text and without its arguments. It costs other requests nothing.
func (t *Telemetry) Queries() pgx.QueryTracer { return queries{t.tracer} }

type queries struct{ tracer trace.Tracer }

// TraceQueryStart implements pgx.QueryTracer.
func (q queries) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx
	}
	ctx, _ = q.tracer.Start(ctx, title(data.SQL), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("db.system.name", "postgresql"),
		attribute.String("db.query.text", data.SQL),
	))
	return context.WithValue(ctx, queryKey{}, true)
}

// queryKey marks the span of a statement: its end must not end that of a request.
type queryKey struct{}

// TraceQueryEnd implements pgx.QueryTracer. Of an error it tells the code: the message may hold a value.
func (queries) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	if ctx.Value(queryKey{}) == nil {
		return
	}
	span := trace.SpanFromContext(ctx)
	if refused, ok := errors.AsType[*pgconn.PgError](data.Err); ok {
		span.SetAttributes(attribute.String("db.response.status_code", refused.Code))
	}
	if data.Err != nil {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// title is the name that sqlc has written before a statement, else its first word.
func title(sql string) string {
	sql = strings.TrimSpace(sql)
	if named, ok := strings.CutPrefix(sql, "-- name: "); ok {
		sql = named
	}
	name, _, _ := strings.Cut(sql, " ")
	name, _, _ = strings.Cut(name, "\n")
	return name[:min(len(name), 60)]
}

// Watch measures the pool until Shutdown.
func (t *Telemetry) Watch(pool *pgxpool.Pool) error {
	count, err1 := t.meter.Int64ObservableUpDownCounter("db.client.connection.count",
		metric.WithUnit("{connection}"), metric.WithDescription("How many connections there are, by state."))
	most, err2 := t.meter.Int64ObservableUpDownCounter("db.client.connection.max",
		metric.WithUnit("{connection}"), metric.WithDescription("How many connections there may be."))
	waited, err3 := t.meter.Float64ObservableCounter("db.client.connection.wait_time.sum",
		metric.WithUnit("s"), metric.WithDescription("How long requests have waited for a connection, in total."))
	empty, err4 := t.meter.Int64ObservableCounter("db.client.connection.waits",
		metric.WithUnit("{wait}"), metric.WithDescription("How often a request found no free connection."))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	idle, used := metric.WithAttributes(attribute.String("state", "idle")), metric.WithAttributes(attribute.String("state", "used"))
	_, err := t.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		stat := pool.Stat()
		o.ObserveInt64(count, int64(stat.IdleConns()), idle)
		o.ObserveInt64(count, int64(stat.AcquiredConns()), used)
		o.ObserveInt64(most, int64(stat.MaxConns()))
		o.ObserveFloat64(waited, stat.EmptyAcquireWaitTime().Seconds())
		o.ObserveInt64(empty, stat.EmptyAcquireCount())
		return nil
	}, count, most, waited, empty)
	return err
}
