// Kept by the platform: docs/ownership.md says what that means.

package accounts_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"platform.internal/auth"
	"platform.internal/auth/accounts"
	"platform.internal/command"
	"platform.internal/config"
	"platform.internal/fault"
	"platform.internal/logging"
	"platform.internal/postgres"
	"platform.internal/testkit"
)

const up = `-- migrate:up
create table accounts (
    id uuid primary key,
    email text not null unique,
    password_hash text not null,
    subject text not null,
    scopes text,
    confirmed_at timestamptz,
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create table account_sessions (
    id uuid primary key,
    account_id uuid not null references accounts on delete cascade,
    prefix text not null unique,
    access_hash text not null,
    access_expires_at timestamptz not null,
    refresh_hash text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create table account_codes (
    id uuid primary key,
    account_id uuid not null references accounts on delete cascade,
    purpose text not null check (purpose in ('CONFIRMATION', 'RESET')),
    prefix text not null unique,
    hash text not null,
    expires_at timestamptz not null,
    unique (account_id, purpose)
);
create table account_attempts (
    id uuid primary key,
    key text not null unique,
    failures bigint not null,
    blocked_until timestamptz not null,
    expires_at timestamptz not null
);
grant select, insert, update, delete on accounts, account_sessions, account_codes, account_attempts to %s;
-- migrate:down
drop table account_attempts, account_codes, account_sessions, accounts;
`

// fixture is a service on a database of its own, and the mails that it sends.
type fixture struct {
	*accounts.Service

	database testkit.Database
	pool     *pgxpool.Pool
	db       *postgres.Database
	log      strings.Builder

	mutex sync.Mutex
	mails []accounts.Message
}

// Send implements accounts.Mailer.
func (f *fixture) Send(_ context.Context, message accounts.Message) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.mails = append(f.mails, message)
	return nil
}

func start(t testing.TB) *fixture {
	t.Helper()
	service, err := url.Parse(os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	migrations := fstest.MapFS{"20260101000000_accounts.sql": {Data: fmt.Appendf(nil, up, pgx.Identifier{service.User.Username()}.Sanitize())}}
	f := &fixture{database: testkit.NewDatabase(t, migrations)}
	f.pool, err = postgres.Open(t.Context(), postgres.Settings{
		URL:              config.NewSecret(f.database.URL),
		Connections:      8,
		StatementTimeout: 5 * time.Second,
		LockTimeout:      2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.db = postgres.NewDatabase(f.pool)
	f.Service = accounts.NewService(t.Context(), accounts.Options{
		DB:        f.db,
		Mailer:    f,
		PublicURL: "https://app.example.com/",
		Scopes:    scopes,
		Hashing:   1000,
		Log:       logging.New(&f.log, slog.LevelInfo),
	})
	t.Cleanup(func() {
		f.Close()
		f.pool.Close()
	})
	return f
}

// scopes are what every account may do.
var scopes = []string{"a:read"}

const password = "correct horse battery"

var codes = regexp.MustCompile(`#code=(\S+)`)

// code waits for the newest code that was sent to the address.
func (f *fixture) code(t testing.TB, email string, mails int) string {
	t.Helper()
	for range 3000 {
		if texts := f.sent(email); len(texts) >= mails {
			if match := codes.FindStringSubmatch(texts[len(texts)-1]); match != nil {
				return match[1]
			}
			t.Fatalf("no code in %s", texts[len(texts)-1])
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no mail for %s", email)
	return ""
}

func (f *fixture) sent(email string) (texts []string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, message := range f.mails {
		if message.To == email {
			texts = append(texts, message.Text)
		}
	}
	return texts
}

// person signs up and confirms.
func (f *fixture) person(t testing.TB, email string) {
	t.Helper()
	if err := f.SignUp(t.Context(), email, password); err != nil {
		t.Fatal(err)
	}
	if err := f.Confirm(t.Context(), f.code(t, email, 1), password); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) signIn(t testing.TB, email, password string) accounts.Tokens {
	t.Helper()
	tokens, err := f.SignIn(t.Context(), email, password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// signedIn is a person who has signed in.
func (f *fixture) signedIn(t testing.TB, email string) accounts.Tokens {
	t.Helper()
	f.person(t, email)
	return f.signIn(t, email, password)
}

// pass lets tries be as old as they are after that time.
func (f *fixture) pass(t testing.TB, duration time.Duration) {
	t.Helper()
	f.exec(t, "update account_attempts set blocked_until = blocked_until - $1::interval, expires_at = expires_at - $1::interval", duration)
}

// counted returns how many tries to give a password are held against anybody: all but those that ask for mails.
func (f *fixture) counted(t testing.TB) (tries int) {
	t.Helper()
	err := f.pool.QueryRow(t.Context(), `select coalesce(sum(failures), 0) from account_attempts
		where key not in (select encode(sha256(('sign-up ' || email)::bytea), 'hex') from accounts)`).Scan(&tries)
	if err != nil {
		t.Fatal(err)
	}
	return tries
}

func (f *fixture) exec(t testing.TB, sql string, arguments ...any) {
	t.Helper()
	if _, err := f.pool.Exec(t.Context(), sql, arguments...); err != nil {
		t.Fatal(err)
	}
}

// during runs do while the changes that hold makes are not committed yet: until do waits for a lock.
func (f *fixture) during(t testing.TB, hold func(context.Context) error, do func() error) error {
	t.Helper()
	done := make(chan error, 1)
	if err := f.db.Transact(t.Context(), func(ctx context.Context) error {
		err := hold(ctx)
		go func() { done <- do() }()
		f.waits(ctx, t)
		return err
	}); err != nil {
		t.Error(err)
	}
	return <-done
}

// waits returns when a statement waits for a lock.
func (f *fixture) waits(ctx context.Context, t testing.TB) {
	t.Helper()
	for range 5000 {
		var waiting bool
		if err := f.pool.QueryRow(ctx, `select exists (select from pg_stat_activity
			where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waiting); err != nil || waiting {
			if err != nil {
				t.Error(err)
			}
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Error("nothing waits for a lock")
}

// run runs one of the commands.
func (f *fixture) run(ctx context.Context, name string, arguments ...string) error {
	open := func(context.Context) (*postgres.Database, func(), error) { return f.db, func() {}, nil }
	for _, each := range accounts.Commands(open, func() ([]string, error) { return scopes, nil }) {
		if each.Name == name {
			return each.Run(ctx, arguments, command.Streams{Out: io.Discard, Err: io.Discard})
		}
	}
	return fmt.Errorf("there is no command %s", name)
}

func kind(err error) string {
	if err == nil {
		return ""
	}
	return fault.KindOf(err).String()
}

// as returns the context of a request with the token.
func (f *fixture) as(t testing.TB, token string) (context.Context, error) {
	t.Helper()
	principal, err := accounts.NewAuthenticator(f.db, scopes).Authenticate(t.Context(), token)
	return auth.With(t.Context(), principal), err
}
