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
	Level slog.Level `env:"LEVEL" envDefault:"info"`
}

type store struct {
	URL     config.Secret `env:"URL,required,notEmpty"`
	Pepper  config.Secret `env:"PEPPER,required,notEmpty"`
	Timeout time.Duration `env:"TIMEOUT"               envDefault:"10s"`
}

func (s store) Validate() []string {
	if s.Timeout < 0 {
		return []string{"TIMEOUT must not be negative."}
	}
	return nil
}

func TestLoadTakesDefaults(t *testing.T) {
	got, err := config.Load[settings]([]string{"URL=postgres://x", "PEPPER=y"})
	if err != nil || got.Store.Timeout != 10*time.Second || got.Level != slog.LevelInfo {
		t.Errorf("got %+v and %v", got, err)
	}
}

func TestLoadReportsEveryMistakeAtOnce(t *testing.T) {
	_, err := config.Load[settings]([]string{"PEPPER=", "TIMEOUT=soon", "LEVEL=loud"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"URL is not set", "PEPPER is empty", "TIMEOUT is not a duration", "LEVEL is not a log level"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 4 {
		t.Errorf("%d lines, want one a mistake:\n%s", lines, err)
	}
}

func TestLoadAsksTheSettingsThemselves(t *testing.T) {
	_, err := config.Load[settings]([]string{"URL=x", "PEPPER=y", "TIMEOUT=-1s"})
	if err == nil || err.Error() != "TIMEOUT must not be negative." {
		t.Errorf("got %v", err)
	}
}

func TestSecretNeverPrintsItself(t *testing.T) {
	secret := config.NewSecret("hunter2")
	asJSON, err := json.Marshal(map[string]any{"secret": secret})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "secret", secret)
	for _, text := range []string{fmt.Sprint(secret), fmt.Sprintf("%v %+v %#v %s %q", secret, secret, secret, secret, secret), string(asJSON), log.String()} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("%q shows the secret", text)
		}
	}
	if secret.Reveal() != "hunter2" {
		t.Error("the secret is lost")
	}
}
