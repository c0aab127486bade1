// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// registerUUID makes pgx read and write identifiers as 16 bytes, also those in arrays. Without it each would be written
// as text, and NULL read as the identifier of zeros: pgx would ask the driver.Valuer and the sql.Scanner that uuid.UUID is.
func registerUUID(types *pgtype.Map) {
	identifier := &pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: codec{}}
	types.RegisterType(identifier)
	types.RegisterType(&pgtype.Type{Name: "_uuid", OID: pgtype.UUIDArrayOID, Codec: &pgtype.ArrayCodec{ElementType: identifier}})
}

type codec struct{ pgtype.UUIDCodec }

// PlanEncode implements pgtype.Codec.
func (c codec) PlanEncode(types *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(uuid.UUID); !ok {
		return c.UUIDCodec.PlanEncode(types, oid, format, value)
	}
	return encodePlan{c.UUIDCodec.PlanEncode(types, oid, format, pgtype.UUID{})}
}

// PlanScan implements pgtype.Codec.
func (c codec) PlanScan(types *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*uuid.UUID); !ok {
		return c.UUIDCodec.PlanScan(types, oid, format, target)
	}
	return scanPlan{c.UUIDCodec.PlanScan(types, oid, format, &pgtype.UUID{})}
}

// DecodeValue implements pgtype.Codec.
func (c codec) DecodeValue(types *pgtype.Map, oid uint32, format int16, src []byte) (any, error) {
	if src == nil {
		return nil, nil
	}
	var target uuid.UUID
	err := c.PlanScan(types, oid, format, &target).Scan(src, &target)
	return target, err
}

type encodePlan struct{ next pgtype.EncodePlan }

// Encode implements pgtype.EncodePlan.
func (p encodePlan) Encode(value any, buf []byte) ([]byte, error) {
	return p.next.Encode(pgtype.UUID{Bytes: value.(uuid.UUID), Valid: true}, buf) //nolint:errcheck,forcetypeassert // PlanEncode takes nothing else
}

type scanPlan struct{ next pgtype.ScanPlan }

// Scan implements pgtype.ScanPlan.
func (p scanPlan) Scan(src []byte, target any) error {
	var read pgtype.UUID
	if err := p.next.Scan(src, &read); err != nil {
		return err
	}
	if !read.Valid {
		return errors.New("cannot scan NULL into an identifier; scan it into a pointer to one")
	}
	*target.(*uuid.UUID) = read.Bytes //nolint:errcheck,forcetypeassert // PlanScan takes nothing else
	return nil
}
