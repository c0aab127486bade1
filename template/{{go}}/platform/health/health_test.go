package health_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"

	"platform.internal/health"
)

func TestHealth(t *testing.T) {
	fine := health.Check{Name: "database", Do: func(context.Context) error { return nil }}
	broken := health.Check{Name: "database", Do: func(context.Context) error { return errors.New("refused") }}
	tests := map[string]struct {
		check health.Check
		drain bool
		path  string
		want  int
	}{
		"alive and ready":                          {fine, false, "/readyz", 200},
		"alive without the database":               {broken, false, "/healthz", 200},
		"not ready without the database":           {broken, false, "/readyz", 503},
		"alive while it stops":                     {fine, true, "/healthz", 200},
		"not ready while it stops":                 {fine, true, "/readyz", 503},
		"nothing else is served on the admin port": {fine, false, "/v1/customers", 404},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := health.New(slog.New(slog.DiscardHandler), test.check)
			if test.drain {
				h.Drain()
			}
			answer := httptest.NewRecorder()
			h.Handler().ServeHTTP(answer, httptest.NewRequest("GET", test.path, nil))
			if answer.Code != test.want {
				t.Errorf("got %d, want %d", answer.Code, test.want)
			}
		})
	}
}
