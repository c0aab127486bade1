// Kept by the platform: docs/ownership.md says what that means.

package money_test

import (
	"testing"

	"platform.internal/money"
)

func TestMoneyIsValid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		money money.Money
		want  bool
	}{
		"with an amount and a currency":      {money.Money{Amount: 1250, Currency: "EUR"}, true},
		"with a credit":                      {money.Money{Amount: -1250, Currency: "EUR"}, true},
		"with the largest amount":            {money.Money{Amount: money.Limit, Currency: "JPY"}, true},
		"with the smallest amount":           {money.Money{Amount: -money.Limit, Currency: "JPY"}, true},
		"not with more than the largest":     {money.Money{Amount: money.Limit + 1, Currency: "JPY"}, false},
		"not with less than the smallest":    {money.Money{Amount: -money.Limit - 1, Currency: "JPY"}, false},
		"not without a currency":             {money.Money{Amount: 1}, false},
		"not with a currency in lower case":  {money.Money{Amount: 1, Currency: "eur"}, false},
		"not with three bytes that are an Ä": {money.Money{Amount: 1, Currency: "ÄA"}, false},
		"not with a longer currency":         {money.Money{Amount: 1, Currency: "EURO"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.money.Valid(); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestTwoColumnsAreOneAmountOfMoney(t *testing.T) {
	t.Parallel()
	want := &money.Money{Amount: 5, Currency: "EUR"}
	got := money.Join(want.AmountOrNil(), want.CurrencyOrNil())
	if got == nil || *got != *want || got.String() != "5 EUR" {
		t.Errorf("got %v", got)
	}
}

func TestTwoNullColumnsAreNoMoney(t *testing.T) {
	t.Parallel()
	var nothing *money.Money
	if got := money.Join(nothing.AmountOrNil(), nothing.CurrencyOrNil()); got != nil {
		t.Errorf("got %v", got)
	}
}
