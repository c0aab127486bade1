// Kept by the platform: docs/ownership.md says what that means.

package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platform.internal/auth"
	"platform.internal/auth/accounts"
	"platform.internal/fault"
)

func TestGuessingGetsSlowAndTheOwnerGetsInAgain(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	wrong := func() error {
		_, err := f.SignIn(t.Context(), "alice@example.com", "something else", "192.0.2.1")
		return err
	}
	for n := range 10 {
		if err := wrong(); kind(err) != "unauthenticated" {
			t.Fatalf("try %d: %v", n+1, err)
		}
	}
	for n, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		before := f.Hashes()
		_, err := f.SignIn(t.Context(), "alice@example.com", password, "192.0.2.1")
		found, _ := errors.AsType[*fault.Error](err)
		if found == nil || found.Kind != fault.Limited || found.RetryAfter > want || found.RetryAfter < want-5*time.Second || f.Hashes() > before {
			t.Errorf("delay %d: %+v", n+1, found)
		}
		f.exec(t, "update account_attempts set blocked_until = now()")
		_ = wrong()
	}
	if err := f.RequestReset(t.Context(), "alice@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := f.Reset(t.Context(), f.code(t, "alice@example.com", 2), "another fine password"); err != nil {
		t.Fatal(err)
	}
	f.signIn(t, "alice@example.com", "another fine password")
}

func TestWhatIsDoneIsDoneThoughTheTriesAreNotForgotten(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.database.Exec(t, "create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$")
	f.database.Exec(t, "create trigger forget before delete on account_attempts for each row execute function refuse()")
	f.database.Exec(t, `create trigger forgive before update on account_attempts for each row when (new.failures < old.failures)
		execute function refuse()`)
	f.person(t, "alice@example.com") // which confirms
	if err := f.RequestReset(t.Context(), "alice@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := f.Reset(t.Context(), f.code(t, "alice@example.com", 2), "another fine password"); err != nil {
		t.Error(err)
	}
	caller, err := f.as(t, f.signIn(t, "alice@example.com", "another fine password").Access)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.ChangePassword(caller, "another fine password", password); err != nil {
		t.Error(err)
	}
	if got := strings.Count(f.log.String(), `"msg":"tries not forgotten"`); got != 5 {
		t.Errorf("%d are told of: %s", got, &f.log)
	}
}

func TestGuessesAtTheSameTimeAreCounted(t *testing.T) {
	t.Parallel()
	f := start(t)
	var tried atomic.Int32
	var callers sync.WaitGroup
	for range 60 {
		callers.Go(func() {
			if _, err := f.SignIn(t.Context(), "nobody@example.com", "something else", "192.0.2.1"); kind(err) == "unauthenticated" {
				tried.Add(1)
			}
		})
	}
	callers.Wait()
	if tried.Load() > 10 {
		t.Errorf("%d guesses at once", tried.Load())
	}
}

func TestNobodyIsInTheWayOfOthersWhoSignInAtTheSameTime(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	f.exec(t, `insert into accounts (id, email, password_hash, subject, confirmed_at)
		select gen_random_uuid(), 'p' || n || '@example.com', password_hash, n, now() from accounts, generate_series(1, 40) n`)
	var callers sync.WaitGroup
	for n := range 40 { // fewer than the tries that a network has for nothing, as each of them is one until it has ended
		callers.Go(func() {
			email := fmt.Sprintf("p%d@example.com", n+1)
			_, err := f.SignIn(t.Context(), email, password, "192.0.2.1")
			if err != nil && kind(err) != "unavailable" { // so many passwords take long to check on a slow machine
				t.Errorf("%s: %v", email, err)
			}
		})
	}
	callers.Wait()
}

func TestAFewTyposADayDoNotAddUpWhereManyPeopleHaveOneAddress(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	f.exec(t, `insert into account_attempts (id, key, failures, blocked_until, expires_at)
		values (gen_random_uuid(), encode(sha256('network 192.0.2.1'), 'hex'), 49, '-infinity', now() + interval '1 day')`)
	for range 3 {
		f.pass(t, 20*time.Hour)
		f.signIn(t, "alice@example.com", password)
	}
	for range 3 {
		if _, err := f.SignIn(t.Context(), "alice@example.com", "something else", "192.0.2.1"); kind(err) != "unauthenticated" {
			t.Errorf("got %v", err)
		}
	}
}

func TestWhoGoesOnGuessingGetsOneTryInTheLongestWait(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		what       string
		pause, all time.Duration
		most       int // the tries without a wait, those until the wait is the longest, and one for each of it
	}{
		"for one account":               {"email", 0, 72 * time.Hour, 10 + 7 + 72},
		"for one account, with pauses":  {"email", 30 * time.Minute, 72 * time.Hour, 10 + 7 + 72},
		"from one network":              {"network", 0, 10 * time.Hour, 50 + 6 + 10*60},
		"from one network, with pauses": {"network", 30 * time.Second, 10 * time.Hour, 50 + 6 + 10*60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			tried := 0
			for left := test.all; left > 0; {
				wait := test.pause
				err := f.Count(t.Context(), test.what, "x")
				if found, ok := errors.AsType[*fault.Error](err); ok && found.Kind == fault.Limited {
					wait = found.RetryAfter
				} else if err != nil {
					t.Fatal(err)
				} else {
					tried++
				}
				f.pass(t, wait)
				left -= wait
			}
			if tried > test.most {
				t.Errorf("%d tries, want %d", tried, test.most)
			}
		})
	}
}

func TestATryThatNobodyHasJudgedIsNotCounted(t *testing.T) {
	t.Parallel()
	f := start(t)
	caller, err := f.as(t, f.signedIn(t, "alice@example.com").Access)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SignUp(t.Context(), "bob@example.com", password); err != nil {
		t.Fatal(err)
	}
	code := f.code(t, "bob@example.com", 1)
	for name, try := range map[string]func(context.Context) error{
		"a sign-in": func(ctx context.Context) error {
			_, err := f.SignIn(ctx, "nobody@example.com", "something else", "192.0.2.1")
			return err
		},
		"another password": func(ctx context.Context) error {
			return f.ChangePassword(auth.With(ctx, auth.From(caller)), "something else", "another fine password")
		},
		"a confirmation": func(ctx context.Context) error { return f.Confirm(ctx, code, "something else") },
	} {
		for reason, patience := range map[string]time.Duration{"too many try": time.Hour, "its time is over": 500 * time.Millisecond} {
			func() {
				defer accounts.Block(f.Service)()
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				if err := try(ctx); err == nil || kind(err) == "unauthenticated" || kind(err) == "invalid" {
					t.Errorf("%s, as %s: %v", name, reason, err)
				}
			}()
			if got := f.counted(t); got != 0 {
				t.Errorf("%s, as %s, is counted %d times", name, reason, got)
			}
		}
	}
}

func TestWhoIsTooEarlyForAnAccountTakesNothingFromTheirNetwork(t *testing.T) {
	t.Parallel()
	f := start(t)
	for range 10 {
		_, _ = f.SignIn(t.Context(), "nobody@example.com", "something else", "192.0.2.1")
	}
	for range 60 {
		if _, err := f.SignIn(t.Context(), "nobody@example.com", "something else", "192.0.2.1"); kind(err) != "limited" {
			t.Fatalf("got %v", err)
		}
	}
	if _, err := f.SignIn(t.Context(), "somebody@example.com", "something else", "192.0.2.1"); kind(err) != "unauthenticated" {
		t.Errorf("got %v", err)
	}
}

func TestOneNetworkTriesManyAccountsSlowly(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.exec(t, `insert into account_attempts (id, key, failures, blocked_until, expires_at)
		values (gen_random_uuid(), encode(sha256('network 192.0.2.9'), 'hex'), 49, now(), now() + interval '1 day')`)
	if _, err := f.SignIn(t.Context(), "a@example.com", "something else", "192.0.2.9"); kind(err) != "unauthenticated" {
		t.Errorf("got %v", err)
	}
	if _, err := f.SignIn(t.Context(), "b@example.com", "something else", "192.0.2.9"); kind(err) != "limited" {
		t.Errorf("got %v", err)
	}
	if _, err := f.SignIn(t.Context(), "b@example.com", "something else", "192.0.2.8"); kind(err) != "unauthenticated" {
		t.Errorf("another network: %v", err)
	}
	f.pass(t, 10*time.Minute)
	for n := range 5 {
		if _, err := f.SignIn(t.Context(), "c@example.com", "something else", "192.0.2.9"); kind(err) != "unauthenticated" {
			t.Errorf("try %d after a pause: %v", n+1, err)
		}
	}
}

func TestNobodyIsFloodedWithMails(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.person(t, "alice@example.com")
	for range 10 {
		if err := f.RequestReset(t.Context(), "alice@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	f.code(t, "alice@example.com", 6) // that of the sign-up, and five
	if err := f.RequestReset(t.Context(), "bob@example.com"); err != nil {
		t.Fatal(err)
	}
	f.person(t, "bob@example.com") // whose mail is sent after all that wait
	if got := len(f.sent("alice@example.com")); got > 6 {
		t.Errorf("%d mails", got)
	}
}

func TestADayWithoutATryForgetsAll(t *testing.T) {
	t.Parallel()
	f := start(t)
	for range 12 {
		_, _ = f.SignIn(t.Context(), "nobody@example.com", "something else", "192.0.2.1")
	}
	f.pass(t, 24*time.Hour)
	for n := range 10 {
		if _, err := f.SignIn(t.Context(), "nobody@example.com", "something else", "192.0.2.1"); kind(err) != "unauthenticated" {
			t.Fatalf("try %d: %v", n+1, err)
		}
	}
}

func TestASignInStormWaitsAndTakesNoMoreMemory(t *testing.T) {
	t.Parallel()
	f := start(t)
	release := accounts.Block(f.Service)
	defer release()
	var callers sync.WaitGroup
	for n := range 200 {
		callers.Go(func() {
			email := fmt.Sprintf("p%d@example.com", n)
			if _, err := f.SignIn(t.Context(), email, "something else", fmt.Sprintf("192.0.2.%d", n)); kind(err) != "unavailable" {
				t.Errorf("%s: %v", email, err)
			}
		})
	}
	callers.Wait()
	if f.Hashes() > 0 {
		t.Errorf("%d hashes while every slot is taken", f.Hashes())
	}
}
