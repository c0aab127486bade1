// Kept by the platform: docs/ownership.md says what that means.

package cache_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"platform.internal/cache"
	"platform.internal/id"
	"platform.internal/money"
	"platform.internal/testkit"
)

type status string

// everything is a row as a module has it, with a field of every type that there is.
type everything struct {
	Details

	ID      id.ID
	Version int64
}

// Details are embedded, as they are in a module.
type Details struct {
	Text    string
	Number  int64
	Exact   decimal.Decimal
	Price   money.Money
	Flag    bool
	At      time.Time
	Status  status
	JSON    json.RawMessage
	OrText  *string
	OrExact *decimal.Decimal
	OrPrice *money.Money
	OrFlag  *bool
	OrAt    *time.Time
	OrID    *id.ID
}

func TestACopyOfAnythingIsExact(t *testing.T) {
	t.Parallel()
	place := testkit.NewRedis(t)
	c, _ := instance(t, place.URL, place.Prefix, patient)
	entries := cache.Of[everything](c, "everything")
	empty, no, exact, key := "", false, decimal.RequireFromString("-0.500000"), id.New()
	at := time.Date(2026, 2, 28, 23, 59, 59, 123456000, time.UTC)
	for name, row := range map[string]everything{
		"nothing": {},
		"the smallest": {Details: Details{
			Number: -1 << 63, OrText: &empty, OrFlag: &no, OrExact: &decimal.Zero, OrPrice: &money.Money{}, OrAt: &time.Time{}, OrID: &id.ID{}, JSON: json.RawMessage("{}"),
		}},
		"all of it": {Version: 1<<63 - 1, ID: key, Details: Details{
			Text: "<a&b> \u2028 \"\\ é \U0001f600\n", Number: 1<<63 - 1, Exact: decimal.RequireFromString("999999999999999999.999999"),
			Price: money.Money{Amount: 1<<53 + 1, Currency: "EUR"}, Flag: true, At: at, Status: "OPEN",
			JSON:   json.RawMessage(`{"a":[1.50,"<",null],"b":12345678901234567890}`),
			OrText: &empty, OrExact: &exact, OrPrice: &money.Money{Amount: -5, Currency: "JPY"}, OrFlag: &no, OrAt: &at, OrID: &key,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loads := 0
			for range 2 {
				got, err := entries.Get(t.Context(), name, func(context.Context) (everything, int64, error) { loads++; return row, 1, nil })
				if err != nil || text(t, got) != text(t, row) || (got.JSON == nil) != (row.JSON == nil) {
					t.Errorf("got %s, %v, want %s", text(t, got), err, text(t, row))
				}
			}
			if loads != 1 {
				t.Errorf("%d loads", loads)
			}
		})
	}
}

func text(t *testing.T, row everything) string {
	t.Helper()
	written, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}
