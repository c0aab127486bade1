// Kept by the platform: docs/ownership.md says what that means.

package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"platform.internal/fault"
)

func TestARenamedMemberIsCalledByTheNameThatTheCallerKnows(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]string{
		"/total":        "/price",
		"/total/amount": "/price/amount",
		"/totals":       "/totals",
		"/sub/total":    "/sub/total",
		"":              "",
	} {
		known := fault.InvalidInput(fault.Violation{Pointer: pointer, Code: "range"}, fault.Violation{Pointer: "/due_on", Code: "required"})
		renamed, ok := errors.AsType[*fault.Error](fault.Renamed(fmt.Errorf("create: %w", known), "/total", "/price"))
		if !ok || renamed.Violations[0] != (fault.Violation{Pointer: want, Code: "range"}) || renamed.Violations[1].Pointer != "/due_on" {
			t.Errorf("%q: got %v", pointer, renamed)
		}
		if before, _ := errors.AsType[*fault.Error](known); before.Violations[0].Pointer != pointer {
			t.Errorf("%q: the error of the rules has changed", pointer)
		}
	}
}

func TestAnErrorWithoutTheMemberStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, errors.New("connection reset"), fault.New(fault.NotFound, "There is no such thing.")} {
		if got := fault.Renamed(err, "/total", "/price"); !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
}
