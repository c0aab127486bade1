// Kept by the platform: docs/ownership.md says what that means.

package redis_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"platform.internal/config"
	"platform.internal/redis"
)

// patient is a bound that no answer of a server that is well exceeds, however slow the machine.
const patient = 20 * time.Second

// open returns a client that waits so long, and what it logs.
func open(t *testing.T, address string, timeout time.Duration) (*redis.Client, *lines) {
	t.Helper()
	log := &lines{}
	client, err := redis.Open(t.Context(), redis.Settings{URL: config.NewSecret(address), Connections: 4, Timeout: timeout}, slog.New(slog.NewJSONHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client, log
}

func ping(ctx context.Context, redis goredis.Cmdable) error { return redis.Ping(ctx).Err() }

// eventually waits for what another goroutine does.
func eventually(t *testing.T, promise string, holds func() bool) {
	t.Helper()
	for range 3000 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never %s", promise)
}

// lines collects the messages of a log.
type lines struct {
	mutex    sync.Mutex
	messages []string
}

func (l *lines) Write(line []byte) (int, error) {
	var record struct{ Msg string }
	if err := json.Unmarshal(line, &record); err != nil {
		return 0, err
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.messages = append(l.messages, record.Msg)
	return len(line), nil
}

func (l *lines) count(part string) (n int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, message := range l.messages {
		if strings.Contains(message, part) {
			n++
		}
	}
	return n
}

func TestSettingsAreRefusedInASentence(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environ string
		says    string
	}{
		"an address":               {"REDIS_URL=redis://127.0.0.1:6379/0", ""},
		"an address with TLS":      {"REDIS_URL=rediss://user:secret@example.com/1", ""},
		"no address":               {"REDIS_URL=", "REDIS_URL is empty"},
		"another scheme":           {"REDIS_URL=http://secret@example.com", "REDIS_URL must be an address"},
		"a socket":                 {"REDIS_URL=unix:///run/secret", "REDIS_URL must be an address"},
		"no address at all":        {"REDIS_URL=secret", "REDIS_URL must be an address"},
		"too many connections":     {"REDIS_URL=redis://h REDIS_CONNECTIONS=1001", "REDIS_CONNECTIONS must be"},
		"a wait beyond the bound":  {"REDIS_URL=redis://h REDIS_TIMEOUT=251ms", "REDIS_TIMEOUT must be"},
		"a wait that is none":      {"REDIS_URL=redis://h REDIS_TIMEOUT=0s", "REDIS_TIMEOUT must be"},
		"a wait that is no number": {"REDIS_URL=redis://h REDIS_TIMEOUT=soon", "REDIS_TIMEOUT is not a duration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load[redis.Settings](strings.Fields(test.environ))
			if test.says == "" && err == nil {
				return
			}
			if err == nil || test.says == "" || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
		})
	}
}
