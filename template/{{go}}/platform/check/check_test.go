// Kept by the platform: docs/ownership.md says what that means.

package check_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"platform.internal/check"
	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/money"
)

func TestARuleNamesWhatBreaksIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		check func(*check.Violations)
		want  string // codes, in order
	}{
		"a text of the shortest length is fine":                       {func(v *check.Violations) { v.Text("/x", "a", 1, 3) }, ""},
		"a text of the longest length is fine, counted in characters": {func(v *check.Violations) { v.Text("/x", "äöü", 1, 3) }, ""},
		"a text that is too short":                                    {func(v *check.Violations) { v.Text("/x", "", 1, 3) }, "too_short"},
		"a text that is too long":                                     {func(v *check.Violations) { v.Text("/x", "abcd", 1, 3) }, "too_long"},
		"a text with NUL":                                             {func(v *check.Violations) { v.Text("/x", "a\x00b", 1, 3) }, "character"},
		"a text that is not UTF-8":                                    {func(v *check.Violations) { v.Text("/x", "a\xffb", 1, 3) }, "character"},
		"an address is fine":                                          {func(v *check.Violations) { v.Email("/x", "ada@example.com", 254) }, ""},
		"an address with a name":                                      {func(v *check.Violations) { v.Email("/x", "Ada <ada@example.com>", 254) }, "format"},
		"an address with a space":                                     {func(v *check.Violations) { v.Email("/x", "ada@example.com ", 254) }, "format"},
		"two addresses":                                               {func(v *check.Violations) { v.Email("/x", "a@b.c, d@e.f", 254) }, "format"},
		"an address is told once":                                     {func(v *check.Violations) { v.Email("/x", strings.Repeat("x", 300), 254) }, "too_long"},
		"a web address is fine":                                       {func(v *check.Violations) { v.URL("/x", "https://example.com/a?b=c", 2048) }, ""},
		"a web address without host":                                  {func(v *check.Violations) { v.URL("/x", "https:///a", 2048) }, "format"},
		"a port is no host":                                           {func(v *check.Violations) { v.URL("/x", "https://:443/", 2048) }, "format"},
		"another scheme":                                              {func(v *check.Violations) { v.URL("/x", "javascript:alert(1)", 2048) }, "format"},
		"a relative address":                                          {func(v *check.Violations) { v.URL("/x", "/a", 2048) }, "format"},
		"the limits of an integer are fine":                           {func(v *check.Violations) { v.Integer("/x", 1, 1, 3); v.Integer("/x", 3, 1, 3) }, ""},
		"an integer below its limit":                                  {func(v *check.Violations) { v.Integer("/x", 0, 1, 3) }, "range"},
		"an integer beyond its limit":                                 {func(v *check.Violations) { v.Integer("/x", 4, 1, 3) }, "range"},
		"six digits after the point are fine":                         {func(v *check.Violations) { v.Decimal("/x", decimal.RequireFromString("1.000001"), "0", "2") }, ""},
		"zeros after them are fine":                                   {func(v *check.Violations) { v.Decimal("/x", decimal.RequireFromString("1.00000100"), "0", "2") }, ""},
		"seven digits after the point":                                {func(v *check.Violations) { v.Decimal("/x", decimal.RequireFromString("1.0000001"), "0", "2") }, "range"},
		"a decimal beyond its limit":                                  {func(v *check.Violations) { v.Decimal("/x", decimal.RequireFromString("2.1"), "0", "2") }, "range"},
		"money is fine":                                               {func(v *check.Violations) { v.Money("/x", money.Money{Amount: 5, Currency: "EUR"}, 1, 9) }, ""},
		"money without currency":                                      {func(v *check.Violations) { v.Money("/x", money.Money{Amount: 5}, 1, 9) }, "money"},
		"money beyond its limit":                                      {func(v *check.Violations) { v.Money("/x", money.Money{Amount: 10, Currency: "EUR"}, 1, 9) }, "range"},
		"a value that is not listed":                                  {func(v *check.Violations) { v.Listed("/x", false, "A, B") }, "not_listed"},
		"a list is no object":                                         {func(v *check.Violations) { v.Object("/x", []byte("[]")) }, "type"},
		"a value that may not change":                                 {func(v *check.Violations) { v.Unchanged("/x", false) }, "immutable"},
		"two rules that are broken are both named":                    {func(v *check.Violations) { v.Text("/x", "", 1, 3); v.Integer("/y", 0, 1, 3) }, "too_short range"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var violations check.Violations
			test.check(&violations)
			var codes []string
			for _, violation := range violations {
				codes = append(codes, violation.Code)
				if !strings.HasPrefix(violation.Pointer, "/") || !strings.HasSuffix(violation.Message, ".") {
					t.Errorf("%+v does not say where or what", violation)
				}
			}
			if got := strings.Join(codes, " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if err := violations.Err(); (err == nil) != (test.want == "") {
				t.Errorf("Err is %v", err)
			}
		})
	}
}

func TestADecimalWithAHugeExponentIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1e2000000000", "1e-2000000000"} {
		start := time.Now()
		var violations check.Violations
		violations.Decimal("/x", decimal.RequireFromString(text), "-10", "10")
		if len(violations) != 1 || time.Since(start) > 100*time.Millisecond {
			t.Errorf("%s: %v after %s", text, violations, time.Since(start))
		}
	}
}

func TestAReference(t *testing.T) {
	t.Parallel()
	there := func(context.Context, id.ID) error { return nil }
	gone := func(context.Context, id.ID) error { return fault.New(fault.NotFound, "x") }
	broken := func(context.Context, id.ID) error { return errors.New("x") }
	some := id.New()
	for name, test := range map[string]struct {
		err  error
		want fault.Kind
		fine bool
	}{
		"to what is there is fine":           {err: check.Reference(t.Context(), "/x", some, there), fine: true},
		"to what is not there is invalid":    {err: check.Reference(t.Context(), "/x", some, gone), want: fault.Invalid},
		"that cannot be followed stays that": {err: check.Reference(t.Context(), "/x", some, broken), want: fault.Internal},
		"that may be missing is fine":        {err: check.OptionalReference(t.Context(), "/x", nil, gone), fine: true},
		"that is not missing is followed":    {err: check.OptionalReference(t.Context(), "/x", &some, gone), want: fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if (test.err == nil) != test.fine || !test.fine && fault.KindOf(test.err) != test.want {
				t.Errorf("got %v", test.err)
			}
		})
	}
}
