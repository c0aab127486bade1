package rest_test

import (
	"strings"
	"testing"

	"platform.internal/config"
	"platform.internal/rest"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ environ, says string }{
		"have defaults that are valid":                    {"", ""},
		"take a port of the system's choice":              {"LISTEN=127.0.0.1:0", ""},
		"refuse an address without a port":                {"LISTEN=localhost", "LISTEN must be an address"},
		"refuse an address with an empty port":            {"ADMIN_LISTEN=:", "ADMIN_LISTEN must be an address"},
		"refuse no time for a request":                    {"REQUEST_TIMEOUT=0s", "REQUEST_TIMEOUT must be"},
		"refuse more time than the server takes to write": {"REQUEST_TIMEOUT=26s", "REQUEST_TIMEOUT must be"},
		"refuse a body that is too small to be useful":    {"MAX_BODY_BYTES=1", "MAX_BODY_BYTES must be"},
		"refuse a body that is too large for memory":      {"MAX_BODY_BYTES=67108865", "MAX_BODY_BYTES must be"},
		"refuse a delay that is negative":                 {"DRAIN_DELAY=-1s", "DRAIN_DELAY must not be negative"},
		"refuse no time to stop":                          {"SHUTDOWN_TIMEOUT=0s", "SHUTDOWN_TIMEOUT must be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load[rest.Settings]([]string{test.environ})
			if (err == nil) != (test.says == "") || err != nil && (!strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("got %v", err)
			}
		})
	}
}
