// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"platform.internal/fault"
)

// Constraints says which rule of the input a constraint of the schema stands for, by the name of the constraint.
type Constraints map[string]fault.Violation

// SQLSTATE codes (PostgreSQL documentation, appendix A).
const (
	numberOutOfRange     = "22003"
	timeOutOfRange       = "22008"
	characterNotStorable = "22021"
	characterUnknown     = "22P05"
	restrictViolation    = "23001" // since PostgreSQL 18; before, 23503 stood for it too
	notNullViolation     = "23502"
	foreignKeyViolation  = "23503"
	uniqueViolation      = "23505"
	checkViolation       = "23514"
	exclusionViolation   = "23P01"
	readOnly             = "25006" // of a server that has been demoted to a replica
	serializationFailed  = "40001"
	deadlock             = "40P01"
	undefinedTable       = "42P01"
	insufficientRight    = "42501"
	lockNotAvailable     = "55P03"
	queryCanceled        = "57014"
	cannotConnectNow     = "57P03" // of a server that starts or stops

	connectionFailed   = "08"  // a class, as are those below
	resourcesExhausted = "53"  // connections, memory, disk
	limitExceeded      = "54"  // a value that is too large for an index, or nested too deeply
	operatorStepped    = "57P" // the server stops or starts
)

// Fault maps an error of the driver to one of the nine kinds:
// no rows is NotFound; a unique constraint is Conflict, any other one Invalid, with the violation that constraints has for it;
// a value that PostgreSQL cannot hold is Invalid; a lock or a deadlock that could not be waited for, a pool without a free connection,
// and a server that cannot be reached or goes away, are Unavailable.
// The end of a context, and of the time that a statement has, stays what errors.Is finds: Canceled or DeadlineExceeded.
// Any other error is returned as it is, and so becomes Internal.
func Fault(err error, constraints Constraints) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Wrap(fault.NotFound, "There is no such thing.", err)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok || errors.Is(err, errNoConnection) {
		return unavailable(err)
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fromServer(refused, err, constraints)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if lost(err) {
		return unavailable(err)
	}
	return err
}

// lost reports whether the connection broke; whether the server has done what it was asked for cannot be known.
func lost(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed) || pgconn.SafeToRetry(err)
}

func fromServer(refused *pgconn.PgError, err error, constraints Constraints) error {
	violation, known := constraints[refused.ConstraintName]
	switch refused.Code {
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
	case numberOutOfRange, timeOutOfRange, characterNotStorable, characterUnknown:
		return unstorable(err)
	case serializationFailed, deadlock, lockNotAvailable:
		return fault.Wrap(fault.Unavailable, "Others are changing the same thing; try again.", err)
	case queryCanceled:
		return errors.Join(context.DeadlineExceeded, err)
	case readOnly:
		return unavailable(err)
	}
	switch class := refused.Code[:min(2, len(refused.Code))]; {
	case class == limitExceeded:
		return unstorable(err)
	case class == connectionFailed, class == resourcesExhausted, refused.Code[:min(3, len(refused.Code))] == operatorStepped:
		return unavailable(err)
	}
	return err
}

func unstorable(err error) error {
	return fault.Wrap(fault.Invalid, "A value is larger than the service can store, or has a character that it cannot store.", err)
}

func unavailable(err error) error {
	wrapped := fault.Wrap(fault.Unavailable, "The database does not answer; try again.", err)
	wrapped.RetryAfter = 2 * time.Second
	return wrapped
}

// IsWithoutEffect reports whether a statement outside of a unit of work has certainly changed nothing: it found no connection,
// or the server refused it and went on. Of any other error nobody knows.
func IsWithoutEffect(err error) bool {
	_, unconnected := errors.AsType[*pgconn.ConnectError](err)
	return unconnected || errors.Is(err, errNoConnection) || isRolledBack(err)
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
