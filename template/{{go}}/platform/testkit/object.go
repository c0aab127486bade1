// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"encoding/json"
	"maps"
	"strings"
)

// Omitted stands for a member that With leaves out.
var Omitted = new(struct{ _ byte })

// Object reads a JSON object that a test is written with. Numbers keep every digit.
func Object(text string) map[string]any {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		panic(err) // the test is wrong, not what it tests
	}
	return object
}

// With returns a copy of the object in which one member has another value, or is Omitted.
func With(object map[string]any, member string, value any) map[string]any {
	changed := maps.Clone(object)
	changed[member] = value
	if value == Omitted {
		delete(changed, member)
	}
	return changed
}
