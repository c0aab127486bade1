package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"platform.internal/fault"
)

func TestKindOf(t *testing.T) {
	cause := errors.New("connection reset")
	tests := map[string]struct {
		err  error
		want fault.Kind
	}{
		"an error nobody thought of is internal": {cause, fault.Internal},
		"a fault keeps its kind":                 {fault.New(fault.NotFound, "No such invoice."), fault.NotFound},
		"wrapping does not hide the kind":        {fmt.Errorf("get: %w", fault.New(fault.Stale, "x")), fault.Stale},
		"the cause does not change the kind":     {fault.Wrap(fault.Unavailable, "x", cause), fault.Unavailable},
		"no error is internal, never a success":  {nil, fault.Internal},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := fault.KindOf(test.err); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestWrapKeepsTheCauseForLogs(t *testing.T) {
	cause := errors.New("connection reset")
	err := fault.Wrap(fault.Unavailable, "The database does not answer.", cause)
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
}

func TestInvalidInputWithoutViolationsIsNoError(t *testing.T) {
	if err := fault.InvalidInput(); err != nil {
		t.Errorf("got %v", err)
	}
}
