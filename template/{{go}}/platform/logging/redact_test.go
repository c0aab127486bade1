// Kept by the platform: docs/ownership.md says what that means.

package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"platform.internal/config"
	"platform.internal/logging"
)

func TestASecretIsHidden(t *testing.T) {
	t.Parallel()
	const canary = "canary-4711"
	for name, attribute := range map[string]slog.Attr{
		"by its name":              slog.String("password", canary),
		"in any spelling":          slog.String("X-Api-Key", canary),    //nolint:sloglint // as others write it
		"as a part of a name":      slog.String("refreshToken", canary), //nolint:sloglint // as others write it
		"by a name of the service": slog.String("National_ID", canary),  //nolint:sloglint // as others write it
		"in a group":               slog.Group("request", slog.String("authorization", canary)),
		"in a group of secrets":    slog.Group("cookies", slog.String("session", canary)),
		"in a group in a group":    slog.Group("a", slog.Group("b", slog.String("secret", canary))),
		"in headers":               slog.Any("headers", http.Header{"Set-Cookie": {canary}}),
		"in a struct":              slog.Any("body", struct{ Password, Name string }{canary, "x"}),
		"in a list of objects":     slog.Any("body", []any{map[string]any{"a": map[string]string{"client_secret": canary}}}),
		"by its type":              slog.Any("value", config.NewSecret(canary)),
		"in what is no JSON":       slog.Any("value", map[string]any{"a": canary, "b": make(chan int)}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			log := logging.New(&out, slog.LevelInfo, "national_id")
			log.LogAttrs(t.Context(), slog.LevelInfo, "x", attribute)
			log.With(attribute).InfoContext(t.Context(), "x")
			log.WithGroup("group").LogAttrs(logging.With(t.Context(), attribute), slog.LevelInfo, "x")
			if strings.Contains(out.String(), canary) || strings.Count(out.String(), "\n") != 3 {
				t.Errorf("got %s", &out)
			}
		})
	}
}

func TestWhatIsNoSecretIsWritten(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logging.New(&out, slog.LevelInfo).InfoContext(t.Context(), "secret message",
		"name", "ada", "error", errors.New("refused"), "body", map[string]any{"n": 1}, "time", "later", slog.Group("a", slog.Int("b", 1)))
	for _, want := range []string{`"msg":"secret message"`, `"name":"ada"`, `"error":"refused"`, `"body":{"n":1}`, `"a":{"b":1}`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %s in %s", want, &out)
		}
	}
}

// colour has a String method that a nil pointer does not.
type colour struct{ name string }

// String implements fmt.Stringer.
func (c colour) String() string { return c.name }

func TestANilPointerIsWrittenAsOne(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logging.New(&out, slog.LevelInfo).InfoContext(t.Context(), "x", "none", (*colour)(nil), "some", &colour{"red"})
	for _, want := range []string{`"none":"<nil>"`, `"some":"red"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %s in %s", want, &out)
		}
	}
}

func TestALineBreakMakesNoSecondLine(t *testing.T) {
	t.Parallel()
	const forged = "x\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\r\n\u2028\x00\x1b[31m"
	var out bytes.Buffer
	logging.New(&out, slog.LevelInfo).InfoContext(t.Context(), forged, "a", forged, forged, "b", "error", errors.New(forged), "any", []string{forged}) //nolint:sloglint // to forge a line
	var record map[string]any
	if strings.Count(out.String(), "\n") != 1 || strings.ContainsAny(out.String(), "\r\x1b\x00\u2028") || json.Unmarshal(out.Bytes(), &record) != nil || record["a"] != forged {
		t.Errorf("got %q", &out)
	}
}
