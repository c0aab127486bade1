// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"platform.internal/contract"
	"platform.internal/id"
)

// Examples makes requests out of what the contract shows, for a test that walks all its operations, those too that nobody has thought of yet.
type Examples struct {
	t        testing.TB
	contract *contract.Contract
	rows     map[string]string         // the ID of one, by the path of the collection that it is in
	bodies   map[string]map[string]any // that have made them, by operation
}

// Example is a request for an operation.
type Example struct {
	Method, Path string
	Body         any
	Headers      []Header
	Row          bool // the path leads to a row of the caller's
}

// NewExamples creates one row of every resource whose contract says how, as the client.
func NewExamples(t testing.TB, client Client) Examples {
	t.Helper()
	e := Examples{t: t, contract: client.contract, rows: map[string]string{}, bodies: map[string]map[string]any{}}
	for before := -1; before < len(e.rows); { // a row may refer to one that can only be made later
		before = len(e.rows)
		for _, operation := range e.contract.Operations() {
			if e.rows[operation.Path] == "" && e.creates(operation) {
				e.create(client, operation)
			}
		}
	}
	return e
}

// creates reports whether an operation adds a row that another one reads.
func (e Examples) creates(operation *contract.Operation) bool {
	return operation.Method == "POST" && slices.ContainsFunc(e.contract.Operations(), func(other *contract.Operation) bool {
		return path.Dir(other.Path) == operation.Path && strings.HasPrefix(path.Base(other.Path), "{")
	})
}

// create tries for each reference that leads nowhere the rows that are there already, and at last none.
func (e Examples) create(client Client, operation *contract.Operation) {
	e.t.Helper()
	body := e.body(operation)
	tried := map[string]int{}
	for range 100 {
		example := e.Of(operation)
		answer := client.Do(example.Method, example.Path, body, example.Headers...)
		if answer.Status == 201 {
			e.rows[operation.Path], e.bodies[operation.ID] = path.Base(answer.Header.Get("Location")), body
			return
		}
		member := strings.TrimPrefix(answer.Text("/errors/0/pointer"), "/")
		rows := slices.Sorted(maps.Values(e.rows))
		switch n := tried[member]; {
		case answer.Text("/errors/0/code") != "reference" || n > len(rows):
			return
		case n == len(rows):
			delete(body, member)
		default:
			body[member] = rows[n]
		}
		tried[member]++
	}
}

// Of returns the request for an operation. Where its path asks for a row, it is the one that was created.
func (e Examples) Of(operation *contract.Operation) Example {
	e.t.Helper()
	return e.request(operation, e.rows)
}

// Absent returns the same for a row that is not there.
func (e Examples) Absent(operation *contract.Operation) Example {
	e.t.Helper()
	return e.request(operation, nil)
}

func (e Examples) request(operation *contract.Operation, rows map[string]string) Example {
	e.t.Helper()
	made := Example{Method: operation.Method}
	for part := range strings.SplitSeq(strings.TrimPrefix(operation.Path, "/"), "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			row, known := rows[e.collection(operation, part)]
			made.Row = made.Row || known
			if part = row; !known {
				part = example(operation.Parameter("path", strings.TrimSuffix(name, "}")), id.New().String())
			}
		}
		made.Path += "/" + url.PathEscape(part)
	}
	query := url.Values{}
	for _, parameter := range operation.Parameters {
		switch {
		case parameter.In == "header" && parameter.Name == "If-Match":
			made.Headers = append(made.Headers, IfMatch("*"))
		case parameter.In == "header" && parameter.Required:
			made.Headers = append(made.Headers, Header{parameter.Name, example(&parameter, "example")})
		case parameter.In == "query" && parameter.Required:
			query.Set(parameter.Name, example(&parameter, "example"))
		}
	}
	if len(query) > 0 {
		made.Path += "?" + query.Encode()
	}
	if len(operation.MediaTypes) > 0 {
		made.Headers = append(made.Headers, Header{"Content-Type", operation.MediaTypes[0]})
		made.Body = e.body(operation)
	}
	return made
}

// collection is the part of the path before a parameter, which is in it once.
func (Examples) collection(operation *contract.Operation, parameter string) string {
	before, _, _ := strings.Cut(operation.Path, "/"+parameter)
	return before
}

// body returns one that has made a row, else the example of the contract.
func (e Examples) body(operation *contract.Operation) map[string]any {
	e.t.Helper()
	if made, ok := e.bodies[operation.ID]; ok || len(operation.MediaTypes) == 0 {
		return made
	}
	text, ok := operation.Example(operation.MediaTypes[0])
	if !ok {
		e.t.Fatalf("%s: give its body an example in the contract", operation.ID)
	}
	return Object(string(text))
}

func example(parameter *contract.Parameter, otherwise string) string {
	if text, ok := parameter.Example(); ok {
		return text
	}
	return otherwise
}
