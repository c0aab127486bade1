package page_test

import (
	"strings"
	"testing"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/page"
)

func TestCursorNamesItsPosition(t *testing.T) {
	for _, key := range []string{"", "2026-02-01", "naïve ✓", strings.Repeat("x", 500)} {
		want := page.Position{Key: key, ID: id.New()}
		got, err := page.Decode(page.Encode(want, "invoices", "DRAFT"), "invoices", "DRAFT")
		if err != nil || got != want {
			t.Errorf("got %v and %v, want %v", got, err, want)
		}
	}
}

func TestCursorIsBoundToItsList(t *testing.T) {
	cursor := page.Encode(page.Position{ID: id.New()}, "invoices", "DRAFT")
	for name, binding := range map[string][]string{
		"another filter":              {"invoices", "OPEN"},
		"another table":               {"payments", "DRAFT"},
		"no filter":                   {"invoices"},
		"the same text cut elsewhere": {"invoicesD", "RAFT"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := page.Decode(cursor, binding...); fault.KindOf(err) != fault.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestMapKeepsOrderAndCursor(t *testing.T) {
	got := page.Map(page.Page[int]{Items: []int{1, 2, 3}, Next: "c"}, func(n int) string { return strings.Repeat("x", n) })
	if strings.Join(got.Items, ",") != "x,xx,xxx" || got.Next != "c" {
		t.Errorf("got %v", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("")
	f.Add("AQ")
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
