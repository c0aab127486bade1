// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"platform.internal/fault"
)

func violations(at string, wrong jsonschema.ErrorKind) []fault.Violation {
	switch wrong := wrong.(type) {
	case *kind.Required:
		return each(at, wrong.Missing, "required", "Is required.")
	case *kind.AdditionalProperties:
		return each(at, wrong.Properties, "unknown", "Is not a member that the contract knows.")
	}
	code, message := describe(wrong)
	return []fault.Violation{{Pointer: at, Code: code, Message: message}}
}

func each(at string, names []string, code, message string) []fault.Violation {
	found := make([]fault.Violation, len(names))
	for i, name := range slices.Sorted(slices.Values(names)) {
		found[i] = fault.Violation{Pointer: at + "/" + escape(name), Code: code, Message: message}
	}
	return found
}

// describe names the rule that is broken, and never the value that breaks it.
func describe(wrong jsonschema.ErrorKind) (code, message string) {
	switch wrong := wrong.(type) {
	case *kind.Type:
		return "type", fmt.Sprintf("Must be of type %s.", strings.Join(wrong.Want, " or "))
	case *kind.Pattern:
		return "pattern", fmt.Sprintf("Must match the pattern %s.", wrong.Want)
	case *kind.Format:
		return "format", cmp.Or(formatMessages[wrong.Want], fmt.Sprintf("Must have the format %q.", wrong.Want))
	case *kind.Enum:
		return "not_listed", fmt.Sprintf("Must be one of %s.", list(wrong.Want))
	case *kind.Const:
		return "not_listed", fmt.Sprintf("Must be %s.", list([]any{wrong.Want}))
	case *kind.MinLength:
		return "too_short", "Must have at least " + count(wrong.Want, "character") + "."
	case *kind.MaxLength:
		return "too_long", "Must have at most " + count(wrong.Want, "character") + "."
	case *kind.MinProperties:
		return "too_few", "Must have at least " + count(wrong.Want, "member") + "."
	case *kind.MaxProperties:
		return "too_many", "Must have at most " + count(wrong.Want, "member") + "."
	case *kind.MinItems:
		return "too_few", "Must have at least " + count(wrong.Want, "item") + "."
	case *kind.MaxItems:
		return "too_many", "Must have at most " + count(wrong.Want, "item") + "."
	case *kind.UniqueItems:
		return "duplicate", "Must not have the same item twice."
	default:
		return describeNumber(wrong)
	}
}

var formatMessages = map[string]string{
	"date":      "Must be a date such as 2026-02-01.",
	"date-time": "Must be a date and a time such as 2026-01-15T09:30:00Z.",
	"email":     "Must be an email address.",
	"int32":     "Must be an integer of 32 bits, written without a point or an exponent.",
	"int64":     "Must be an integer of 64 bits, written without a point or an exponent.",
	"uuid":      "Must be a UUID of 36 characters.",
}

func describeNumber(wrong jsonschema.ErrorKind) (code, message string) {
	switch wrong := wrong.(type) {
	case *kind.Minimum:
		return "too_small", fmt.Sprintf("Must be at least %s.", number(wrong.Want))
	case *kind.Maximum:
		return "too_large", fmt.Sprintf("Must be at most %s.", number(wrong.Want))
	case *kind.ExclusiveMinimum:
		return "too_small", fmt.Sprintf("Must be more than %s.", number(wrong.Want))
	case *kind.ExclusiveMaximum:
		return "too_large", fmt.Sprintf("Must be less than %s.", number(wrong.Want))
	case *kind.MultipleOf:
		return "step", fmt.Sprintf("Must be a multiple of %s.", number(wrong.Want))
	default:
		return "invalid", "Breaks the contract."
	}
}

func number(limit *big.Rat) string {
	if limit.IsInt() {
		return limit.RatString()
	}
	decimal, _ := limit.Float64()
	return strconv.FormatFloat(decimal, 'f', -1, 64)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func list(values []any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		if texts[i] = fmt.Sprint(value); value == nil {
			texts[i] = "null"
		}
	}
	return strings.Join(texts, ", ")
}
