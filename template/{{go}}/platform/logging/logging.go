// Kept by the platform: docs/ownership.md says what that means.

// Package logging writes structured logs: one JSON object a line, with what the request context knows.
package logging

import (
	"context"
	"io"
	"log/slog"
	"slices"
)

type contextKey struct{}

// New returns a logger that writes JSON and adds the attributes of the context to every record. A record is one line, whatever is in it
// (OWASP ASVS 16.4.1). Values whose name says that they are secret, such as Authorization, password or api_key, are hidden,
// in groups and inside of other values too, and so are those with one of the sensitive names.
func New(w io.Writer, level slog.Leveler, sensitive ...string) *slog.Logger {
	return slog.New(handler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: newRedaction(sensitive).replace})})
}

// With returns a context whose records carry the attributes as well.
func With(ctx context.Context, attributes ...slog.Attr) context.Context {
	known, _ := ctx.Value(contextKey{}).([]slog.Attr)
	return context.WithValue(ctx, contextKey{}, append(slices.Clip(known), attributes...))
}

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if attributes, ok := ctx.Value(contextKey{}).([]slog.Attr); ok {
		record.AddAttrs(attributes...)
	}
	return h.Handler.Handle(ctx, record)
}

func (h handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attributes)}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name)}
}

// Settings are how much is logged.
type Settings struct {
	Level slog.Level `env:"LOG_LEVEL" envDefault:"info"`
}
