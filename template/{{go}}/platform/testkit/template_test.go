// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"platform.internal/id"
)

func TestWhatAnAbortedRunLeavesBehindIsDropped(t *testing.T) {
	t.Parallel()
	now := time.Now()
	made := "test_" + strings.ReplaceAll(id.New().String(), "-", "")
	for name, test := range map[string]struct {
		database, comment string
		later             time.Duration
		want              bool
	}{
		"a database of a test, after an hour":           {made, "", time.Hour + time.Minute, true},
		"not before, as the test may still run":         {made, "", 59 * time.Minute, false},
		"a template that nobody used for a week":        {"template_0123456789abcdef", now.Format(time.DateOnly), 9 * 24 * time.Hour, true},
		"not one that somebody used this week":          {"template_0123456789abcdef", now.Format(time.DateOnly), 5 * 24 * time.Hour, false},
		"not one that says nothing":                     {"template_0123456789abcdef", "", 365 * 24 * time.Hour, false},
		"a template that was not finished":              {"template_0123456789abcdef_unfinished", "", 0, true},
		"not a database of somebody else":               {"template_of_ours", "2020-01-01", 365 * 24 * time.Hour, false},
		"not a database of tests that are not Go's":     {"test_billing", "2020-01-01", 365 * 24 * time.Hour, false},
		"not those that PostgreSQL has":                 {"template1", "default template for new databases", 365 * 24 * time.Hour, false},
		"not a database whose name only looks like one": {made + "_copy", "", 365 * 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := abandoned(test.database, test.comment, now.Add(test.later)); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestATemplateIsMadeForEachStateOfTheMigrations(t *testing.T) {
	t.Parallel()
	one := digest(t, fstest.MapFS{"1_a.sql": {Data: []byte("x")}, "notes.txt": {Data: []byte("x")}})
	if again := digest(t, fstest.MapFS{"1_a.sql": {Data: []byte("x")}}); again != one {
		t.Error("what is no migration counts")
	}
	for _, other := range []fstest.MapFS{{"1_a.sql": {Data: []byte("y")}}, {"2_a.sql": {Data: []byte("x")}}, {"1_a.sql": {Data: []byte("x")}, "2_b.sql": {}}} {
		if digest(t, other) == one {
			t.Errorf("%v has the same digest", other)
		}
	}
}
