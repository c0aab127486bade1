// Kept by the platform: docs/ownership.md says what that means.

package id_test

import (
	"testing"

	"platform.internal/id"
)

func TestIdentifiersSortByTheTimeOfTheirMaking(t *testing.T) {
	t.Parallel()
	previous := id.New()
	for range 10_000 {
		next := id.New()
		if next.String() <= previous.String() {
			t.Fatalf("%s was made after %s and sorts before it", next, previous)
		}
		previous = next
	}
}

func TestIdentifiersAreOfVersion7(t *testing.T) {
	t.Parallel()
	if got := id.New().Version(); got != 7 {
		t.Errorf("got version %d", got)
	}
}
