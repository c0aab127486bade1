// Kept by the platform: docs/ownership.md says what that means.

// Package check states the rules that values keep, whatever transport they arrive by.
package check

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/money"
)

// Violations collects the broken rules of one input. Its methods take a JSON Pointer (RFC 6901) and a value.
type Violations []fault.Violation

// Err returns a fault of kind Invalid that names them all; nil if there are none.
func (v Violations) Err() error { return fault.InvalidInput(v...) }

// Add notes a broken rule.
func (v *Violations) Add(pointer, code, message string) {
	*v = append(*v, fault.Violation{Pointer: pointer, Code: code, Message: message})
}

// Text wants a length in characters, and no NUL, which PostgreSQL cannot store.
func (v *Violations) Text(pointer, text string, shortest, longest int) {
	v.text(pointer, text, shortest, longest)
}

func (v *Violations) text(pointer, text string, shortest, longest int) (kept bool) {
	switch length := utf8.RuneCountInString(text); {
	case length < shortest:
		v.Add(pointer, "too_short", "Must have at least "+characters(shortest)+".")
	case length > longest:
		v.Add(pointer, "too_long", "Must have at most "+characters(longest)+".")
	case strings.ContainsRune(text, 0) || !utf8.ValidString(text):
		v.Add(pointer, "character", "Must be valid UTF-8 without NUL.")
	default:
		return true
	}
	return false
}

func characters(n int) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}

// Email wants one email address in ASCII without a display name (RFC 5322, 3.4.1).
func (v *Violations) Email(pointer, text string, longest int) {
	if !v.text(pointer, text, 3, longest) {
		return
	}
	if !IsEmail(text) {
		v.Add(pointer, "format", "Must be an email address.")
	}
}

// URL wants an absolute http or https address.
func (v *Violations) URL(pointer, text string, longest int) {
	if !v.text(pointer, text, 1, longest) {
		return
	}
	address, err := url.Parse(text)
	if err != nil || address.Scheme != "https" && address.Scheme != "http" || address.Hostname() == "" {
		v.Add(pointer, "format", "Must be an absolute address that begins with https:// or http://.")
	}
}

// Integer wants a number from least to most.
func (v *Violations) Integer(pointer string, number, least, most int64) {
	if number < least || number > most {
		v.Add(pointer, "range", fmt.Sprintf("Must be from %d to %d.", least, most))
	}
}

// Decimal wants a number from least to most, with at most 6 digits after the point.
func (v *Violations) Decimal(pointer string, number decimal.Decimal, least, most string) {
	huge := number.NumDigits() > 100 || number.Exponent() > 100 || number.Exponent() < -100 // which would take for ever to compare
	if huge || number.LessThan(decimal.RequireFromString(least)) || number.GreaterThan(decimal.RequireFromString(most)) || !number.Equal(number.Truncate(6)) {
		v.Add(pointer, "range", fmt.Sprintf("Must be from %s to %s with at most 6 digits after the point.", least, most))
	}
}

// Money wants an amount in minor units from least to most and a currency.
func (v *Violations) Money(pointer string, amount money.Money, least, most int64) {
	if !amount.Valid() {
		v.Add(pointer, "money", "Must be minor units and a currency of three capital letters.")
		return
	}
	v.Integer(pointer+"/amount", amount.Amount, least, most)
}

// Listed wants a value of a list.
func (v *Violations) Listed(pointer string, listed bool, values string) {
	if !listed {
		v.Add(pointer, "not_listed", "Must be one of "+values+".")
	}
}

// Object wants a JSON object.
func (v *Violations) Object(pointer string, text []byte) {
	if !strings.HasPrefix(string(text), "{") {
		v.Add(pointer, "type", "Must be an object.")
	}
}

// Unchanged wants a value to stay as it is.
func (v *Violations) Unchanged(pointer string, unchanged bool) {
	if !unchanged {
		v.Add(pointer, "immutable", "Cannot be changed.")
	}
}

// Exists tells whether something can be referred to; its error is a fault of kind NotFound if not.
type Exists func(ctx context.Context, id id.ID) error

// Reference returns a fault of kind Invalid for the pointer if nothing is there to refer to.
func Reference(ctx context.Context, pointer string, target id.ID, exists Exists) error {
	return fault.Reference(pointer, exists(ctx, target))
}

// OptionalReference is Reference for a reference that may be missing.
func OptionalReference(ctx context.Context, pointer string, target *id.ID, exists Exists) error {
	if target == nil {
		return nil
	}
	return Reference(ctx, pointer, *target, exists)
}
