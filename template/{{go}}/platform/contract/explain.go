package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"platform.internal/fault"
)

// ExplainBody returns every way in which a request body departs from the contract.
func (o *Operation) ExplainBody(body []byte) []fault.Violation {
	if o.body == nil {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	wrong, err := o.body.check(value)
	if err != nil || wrong == nil {
		return nil
	}
	found := explain(wrong, nil)
	slices.SortStableFunc(found, func(a, b fault.Violation) int { return strings.Compare(a.Pointer, b.Pointer) })
	return found
}

// Explain returns the way in which the text of a parameter departs from the contract.
func (p *Parameter) Explain(text string) []fault.Violation {
	var value any = text
	if p.numeric() && json.Valid([]byte(text)) {
		value = json.Number(text)
	}
	wrong, err := p.schema.check(value)
	if err != nil || wrong == nil {
		return nil
	}
	violations := explain(wrong, nil)
	for i := range violations {
		violations[i].Parameter, violations[i].Pointer = p.Name, ""
	}
	return violations
}

// numeric reports whether the parameter wants a number, so that its text is read as one.
func (p *Parameter) numeric() bool {
	compiled, err := p.schema.compile()
	return err == nil && compiled.Types != nil && slices.ContainsFunc(compiled.Types.ToStrings(), func(name string) bool {
		return name == "integer" || name == "number"
	})
}

// CheckResponse returns an error if an answer is not one that the contract documents.
func (o *Operation) CheckResponse(status int, mediaType string, body []byte) error {
	schemas, ok := o.responses[fmt.Sprint(status)]
	if !ok {
		return fmt.Errorf("%s: status %d is not documented", o.ID, status)
	}
	if len(schemas) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("%s: status %d has a body, and none is documented", o.ID, status)
		}
		return nil
	}
	schema, ok := schemas[mediaType]
	if !ok {
		return fmt.Errorf("%s: status %d as %q is not documented", o.ID, status, mediaType)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: status %d: %w", o.ID, status, err)
	}
	wrong, err := schema.check(value)
	if err != nil {
		return err
	}
	if wrong != nil {
		return fmt.Errorf("%s: status %d: %w", o.ID, status, wrong)
	}
	return nil
}

func explain(wrong *jsonschema.ValidationError, found []fault.Violation) []fault.Violation {
	pointer := ""
	for _, part := range wrong.InstanceLocation {
		pointer += "/" + escape(part)
	}
	switch wrong.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		return append(found, alternatives(pointer, wrong))
	}
	for _, cause := range wrong.Causes {
		found = explain(cause, found)
	}
	if len(wrong.Causes) > 0 {
		return found
	}
	return append(found, violations(pointer, wrong.ErrorKind)...)
}

// alternatives explains a value that is neither null nor what it may be instead.
func alternatives(pointer string, wrong *jsonschema.ValidationError) fault.Violation {
	for _, cause := range wrong.Causes {
		for _, violation := range explain(cause, nil) {
			if violation.Code != "type" {
				return violation
			}
		}
	}
	return fault.Violation{Pointer: pointer, Code: "type", Message: "Must be one of the types that the contract lists."}
}

func violations(pointer string, wrong jsonschema.ErrorKind) []fault.Violation {
	switch wrong := wrong.(type) {
	case *kind.Required:
		return each(pointer, wrong.Missing, "required", "Is required.")
	case *kind.AdditionalProperties:
		return each(pointer, wrong.Properties, "unknown", "Is not a member that the contract knows.")
	}
	code, message := describe(wrong)
	return []fault.Violation{{Pointer: pointer, Code: code, Message: message}}
}

func each(pointer string, names []string, code, message string) []fault.Violation {
	found := make([]fault.Violation, len(names))
	for i, name := range names {
		found[i] = fault.Violation{Pointer: pointer + "/" + escape(name), Code: code, Message: message}
	}
	return found
}

func describe(wrong jsonschema.ErrorKind) (code, message string) {
	switch wrong := wrong.(type) {
	case *kind.Type:
		return "type", fmt.Sprintf("Must be of type %s.", strings.Join(wrong.Want, " or "))
	case *kind.MinLength:
		return "too_short", "Must have at least " + count(wrong.Want, "character") + "."
	case *kind.MaxLength:
		return "too_long", "Must have at most " + count(wrong.Want, "character") + "."
	case *kind.Minimum:
		return "too_small", fmt.Sprintf("Must be at least %s.", wrong.Want.RatString())
	case *kind.Maximum:
		return "too_large", fmt.Sprintf("Must be at most %s.", wrong.Want.RatString())
	case *kind.Pattern:
		return "pattern", fmt.Sprintf("Must match the pattern %s.", wrong.Want)
	case *kind.Format:
		return "format", fmt.Sprintf("Must have the format %q.", wrong.Want)
	case *kind.Enum:
		return "not_listed", fmt.Sprintf("Must be one of %s.", list(wrong.Want))
	case *kind.MinProperties:
		return "too_few", "Must have at least " + count(wrong.Want, "member") + "."
	default:
		return "invalid", "Breaks the contract."
	}
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
		texts[i] = fmt.Sprint(value)
	}
	return strings.Join(texts, ", ")
}
