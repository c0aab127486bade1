// Kept by the platform: docs/ownership.md says what that means.

package apikey_test

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"platform.internal/auth/apikey"
	"platform.internal/config"
	"platform.internal/fault"
	"platform.internal/postgres"
	"platform.internal/testkit"
)

const up = `-- migrate:up
create table api_keys (
    id uuid constraint api_keys_pkey primary key,
    prefix text not null constraint api_keys_prefix_unique unique,
    hash text not null,
    subject text not null,
    name text not null,
    scopes text not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz not null default now()
);
grant select, insert, update on api_keys to %s;
-- migrate:down
drop table api_keys;
`

func open(t *testing.T) *pgxpool.Pool {
	t.Helper()
	service, err := url.Parse(os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	migrations := fstest.MapFS{"20260101000000_keys.sql": {Data: fmt.Appendf(nil, up, pgx.Identifier{service.User.Username()}.Sanitize())}}
	pool, err := postgres.Open(t.Context(), postgres.Settings{
		URL:              config.NewSecret(testkit.NewDatabase(t, migrations).URL),
		Connections:      4,
		StatementTimeout: 5 * time.Second,
		LockTimeout:      2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestKeysAreKeptInPostgreSQL(t *testing.T) {
	t.Parallel()
	pool := open(t)
	keys := apikey.NewPostgres(pool)
	key, expires := apikey.NewKey(), time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	if err := keys.Create(t.Context(), key, pepper, apikey.Record{Subject: "acme", Name: "robot", Scopes: []string{"a:read", "a:write"}, ExpiresAt: &expires}); err != nil {
		t.Fatal(err)
	}

	t.Run("with all but the secret", func(t *testing.T) {
		got, err := keys.Find(t.Context(), key.Prefix)
		if err != nil || got.Subject != "acme" || got.Name != "robot" || !slices.Equal(got.Scopes, []string{"a:read", "a:write"}) || !got.ExpiresAt.Equal(expires) {
			t.Errorf("got %+v and %v", got, err)
		}
		if got.Hash != key.Hash(pepper) || got.RevokedAt != nil || got.UsedAt != nil {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("and let in whoever has one", func(t *testing.T) {
		got, err := apikey.NewAuthenticator(keys, pepper).Authenticate(t.Context(), key.Reveal())
		if err != nil || got.Subject != "acme" || !got.May("a:read", "a:write") {
			t.Errorf("got %v and %v", got, err)
		}
	})
	t.Run("with their last use, to the minute", func(t *testing.T) {
		if _, err := pool.Exec(t.Context(), "update api_keys set last_used_at = now() - interval '61 seconds'"); err != nil {
			t.Fatal(err)
		}
		var times []time.Time
		for range 2 {
			if err := keys.Use(t.Context(), key.Prefix); err != nil {
				t.Fatal(err)
			}
			got, err := keys.Find(t.Context(), key.Prefix)
			if err != nil || time.Since(*got.UsedAt) > 30*time.Second {
				t.Fatalf("got %+v and %v", got, err)
			}
			times = append(times, *got.UsedAt)
		}
		if !times[0].Equal(times[1]) {
			t.Error("it was written twice in a minute")
		}
	})
	t.Run("and found by nothing but their prefix", func(t *testing.T) {
		if _, err := keys.Find(t.Context(), apikey.NewKey().Prefix); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	})
	t.Run("and ended once", func(t *testing.T) {
		var times []time.Time
		for range 2 {
			if err := keys.Revoke(t.Context(), key.Prefix); err != nil {
				t.Fatal(err)
			}
			got, err := keys.Find(t.Context(), key.Prefix)
			if err != nil || got.Usable(time.Now()) {
				t.Fatalf("got %+v and %v", got, err)
			}
			times = append(times, *got.RevokedAt)
		}
		if !times[0].Equal(times[1]) {
			t.Error("the end of a key has moved")
		}
	})
	t.Run("and not ended where there is none", func(t *testing.T) {
		if err := keys.Revoke(t.Context(), "none"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	})
	t.Run("and listed, the newest first", func(t *testing.T) {
		newer := apikey.NewKey()
		if err := keys.Create(t.Context(), newer, pepper, apikey.Record{Subject: "acme", Name: "second"}); err != nil {
			t.Fatal(err)
		}
		got, err := keys.List(t.Context())
		if err != nil || len(got) != 2 || got[0].Prefix != newer.Prefix || len(got[0].Scopes) != 0 {
			t.Errorf("got %+v and %v", got, err)
		}
	})
}
