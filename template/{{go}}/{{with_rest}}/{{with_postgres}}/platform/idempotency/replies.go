// Kept by the platform: docs/ownership.md says what that means.

package idempotency

import (
	"context"
	"errors"
	"net/http"
	"time"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/postgres"
	"platform.internal/rest"
)

// Keep is how long a reply can be had again. It may hold personal data; that it is gone after a day is why it may.
const Keep = 24 * time.Hour

// Replies are kept in the table idempotency_replies.
type Replies struct{ db *postgres.Database }

// NewReplies returns those in the database.
func NewReplies(db *postgres.Database) *Replies { return &Replies{db} }

var (
	errInFlight = rest.NewProblem(http.StatusConflict, "idempotency_key_in_flight",
		"A request with this Idempotency-Key is still at work; send it again a little later.").After(time.Second)
	errReused = rest.NewProblem(http.StatusUnprocessableEntity, "idempotency_key_reused",
		"This Idempotency-Key was used for another request; give each request a key of its own.")
)

// noEffect ends a unit of work whose answer is no success.
type noEffect struct{ cause error }

// Error implements error.
func (noEffect) Error() string { return "the answer is no success" }

// Unwrap returns the cause of a status from 500 on, which may be one for which the unit is tried again.
func (e noEffect) Unwrap() error { return e.cause }

// once returns the reply that is stored for the request, or else the answer of handle, which it stores if it is a success.
// The error is a problem, 409 or 422, or a fault.
func (s *Replies) once(ctx context.Context, asked request, handle func(context.Context) rest.Attempt) (answer rest.Attempt, err error) {
	err = s.db.Transact(ctx, func(ctx context.Context) error {
		if err := s.claim(ctx, asked); err != nil {
			return err
		}
		stored, err := s.find(ctx, asked)
		if err == nil || fault.KindOf(err) != fault.NotFound {
			answer = stored
			return err
		}
		answer = handle(ctx)
		if answer.Status/100 != 2 {
			return noEffect{answer.Err}
		}
		return s.store(ctx, asked, answer)
	})
	if _, ok := errors.AsType[noEffect](err); ok {
		return answer, nil
	}
	return answer, err
}

// claim excludes every other request of the same key until the transaction ends, or the connection does. It never waits.
func (s *Replies) claim(ctx context.Context, asked request) error {
	var claimed bool
	if err := s.db.QueryRow(ctx, "select pg_try_advisory_xact_lock($1)", asked.lock()).Scan(&claimed); err != nil {
		return postgres.Fault(err, nil)
	}
	if !claimed {
		return errInFlight
	}
	return nil
}

// find is a statement of its own after claim: only so it sees what the last holder of the lock has committed.
// The error is a fault of kind NotFound if nothing is stored.
func (s *Replies) find(ctx context.Context, asked request) (rest.Attempt, error) {
	var fingerprint, location, etag, contentType string
	stored := rest.Attempt{Header: http.Header{replayed: {"true"}}}
	err := s.db.QueryRow(ctx, `select fingerprint, status, location, etag, content_type, body from idempotency_replies
		where key_hash = $1 and expires_at > now()`, hexadecimal(asked.key)).
		Scan(&fingerprint, &stored.Status, &location, &etag, &contentType, &stored.Body)
	if err != nil {
		return stored, postgres.Fault(err, nil)
	}
	if fingerprint != hexadecimal(asked.fingerprint) {
		return stored, errReused
	}
	for name, value := range map[string]string{"Location": location, "Etag": etag, "Content-Type": contentType} {
		if value != "" {
			stored.Header.Set(name, value)
		}
	}
	return stored, nil
}

// store replaces a reply that has expired.
func (s *Replies) store(ctx context.Context, asked request, answer rest.Attempt) error {
	_, err := s.db.Exec(ctx, `
		insert into idempotency_replies (id, key_hash, fingerprint, status, location, etag, content_type, body, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval)
		on conflict (key_hash) do update set fingerprint = excluded.fingerprint, status = excluded.status, location = excluded.location,
			etag = excluded.etag, content_type = excluded.content_type, body = excluded.body, expires_at = excluded.expires_at`,
		id.New(), hexadecimal(asked.key), hexadecimal(asked.fingerprint), answer.Status,
		answer.Header.Get("Location"), answer.Header.Get("ETag"), answer.Header.Get("Content-Type"), string(answer.Body), Keep)
	return postgres.Fault(err, nil)
}

// lockKey is that of Purge; no other use of advisory locks in this database has it.
const lockKey = 7_290_114_418

const batch = 1000

// Purge deletes what has expired, in batches, each a short transaction. Of several instances that try one works; the others return at once.
// It skips a row that a request is storing anew: whether that has expired is known when the request has ended.
func (s *Replies) Purge(ctx context.Context) error {
	for {
		var deleted int64
		err := s.db.Transact(ctx, func(ctx context.Context) error {
			var mine bool
			err := s.db.QueryRow(ctx, "select pg_try_advisory_xact_lock($1)", lockKey).Scan(&mine)
			if err != nil || !mine {
				return err
			}
			tag, err := s.db.Exec(ctx, `delete from idempotency_replies where id in
				(select id from idempotency_replies where expires_at <= now() order by expires_at limit $1 for update skip locked)`, batch)
			deleted = tag.RowsAffected()
			return err
		})
		if err != nil || deleted < batch {
			return postgres.Fault(err, nil)
		}
	}
}
