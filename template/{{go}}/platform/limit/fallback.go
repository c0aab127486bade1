// Kept by the platform: docs/ownership.md says what that means.

package limit

import "context"

// Fallback is a Limiter that asks Shared, and Local where Shared fails: then each process counts for itself, from whole quotas on,
// so that callers get at most as many quotas as there are processes. It fails if both do.
// How long Shared may take, and how soon it is asked again, is its own business.
type Fallback struct{ Shared, Local Limiter }

// Take implements Limiter.
func (f Fallback) Take(ctx context.Context, key string, policy Policy) (Decision, error) {
	decision, err := f.Shared.Take(ctx, key, policy)
	if err != nil {
		return f.Local.Take(ctx, key, policy)
	}
	return decision, nil
}
