// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"platform.internal/auth"
	"platform.internal/id"
	"platform.internal/page"
	"platform.internal/postgres"
)

// Session is a device on which somebody has signed in.
type Session struct {
	ID        id.ID
	CreatedAt time.Time
	UpdatedAt time.Time // when its tokens were last renewed
	ExpiresAt time.Time
}

// sessionsMax is how many an account has at most; a further one ends the oldest.
const sessionsMax = 100

// begin stores a session of the account. It reports false if the account has changed since its password was checked.
func (s store) begin(ctx context.Context, key id.ID, account Account, access, refresh token) (bool, error) {
	tag, err := s.db.Exec(ctx, `
		with owner as (select id from accounts where id = $2 and password_hash = $3 and disabled_at is null and confirmed_at is not null for share),
			crowded as (delete from account_sessions using owner where account_id = owner.id and (expires_at <= now() or account_sessions.id not in
				(select id from account_sessions where account_id = $2 order by id desc limit $4)))
		insert into account_sessions (id, account_id, prefix, access_hash, access_expires_at, refresh_hash, expires_at)
			select $1, id, $5, $6, now() + $7::interval, $8, now() + $9::interval from owner`,
		key, account.ID, account.hash, sessionsMax-1, access.prefix, access.hash(), AccessFor, refresh.hash(), SessionFor)
	return tag.RowsAffected() == 1, postgres.Fault(err, nil)
}

// holder returns who has the access token, with nil for the scopes of every account. The error is a fault of kind NotFound if it lets nobody in.
func (s store) holder(ctx context.Context, access token) (auth.Principal, error) {
	var hash string
	var scopes *string
	var found auth.Principal
	err := s.db.QueryRow(ctx, `select access_hash, s.id::text, subject, scopes from account_sessions s join accounts a on a.id = account_id
		where prefix = $1 and access_expires_at > now() and disabled_at is null`, access.prefix).Scan(&hash, &found.Session, &found.Subject, &scopes)
	if err == nil && !access.matches(hash) {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return auth.Principal{}, postgres.Fault(err, nil)
	}
	found.Scopes = scopesOf(scopes)
	return found, nil
}

// renew replaces both tokens of a session, if used is its refresh token now; of several at once the row lets one through.
// It returns the session, and how long the access token lasts. The error is a fault of kind NotFound if used is not.
func (s store) renew(ctx context.Context, used, access, refresh token) (key id.ID, lasts time.Duration, err error) {
	err = s.db.QueryRow(ctx, `update account_sessions set access_hash = $1, access_expires_at = least(now() + $2::interval, expires_at), refresh_hash = $3
		where prefix = $4 and refresh_hash = $5 and expires_at > now() returning id, access_expires_at - now()`,
		access.hash(), AccessFor, refresh.hash(), used.prefix, used.hash()).Scan(&key, &lasts)
	return key, lasts, postgres.Fault(err, nil)
}

// endUsed ends the session of a refresh token that is not its own any more: somebody has one that was used before (RFC 9700, 4.14.2).
// No hash of those is kept, since there may be thousands; that the prefix is known is the proof of having had a token of the session.
// It returns the session, if there was one.
func (s store) endUsed(ctx context.Context, used token) ([]id.ID, error) {
	rows, err := s.db.Query(ctx, "delete from account_sessions where prefix = $1 and refresh_hash <> $2 returning id", used.prefix, used.hash())
	if err != nil {
		return nil, postgres.Fault(err, nil)
	}
	ended, err := pgx.CollectRows(rows, pgx.RowTo[id.ID])
	return ended, postgres.Fault(err, nil)
}

// end reports false if the account has no such session.
func (s store) end(ctx context.Context, account, session id.ID) (bool, error) {
	tag, err := s.db.Exec(ctx, "delete from account_sessions where account_id = $1 and id = $2", account, session)
	return tag.RowsAffected() == 1, postgres.Fault(err, nil)
}

// sessions returns one page of those of the account, the newest first. One that has expired may still be among them.
func (s store) sessions(ctx context.Context, account id.ID, request page.Request) (page.Page[Session], error) {
	list := postgres.List{
		Table: "account_sessions", Columns: "id, created_at, updated_at, expires_at", Page: request,
		Where: []postgres.Equal{{Column: "account_id", Value: account}},
		Sort:  postgres.Sort{Descending: true},
	}
	return postgres.Select(ctx, s.db, list, pgx.RowToStructByPos[Session], func(last Session) page.Position { return page.Position{ID: last.ID} })
}
