// Kept by the platform: docs/ownership.md says what that means.

package fault

import (
	"errors"
	"slices"
	"strings"
)

// Renamed returns the error as callers know it who call a member of the body by another name than the rules do: what it says
// about the member at one JSON Pointer, it then says about the one at the other. Any other error stays as it is.
func Renamed(err error, from, to string) error {
	known, ok := errors.AsType[*Error](err)
	if !ok || !slices.ContainsFunc(known.Violations, func(v Violation) bool { return v.lies(from) }) {
		return err
	}
	renamed := *known
	renamed.Violations = slices.Clone(known.Violations)
	for i, v := range renamed.Violations {
		if v.lies(from) {
			renamed.Violations[i].Pointer = to + strings.TrimPrefix(v.Pointer, from)
		}
	}
	return &renamed
}

// lies reports whether the violation is that of a member, or of something in it.
func (v Violation) lies(pointer string) bool {
	return v.Pointer == pointer || strings.HasPrefix(v.Pointer, pointer+"/")
}
