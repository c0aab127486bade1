// Kept by the platform: docs/ownership.md says what that means.

package apikey

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/postgres"
)

// Postgres keeps keys in the table api_keys.
type Postgres struct{ db postgres.DB }

// NewPostgres returns a store on the database.
func NewPostgres(db postgres.DB) *Postgres { return &Postgres{db} }

const columns = "prefix, hash, subject, name, scopes, expires_at, revoked_at, last_used_at, created_at"

func read(row pgx.CollectableRow) (record Record, err error) {
	var scopes string
	err = row.Scan(&record.Prefix, &record.Hash, &record.Subject, &record.Name, &scopes,
		&record.ExpiresAt, &record.RevokedAt, &record.UsedAt, &record.CreatedAt)
	record.Scopes = strings.Fields(scopes)
	return record, err
}

// Find implements Store.
func (p *Postgres) Find(ctx context.Context, prefix string) (Record, error) {
	rows, err := p.db.Query(ctx, "select "+columns+" from api_keys where prefix = $1", prefix)
	if err != nil {
		return Record{}, postgres.Fault(err, nil)
	}
	record, err := pgx.CollectExactlyOneRow(rows, read)
	return record, postgres.Fault(err, nil)
}

// Use implements Store. Of several instances that note a use in the same minute one writes.
func (p *Postgres) Use(ctx context.Context, prefix string) error {
	_, err := p.db.Exec(ctx, `update api_keys set last_used_at = now()
		where prefix = $1 and (last_used_at is null or last_used_at < now() - $2::interval)`, prefix, noteEvery)
	return postgres.Fault(err, nil)
}

// Create stores a new key for the subject, name, scopes and expiry of the record.
func (p *Postgres) Create(ctx context.Context, key Key, pepper []byte, record Record) error {
	_, err := p.db.Exec(ctx,
		"insert into api_keys (id, prefix, hash, subject, name, scopes, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
		id.New(), key.Prefix, key.Hash(pepper), record.Subject, record.Name, strings.Join(record.Scopes, " "), record.ExpiresAt)
	return postgres.Fault(err, nil)
}

// List returns every key, newest first.
func (p *Postgres) List(ctx context.Context) ([]Record, error) {
	rows, err := p.db.Query(ctx, "select "+columns+" from api_keys order by id desc")
	if err != nil {
		return nil, postgres.Fault(err, nil)
	}
	records, err := pgx.CollectRows(rows, read)
	return records, postgres.Fault(err, nil)
}

// Revoke ends a key for good. The error is a fault of kind NotFound if there is no such key.
func (p *Postgres) Revoke(ctx context.Context, prefix string) error {
	tag, err := p.db.Exec(ctx, "update api_keys set revoked_at = coalesce(revoked_at, now()) where prefix = $1", prefix)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "There is no key with that prefix; `keys list` shows them.")
	}
	return postgres.Fault(err, nil)
}
