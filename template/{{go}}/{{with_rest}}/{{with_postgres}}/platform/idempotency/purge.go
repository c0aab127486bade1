// Kept by the platform: docs/ownership.md says what that means.

package idempotency

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// interval is how long lies between two purges, give or take half of it, so that instances that start together do not purge together.
const interval = 5 * time.Minute

// PurgeUntil purges every few minutes, and returns when ctx ends. That it fails is logged; the next time does it again.
// It is a part of the service because a job that somebody has to set up is one that somebody forgets, and what is kept may be personal.
func (s *Replies) PurgeUntil(ctx context.Context, log *slog.Logger) {
	every(ctx, func(ctx context.Context) {
		if err := s.Purge(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "replies not purged", "error", err)
		}
	})
}

func every(ctx context.Context, do func(context.Context)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(interval/2 + rand.N(interval)): //nolint:gosec // it need not be secret
			do(ctx)
		}
	}
}
