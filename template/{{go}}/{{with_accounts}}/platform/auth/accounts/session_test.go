// Kept by the platform: docs/ownership.md says what that means.

package accounts_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"platform.internal/auth/accounts"
)

func TestARefreshTokenThatIsUsedTwiceEndsItsSession(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	first := f.signIn(t, "alice@example.com", password)
	other := f.signIn(t, "alice@example.com", password)
	second, err := f.Refresh(t.Context(), first.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.as(t, first.Access); kind(err) != "unauthenticated" {
		t.Errorf("the access token from before: %v", err)
	}
	if _, err := f.as(t, second.Access); err != nil {
		t.Error(err)
	}
	if _, err := f.Refresh(t.Context(), first.Refresh); kind(err) != "unauthenticated" {
		t.Errorf("the second use: %v", err)
	}
	if _, err := f.as(t, second.Access); kind(err) != "unauthenticated" {
		t.Errorf("the access token after the second use: %v", err)
	}
	if _, err := f.Refresh(t.Context(), second.Refresh); kind(err) != "unauthenticated" {
		t.Errorf("the refresh token after the second use: %v", err)
	}
	if _, err := f.as(t, other.Access); err != nil {
		t.Errorf("another session: %v", err)
	}
}

func TestOfManyUsesAtOnceAtMostOneWinsAndTheSessionEnds(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	for range 5 {
		tokens := f.signIn(t, "alice@example.com", password)
		var won atomic.Int32
		var access atomic.Value
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				if renewed, err := f.Refresh(t.Context(), tokens.Refresh); err == nil {
					won.Add(1)
					access.Store(renewed.Access)
				} else if kind(err) != "unauthenticated" {
					t.Error(err)
				}
			})
		}
		callers.Wait()
		if won.Load() != 1 {
			t.Errorf("%d have won", won.Load())
		}
		if _, err := f.as(t, fmt.Sprint(access.Load())); kind(err) != "unauthenticated" {
			t.Errorf("the session goes on: %v", err)
		}
	}
}

func TestATokenThatNobodyWasGivenEndsNothing(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	tokens := f.signIn(t, "alice@example.com", password)
	for name, token := range map[string]string{
		"no token":             "x",
		"an access token":      tokens.Access,
		"another prefix":       "rt_" + strings.Repeat("a", 16) + tokens.Refresh[19:],
		"a token that is cut":  tokens.Refresh[:len(tokens.Refresh)-1],
		"a token that is long": tokens.Refresh + "a",
	} {
		if _, err := f.Refresh(t.Context(), token); kind(err) != "unauthenticated" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.as(t, tokens.Access); err != nil {
		t.Errorf("the session has ended: %v", err)
	}
	if _, err := f.as(t, tokens.Refresh); kind(err) != "unauthenticated" {
		t.Errorf("a refresh token lets its holder in: %v", err)
	}
}

func TestATokenIsPrintedWithoutWhatEndsItsSession(t *testing.T) {
	t.Parallel()
	text, hidden := accounts.Printed()
	for _, part := range hidden {
		if strings.Contains(text, part) {
			t.Errorf("%s shows %s", text, part)
		}
	}
}

func TestWhatEndsEverySessionEndsOneThatIsJustBegun(t *testing.T) {
	t.Parallel()
	const email, next = "alice@example.com", "another fine password"
	for name, test := range map[string]struct {
		do   func(caller context.Context, f *fixture, code string) error
		want int
	}{
		"another password by mail":    {func(ctx context.Context, f *fixture, code string) error { return f.Reset(ctx, code, next) }, 0},
		"another password":            {func(ctx context.Context, f *fixture, _ string) error { return f.ChangePassword(ctx, password, next) }, 1},
		"an account that is disabled": {func(ctx context.Context, f *fixture, _ string) error { return f.run(ctx, "accounts disable", email) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			f.person(t, email)
			caller, err := f.as(t, f.signIn(t, email, password).Access)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.RequestReset(t.Context(), email); err != nil {
				t.Fatal(err)
			}
			code := f.code(t, email, 2)
			if err := f.during(t, func(ctx context.Context) error { return f.Begin(ctx, email) }, func() error { return test.do(caller, f, code) }); err != nil {
				t.Error(err)
			}
			var left int
			if err := f.pool.QueryRow(t.Context(), "select count(*) from account_sessions").Scan(&left); err != nil || left != test.want {
				t.Errorf("%d sessions go on, %v", left, err)
			}
		})
	}
}

func TestAnAccountHasAtMostAHundredSessions(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	oldest := f.signIn(t, "alice@example.com", password)
	f.exec(t, `insert into account_sessions (id, account_id, prefix, access_hash, access_expires_at, refresh_hash, expires_at)
		select ('ffffffff-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, a.id, n::text, '', now(), '', now() + interval '1 day'
		from generate_series(1, 99) n, accounts a`)
	f.signIn(t, "alice@example.com", password)
	if _, err := f.as(t, oldest.Access); kind(err) != "unauthenticated" {
		t.Errorf("the oldest session goes on: %v", err)
	}
}

func TestTokensEndOnTime(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	tokens := f.signIn(t, "alice@example.com", password)
	f.exec(t, "update account_sessions set access_expires_at = now()")
	if _, err := f.as(t, tokens.Access); kind(err) != "unauthenticated" {
		t.Errorf("access: %v", err)
	}
	f.exec(t, "update account_sessions set expires_at = now()")
	if _, err := f.Refresh(t.Context(), tokens.Refresh); kind(err) != "unauthenticated" {
		t.Errorf("refresh: %v", err)
	}
	var left int
	if err := f.pool.QueryRow(t.Context(), "select count(*) from account_sessions").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d sessions, %v: its own token was taken for one that was used before", left, err)
	}
	if err := f.RequestReset(t.Context(), "alice@example.com"); err != nil {
		t.Fatal(err)
	}
	code := f.code(t, "alice@example.com", 2)
	f.exec(t, "update account_codes set expires_at = now()")
	if err := f.Reset(t.Context(), code, password); kind(err) != "invalid" {
		t.Errorf("reset: %v", err)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	f := start(b)
	f.person(b, "alice@example.com")
	tokens, authenticator := f.signIn(b, "alice@example.com", password), accounts.NewAuthenticator(f.db, scopes)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := authenticator.Authenticate(b.Context(), tokens.Access); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignIn(b *testing.B) {
	f := start(b)
	f.person(b, "alice@example.com")
	for b.Loop() {
		f.signIn(b, "alice@example.com", password)
	}
}
