// Kept by the platform: docs/ownership.md says what that means.

package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"platform.internal/config"
)

type settings struct {
	Store store
	Cache cache
	Level slog.Level `env:"LEVEL" envDefault:"info"`
}

type store struct {
	URL     config.Secret `env:"URL,required,notEmpty"`
	Pepper  config.Secret `env:"PEPPER,required,notEmpty"`
	Timeout time.Duration `env:"TIMEOUT"               envDefault:"10s"`
}

func (s store) Validate() []string {
	if s.Timeout <= 0 {
		return []string{"TIMEOUT must be longer than nothing."}
	}
	return nil
}

type cache struct {
	Timeout int `env:"CACHE_TIMEOUT" envDefault:"1"`
}

func (c *cache) Validate() []string {
	if c.Timeout > 100 {
		return []string{"CACHE_TIMEOUT must be at most 100, whatever TIMEOUT is."}
	}
	return nil
}

func TestLoadTakesDefaults(t *testing.T) {
	t.Parallel()
	got, err := config.Load[settings]([]string{"URL=postgres://x", "PEPPER=y"})
	if err != nil || got.Store.Timeout != 10*time.Second || got.Cache.Timeout != 1 || got.Level != slog.LevelInfo {
		t.Errorf("got %+v and %v", got, err)
	}
}

func TestLoadTakesAValueWithAnEqualsSign(t *testing.T) {
	t.Parallel()
	got, err := config.Load[settings]([]string{"URL=postgres://x?a=b", "PEPPER=y"})
	if err != nil || got.Store.URL.Reveal() != "postgres://x?a=b" {
		t.Errorf("got %q and %v", got.Store.URL.Reveal(), err)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environ string
		want    []string
	}{
		"with every mistake at once, one sentence a line": {
			"PEPPER=,TIMEOUT=soon,LEVEL=loud,CACHE_TIMEOUT=101",
			[]string{
				"URL is not set: give it a value; .env.example shows one.",
				"PEPPER is empty: give it a value; .env.example shows one.",
				"TIMEOUT is not a duration such as 10s: .env.example shows a value that is.",
				"LEVEL is not a log level (debug, info, warn or error): .env.example shows a value that is.",
				"CACHE_TIMEOUT must be at most 100, whatever TIMEOUT is.",
			},
		},
		"by asking the settings themselves, also those with a method on a pointer": {
			"URL=x,PEPPER=y,TIMEOUT=-1s,CACHE_TIMEOUT=101",
			[]string{"TIMEOUT must be longer than nothing.", "CACHE_TIMEOUT must be at most 100, whatever TIMEOUT is."},
		},
		"by the name of the variable, where two fields have one name": {
			"URL=x,PEPPER=y,CACHE_TIMEOUT=many",
			[]string{"CACHE_TIMEOUT is not a whole number: .env.example shows a value that is."},
		},
		"once, where a value that cannot be read breaks a rule, too": {
			"URL=x,PEPPER=y,TIMEOUT=0,CACHE_TIMEOUT=x",
			[]string{"CACHE_TIMEOUT is not a whole number: .env.example shows a value that is.", "TIMEOUT must be longer than nothing."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load[settings](strings.Split(test.environ, ","))
			if want := strings.Join(test.want, "\n"); err == nil || err.Error() != want {
				t.Errorf("got\n%v\nwant\n%s", err, want)
			}
		})
	}
}

func TestLoadShowsNoValue(t *testing.T) {
	t.Parallel()
	_, err := config.Load[settings]([]string{"URL=hunter2", "PEPPER=hunter2", "TIMEOUT=hunter2", "LEVEL=hunter2", "CACHE_TIMEOUT=hunter2"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

// embedding has the Validate of the struct that it embeds, which is a field of it as well.
type embedding struct{ Inner }

type Inner struct {
	N int `env:"N"`
}

func (Inner) Validate() []string { return []string{"N is wrong."} }

func TestAMistakeOfAnEmbeddedStructIsToldOnce(t *testing.T) {
	t.Parallel()
	if _, err := config.Load[embedding](nil); err == nil || err.Error() != "N is wrong." {
		t.Errorf("got %v", err)
	}
}

func TestATagThatIsWrongIsAnErrorNotASilence(t *testing.T) {
	t.Parallel()
	type wrong struct {
		N int `env:"N,reqired"`
	}
	if _, err := config.Load[wrong]([]string{"N=1"}); err == nil || !strings.Contains(err.Error(), "reqired") {
		t.Errorf("got %v", err)
	}
}

func TestASecretNeverPrintsItself(t *testing.T) {
	t.Parallel()
	secret := config.NewSecret("hunter2")
	holder := struct {
		Open   config.Secret
		hidden config.Secret
	}{secret, secret}
	asJSON, err := json.Marshal(map[string]any{"secret": secret, "holder": holder})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).InfoContext(t.Context(), "start", "secret", secret, "holder", holder)
	slog.New(slog.NewJSONHandler(&log, nil)).InfoContext(t.Context(), "start", "secret", secret, "holder", holder)

	texts := []string{string(asJSON), log.String(), fmt.Sprint(secret), fmt.Sprintln(holder)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		texts = append(texts, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, &secret), fmt.Sprintf(verb, holder), fmt.Sprintf(verb, &holder))
	}
	for _, text := range texts {
		if strings.Contains(text, "hunter2") || strings.Contains(strings.ToLower(text), "68756e74657232") {
			t.Errorf("%q shows the secret", text)
		}
	}
}

func TestASecretIsRevealedToWhoAsks(t *testing.T) {
	t.Parallel()
	if got := config.NewSecret("hunter2").Reveal(); got != "hunter2" {
		t.Errorf("got %q", got)
	}
	if got := (config.Secret{}).Reveal(); got != "" {
		t.Errorf("the zero secret is %q", got)
	}
}
