// Kept by the platform: docs/ownership.md says what that means.

package logging

import "log/slog"

// Settings are how much is logged.
type Settings struct {
	Level slog.Level `env:"LOG_LEVEL" envDefault:"info"`
}
