// Kept by the platform: docs/ownership.md says what that means.

package contract_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"platform.internal/contract"
	"platform.internal/fault"
)

func told(found []fault.Violation) string {
	var lines []string
	for _, violation := range found {
		lines = append(lines, strings.TrimSpace(violation.Parameter+violation.Pointer+" "+violation.Code))
	}
	return strings.Join(lines, ", ")
}

// parsed returns what a body says, its numbers of type json.Number.
func parsed(t testing.TB, body string) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestABodyIsExplained(t *testing.T) {
	t.Parallel()
	operation := load(t).Operation("createThing")
	for name, test := range map[string]struct{ body, want string }{
		"that keeps the contract":                     {`{"name": "a", "a/b~c": 5, "kind": "BIG", "note": null, "price": null}`, ""},
		"without a member that is required":           {`{"kind": "BIG"}`, "/name required"},
		"without any member":                          {`{}`, "too_few, /name required"},
		"with a member that is unknown":               {`{"name": "a", "x/y": 1}`, "/x~1y unknown"},
		"with all that is wrong, in order":            {`{"z": 1, "name": 1, "a/b~c": 6, "b": 1}`, "/a~1b~0c too_large, /b unknown, /name type, /z unknown"},
		"with two rules of one member broken":         {`{"name": "ABCD"}`, "/name too_long, /name pattern"},
		"with a text that is too short":               {`{"name": ""}`, "/name too_short"},
		"with characters, not bytes, counted":         {`{"name": "a", "note": "äö"}`, ""},
		"with a number that is too small":             {`{"name": "a", "a/b~c": -6}`, "/a~1b~0c too_small"},
		"with a number beyond its bits":               {`{"name": "a", "a/b~c": 9223372036854775808}`, "/a~1b~0c format"},
		"with an integer that has a point":            {`{"name": "a", "a/b~c": 1.0}`, "/a~1b~0c format"},
		"with an integer that has an exponent":        {`{"name": "a", "a/b~c": 1e0}`, "/a~1b~0c format"},
		"with a fraction":                             {`{"name": "a", "a/b~c": 1.5}`, "/a~1b~0c type"},
		"with a value that is not listed":             {`{"name": "a", "kind": "big"}`, "/kind not_listed"},
		"with a value that is not constant":           {`{"name": "a", "one": 2}`, "/one not_listed"},
		"with null where it may not be":               {`{"name": null}`, "/name type"},
		"with a nullable text of another type":        {`{"name": "a", "note": 1}`, "/note type"},
		"with a nullable text that is too long":       {`{"name": "a", "note": "abc"}`, "/note too_long"},
		"with a nullable object of another type":      {`{"name": "a", "price": 1}`, "/price type"},
		"with all that is wrong in a nullable object": {`{"name": "a", "price": {"amount": "5", "currency": "eur"}}`, "/price/amount type, /price/currency pattern"},
		"with a part of a nullable object missing":    {`{"name": "a", "price": {"amount": 5}}`, "/price/currency required"},
		"that fits two shapes where one is asked for": {`{"name": "a", "either": 1}`, "/either invalid"},
		"with an empty list":                          {`{"name": "a", "parts": []}`, "/parts too_few"},
		"with a list that is too long":                {`{"name": "a", "parts": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}`, "/parts too_many"},
		"with an item twice":                          {`{"name": "a", "parts": [{"name": "a"}, {"name": "a"}]}`, "/parts duplicate"},
		"with a wrong item":                           {`{"name": "a", "parts": [{"name": "a"}, {}]}`, "/parts/1 too_few, /parts/1/name required"},
		"that is no object":                           {`[]`, "type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := operation.ExplainBody("application/json", parsed(t, test.body))
			if got := told(found); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestABodyOfAnotherMediaTypeBreaksTheContract(t *testing.T) {
	t.Parallel()
	if found := load(t).Operation("createThing").ExplainBody("application/xml", parsed(t, `{"name": "a"}`)); told(found) != "invalid" {
		t.Errorf("got %v", found)
	}
}

func TestAParameterIsExplained(t *testing.T) {
	t.Parallel()
	operation := load(t).Operation("listThings")
	for name, test := range map[string]struct {
		parameter string
		texts     []string
		want      string
	}{
		"an integer":                       {"limit", []string{"200"}, ""},
		"an integer that is too large":     {"limit", []string{"201"}, "limit too_large"},
		"an integer with a leading zero":   {"limit", []string{"05"}, "limit type"},
		"an integer with a plus sign":      {"limit", []string{"+5"}, "limit type"},
		"an integer with an exponent":      {"limit", []string{"1e2"}, "limit type"},
		"an empty text for an integer":     {"limit", []string{""}, "limit type"},
		"a number":                         {"ratio", []string{"0.75"}, ""},
		"a number that is too small":       {"ratio", []string{"0.5"}, "ratio too_small"},
		"a number between two steps":       {"ratio", []string{"0.8"}, "ratio step"},
		"a number with a small exponent":   {"ratio", []string{"100e-2"}, ""},
		"a number of a huge exponent":      {"ratio", []string{"1e1000001"}, "ratio type"},
		"a number of a tiny exponent":      {"ratio", []string{"1e-1000001"}, "ratio type"},
		"nothing with a huge exponent":     {"ratio", []string{"0e99999999999999999999"}, "ratio type"},
		"a word for a number":              {"ratio", []string{"half"}, "ratio type"},
		"true":                             {"live", []string{"true"}, ""},
		"another word for true":            {"live", []string{"1"}, "live type"},
		"a value that is listed elsewhere": {"kind", []string{"BIG"}, ""},
		"a value that is not listed":       {"kind", []string{"SMALL"}, "kind not_listed"},
		"a list":                           {"tag", []string{"1", "2"}, ""},
		"a list that is too long":          {"tag", []string{"1", "2", "3"}, "tag too_many"},
		"a wrong item of a list":           {"tag", []string{"1", "x"}, "tag type"},
		"an identifier":                    {"key", []string{"0199d3a4-7c1e-7b6a-9d55-2f4c8f0e1a2b"}, ""},
		"an identifier in braces":          {"key", []string{"{0199d3a4-7c1e-7b6a-9d55-2f4c8f0e1a2b}"}, "key format"},
		"an identifier without hyphens":    {"key", []string{"0199d3a47c1e7b6a9d552f4c8f0e1a2b"}, "key format"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(operation.Parameter("query", test.parameter).Explain(test.texts...)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestOnlyAListMayBeRepeated(t *testing.T) {
	t.Parallel()
	operation := load(t).Operation("listThings")
	if !operation.Parameter("query", "tag").Repeatable() || operation.Parameter("query", "limit").Repeatable() {
		t.Error("tag is a list, limit is none")
	}
}

func TestAFormatIsReadAsItIsStored(t *testing.T) {
	t.Parallel()
	operation := load(t).Operation("createThing")
	for member, texts := range map[string]map[string]bool{
		"day": {
			"2026-02-28": true, "2026-02-29": false, "2024-02-29": true, "2026-2-1": false, "0001-01-01": true,
			"9999-12-31": true, "0000-01-01": false, "10000-01-01": false, "today": false, "2026-02-01 ": false,
		},
		"at": {
			"2026-01-15T09:30:00Z": true, "2026-01-15T09:30:00.123456789+14:00": true, "2026-01-15T09:30:00-23:59": true,
			"2026-01-15T09:30:00": false, "2026-01-15 09:30:00Z": false, "2026-01-15t09:30:00z": false, "2026-01-15T9:30:00Z": false,
			"2026-01-15T09:30:00,5Z": false, "2026-01-15T24:00:00Z": false, "2026-06-30T23:59:60Z": false, "2026-01-15T09:30:00+24:00": false,
			"0001-01-01T00:00:00+01:00": false, "9999-12-31T23:59:59-01:00": false, "0000-06-01T00:00:00Z": false,
		},
		"mail": {"ada@example.com": true, "ada": false, "Ada <ada@example.com>": false, "ü@example.com": false, "@example.com": false, "ada@": false},
	} {
		for text, want := range texts {
			found := operation.ExplainBody("application/json", parsed(t, `{"name": "a", "`+member+`": "`+text+`"}`))
			if got := told(found); (got == "") != want || !want && got != "/"+member+" format" {
				t.Errorf("%s %q: %q", member, text, got)
			}
		}
	}
}

func TestAMessageNamesTheRuleAndNeverTheValue(t *testing.T) {
	t.Parallel()
	operation := load(t).Operation("createThing")
	for body, want := range map[string]string{
		`{"name": ""}`:                     "Must have at least 1 character.",
		`{"name": "topsecret"}`:            "Must have at most 3 characters.",
		`{"name": "SE"}`:                   "Must match the pattern ^[a-z]*$.",
		`{"name": 4711}`:                   "Must be of type string.",
		`{"name": "a", "kind": "secret"}`:  "Must be one of BIG, A/B.",
		`{"name": "a", "day": "secret"}`:   "Must be a date such as 2026-02-01.",
		`{"name": "a", "a/b~c": 4711}`:     "Must be at most 5.",
		`{"name": "a", "half": 0.25}`:      "Must be at least 0.5.",
		`{"name": "a", "secret": "value"}`: "Is not a member that the contract knows.",
	} {
		found := operation.ExplainBody("application/json", parsed(t, body))
		if len(found) != 1 || found[0].Message != want {
			t.Errorf("%s: got %v, want %q", body, found, want)
		}
	}
}

func TestAnAnswerIsHeldAgainstTheContract(t *testing.T) {
	t.Parallel()
	c := load(t)
	for name, test := range map[string]struct {
		operation string
		status    int
		mediaType string
		body      string
		says      string
	}{
		"one that keeps it":                 {"listThings", 200, "application/json", `[{"name": "a"}]`, ""},
		"one that has another shape":        {"listThings", 200, "application/json", `[{"name": 1}]`, "name"},
		"one of another media type":         {"listThings", 200, "text/plain", `x`, `"text/plain" is not documented`},
		"one that is no JSON":               {"listThings", 200, "application/json", `[`, "EOF"},
		"one that only the default covers":  {"listThings", 418, "application/problem+json", `{}`, "status 418 is not documented"},
		"a problem":                         {"listThings", 400, "application/problem+json", `{"code": "invalid"}`, ""},
		"a problem without a member":        {"listThings", 400, "application/problem+json", `{}`, "code"},
		"one without a body":                {"createThing", 204, "", ``, ""},
		"one with a body that has none":     {"createThing", 204, "", `x`, "has a body"},
		"one whose shape is not documented": {"createThing", 200, "text/csv", `a;b`, ""},
		"one that YAML names with a number": {"searchThings", 200, "", ``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.Operation(test.operation).CheckResponse(test.status, test.mediaType, []byte(test.body))
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAContractMayBeUsedByManyAtOnce(t *testing.T) {
	t.Parallel()
	c, empty := load(t), parsed(t, `{}`)
	var users sync.WaitGroup
	for range 8 {
		users.Go(func() {
			_ = c.Operation("createThing").ExplainBody("application/json", empty)
			_ = c.Operation("listThings").CheckResponse(200, "application/json", []byte(`[{"name": "a"}]`))
			_ = c.Operation("listThings").Parameter("query", "limit").Explain("1")
		})
	}
	users.Wait()
}

func TestMediaTypesAreThoseOfTheBody(t *testing.T) {
	t.Parallel()
	c := load(t)
	if got := c.Operation("createThing"); !slices.Equal(got.MediaTypes, []string{"application/json", "text/csv"}) || !got.BodyRequired {
		t.Errorf("got %v", got.MediaTypes)
	}
	if got := c.Operation("listThings"); len(got.MediaTypes) > 0 || got.BodyRequired {
		t.Errorf("got %v", got.MediaTypes)
	}
}

func BenchmarkExplainBody(b *testing.B) {
	c, err := contract.Load(documents(nil), "openapi.yaml")
	if err != nil {
		b.Fatal(err)
	}
	operation, body := c.Operation("createThing"), parsed(b, `{"name": "a", "kind": "BIG", "price": {"amount": 5, "currency": "EUR"}}`)
	for b.Loop() {
		if found := operation.ExplainBody("application/json", body); found != nil {
			b.Fatal(found)
		}
	}
}
