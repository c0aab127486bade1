// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"platform.internal/fault"
)

// ExplainBody returns every way in which a JSON body of that media type departs from the contract, ordered by pointer; none if it keeps it.
// The value is what the body says, its numbers of type json.Number.
func (o *Operation) ExplainBody(mediaType string, value any) []fault.Violation {
	schema, ok := o.bodies[mediaType]
	if !ok {
		return []fault.Violation{{Code: "invalid", Message: "Breaks the contract."}}
	}
	found := schema.explain(value)
	slices.SortStableFunc(found, func(a, b fault.Violation) int { return strings.Compare(a.Pointer, b.Pointer) })
	return found
}

// Explain returns every way in which the texts of a parameter depart from the contract; none if they keep it.
// Only a parameter that is Repeatable has more than one.
func (p *Parameter) Explain(texts ...string) []fault.Violation {
	compiled, err := p.schema.compile()
	if err != nil {
		return nil // Load has compiled it
	}
	found := p.schema.explain(parameterValue(compiled, texts))
	for i := range found {
		found[i].Parameter, found[i].Pointer = p.Name, ""
	}
	return found
}

var integer = regexp.MustCompile(`\A-?(0|[1-9][0-9]*)\z`)

// parameterValue reads texts as what the schema asks for, where they can be read so.
func parameterValue(wanted *jsonschema.Schema, texts []string) any {
	types := typesOf(wanted)
	if slices.Contains(types, "array") {
		items := make([]any, len(texts))
		for i, text := range texts {
			items[i] = text
			if wanted.Items2020 != nil {
				items[i] = parameterValue(wanted.Items2020, []string{text})
			}
		}
		return items
	}
	text := texts[0]
	switch {
	case slices.Contains(types, "integer") && integer.MatchString(text):
		return json.Number(text)
	case slices.Contains(types, "number") && json.Valid([]byte(text)) && IsNumber(text):
		return json.Number(text)
	case slices.Contains(types, "boolean") && (text == "true" || text == "false"):
		return text == "true"
	default:
		return text
	}
}

// CheckResponse returns an error if an answer is not one that the contract documents. The answer that is documented as "default" does not count.
func (o *Operation) CheckResponse(status int, mediaType string, body []byte) error {
	schemas, ok := o.responses[strconv.Itoa(status)]
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
	if schema == anything {
		return nil
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

// explain returns what is wrong with the value. Load has compiled the schemas of requests, so that there is always an answer.
func (s *schema) explain(value any) []fault.Violation {
	wrong, err := s.check(value)
	if err != nil {
		return []fault.Violation{{Code: "invalid", Message: "Breaks the contract."}}
	}
	if wrong == nil {
		return nil
	}
	return explain(wrong, nil)
}

func explain(wrong *jsonschema.ValidationError, found []fault.Violation) []fault.Violation {
	at := pointer(wrong.InstanceLocation)
	switch wrong.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		return append(found, alternatives(at, wrong)...)
	}
	for _, cause := range wrong.Causes {
		found = explain(cause, found)
	}
	if len(wrong.Causes) > 0 {
		return found
	}
	return append(found, violations(at, wrong.ErrorKind)...)
}

// alternatives explains a value by the first alternative of its own type, such as the one that is not null.
func alternatives(at string, wrong *jsonschema.ValidationError) []fault.Violation {
	for _, cause := range wrong.Causes {
		found := explain(cause, nil)
		if !slices.ContainsFunc(found, func(v fault.Violation) bool { return v.Code == "type" && v.Pointer == at }) {
			return found
		}
	}
	if len(wrong.Causes) > 0 {
		return []fault.Violation{{Pointer: at, Code: "type", Message: "Must be of one of the types that the contract lists."}}
	}
	return []fault.Violation{{Pointer: at, Code: "invalid", Message: "Must fit exactly one of the shapes that the contract lists."}}
}
