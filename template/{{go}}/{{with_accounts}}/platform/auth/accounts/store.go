// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"platform.internal/id"
	"platform.internal/postgres"
)

// Account is a person who may sign in.
type Account struct {
	ID          id.ID
	Email       string
	Subject     string   // whom their rows belong to
	Scopes      []string // what the person may do; nil is what every account may
	ConfirmedAt *time.Time
	DisabledAt  *time.Time
	CreatedAt   time.Time

	hash string
}

// newAccount returns one whose rows are its own.
func newAccount(email, hash string) Account {
	key := id.New()
	return Account{ID: key, Email: email, Subject: key.String(), hash: hash}
}

// usable reports whether the person may sign in.
func (a Account) usable() bool { return a.ConfirmedAt != nil && a.DisabledAt == nil }

// The purposes of a code that a mail carries.
const (
	toConfirm = "CONFIRMATION"
	toReset   = "RESET"
)

// store keeps accounts in the tables accounts, account_sessions and account_codes. Each change is one transaction.
type store struct{ db *postgres.Database }

const accountColumns = "accounts.id, email, password_hash, subject, scopes, confirmed_at, disabled_at, accounts.created_at"

func readAccount(row pgx.CollectableRow) (a Account, err error) {
	var scopes *string
	err = row.Scan(&a.ID, &a.Email, &a.hash, &a.Subject, &scopes, &a.ConfirmedAt, &a.DisabledAt, &a.CreatedAt)
	a.Scopes = scopesOf(scopes)
	return a, err
}

// scopesOf reads the column: null is nil, and an empty text is none.
func scopesOf(column *string) []string {
	if column == nil {
		return nil
	}
	return append([]string{}, strings.Fields(*column)...)
}

// account returns the one that the condition finds. The error is a fault of kind NotFound if there is none.
func (s store) account(ctx context.Context, from string, arguments ...any) (Account, error) {
	rows, err := s.db.Query(ctx, "select "+accountColumns+" from accounts "+from, arguments...)
	if err != nil {
		return Account{}, postgres.Fault(err, nil)
	}
	found, err := pgx.CollectExactlyOneRow(rows, readAccount)
	return found, postgres.Fault(err, nil)
}

func (s store) byEmail(ctx context.Context, email string) (Account, error) {
	return s.account(ctx, "where email = $1", email)
}

func (s store) bySession(ctx context.Context, session id.ID) (Account, error) {
	return s.account(ctx, "join account_sessions on account_id = accounts.id where account_sessions.id = $1", session)
}

// byCode returns the account that the code is for, while it is valid.
func (s store) byCode(ctx context.Context, purpose string, code token) (Account, error) {
	return s.account(ctx, `join account_codes on account_id = accounts.id
		where prefix = $1 and hash = $2 and purpose = $3 and expires_at > now()`, code.prefix, code.hash(), purpose)
}

// signUp stores an account that is not confirmed, or the newest password of one, together with a code. It reports false if the account is
// confirmed already: then it is left as it is.
func (s store) signUp(ctx context.Context, account Account, code token, valid time.Duration) (bool, error) {
	tag, err := s.db.Exec(ctx, `
		with kept as (
			insert into accounts (id, email, password_hash, subject) values ($1, $2, $3, $4)
			on conflict (email) do update set password_hash = excluded.password_hash
				where accounts.confirmed_at is null and accounts.disabled_at is null
			returning id)
		insert into account_codes (id, account_id, purpose, prefix, hash, expires_at)
			select $5, id, $6, $7, $8, now() + $9::interval from kept
		on conflict (account_id, purpose) do update set prefix = excluded.prefix, hash = excluded.hash, expires_at = excluded.expires_at`,
		account.ID, account.Email, account.hash, account.Subject, id.New(), toConfirm, code.prefix, code.hash(), valid)
	return tag.RowsAffected() == 1, postgres.Fault(err, nil)
}

// offerReset stores a code for the account, if there is one that is not disabled.
func (s store) offerReset(ctx context.Context, email string, code token, valid time.Duration) (bool, error) {
	tag, err := s.db.Exec(ctx, `
		insert into account_codes (id, account_id, purpose, prefix, hash, expires_at)
			select $1, id, $2, $3, $4, now() + $5::interval from accounts where email = $6 and disabled_at is null
		on conflict (account_id, purpose) do update set prefix = excluded.prefix, hash = excluded.hash, expires_at = excluded.expires_at`,
		id.New(), toReset, code.prefix, code.hash(), valid, email)
	return tag.RowsAffected() == 1, postgres.Fault(err, nil)
}

// confirm uses the code up. It reports false if somebody was faster, or if the password is no longer the one that was checked.
func (s store) confirm(ctx context.Context, account Account, code token) (bool, error) {
	tag, err := s.db.Exec(ctx, `
		with used as (delete from account_codes where prefix = $1 and hash = $2 and purpose = $3 and expires_at > now() returning account_id)
		update accounts set confirmed_at = coalesce(confirmed_at, now()) from used
			where accounts.id = used.account_id and disabled_at is null and password_hash = $4`,
		code.prefix, code.hash(), toConfirm, account.hash)
	return tag.RowsAffected() == 1, postgres.Fault(err, nil)
}

// reset uses the code up, sets the password, and ends every session. Who has the code reads the mails, so the address is confirmed.
func (s store) reset(ctx context.Context, code token, hash string) (bool, error) {
	return s.endingSessions(ctx, id.ID{}, `
		with used as (delete from account_codes where prefix = $1 and hash = $2 and purpose = $3 and expires_at > now() returning account_id)
		update accounts set password_hash = $4, confirmed_at = coalesce(confirmed_at, now()) from used
			where accounts.id = used.account_id and disabled_at is null
		returning accounts.id`,
		code.prefix, code.hash(), toReset, hash)
}

// changePassword replaces one hash by another, and ends every session but the one that is kept. It reports false if the hash was another one.
func (s store) changePassword(ctx context.Context, account Account, hash string, kept id.ID) (bool, error) {
	return s.endingSessions(ctx, kept, `
		with changed as (update accounts set password_hash = $1 where id = $2 and password_hash = $3 returning id),
			void as (delete from account_codes using changed where account_id = changed.id)
		select id from changed`, hash, account.ID, account.hash)
}

// endingSessions changes the account whose ID the statement returns, and ends its sessions but the one that is kept. It reports false if there
// is no such account. It takes two statements: the first waits for sign-ins that hold the row, and only a later one sees what they have stored.
func (s store) endingSessions(ctx context.Context, kept id.ID, change string, arguments ...any) (changed bool, err error) {
	err = s.db.Transact(ctx, func(ctx context.Context) error {
		var account id.ID
		err := s.db.QueryRow(ctx, change, arguments...).Scan(&account)
		changed = err == nil
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if changed {
			_, err = s.db.Exec(ctx, "delete from account_sessions where account_id = $1 and id <> $2", account, kept)
		}
		return postgres.Fault(err, nil)
	})
	return changed, err
}

// rehash replaces the hash of a password by another one of the same password. It reports false if the hash was another one.
func (s store) rehash(ctx context.Context, account Account, hash string) (bool, error) {
	tag, err := s.db.Exec(ctx, "update accounts set password_hash = $1 where id = $2 and password_hash = $3", hash, account.ID, account.hash)
	return tag.RowsAffected() == 1, postgres.Fault(err, nil)
}
