package money_test

import (
	"testing"

	"platform.internal/money"
)

func TestValid(t *testing.T) {
	tests := map[string]struct {
		money money.Money
		want  bool
	}{
		"an amount and a currency":     {money.Money{Amount: 1250, Currency: "EUR"}, true},
		"a credit":                     {money.Money{Amount: -1250, Currency: "EUR"}, true},
		"the largest amount":           {money.Money{Amount: money.Limit, Currency: "JPY"}, true},
		"one more than the largest":    {money.Money{Amount: money.Limit + 1, Currency: "JPY"}, false},
		"one less than the smallest":   {money.Money{Amount: -money.Limit - 1, Currency: "JPY"}, false},
		"no currency":                  {money.Money{Amount: 1}, false},
		"a currency in small letters":  {money.Money{Amount: 1, Currency: "eur"}, false},
		"a currency of three bytes, Ä": {money.Money{Amount: 1, Currency: "ÄA"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.money.Valid(); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
