// Kept by the platform: docs/ownership.md says what that means.

package contract_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"platform.internal/contract"
)

// twoVersions share the names; the things of version 2 are others.
var twoVersions = map[string]string{
	"openapi.yaml": `
info: {version: 1.4.0}
x-deprecation: 2026-12-01
paths:
  /things: {$ref: "things.yaml#/collection"}
  /names: {$ref: "names.yaml#/collection"}
  /old: {get: {operationId: getOld, responses: {}}}
`,
	"openapi.v2.yaml": `
info: {version: 2.0.0}
paths:
  /things: {$ref: "things.v2.yaml#/collection"}
  /names: {$ref: "names.yaml#/collection"}
`,
	"things.yaml":    `collection: {get: {operationId: listThings, security: [{bearer: ["things:read"]}], responses: {}}}`,
	"things.v2.yaml": `collection: {get: {operationId: listThingsV2, security: [{bearer: ["things:see"]}], responses: {}}}`,
	"names.yaml":     `collection: {get: {operationId: listNames, responses: {}}}`,
}

func loadTwo(changes map[string]string) (*contract.Contract, error) {
	texts := maps.Clone(twoVersions)
	maps.Copy(texts, changes)
	return contract.Load(documents(texts), "openapi.v2.yaml", "openapi.yaml")
}

func TestEachVersionPromisesWhatItsDocumentSays(t *testing.T) {
	t.Parallel()
	c, err := loadTwo(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Versions(); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("versions %v", got)
	}
	for version, want := range map[int]string{1: "listNames getOld listThings", 2: "listNames listThingsV2"} {
		var got []string
		for _, operation := range c.Version(version).Operations() {
			got = append(got, operation.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("version %d has %v", version, got)
		}
	}
	if c.Version(3) != nil {
		t.Error("there is a version that nobody wrote")
	}
	if c.Version(1).Deprecation.Since.IsZero() || !c.Version(2).Deprecation.Since.IsZero() || !c.Deprecation.Since.IsZero() {
		t.Error("another version is deprecated than the one that says so")
	}
}

func TestAllVersionsTogetherKnowEveryOperation(t *testing.T) {
	t.Parallel()
	c, err := loadTwo(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Scopes(); !slices.Equal(got, []string{"things:read", "things:see"}) {
		t.Errorf("scopes %v", got)
	}
	for range 20 { // whatever the order of a map is
		if got := c.Match("GET", "/things").ID; got != "listThings" {
			t.Fatalf("the oldest version is not the first: %s", got)
		}
	}
}

func TestASingleDocumentIsItsOnlyVersion(t *testing.T) {
	t.Parallel()
	c := load(t)
	if got := c.Versions(); len(got) != 1 || c.Version(got[0]) != c {
		t.Errorf("versions %v", got)
	}
}

func TestVersionsThatContradictEachOtherAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, old, changed, want string }{
		"the same number":        {"openapi.v2.yaml", "2.0.0", "1.5.0", "version 1: give each document an info.version of its own"},
		"no number":              {"openapi.v2.yaml", "2.0.0", "next", "version 0: give each document an info.version of its own"},
		"one name for two":       {"things.v2.yaml", "listThingsV2", "listThings", "listThings is another operation of version 1; give it an operationId of its own"},
		"one operation, moved":   {"openapi.v2.yaml", "/names", "/nouns", "listNames is another operation of version 1"},
		"a document like no one": {"openapi.v2.yaml", "names.yaml", "none.yaml", "none.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := strings.ReplaceAll(twoVersions[test.file], test.old, test.changed)
			if _, err := loadTwo(map[string]string{test.file: changed}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
