package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"platform.internal/fault"
)

// Constraints says which rule of the input a constraint of the schema stands for, by the name of the constraint.
type Constraints map[string]fault.Violation

// SQLSTATE codes (PostgreSQL documentation, appendix A).
const (
	restrictViolation   = "23001" // since PostgreSQL 18; before, 23503 stood for it too
	foreignKeyViolation = "23503"
	uniqueViolation     = "23505"
	exclusionViolation  = "23P01"
	checkViolation      = "23514"
	notNullViolation    = "23502"
	serializationFailed = "40001"
	deadlock            = "40P01"
	lockNotAvailable    = "55P03"
	queryCanceled       = "57014"
)

// Fault maps an error of the driver to one of the nine kinds:
// no rows is NotFound; a unique constraint is Conflict, any other one Invalid, with the violation that constraints has for it;
// a lock or a deadlock that could not be waited for, and a server that does not answer, are Unavailable.
// Any other error is returned as it is, and so becomes Internal.
func Fault(err error, constraints Constraints) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Wrap(fault.NotFound, "There is no such thing.", err)
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fromServer(refused, constraints)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok || pgconn.SafeToRetry(err) || pgconn.Timeout(err) {
		return unavailable(err)
	}
	return err
}

func fromServer(err *pgconn.PgError, constraints Constraints) error {
	violation, known := constraints[err.ConstraintName]
	switch err.Code {
	case uniqueViolation, exclusionViolation:
		conflict := fault.Wrap(fault.Conflict, "It contradicts what is there; see errors.", err)
		if known {
			conflict.Violations = []fault.Violation{violation}
		}
		return conflict
	case foreignKeyViolation, checkViolation, notNullViolation:
		if !known {
			return err
		}
		invalid := fault.Wrap(fault.Invalid, "The request breaks one or more rules; see errors.", err)
		invalid.Violations = []fault.Violation{violation}
		return invalid
	case serializationFailed, deadlock, lockNotAvailable:
		return fault.Wrap(fault.Unavailable, "Others are changing the same thing; try again.", err)
	case queryCanceled:
		return errors.Join(context.DeadlineExceeded, err)
	}
	if strings.HasPrefix(err.Code, "08") || strings.HasPrefix(err.Code, "53") || strings.HasPrefix(err.Code, "57P") {
		return unavailable(err)
	}
	return err
}

func unavailable(err error) error {
	wrapped := fault.Wrap(fault.Unavailable, "The database does not answer; try again.", err)
	wrapped.RetryAfter = 2 * time.Second
	return wrapped
}

// Changed is Fault for the update of a row that was read before: if it is no longer there in that version, it is Stale.
func Changed(err error, constraints Constraints) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return stale
	}
	return Fault(err, constraints)
}

// Deleted is Changed for a delete: it takes the number of rows, and a reference of others is Conflict.
func Deleted(rows int64, err error) error {
	if err == nil && rows == 0 {
		return stale
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && (refused.Code == foreignKeyViolation || refused.Code == restrictViolation) {
		return fault.Wrap(fault.Conflict, "It is still in use by others that refer to it.", err)
	}
	return Fault(err, nil)
}

var stale = fault.New(fault.Stale, "It has changed since it was read; read it again.")
