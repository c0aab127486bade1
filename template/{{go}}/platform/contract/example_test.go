// Kept by the platform: docs/ownership.md says what that means.

package contract_test

import (
	"testing"

	"platform.internal/contract"
)

func TestExamplesAreFoundWhereTheContractHasThem(t *testing.T) {
	t.Parallel()
	files := documents(map[string]string{"openapi.yaml": `
paths:
  /x/{id}:
    post:
      operationId: a
      parameters:
        - {name: id, in: path, required: true, example: 7, schema: {type: integer, examples: [8]}}
        - {name: in_schema, in: query, schema: {type: string, examples: [b, c]}}
        - {name: none, in: query, schema: {type: string}}
      requestBody:
        content:
          beside/one: {example: {a: 1}, schema: {examples: [{a: 2}]}}
          beside/several: {examples: {second: {value: {a: 2}}, first: {$ref: "#/first"}}}
          inside/schema: {schema: {$ref: "#/shape"}}
          inside/older: {schema: {example: {a: 1}}}
          nowhere/else: {schema: {type: object}}
          nowhere/true: {schema: true}
first: {value: {a: 1}}
shape: {examples: [{a: 1}, {a: 2}]}
`})
	c, err := contract.Load(files, "openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	operation := c.Operation("a")
	for mediaType, want := range map[string]string{
		"beside/one": `{"a":1}`, "beside/several": `{"a":1}`, "inside/schema": `{"a":1}`, "inside/older": `{"a":1}`, "nowhere/else": "", "nowhere/true": "", "other/one": "",
	} {
		if got, ok := operation.Example(mediaType); string(got) != want || ok != (want != "") {
			t.Errorf("%s: got %s", mediaType, got)
		}
	}
	for name, want := range map[string]string{"id": "7", "in_schema": "b", "none": ""} {
		parameter := operation.Parameter("path", name)
		if parameter == nil {
			parameter = operation.Parameter("query", name)
		}
		if got, ok := parameter.Example(); got != want || ok != (want != "") {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
