// Kept by the platform: docs/ownership.md says what that means.

// Package page cuts lists into pages that neither lose nor repeat a row while others write.
//
// A cursor names the last row of a page. It is opaque to clients, holds no secret and grants nothing;
// it is bound to the list it came from, so that it cannot be used with other filters or another order.
package page

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"platform.internal/fault"
	"platform.internal/id"
)

// Page sizes; the contract states the same.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Request asks for one page.
type Request struct {
	Limit  int    // 1 to MaxLimit; 0 stands for DefaultLimit
	Cursor string // empty for the first page
}

// Size returns how many items the page has at most: Limit, brought into its bounds.
func (r Request) Size() int {
	return min(max(1, cmp.Or(r.Limit, DefaultLimit)), MaxLimit)
}

// Page is a part of a list, in the order of the list.
type Page[T any] struct {
	Items []T
	Next  string // the cursor of the page after this one; empty on the last page
}

// Map returns the page with every item turned into another type.
func Map[T, U any](page Page[T], turn func(T) U) Page[U] {
	items := make([]U, len(page.Items))
	for i, item := range page.Items {
		items[i] = turn(item)
	}
	return Page[U]{Items: items, Next: page.Next}
}

// Position is where a page ends: the sort key of its last row, and its ID, which makes the order total.
type Position struct {
	Key string // empty if the list is ordered by ID alone
	ID  id.ID
}

const version = 1

// head is what comes before the key: the version, the digest of the binding, the ID.
const head = 1 + 8 + 16

// Encode returns the cursor for a position in the list that binding describes.
func Encode(position Position, binding ...string) string {
	raw := make([]byte, 0, head+len(position.Key))
	raw = append(raw, version)
	raw = binary.BigEndian.AppendUint64(raw, digest(binding))
	raw = append(raw, position.ID[:]...)
	raw = append(raw, position.Key...)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Decode returns the position that a cursor names. The error is a fault of kind Invalid
// for text that Encode did not make and for a cursor of another list.
func Decode(cursor string, binding ...string) (Position, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || strings.ContainsAny(cursor, "\r\n") || len(raw) < head || raw[0] != version { // DecodeString skips line ends
		return Position{}, Forged()
	}
	if binary.BigEndian.Uint64(raw[1:]) != digest(binding) {
		return Position{}, invalid("This cursor belongs to a list with other filters or another order.")
	}
	return Position{ID: id.ID(raw[head-16 : head]), Key: string(raw[head:])}, nil
}

// Forged is the fault for a cursor that Encode did not make.
func Forged() error { return invalid("This is not a cursor that the service has given out.") }

func invalid(message string) error {
	return fault.InvalidInput(fault.Violation{Parameter: "cursor", Code: "cursor", Message: message})
}

// digest is short because it guards against mistakes only: a forged cursor reaches no row that the list would not show.
func digest(binding []string) uint64 {
	hash := sha256.New()
	for _, part := range binding {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return binary.BigEndian.Uint64(hash.Sum(nil))
}
