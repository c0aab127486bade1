// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"platform.internal/contract"
	"platform.internal/fault"
)

// checkParameters names every parameter that breaks the contract; those of the path alone, as without them nothing is asked for.
func checkParameters(r *http.Request, operation *contract.Operation, values []string) error {
	var violations []fault.Violation
	for i, parameter := range operation.InPath[:min(len(operation.InPath), len(values))] {
		violations = append(violations, explain(parameter, values[i])...)
	}
	if len(violations) > 0 {
		return fault.InvalidInput(violations...)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.New(fault.Invalid, "The query of the URL is malformed.")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		violations = append(violations, checkQuery(operation.Parameter("query", name), name, query[name])...)
	}
	for _, parameter := range operation.Parameters {
		violations = append(violations, checkPresent(r, &parameter, query)...)
	}
	return fault.InvalidInput(violations...)
}

func checkQuery(parameter *contract.Parameter, name string, given []string) []fault.Violation {
	switch {
	case parameter == nil:
		return []fault.Violation{{Parameter: printable(name), Code: "unknown", Message: "Is not a parameter that the contract knows."}}
	case len(given) > 1 && !parameter.Repeatable():
		return []fault.Violation{{Parameter: name, Code: "duplicate", Message: "Is given more than once."}}
	default:
		return explain(parameter, given...)
	}
}

// checkPresent looks at headers too.
func checkPresent(r *http.Request, parameter *contract.Parameter, query url.Values) []fault.Violation {
	lines := r.Header.Values(parameter.Name)
	switch {
	case parameter.In == "header" && len(lines) > 1 && !parameter.Repeatable():
		return []fault.Violation{{Parameter: parameter.Name, Code: "duplicate", Message: "Is given more than once."}}
	case parameter.In == "header" && len(lines) > 0:
		return explain(parameter, lines...)
	case parameter.Required && (parameter.In == "header" || parameter.In == "query" && !query.Has(parameter.Name)):
		return []fault.Violation{{Parameter: parameter.Name, Code: "required", Message: "Is required."}}
	default:
		return nil
	}
}

// explain refuses what no database stores as text before it asks the contract.
func explain(parameter *contract.Parameter, texts ...string) []fault.Violation {
	for _, text := range texts {
		if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
			return []fault.Violation{{Parameter: parameter.Name, Code: "character", Message: "Must be valid UTF-8 without NUL."}}
		}
	}
	return parameter.Explain(texts...)
}

// printable shortens text that came from outside and drops what is not plain ASCII.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
	return text[:min(len(text), 100)]
}

// accepts reports whether a client that sent these Accept headers takes JSON: the most specific range that covers it
// decides, and refuses it with a weight of zero (RFC 9110, 12.5.1). No header, and an empty one, refuse nothing.
func accepts(headers []string) bool {
	list := strings.Join(headers, ",")
	if strings.Trim(list, ", \t") == "" {
		return true
	}
	specificity, weight := 0, 0.0
	for item := range strings.SplitSeq(list, ",") {
		mediaRange, parameters, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		if specific := ranges[mediaRange]; specific > specificity {
			specificity, weight = specific, 1
			if given, ok := parameters["q"]; ok {
				weight, err = strconv.ParseFloat(given, 64)
			}
			if err != nil {
				weight = 1 // not a weight
			}
		}
	}
	return weight > 0
}

// ranges are those that cover application/json, the more specific the higher.
var ranges = map[string]int{"*/*": 1, "application/*": 2, "application/json": 3}
