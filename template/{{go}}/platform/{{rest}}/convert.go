// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/go-faster/jx"
	"github.com/shopspring/decimal"
)

// settable is a generated type that holds a value, null or both.
type settable[T, N any] interface {
	*N
	SetTo(value T)
	SetToNull()
}

// Nullable returns the generated type N with the value, or with null if there is none.
func Nullable[N, T any, P settable[T, N]](value *T) N {
	var n N
	if value == nil {
		P(&n).SetToNull()
	} else {
		P(&n).SetTo(*value)
	}
	return n
}

// Pointer returns the value of a generated type that may hold none; nil if it is absent or null.
func Pointer[T any](holder interface{ Get() (T, bool) }) *T {
	if value, ok := holder.Get(); ok {
		return &value
	}
	return nil
}

// Map turns the value into another type, if there is one.
func Map[T, U any](value *T, turn func(T) U) *U {
	if value == nil {
		return nil
	}
	turned := turn(*value)
	return &turned
}

// Cursor returns the cursor of the next page as the contract writes it: null where there is none.
func Cursor[N any, P settable[string, N]](next string) N {
	if next == "" {
		return Nullable[N, string, P](nil)
	}
	return Nullable[N, string, P](&next)
}

// Decimal reads a number that the contract has found to be one.
func Decimal(text string) decimal.Decimal {
	number, _ := decimal.NewFromString(text)
	return number
}

// JSON writes the members of an object that generated code has read.
func JSON[O ~map[string]jx.Raw](object O) json.RawMessage {
	if object == nil {
		return nil
	}
	var encoder jx.Encoder
	encoder.ObjStart()
	for _, name := range slices.Sorted(maps.Keys(object)) {
		encoder.FieldStart(name)
		encoder.Raw(object[name])
	}
	encoder.ObjEnd()
	return encoder.Bytes()
}

// JSONOrNil is JSON for an object that may be missing.
func JSONOrNil[O ~map[string]jx.Raw](object *O) json.RawMessage {
	if object == nil {
		return nil
	}
	return JSON(*object)
}

// ObjectOrNil is Object for a text that may be missing.
func ObjectOrNil[O ~map[string]jx.Raw](text json.RawMessage) *O {
	if text == nil {
		return nil
	}
	object := Object[O](text)
	return &object
}

// Object reads the members of an object for generated code to write.
func Object[O ~map[string]jx.Raw](text json.RawMessage) O {
	object := O{}
	_ = jx.DecodeBytes(text).ObjBytes(func(d *jx.Decoder, name []byte) error {
		value, err := d.Raw()
		object[string(name)] = append(jx.Raw(nil), value...)
		return err
	})
	return object
}
