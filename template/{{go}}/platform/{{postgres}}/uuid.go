package postgres

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// registerUUID makes pgx read and write identifiers as 16 bytes. Without it every one would go through text,
// because uuid.UUID implements driver.Valuer and sql.Scanner, which pgx tries first.
func registerUUID(types *pgtype.Map) {
	types.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{wrapEncode}, types.TryWrapEncodePlanFuncs...)
	types.TryWrapScanPlanFuncs = append([]pgtype.TryWrapScanPlanFunc{wrapScan}, types.TryWrapScanPlanFuncs...)
	types.RegisterType(&pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: codec{}})
}

type codec struct{ pgtype.UUIDCodec }

// DecodeValue implements pgtype.Codec.
func (codec) DecodeValue(types *pgtype.Map, oid uint32, format int16, src []byte) (any, error) {
	if src == nil {
		return nil, nil
	}
	var target uuid.UUID
	err := types.PlanScan(oid, format, &target).Scan(src, &target)
	return target, err
}

type wrapper uuid.UUID

// ScanUUID implements pgtype.UUIDScanner.
func (w *wrapper) ScanUUID(v pgtype.UUID) error {
	*w = v.Bytes
	return nil
}

// UUIDValue implements pgtype.UUIDValuer.
func (w wrapper) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: w, Valid: true}, nil
}

func wrapEncode(value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
	if value, ok := value.(uuid.UUID); ok {
		return &encodePlan{}, wrapper(value), true
	}
	return nil, nil, false
}

type encodePlan struct{ next pgtype.EncodePlan }

// SetNext implements pgtype.WrappedEncodePlanNextSetter.
func (p *encodePlan) SetNext(next pgtype.EncodePlan) { p.next = next }

// Encode implements pgtype.EncodePlan.
func (p *encodePlan) Encode(value any, buf []byte) ([]byte, error) {
	return p.next.Encode(wrapper(value.(uuid.UUID)), buf) //nolint:forcetypeassert // wrapEncode takes nothing else
}

func wrapScan(target any) (pgtype.WrappedScanPlanNextSetter, any, bool) {
	if target, ok := target.(*uuid.UUID); ok {
		return &scanPlan{}, (*wrapper)(target), true
	}
	return nil, nil, false
}

type scanPlan struct{ next pgtype.ScanPlan }

// SetNext implements pgtype.WrappedScanPlanNextSetter.
func (p *scanPlan) SetNext(next pgtype.ScanPlan) { p.next = next }

// Scan implements pgtype.ScanPlan.
func (p *scanPlan) Scan(src []byte, target any) error {
	return p.next.Scan(src, (*wrapper)(target.(*uuid.UUID))) //nolint:forcetypeassert // wrapScan takes nothing else
}
