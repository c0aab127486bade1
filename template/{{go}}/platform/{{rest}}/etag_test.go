// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"errors"
	"testing"

	"platform.internal/fault"
	"platform.internal/rest"
)

func TestIfMatch(t *testing.T) {
	t.Parallel()
	const nobodysVersion = -1
	for name, test := range map[string]struct {
		header string
		want   int64
	}{
		"names a version":                               {`"3"`, 3},
		"names the largest version":                     {`"9223372036854775807"`, 9223372036854775807},
		"may have white space around it":                {" \"3\"\t", 3},
		"takes a star for any version":                  {"*", rest.AnyVersion},
		"compares strongly, so a weak tag fits none":    {`W/"3"`, nobodysVersion},
		"with a tag of somebody else fits none":         {`"abc"`, nobodysVersion},
		"with an empty tag fits none":                   {`""`, nobodysVersion},
		"with a zero fits none, least of all any":       {`"0"`, nobodysVersion},
		"with a negative number fits none":              {`"-1"`, nobodysVersion},
		"with a number that is written oddly fits none": {`"03"`, nobodysVersion},
		"with a plus sign fits none":                    {`"+3"`, nobodysVersion},
		"with a number that is too large fits none":     {`"9223372036854775808"`, nobodysVersion},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := rest.IfMatch(test.header); err != nil || got != test.want {
				t.Errorf("got %d and %v", got, err)
			}
		})
	}
}

func TestIfMatchThatIsMissingIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"", " "} {
		_, err := rest.IfMatch(header)
		if problem, ok := errors.AsType[*rest.Problem](err); !ok || problem.Status != 428 {
			t.Errorf("%q: got %v", header, err)
		}
		if got, err := rest.OptionalIfMatch(header); err != nil || got != rest.AnyVersion {
			t.Errorf("%q: got %d and %v where it is optional", header, got, err)
		}
	}
}

func TestIfMatchThatIsNotOneTagIsInvalid(t *testing.T) {
	t.Parallel()
	for _, header := range []string{`3`, `"3`, `3"`, `"`, `"1", "2"`, `"1" "2"`, `w/"3"`, `W/3`, `**`, `'3'`} {
		if _, err := rest.IfMatch(header); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v", header, err)
		}
		if _, err := rest.OptionalIfMatch(header); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v where it is optional", header, err)
		}
	}
}

func FuzzIfMatch(f *testing.F) {
	for _, seed := range []string{`"3"`, `*`, `W/"3"`, ``, `"`, `"0"`, `"1", "2"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		version, err := rest.IfMatch(header)
		_, problem := errors.AsType[*rest.Problem](err)
		switch {
		case err != nil && !problem && fault.KindOf(err) != fault.Invalid:
			t.Errorf("%q: %v", header, err)
		case err == nil && version < -1:
			t.Errorf("%q: version %d", header, version)
		case err == nil && version > 0:
			if again, err := rest.IfMatch(rest.ETag(version)); err != nil || again != version {
				t.Errorf("%q: %d became %d", header, version, again)
			}
		}
	})
}
