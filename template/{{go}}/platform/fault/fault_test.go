// Kept by the platform: docs/ownership.md says what that means.

package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"platform.internal/fault"
)

func TestTheKindOf(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset")
	for name, test := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"an error nobody thought of is internal": {cause, fault.Internal},
		"a fault is its own":                     {fault.New(fault.NotFound, "No such invoice."), fault.NotFound},
		"a wrapped fault is its own":             {fmt.Errorf("get: %w", fault.New(fault.Stale, "x")), fault.Stale},
		"a fault does not depend on its cause":   {fault.Wrap(fault.Unavailable, "x", fault.New(fault.NotFound, "y")), fault.Unavailable},
		"no error is internal, never a success":  {nil, fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fault.KindOf(test.err); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestEveryKindHasACodeOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for kind := range fault.Unavailable + 1 {
		if code := kind.String(); code == "" || seen[code] {
			t.Errorf("kind %d has the code %q", kind, code)
		}
		seen[kind.String()] = true
	}
	if got := (fault.Unavailable + 1).String(); got != "internal" {
		t.Errorf("a kind that does not exist is %q", got)
	}
}

func TestTheCauseIsForLogs(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset")
	err := fault.Wrap(fault.Unavailable, "The database does not answer.", cause)
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "connection reset") || strings.Contains(err.Message, "connection reset") {
		t.Errorf("got %q with the message %q", err, err.Message)
	}
}

func TestNoViolationIsNoError(t *testing.T) {
	t.Parallel()
	if err := fault.InvalidInput(); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAReferenceToNothing(t *testing.T) {
	t.Parallel()
	other := fault.New(fault.Unavailable, "x")
	if err := fault.Reference("/customer_id", nil); err != nil {
		t.Errorf("what is there: %v", err)
	}
	if err := fault.Reference("/customer_id", other); !errors.Is(err, other) {
		t.Errorf("what cannot be told: %v", err)
	}
	err := fault.Reference("/customer_id", fault.New(fault.NotFound, "x"))
	invalid, ok := errors.AsType[*fault.Error](err)
	if !ok || invalid.Kind != fault.Invalid || len(invalid.Violations) != 1 || invalid.Violations[0].Pointer != "/customer_id" {
		t.Errorf("what is not there: %#v", err)
	}
}
