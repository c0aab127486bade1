package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"platform.internal/config"
)

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
