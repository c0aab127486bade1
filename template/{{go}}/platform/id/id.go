// Package id makes and reads identifiers: UUIDs of version 7 (RFC 9562, 5.7), which sort by the time of their making.
package id

import (
	"github.com/google/uuid"

	"platform.internal/fault"
)

// ID identifies one row of one table. To clients it is an opaque string.
type ID = uuid.UUID

// New returns an identifier that sorts after every one this process made before.
func New() ID {
	return uuid.Must(uuid.NewV7())
}

// Parse reads the canonical form of 36 characters, in either case, and no other; the version does not matter.
// The error is a fault of kind Invalid.
func Parse(text string) (ID, error) {
	if len(text) == 36 {
		if parsed, err := uuid.Parse(text); err == nil {
			return parsed, nil
		}
	}
	return ID{}, fault.New(fault.Invalid, "An identifier is a UUID of 36 characters.")
}
