// Kept by the platform: docs/ownership.md says what that means.

package page_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/page"
)

func TestACursorNamesItsPosition(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "2026-02-01", "naïve ✓", "a\x00b\xff", strings.Repeat("x", 500)} {
		want := page.Position{Key: key, ID: id.New()}
		got, err := page.Decode(page.Encode(want, "invoices", "DRAFT"), "invoices", "DRAFT")
		if err != nil || got != want {
			t.Errorf("got %v and %v, want %v", got, err, want)
		}
	}
}

func TestACursorIsBoundToItsList(t *testing.T) {
	t.Parallel()
	cursor := page.Encode(page.Position{ID: id.New()}, "invoices", "DRAFT")
	for name, binding := range map[string][]string{
		"it does not fit another filter":                      {"invoices", "OPEN"},
		"it does not fit another table":                       {"payments", "DRAFT"},
		"it does not fit a list without the filter":           {"invoices"},
		"it does not fit the same text that is cut elsewhere": {"invoicesD", "RAFT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := page.Decode(cursor, binding...); fault.KindOf(err) != fault.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTextThatIsNoCursorIsInvalid(t *testing.T) {
	t.Parallel()
	cursor := page.Encode(page.Position{ID: id.New()}, "invoices")
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		t.Fatal(err)
	}
	raw[0]++
	for name, text := range map[string]string{
		"nothing":                     "",
		"what is not base64":          "???",
		"a cursor that is cut short":  cursor[:len(cursor)-2],
		"one of another version":      base64.RawURLEncoding.EncodeToString(raw),
		"one with padding":            cursor + "=",
		"one with a line end in it":   cursor[:8] + "\n" + cursor[8:],
		"one with bits that are lost": cursor[:len(cursor)-1] + "_",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := page.Decode(text, "invoices"); fault.KindOf(err) != fault.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAPageHasASizeWithinBoundsWhateverIsAsked(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{0: 50, 1: 1, 200: 200, 201: 200, -1: 1} {
		if got := (page.Request{Limit: limit}).Size(); got != want {
			t.Errorf("limit %d gives %d, want %d", limit, got, want)
		}
	}
}

func TestMapKeepsOrderAndCursor(t *testing.T) {
	t.Parallel()
	got := page.Map(page.Page[int]{Items: []int{1, 2, 3}, Next: "c"}, func(n int) string { return strings.Repeat("x", n) })
	if strings.Join(got.Items, ",") != "x,xx,xxx" || got.Next != "c" {
		t.Errorf("got %v", got)
	}
}

func TestAnEmptyPageIsAListWithoutItems(t *testing.T) {
	t.Parallel()
	if got := page.Map(page.Page[int]{}, func(int) string { return "" }); got.Items == nil {
		t.Error("nil would be written as null")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("")
	f.Add("AQ")
	f.Add("AQ\n")
	f.Add(page.Encode(page.Position{ID: id.New(), Key: "k"}, "invoices"))
	f.Fuzz(func(t *testing.T, cursor string) {
		position, err := page.Decode(cursor, "invoices")
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("kind %s", fault.KindOf(err))
			}
			return
		}
		if page.Encode(position, "invoices") != cursor {
			t.Errorf("two cursors for one position: %q", cursor)
		}
	})
}
