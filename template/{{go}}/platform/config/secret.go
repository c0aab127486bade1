// Kept by the platform: docs/ownership.md says what that means.

package config

import "log/slog"

const hidden = "[secret]"

// Secret is a text that never prints itself: not through fmt, not in a log, not in JSON.
// The text lies behind a pointer, because fmt prints unexported fields of structs without asking their methods.
type Secret struct{ text *string }

// NewSecret returns a Secret that holds the text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text, which is empty if none was set. Each call is a place to review.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return hidden }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
