// Kept by the platform: docs/ownership.md says what that means.

package logging_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"platform.internal/logging"
)

func TestEveryRecordCarriesTheContext(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	logger := logging.New(&out, slog.LevelInfo)
	ctx := logging.With(logging.With(t.Context(), slog.String("request_id", "r1")), slog.String("operation", "getInvoice"))
	logger.With("service", "billing").InfoContext(ctx, "done")

	var record map[string]any
	if err := json.Unmarshal([]byte(out.String()), &record); err != nil {
		t.Fatalf("not one JSON object: %v", err)
	}
	for key, want := range map[string]string{"request_id": "r1", "operation": "getInvoice", "service": "billing", "msg": "done"} {
		if record[key] != want {
			t.Errorf("%s is %v, want %s", key, record[key], want)
		}
	}
}

func TestSiblingContextsDoNotShareAttributes(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	logger := logging.New(&out, slog.LevelInfo)
	parent := logging.With(t.Context(), slog.String("request_id", "r1"))
	_ = logging.With(parent, slog.String("side", "left"))
	right := logging.With(parent, slog.String("side", "right"))
	logger.InfoContext(right, "x")
	if strings.Contains(out.String(), "left") || !strings.Contains(out.String(), "right") {
		t.Errorf("got %s", out.String())
	}
}

func TestOneRecordIsOneLine(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	logging.New(&out, slog.LevelInfo).InfoContext(t.Context(), "a\nforged line", "value", "b\r\nc")
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("got %q", out.String())
	}
}

func TestNothingBelowTheLevelIsWritten(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	logging.New(&out, slog.LevelWarn).InfoContext(t.Context(), "x")
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
}
