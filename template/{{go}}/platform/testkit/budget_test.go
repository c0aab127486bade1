// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

func TestThePlatformKeepsItsBudget(t *testing.T) {
	t.Parallel()
	AssertBudget(t, "..")
}

// failures counts what a test would say.
type failures struct {
	testing.TB

	count int
}

func (f *failures) Errorf(string, ...any) { f.count++ }

func TestABudgetIsBrokenBy(t *testing.T) {
	t.Parallel()
	const module = "module m\n\nrequire a.org/one v1.0.0\n\nrequire (\n\t// why\n\tb.org/two v1.0.0\n\tc.org/three v1.0.0 // indirect\n)\n\nreplace x => ./x\n"
	for name, test := range map[string]struct {
		allowed string
		want    int
	}{
		"nothing, where each has a reason": {"# words\n\na.org/one  because\nb.org/two because\n", 0},
		"one that is not allowed":          {"a.org/one because\n", 1},
		"one without a reason":             {"a.org/one because\nb.org/two\n", 1},
		"no line that nothing needs":       {"a.org/one because\nb.org/two because\nc.org/three because\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for file, text := range map[string]string{"go.mod": module, "dependencies.txt": test.allowed} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			broken := &failures{TB: t}
			if AssertBudget(broken, folder); broken.count != test.want {
				t.Errorf("%d failures", broken.count)
			}
		})
	}
}
