// Kept by the platform: docs/ownership.md says what that means.

package fault_test

import (
	"testing"

	"platform.internal/fault"
)

func TestWhatAChangeCameInBetweenOfIsDoneAgain(t *testing.T) {
	t.Parallel()
	stale, taken := fault.New(fault.Stale, "x"), fault.New(fault.Conflict, "x")
	for name, test := range map[string]struct {
		anyVersion bool
		errs       []error // of each time; nil after that
		times      int
		want       error
	}{
		"not where nothing came in between":     {true, nil, 1, nil},
		"until it succeeds":                     {true, []error{stale, stale, stale}, 4, nil},
		"but not for who has seen a version":    {false, []error{stale}, 1, stale},
		"but not for another reason":            {true, []error{taken}, 1, taken},
		"but not for a reason that comes of it": {true, []error{stale, taken}, 2, taken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			times := 0
			err := fault.Again(test.anyVersion, func() error {
				times++
				if times <= len(test.errs) {
					return test.errs[times-1]
				}
				return nil
			})
			if times != test.times || err != test.want { //nolint:errorlint // it is passed on as it is
				t.Errorf("got %v after %d times", err, times)
			}
		})
	}
}
