// Kept by the platform: docs/ownership.md says what that means.

// Package money represents amounts exactly: minor units of a currency, never a float.
package money

import "fmt"

// Limit is the largest amount in either direction: 2^53-1, the largest integer that every JSON reader keeps exact (RFC 7493, 2.2).
const Limit = 1<<53 - 1

// Money is an amount in the minor unit of its currency: 1250 EUR is twelve euros and fifty cents.
type Money struct {
	Amount   int64
	Currency string // three capital letters (ISO 4217)
}

// Valid reports whether the amount is within Limit and the currency has three capital letters.
func (m Money) Valid() bool {
	if m.Amount > Limit || m.Amount < -Limit || len(m.Currency) != 3 {
		return false
	}
	for _, letter := range m.Currency {
		if letter < 'A' || letter > 'Z' {
			return false
		}
	}
	return true
}

// String writes minor units and currency, such as "1250 EUR".
func (m Money) String() string {
	return fmt.Sprintf("%d %s", m.Amount, m.Currency)
}

// Join returns the money of two columns that are null together.
func Join(amount *int64, currency *string) *Money {
	if amount == nil || currency == nil {
		return nil
	}
	return &Money{Amount: *amount, Currency: *currency}
}

// AmountOrNil returns the column of the amount.
func (m *Money) AmountOrNil() *int64 {
	if m == nil {
		return nil
	}
	return &m.Amount
}

// CurrencyOrNil returns the column of the currency.
func (m *Money) CurrencyOrNil() *string {
	if m == nil {
		return nil
	}
	return &m.Currency
}
