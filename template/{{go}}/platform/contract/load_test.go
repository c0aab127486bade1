// Kept by the platform: docs/ownership.md says what that means.

package contract_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"platform.internal/contract"
	"platform.internal/limit"
)

const root = `
openapi: 3.1.0
security: [{bearer: []}]
paths:
  /v1/things: {$ref: "things.yaml#/collection"}
  /v1/things/{thing_id}: {$ref: "things.yaml#/item"}
  /v1/things/search:
    get: {operationId: searchThings, x-audit: {own: It shows what the caller has made.}, responses: {200: {description: Fine.}}}
`

const things = `
collection:
  parameters:
    - {name: limit, in: query, schema: {type: integer, maximum: 5}}
    - {name: X-Trace, in: header, schema: {type: string, maxLength: 3}}
  get:
    operationId: listThings
    security: [{bearer: ["things:read"]}]
    parameters:
      - $ref: "common.yaml#/parameters/limit"
      - {name: ratio, in: query, schema: {type: number, exclusiveMinimum: 0.5, multipleOf: 0.25}}
      - {name: live, in: query, schema: {type: boolean}}
      - {name: kind, in: query, required: true, schema: {$ref: "#/schemas/Kind"}}
      - {name: tag, in: query, schema: {type: array, maxItems: 2, items: {type: integer}}}
      - {name: key, in: query, schema: {type: string, format: uuid}}
    responses:
      200:
        description: Some.
        content: {application/json: {schema: {type: array, items: {$ref: "#/schemas/Thing"}}}}
      "400": {description: No., content: {application/problem+json: {schema: {type: object, required: [code]}}}}
      default: {description: Any., content: {application/problem+json: {schema: {type: object}}}}
  post:
    operationId: createThing
    security: []
    x-audit: {public: Everybody may add a thing.}
    requestBody:
      required: true
      content:
        application/json: {schema: {$ref: "#/schemas/Thing"}}
        text/csv: {}
    responses:
      "204": {description: Made.}
      "200": {description: As text., content: {text/csv: {}}}
item:
  parameters:
    - {name: thing_id, in: path, required: true, schema: {type: string, format: uuid}}
  get: {operationId: getThing, responses: {}}
schemas:
  Kind: {type: string, enum: [BIG, "A/B"]}
  Thing:
    type: object
    additionalProperties: false
    minProperties: 1
    maxProperties: 11
    required: [name]
    properties:
      name: {type: string, minLength: 1, maxLength: 3, pattern: "^[a-z]*$"}
      "a/b~c": {type: integer, format: int64, minimum: -5, maximum: 5}
      kind: {$ref: "#/schemas/Kind"}
      note: {type: ["string", "null"], maxLength: 2}
      price: {oneOf: [{$ref: "common.yaml#/schemas/Price"}, {type: "null"}]}
      parts: {type: array, minItems: 1, maxItems: 2, uniqueItems: true, items: {$ref: "#/schemas/Thing"}}
      day: {type: string, format: date}
      at: {type: string, format: date-time}
      mail: {type: string, format: email}
      one: {const: 1}
      either: {oneOf: [{type: integer}, {type: number}]}
      half: {type: number, minimum: 0.5}
`

const common = `
parameters:
  limit: {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 200}}
schemas:
  Price:
    type: object
    required: [amount, currency]
    properties: {amount: {type: integer}, currency: {type: string, pattern: "^[A-Z]{3}$"}}
`

func documents(changes map[string]string) fstest.MapFS {
	texts := map[string]string{"openapi.yaml": root, "things.yaml": things, "common.yaml": common}
	maps.Copy(texts, changes)
	files := fstest.MapFS{}
	for name, text := range texts {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func load(t *testing.T) *contract.Contract {
	t.Helper()
	c, err := contract.Load(documents(nil), "openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOperationsAreOrderedByPathAndMethod(t *testing.T) {
	t.Parallel()
	var got []string
	for _, operation := range load(t).Operations() {
		got = append(got, operation.ID+" "+operation.Method+" "+operation.Path)
	}
	want := []string{
		"listThings GET /v1/things",
		"createThing POST /v1/things",
		"searchThings GET /v1/things/search",
		"getThing GET /v1/things/{thing_id}",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestWhoMayCallAnOperation(t *testing.T) {
	t.Parallel()
	c := load(t)
	for id, want := range map[string]struct {
		secured, public, own bool
		scopes               []string
	}{
		"listThings":   {secured: true, scopes: []string{"things:read"}},
		"createThing":  {public: true}, // an empty list takes away what the document asks for
		"searchThings": {secured: true, own: true},
	} {
		operation := c.Operation(id)
		if operation.Secured != want.secured || operation.Public != want.public || operation.Own != want.own {
			t.Errorf("%s: secured %v, public %v, own %v", id, operation.Secured, operation.Public, operation.Own)
		}
		if !slices.Equal(operation.Scopes, want.scopes) {
			t.Errorf("%s: %v", id, operation.Scopes)
		}
	}
	if got := c.Scopes(); !slices.Equal(got, []string{"things:read"}) {
		t.Errorf("all scopes are %v", got)
	}
}

func TestMatchPrefersAPathWithoutParameters(t *testing.T) {
	t.Parallel()
	c := load(t)
	for request, want := range map[string]string{
		"GET /v1/things/search": "searchThings",
		"GET /v1/things/7":      "getThing",
		"POST /v1/things":       "createThing",
		"GET /v1/things/":       "",
		"GET /v1/things/7/x":    "",
		"PUT /v1/things":        "",
	} {
		method, path, _ := strings.Cut(request, " ")
		for range 20 { // whatever the order of a map is
			got := ""
			if operation := c.Match(method, path); operation != nil {
				got = operation.ID
			}
			if got != want {
				t.Fatalf("%s: got %q, want %q", request, got, want)
			}
		}
	}
}

func TestAParameterIsFoundByItsName(t *testing.T) {
	t.Parallel()
	operation := load(t).Operation("listThings")
	for _, test := range []struct {
		in, name string
		want     bool
	}{
		{"query", "limit", true},
		{"query", "Limit", false}, // RFC 3986, 6.2.2.1
		{"header", "x-trace", true},
		{"query", "X-Trace", false},
		{"query", "thing_id", false},
	} {
		if got := operation.Parameter(test.in, test.name) != nil; got != test.want {
			t.Errorf("%s %s: got %v", test.in, test.name, got)
		}
	}
}

func TestTheOperationsParameterGoesBeforeThatOfThePath(t *testing.T) {
	t.Parallel()
	c := load(t)
	if found := c.Operation("listThings").Parameter("query", "limit").Explain("200"); len(found) > 0 {
		t.Errorf("the limit of the path counts: %v", found)
	}
	if found := c.Operation("createThing").Parameter("query", "limit").Explain("6"); len(found) == 0 {
		t.Error("the limit of the path does not count where the operation has none")
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	operation := func(text string) map[string]string {
		return map[string]string{"openapi.yaml": "paths:\n  /x/{id}:\n    get: " + text}
	}
	for name, test := range map[string]struct {
		changes map[string]string
		says    string
	}{
		"a document that is not there":             {map[string]string{"openapi.yaml": `paths: {/x: {$ref: "none.yaml#/x"}}`}, "none.yaml"},
		"a document outside of the contract":       {map[string]string{"openapi.yaml": `paths: {/x: {$ref: "../../secret.yaml"}}`}, "secret.yaml"},
		"a document on the network":                {map[string]string{"openapi.yaml": `paths: {/x: {$ref: "https://example.com/x.yaml"}}`}, "does not refer to a file"},
		"a place that is not there":                {map[string]string{"openapi.yaml": `paths: {/x: {$ref: "things.yaml#/none"}}`}, "has nothing at /none"},
		"a reference that leads to itself":         {map[string]string{"openapi.yaml": `{a: {$ref: "#/b"}, b: {$ref: "#/a"}, paths: {/x: {$ref: "#/a"}}}`}, "leads to itself"},
		"a reference to what is no object":         {map[string]string{"openapi.yaml": `{a: 1, paths: {/x: {$ref: "#/a"}}}`}, "is not an object"},
		"text that is not YAML":                    {map[string]string{"things.yaml": "{"}, "things.yaml"},
		"an operation without operationId":         {operation(`{}`), "operationId"},
		"an operationId that is taken":             {map[string]string{"openapi.yaml": `paths: {/x: {get: {operationId: a}, put: {operationId: a}}}`}, "operationId"},
		"a path parameter that is not described":   {operation(`{operationId: a}`), "describe the parameter id"},
		"a parameter without schema":               {operation(`{operationId: a, parameters: [{name: id, in: path}]}`), "not a schema"},
		"a schema with an unknown type":            {operation(`{operationId: a, parameters: [{name: id, in: path, schema: {type: text}}]}`), "not a schema"},
		"a pattern that takes exponential time":    {operation(`{operationId: a, parameters: [{name: id, in: path, schema: {type: string, pattern: "(?=x)"}}]}`), "not a schema"},
		"a request body whose schema is not there": {map[string]string{"openapi.yaml": `paths: {/x: {get: {operationId: a, requestBody: {content: {application/json: {schema: {$ref: "#/none"}}}}}}}`}, "not a schema"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := contract.Load(documents(test.changes), "openapi.yaml"); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnOperationMayHaveALimitOfItsOwn(t *testing.T) {
	t.Parallel()
	files := documents(map[string]string{"openapi.yaml": `
paths:
  /x:
    get: {operationId: a, x-rate-limit: {quota: 10, window: 60}}
    put: {operationId: b}`})
	c, err := contract.Load(files, "openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Operation("a").Limit, (limit.Policy{Name: "a", Quota: 10, Window: time.Minute}); got != want {
		t.Errorf("got %+v", got)
	}
	if got := c.Operation("b").Limit; got != (limit.Policy{}) {
		t.Errorf("got %+v", got)
	}
}

func TestALimitThatIsNoneIsRefusedInASentence(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{
		"10", "{}", "{quota: 10}", "{window: 60}", "{quota: 0, window: 60}", "{quota: -1, window: 60}", "{quota: 10, window: 0}", "{quota: 10, window: -60}",
		"{quota: 10, window: 86401}", "{quota: 10, window: 9223372036854775807}", "{quota: ten, window: 60}", "{quota: 1.5, window: 60}",
		"{quota: 10, window: 1m}", "{quota: 10001, window: 1}", "{quota: 10, window: 60, burst: 5}", "null",
	} {
		files := documents(map[string]string{"openapi.yaml": "paths: {/x: {get: {operationId: a, x-rate-limit: " + wrong + "}}}"})
		if _, err := contract.Load(files, "openapi.yaml"); err == nil || !strings.Contains(err.Error(), "GET /x: write x-rate-limit as {quota: 10, window: 60}") {
			t.Errorf("%s: got %v", wrong, err)
		}
	}
}

func TestEveryOperationThatCannotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	files := documents(map[string]string{"openapi.yaml": "paths: {/x: {get: {}, put: {operationId: a}, delete: {operationId: b, x-rate-limit: 1}}}"})
	_, err := contract.Load(files, "openapi.yaml")
	if err == nil || !strings.Contains(err.Error(), "GET /x") || !strings.Contains(err.Error(), "DELETE /x") || strings.Contains(err.Error(), "PUT /x") {
		t.Errorf("got %v", err)
	}
}

func TestAReferenceMayBeEscaped(t *testing.T) {
	t.Parallel()
	files := documents(map[string]string{"openapi.yaml": `
paths:
  /x: {$ref: "#/components/a~1b%20c"}
components: {"a/b c": {get: {operationId: a}}}`})
	if c, err := contract.Load(files, "openapi.yaml"); err != nil || c.Operation("a") == nil {
		t.Errorf("got %v", err)
	}
}

func TestASchemaMayContainItself(t *testing.T) {
	t.Parallel()
	body := `{"name": "a", "parts": [{"name": "b", "parts": [{"name": "TOO LONG"}]}]}`
	found := load(t).Operation("createThing").ExplainBody("application/json", parsed(t, body))
	if len(found) == 0 || found[0].Pointer != "/parts/0/parts/0/name" {
		t.Errorf("got %v", found)
	}
}
