// Kept by the platform: docs/ownership.md says what that means.

package health_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/health"
)

func ask(h *health.Health, path string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	h.Handler().ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
	return answer
}

func TestTheServiceIs(t *testing.T) {
	t.Parallel()
	fine := health.Check{Name: "database", Do: func(context.Context) error { return nil }}
	broken := health.Check{Name: "database", Do: func(context.Context) error { return errors.New("refused") }}
	for name, test := range map[string]struct {
		check health.Check
		drain bool
		path  string
		want  int
		says  string
	}{
		"alive":                            {fine, false, "/healthz", 200, "alive"},
		"ready":                            {fine, false, "/readyz", 200, "ready"},
		"alive without the database":       {broken, false, "/healthz", 200, "alive"},
		"not ready without the database":   {broken, false, "/readyz", 503, "database does not answer"},
		"alive while it stops":             {fine, true, "/healthz", 200, "alive"},
		"not ready while it stops":         {fine, true, "/readyz", 503, "stopping"},
		"served nowhere else on this port": {fine, false, "/v1/customers", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := health.New(slog.New(slog.DiscardHandler), test.check)
			if test.drain {
				h.Drain()
			}
			if answer := ask(h, test.path); answer.Code != test.want || !strings.Contains(answer.Body.String(), test.says) {
				t.Errorf("got %d %s, want %d", answer.Code, answer.Body, test.want)
			}
		})
	}
}

func TestACheckThatHangsIsGivenUpAfterTwoSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h := health.New(slog.New(slog.DiscardHandler), health.Check{Name: "database", Do: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		if answer := ask(h, "/readyz"); answer.Code != 503 || time.Since(start) != 2*time.Second {
			t.Errorf("got %d after %s", answer.Code, time.Since(start))
		}
	})
}

func TestTheReasonIsForTheLogAlone(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	h := health.New(slog.New(slog.NewTextHandler(&log, nil)), health.Check{Name: "database", Do: func(context.Context) error {
		return errors.New("10.0.0.7 refused")
	}})
	if answer := ask(h, "/readyz"); strings.Contains(answer.Body.String(), "10.0.0.7") || !strings.Contains(log.String(), "10.0.0.7") {
		t.Errorf("answer %s, log %s", answer.Body, &log)
	}
}
