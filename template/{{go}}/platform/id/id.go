// Kept by the platform: docs/ownership.md says what that means.

// Package id makes identifiers: UUIDs of version 7 (RFC 9562, 5.7), which sort by the time of their making.
package id

import "github.com/google/uuid"

// ID identifies one row of one table. To clients it is an opaque string.
type ID = uuid.UUID

// New returns an identifier that sorts after every one this process made before.
func New() ID {
	return uuid.Must(uuid.NewV7())
}
