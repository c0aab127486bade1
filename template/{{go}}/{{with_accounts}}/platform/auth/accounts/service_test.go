// Kept by the platform: docs/ownership.md says what that means.

package accounts_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"platform.internal/auth"
	"platform.internal/auth/accounts"
)

func TestKnownAndUnknownPeopleCostTheSame(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "known@example.com")
	f.person(t, "disabled@example.com")
	f.exec(t, "update accounts set disabled_at = now() where email = 'disabled@example.com'")
	if err := f.SignUp(t.Context(), "new@example.com", password); err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		answer string
		hashes int64
	}
	measure := func(do func() error) outcome {
		before := f.Hashes()
		err := do()
		return outcome{fmt.Sprint(err), f.Hashes() - before}
	}
	for name, do := range map[string]func(email string) error{
		"a sign-in with a wrong password": func(email string) error {
			_, err := f.SignIn(t.Context(), email, "something else", "192.0.2.1")
			return err
		},
		"a sign-up":        func(email string) error { return f.SignUp(t.Context(), email, password) },
		"a weak sign-up":   func(email string) error { return f.SignUp(t.Context(), email, "short") },
		"a forgotten word": func(email string) error { return f.RequestReset(t.Context(), email) },
		"sign-in after all": func(email string) error {
			_, err := f.SignIn(t.Context(), email, "wrong again!", "192.0.2.1")
			return err
		},
	} {
		want := measure(func() error { return do("nobody@example.com") })
		for _, email := range []string{"known@example.com", "disabled@example.com", "new@example.com"} {
			if got := measure(func() error { return do(email) }); got != want {
				t.Errorf("%s of %s: %+v, and of nobody %+v", name, email, got, want)
			}
		}
	}
}

func TestARightPasswordLetsNobodyInWhoMayNot(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "disabled@example.com")
	f.exec(t, "update accounts set disabled_at = now() where email = 'disabled@example.com'")
	if err := f.SignUp(t.Context(), "new@example.com", password); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"disabled@example.com", "new@example.com"} {
		if _, err := f.SignIn(t.Context(), email, password, "192.0.2.1"); kind(err) != "unauthenticated" {
			t.Errorf("%s: %v", email, err)
		}
	}
}

func TestASignUpOfSomebodyElseIsNotConfirmedByTheOwner(t *testing.T) {
	t.Parallel()
	f := start(t)
	if err := f.SignUp(t.Context(), "victim@example.com", "the one of mallory"); err != nil {
		t.Fatal(err)
	}
	if err := f.Confirm(t.Context(), f.code(t, "victim@example.com", 1), password); kind(err) != "invalid" {
		t.Errorf("confirmed without the password: %v", err)
	}
	if err := f.SignUp(t.Context(), "victim@example.com", password); err != nil {
		t.Fatal(err)
	}
	code := f.code(t, "victim@example.com", 2)
	if err := f.Confirm(t.Context(), code, password); err != nil {
		t.Error(err)
	}
	if err := f.Confirm(t.Context(), code, password); kind(err) != "invalid" {
		t.Errorf("a code works twice: %v", err)
	}
	if _, err := f.SignIn(t.Context(), "victim@example.com", "the one of mallory", "192.0.2.1"); kind(err) != "unauthenticated" {
		t.Errorf("mallory: %v", err)
	}
	if err := f.SignUp(t.Context(), "victim@example.com", "the one of mallory"); err != nil {
		t.Fatal(err)
	}
	f.signIn(t, "victim@example.com", password)
}

func TestAnAccountMayWhatEveryOneMayOrWhatIsSaidOfIt(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	tokens := f.signIn(t, "alice@example.com", password)
	for _, test := range []struct {
		column any
		want   string
	}{{nil, "[a:read]"}, {"b:read b:write", "[b:read b:write]"}, {"", "[]"}} {
		f.exec(t, "update accounts set scopes = $1", test.column)
		ctx, err := f.as(t, tokens.Access)
		own, wrong := f.Own(ctx)
		if got := fmt.Sprint(auth.From(ctx).Scopes); got != test.want || fmt.Sprint(own.Scopes) != test.want || err != nil || wrong != nil {
			t.Errorf("%v: may %s and %s, %v %v", test.column, got, own.Scopes, err, wrong)
		}
	}
}

func TestAnOldHashIsRenewedAtTheSignIn(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	f.exec(t, "update accounts set password_hash = $1", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$"+cheap)
	f.signIn(t, "alice@example.com", "one")
	f.signIn(t, "alice@example.com", "one")
	var hash string
	if err := f.pool.QueryRow(t.Context(), "select password_hash from accounts").Scan(&hash); err != nil || !strings.Contains(hash, "m=19456,t=2,p=1") {
		t.Errorf("%s and %v", hash, err)
	}
}

func TestOfSignInsAtOnceEachRenewsAnOldHashOrFindsItRenewed(t *testing.T) {
	t.Parallel()
	hash, _, _ := accounts.Hasher(1)
	for name, test := range map[string]struct{ stored, want string }{
		"by another sign-in":          {"one", ""},
		"by a change of the password": {"two", "unauthenticated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			f.person(t, "alice@example.com")
			f.exec(t, "update accounts set password_hash = $1", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$"+cheap)
			stored, err := hash(t.Context(), test.stored)
			if err != nil {
				t.Fatal(err)
			}
			renew := func(ctx context.Context) error {
				_, err := f.db.Exec(ctx, "update accounts set password_hash = $1", stored)
				return err
			}
			err = f.during(t, renew, func() error {
				_, err := f.SignIn(t.Context(), "alice@example.com", "one", "192.0.2.1")
				return err
			})
			if kind(err) != test.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhatHasExpiredIsDeleted(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	f.signIn(t, "alice@example.com", password)
	for _, email := range []string{"never@example.com", "yet@example.com"} {
		if err := f.SignUp(t.Context(), email, password); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.RequestReset(t.Context(), "alice@example.com"); err != nil {
		t.Fatal(err)
	}
	f.code(t, "alice@example.com", 2)
	left := func() (rows string) {
		if err := f.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := f.pool.QueryRow(t.Context(), `select concat_ws(' ', (select string_agg(split_part(email, '@', 1), ',' order by email) from accounts),
			(select count(*) from account_sessions), (select count(*) from account_codes), (select count(*) from account_attempts))`).Scan(&rows)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	if got := left(); got != "alice,never,yet 1 3 5" {
		t.Errorf("left is %s", got)
	}
	f.exec(t, "update account_codes set expires_at = now() from accounts where accounts.id = account_id and email <> 'yet@example.com'")
	f.exec(t, "update account_sessions set expires_at = now()")
	f.exec(t, "update account_attempts set expires_at = now()")
	if got := left(); got != "alice,yet 0 1 0" {
		t.Errorf("left is %s", got)
	}
}

func TestAnAccountThatNobodyHasConfirmedStaysAsLongAsACodeForAnotherPassword(t *testing.T) {
	t.Parallel()
	f := start(t)
	const used, unused = "used@example.com", "unused@example.com"
	codes := map[string]string{}
	for _, email := range []string{used, unused} {
		if err := f.SignUp(t.Context(), email, password); err != nil {
			t.Fatal(err)
		}
		f.code(t, email, 1)
		if err := f.RequestReset(t.Context(), email); err != nil {
			t.Fatal(err)
		}
		codes[email] = f.code(t, email, 2)
	}
	f.exec(t, "update account_codes set expires_at = now() where purpose = 'CONFIRMATION'")
	if err := f.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	const next = "another fine password"
	if err := f.Reset(t.Context(), codes[used], next); err != nil {
		t.Errorf("the code of a mail: %v", err)
	}
	f.exec(t, "update account_codes set expires_at = now()")
	if err := f.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.signIn(t, used, next)
	var left int
	if err := f.pool.QueryRow(t.Context(), "select count(*) from accounts").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d accounts are left, %v", left, err)
	}
}
