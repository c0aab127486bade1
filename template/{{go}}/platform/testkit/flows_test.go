// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFlowsAreHeldAgainstTheSettings(t *testing.T) {
	t.Parallel()
	type inner struct {
		URL string `env:"QUEUE_URL,required"`
	}
	type settings struct {
		Inner inner
		Limit int `env:"CURL_LIMIT"`
	}
	const flow = "- {from: a, to: b, what: c, protocol: d, protection: e, retention: f, setting: QUEUE_URL}\n"
	const head = "| From | To | What | How | Protected by | Kept there | Setting |\n| --- | --- | --- | --- | --- | --- | --- |\n"
	const page = "# Flows\n\n" + head + "| a | b | c | d | e | f | `QUEUE_URL` |\n"
	const ours = "- {from: x, to: y, what: c, protocol: d, protection: e, retention: f}\n"
	const apart = "\n<!-- Yours below this line. -->\n\n" + head
	for name, test := range map[string]struct {
		flows, page string
		want        int
	}{
		"and fit":                         {flow, page, 0},
		"and lack one":                    {strings.Replace(flow, ", setting: QUEUE_URL", "", 1), strings.Replace(page, "`QUEUE_URL`", "", 1), 1},
		"and have one too many":           {strings.Replace(flow, "QUEUE_URL", "CURL_LIMIT", 1), strings.Replace(page, "QUEUE_URL", "CURL_LIMIT", 1), 2},
		"and have to say all of each":     {strings.Replace(flow, ", retention: f", "", 1), strings.Replace(page, "| f |", "|  |", 1), 1},
		"and have to be what people read": {flow, "# Flows\n", 1},
		"and may be in two tables":        {flow + ours, page + apart + "| x | y | c | d | e | f |  |\n", 0},
		"and lack one in the second":      {flow + ours, page + apart, 1},
		"and have no row of their own":    {flow, page + apart + "| x | y | c | d | e | f |  |\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := os.Mkdir(filepath.Join(folder, "docs"), 0o700); err != nil {
				t.Fatal(err)
			}
			for file, text := range map[string]string{"docs/data-flows.yaml": test.flows, "docs/data-flows.md": test.page} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			broken := &failures{TB: t}
			if AssertFlows(broken, folder, settings{}); broken.count != test.want {
				t.Errorf("%d failures", broken.count)
			}
		})
	}
}
