package logging

import "log/slog"

// Settings are how much is logged.
type Settings struct {
	Level slog.Level `env:"LOG_LEVEL" envDefault:"info"`
}
