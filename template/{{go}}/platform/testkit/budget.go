// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// AssertBudget fails the test if the module in the folder requires directly what its dependencies.txt does not allow, with a reason.
func AssertBudget(t testing.TB, folder string) {
	t.Helper()
	required, reasons := required(read(t, folder, "go.mod")), map[string]string{}
	for line := range strings.Lines(read(t, folder, "dependencies.txt")) {
		if name, reason, _ := strings.Cut(strings.TrimSpace(line), " "); name != "" && name != "#" {
			reasons[name] = strings.TrimSpace(reason)
		}
	}
	for _, name := range required {
		if reasons[name] == "" {
			t.Errorf("%s requires %s: say why in dependencies.txt beside it, or do without", filepath.Join(folder, "go.mod"), name)
		}
	}
}

func read(t testing.TB, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name)) //nolint:gosec // a test says which
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// required returns the modules that a go.mod requires directly.
func required(text string) (names []string) {
	block := false
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0, strings.HasSuffix(strings.TrimSpace(line), "// indirect"):
		case words[0] == "require" && len(words) > 2:
			names = append(names, words[1])
		case words[0] == "require" || words[0] == ")":
			block = words[0] == "require"
		case block && !strings.HasPrefix(words[0], "//"):
			names = append(names, words[0])
		}
	}
	return names
}
