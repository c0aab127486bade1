// Kept by the platform: docs/ownership.md says what that means.

package telemetry

import (
	"context"
	"log/slog"
)

// Note returns what is told of each attempt to reach a collector.
func Note(log *slog.Logger) func(ctx context.Context, err error) error {
	return (&collector{log: log}).note
}
