// Kept by the platform: docs/ownership.md says what that means.

package contract_test

import (
	"strings"
	"testing"
	"time"

	"platform.internal/contract"
)

// fading is a document with a place for what the document, the path and an operation say.
const fading = `
openapi: 3.1.0
paths:
  /things:
    get: {operationId: listThings, responses: {}, OPERATION}
    PATH
  /names:
    get: {operationId: listNames, responses: {}}
DOCUMENT
`

func fadingAway(document, path, operation string) (*contract.Contract, error) {
	text := strings.NewReplacer("DOCUMENT", document, "PATH", path, "OPERATION", operation).Replace(fading)
	return contract.Load(documents(map[string]string{"openapi.yaml": text}), "openapi.yaml")
}

func day(text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err) // the test is wrong, not what it tests
	}
	return day
}

func TestWhatIsDeprecatedSaysSoOnAllLevels(t *testing.T) {
	t.Parallel()
	dated := contract.Deprecation{Since: day("2026-12-01"), Sunset: day("2027-06-30"), Link: "https://example.com/changes"}
	const members = `x-deprecation: 2026-12-01, x-sunset: "2027-06-30", x-deprecation-link: https://example.com/changes`
	lines := strings.ReplaceAll(members, ", ", "\n")
	indented := strings.ReplaceAll(members, ", ", "\n    ")
	for name, test := range map[string]struct {
		document, path, operation string
		want, all                 contract.Deprecation
	}{
		"nothing":                 {"", "", "", contract.Deprecation{}, contract.Deprecation{}},
		"an operation":            {"", "", "deprecated: true, " + members, dated, contract.Deprecation{}},
		"a path":                  {"", indented, "deprecated: true", dated, contract.Deprecation{}},
		"an operation and a path": {"", indented, "deprecated: true, x-deprecation: 2026-11-01", contract.Deprecation{Since: day("2026-11-01")}, contract.Deprecation{}},
		"a document":              {lines, "", "", contract.Deprecation{}, dated},
		"a document, once more":   {lines, "", "deprecated: true", contract.Deprecation{}, dated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := fadingAway(test.document, test.path, test.operation)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Operation("listThings").Deprecation; got != test.want {
				t.Errorf("the operation: %v", got)
			}
			if got := c.Operation("listNames").Deprecation; got != (contract.Deprecation{}) {
				t.Errorf("another one: %v", got)
			}
			if c.Deprecation != test.all {
				t.Errorf("all: %v", c.Deprecation)
			}
		})
	}
}

func TestADeprecationThatLeavesCallersInTheDarkIsRefused(t *testing.T) {
	t.Parallel()
	for operation, want := range map[string]string{
		"deprecated: true":                                                           "GET /things: write both `deprecated: true`",
		"x-deprecation: 2026-12-01":                                                  "GET /things: write both `deprecated: true`",
		"deprecated: true, x-sunset: 2027-12-01":                                     "say since when: x-deprecation: 2026-12-01",
		"deprecated: true, x-deprecation: soon":                                      "x-deprecation must be a date such as 2026-12-01",
		"deprecated: true, x-deprecation: 2026-12-01, x-sunset: 1":                   "x-sunset must be a date such as 2026-12-01",
		"deprecated: true, x-deprecation: 2026-12-01, x-sunset: 2026-11-30":          "x-sunset must be at least 180 days after x-deprecation",
		"deprecated: true, x-deprecation: 2026-12-01, x-sunset: 2027-05-29":          "x-sunset must be at least 180 days after x-deprecation",
		`deprecated: true, x-deprecation: 2026-12-01, x-deprecation-link: "a>\r\nb"`: "x-deprecation-link must be an address",
		`deprecated: true, x-deprecation: 2026-12-01, x-deprecation-link: ""`:        "x-deprecation-link must be an address",
		"deprecated: true, x-deprecation-link: https://example.com/changes":          "say since when: x-deprecation: 2026-12-01",
	} {
		if _, err := fadingAway("", "", operation); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", operation, err)
		}
	}
	if _, err := fadingAway("x-sunset: 2027-12-01", "", ""); err == nil || !strings.Contains(err.Error(), "openapi.yaml: say since when") {
		t.Errorf("a document: got %v", err)
	}
}
