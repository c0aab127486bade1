// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/postgres"
)

var errNoAccount = fault.New(fault.NotFound, "There is no account with that address; `accounts list` shows them.")

// all returns every account, the newest first.
func (s store) all(ctx context.Context) ([]Account, error) {
	rows, err := s.db.Query(ctx, "select "+accountColumns+" from accounts order by id desc")
	if err != nil {
		return nil, postgres.Fault(err, nil)
	}
	found, err := pgx.CollectRows(rows, readAccount)
	return found, postgres.Fault(err, nil)
}

// create stores an account that is confirmed. The error is a fault of kind Conflict if there is one with that address.
func (s store) create(ctx context.Context, account Account) error {
	_, err := s.db.Exec(ctx, "insert into accounts (id, email, password_hash, subject, confirmed_at) values ($1, $2, $3, $4, now())",
		account.ID, account.Email, account.hash, account.Subject)
	if err = postgres.Fault(err, nil); fault.KindOf(err) == fault.Conflict {
		return fault.New(fault.Conflict, "There is an account with that address already.")
	}
	return err
}

// disable lets the account in no more, and ends its sessions.
func (s store) disable(ctx context.Context, email string) error {
	changed, err := s.endingSessions(ctx, id.ID{}, "update accounts set disabled_at = coalesce(disabled_at, now()) where email = $1 returning id", email)
	if err == nil && !changed {
		return errNoAccount
	}
	return err
}

// enable undoes disable.
func (s store) enable(ctx context.Context, email string) error {
	return s.one(ctx, "update accounts set disabled_at = null where email = $1", email)
}

// allow sets what the account may do, in its running sessions too; without a scope, it is what every account may.
func (s store) allow(ctx context.Context, email string, scopes []string) error {
	return s.one(ctx, "update accounts set scopes = nullif($2, '') where email = $1", email, strings.Join(scopes, " "))
}

// remove deletes the account with its sessions. The rows of its subject stay.
func (s store) remove(ctx context.Context, email string) error {
	return s.one(ctx, "delete from accounts where email = $1", email)
}

func (s store) one(ctx context.Context, sql string, arguments ...any) error {
	tag, err := s.db.Exec(ctx, sql, arguments...)
	if err == nil && tag.RowsAffected() == 0 {
		return errNoAccount
	}
	return postgres.Fault(err, nil)
}
