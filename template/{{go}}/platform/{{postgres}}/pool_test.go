// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"strings"
	"testing"
	"time"

	"platform.internal/config"
	"platform.internal/postgres"
)

func TestAConnectionHasItsLimits(t *testing.T) {
	t.Parallel()
	pool := openAt(t, bare(t), 4)
	for parameter, want := range map[string]string{
		"timezone":                            "UTC",
		"statement_timeout":                   "5s",
		"lock_timeout":                        "2s",
		"idle_in_transaction_session_timeout": "20s",
	} {
		var got string
		if err := pool.QueryRow(t.Context(), "select current_setting($1)", parameter).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v", parameter, got, err)
		}
	}
	if got := pool.Config().MaxConns; got != 4 {
		t.Errorf("%d connections", got)
	}
}

func TestAMomentIsReadInUTC(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 1, 15, 9, 30, 0, 123_456_000, time.FixedZone("", 3600))
	var got time.Time
	if err := openAt(t, bare(t), 1).QueryRow(t.Context(), "select $1::timestamptz", want).Scan(&got); err != nil || !got.Equal(want) || got.Location() != time.UTC {
		t.Errorf("got %v and %v", got, err)
	}
}

func TestOpenIsRefusedInOneSentenceThatKeepsThePassword(t *testing.T) {
	t.Parallel()
	address := bare(t)
	for name, test := range map[string]struct{ at, says string }{
		"for what is no address":     {"postgres://u:hunter2@[::1:5432/x", "DATABASE_URL is not the address of a PostgreSQL database"},
		"for a number that is none":  {"postgres://u:hunter2@h/x?connect_timeout=hunter2", "DATABASE_URL is not the address of a PostgreSQL database"},
		"where nothing listens":      {"postgres://u:hunter2@127.0.0.1:1/x?sslmode=disable", "the database at 127.0.0.1:1 does not answer: "},
		"for a password that is not": {strings.Replace(address, "@", "hunter2@", 1), "password authentication failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, err := postgres.Open(t.Context(), settings(test.at, 1))
			if err == nil {
				pool.Close()
				t.Fatal("no error")
			}
			if text := err.Error(); !strings.Contains(text, test.says) || strings.Contains(text, "hunter2") || strings.Contains(text, "\n") {
				t.Errorf("got %s", text)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ environ, says string }{
		"have defaults that are valid":          {"DATABASE_URL=postgres://x", ""},
		"need an address":                       {"", "DATABASE_URL is not set"},
		"refuse a pool without connections":     {"DATABASE_URL=x,DATABASE_CONNECTIONS=0", "DATABASE_CONNECTIONS must be from 1 to 1000."},
		"refuse a statement that takes no time": {"DATABASE_URL=x,DATABASE_STATEMENT_TIMEOUT=1us", "DATABASE_STATEMENT_TIMEOUT must be"},
		"refuse a statement that takes days":    {"DATABASE_URL=x,DATABASE_STATEMENT_TIMEOUT=1000h", "DATABASE_STATEMENT_TIMEOUT must be"},
		"refuse a lock that takes no time":      {"DATABASE_URL=x,DATABASE_LOCK_TIMEOUT=0s", "DATABASE_LOCK_TIMEOUT must be"},
		"refuse a lock beyond the statement":    {"DATABASE_URL=x,DATABASE_STATEMENT_TIMEOUT=1s", "DATABASE_LOCK_TIMEOUT must be"},
		"refuse a lock beside what is no time":  {"DATABASE_URL=x,DATABASE_STATEMENT_TIMEOUT=soon,DATABASE_LOCK_TIMEOUT=0s", "DATABASE_LOCK_TIMEOUT must be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load[postgres.Settings](strings.Split(test.environ, ","))
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAWrongStatementTimeoutSaysNothingOfTheLockTimeout(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"soon", "0s", "2h"} {
		_, err := config.Load[postgres.Settings]([]string{"DATABASE_URL=x", "DATABASE_STATEMENT_TIMEOUT=" + value})
		if err == nil || strings.Contains(err.Error(), "DATABASE_LOCK_TIMEOUT") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", value, err)
		}
	}
}
