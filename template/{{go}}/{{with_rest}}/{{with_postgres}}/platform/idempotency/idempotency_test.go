// Kept by the platform: docs/ownership.md says what that means.

package idempotency_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platform.internal/postgres"
	"platform.internal/rest"
	"platform.internal/testkit"
)

func TestARequestThatIsSentAgainTakesEffectOnce(t *testing.T) {
	t.Parallel()
	s := start(t, database(t).URL, 4, create)
	first := s.want("ada", "k", `"x"`, 201, false)
	again := s.want("ada", "k", `"x"`, 201, true)
	for _, name := range []string{"Location", "Etag", "Content-Type"} {
		if first.header.Get(name) == "" || first.header.Get(name) != again.header.Get(name) {
			t.Errorf("%s was %q, is %q", name, first.header.Get(name), again.header.Get(name))
		}
	}
	if first.body != again.body || first.header.Get("X-Request-Id") == again.header.Get("X-Request-Id") {
		t.Errorf("first %v, again %v", first, again)
	}
	s.wantThings(1)
}

func TestAKeyBelongsToItsRequest(t *testing.T) {
	t.Parallel()
	s := start(t, database(t).URL, 4, create)
	mine := s.want("ada", "k", `"x"`, 201, false)
	if reused := s.want("ada", "k", `"y"`, 422, false); !strings.Contains(reused.body, `"code":"idempotency_key_reused"`) {
		t.Errorf("got %s", reused.body)
	}
	if got, err := s.post(t.Context(), "/things?a=b", "ada", "k", `"x"`); err != nil || got.status != 400 {
		t.Errorf("got %v, %v", got, err) // the contract has no such parameter; nothing of the stored reply is told
	}
	if theirs := s.want("bob", "k", `"x"`, 201, false); theirs.body == mine.body {
		t.Error("bob got what is ada's")
	}
	if nobody := s.want("", "k", `"x"`, 201, false); nobody.body == mine.body {
		t.Error("nobody got what is ada's")
	}
	s.want("", "k", `"x"`, 201, true)
	s.want("ada", "K", `"x"`, 201, false)
	s.wantThings(4)
}

func TestAKeyOfTheWrongFormIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, database(t).URL, 4, create)
	for _, key := range []string{strings.Repeat("k", 256), "naïve", "tab\tin it"} {
		if got := s.want("ada", key, `"x"`, 400, false); !strings.Contains(got.body, `"parameter":"Idempotency-Key"`) {
			t.Errorf("%s: %s", key, got.body)
		}
	}
	s.want("ada", strings.Repeat("k", 255), `"x"`, 201, false)
}

func TestWithoutAKeyEachRequestTakesEffect(t *testing.T) {
	t.Parallel()
	s := start(t, database(t).URL, 4, create)
	for range 2 {
		s.want("ada", "", `"x"`, 201, false)
		if got, err := s.post(t.Context(), "/others", "ada", "k", `"x"`); err != nil || got.status != 201 || got.replayed {
			t.Errorf("an operation whose contract has no key: %v, %v", got, err)
		}
	}
	s.wantThings(4)
}

func TestTheSameRequestIsRefusedWhileTheFirstIsAtWork(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	s := start(t, database(t).URL, 4, func(ctx context.Context, db postgres.DB, w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-end
		create(ctx, db, w, r)
	})
	var first sync.WaitGroup
	first.Go(func() {
		if got, err := s.post(t.Context(), "/things", "ada", "k", `"x"`); err != nil || got.status != 201 || got.replayed {
			t.Errorf("got %v, %v", got, err)
		}
	})
	<-begun
	if got := s.want("ada", "k", `"x"`, 409, false); !strings.Contains(got.body, `"code":"idempotency_key_in_flight"`) || got.header.Get("Retry-After") != "1" {
		t.Errorf("got %v %s", got.header, got.body)
	}
	close(end)
	first.Wait()
	s.want("ada", "k", `"x"`, 201, true)
	s.wantThings(1)
}

// TestManyAtOnce has fewer connections than requests: each takes one, and none waits for a second.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, database(t).URL, 3, create)
	answers := make(chan answer, 50)
	var callers sync.WaitGroup
	for range cap(answers) {
		callers.Go(func() {
			got, err := s.post(t.Context(), "/things", "ada", "k", `"x"`)
			if err != nil {
				t.Error(err)
			}
			answers <- got
		})
	}
	callers.Wait()
	close(answers)
	want := s.want("ada", "k", `"x"`, 201, true).body
	created := 0
	for got := range answers {
		switch {
		case got.status == 201 && got.body == want:
			created++
		case got.status != 409 || !strings.Contains(got.body, `"code":"idempotency_key_in_flight"`):
			t.Errorf("got %d %s", got.status, got.body)
		}
	}
	if created == 0 {
		t.Error("nobody was told that it exists")
	}
	s.wantThings(1)
}

func TestOneRequestUsesOneConnection(t *testing.T) {
	t.Parallel()
	s := start(t, database(t).URL, 1, create)
	var callers sync.WaitGroup
	for n := range 20 {
		callers.Go(func() {
			if got, err := s.post(t.Context(), "/things", "ada", fmt.Sprint("k", n), `"x"`); err != nil || got.status != 201 {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	callers.Wait()
	s.wantThings(20)
}

// TestWhatIsNoSuccessHasNoEffect has requests that store a thing and then go wrong, once; the second one finds the key free.
func TestWhatIsNoSuccessHasNoEffect(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wrong  handle
		status int
	}{
		"a conflict": {func(_ context.Context, _ postgres.DB, w http.ResponseWriter, r *http.Request) {
			rest.WriteError(w, r, rest.NewProblem(409, "conflict", "It contradicts what is there."))
		}, 409},
		"a defect": {func(_ context.Context, _ postgres.DB, w http.ResponseWriter, r *http.Request) {
			rest.WriteError(w, r, errors.New("broken"))
		}, 500},
		"a panic": {func(context.Context, postgres.DB, http.ResponseWriter, *http.Request) { panic("x") }, 500},
		"a panic after the answer has begun": {func(_ context.Context, _ postgres.DB, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			panic("x")
		}, 500},
		"an answer that breaks off": {func(_ context.Context, _ postgres.DB, w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(201)
			rest.WriteError(w, r, errors.New("cannot be written"))
		}, 0},
		"an answer that is too large": {func(_ context.Context, _ postgres.DB, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			for range 1025 {
				_, _ = w.Write(make([]byte, 1024))
			}
		}, 500},
		"a lock that is not free": {func(ctx context.Context, db postgres.DB, w http.ResponseWriter, r *http.Request) {
			_, err := db.Exec(ctx, "update busy set id = 1")
			rest.WriteError(w, r, postgres.Fault(err, nil))
		}, 503},
		"an error that was not heard": {func(ctx context.Context, db postgres.DB, w http.ResponseWriter, _ *http.Request) {
			_, _ = db.Exec(ctx, "select nothing")
			w.WriteHeader(201)
		}, 500},
		"a body that cannot be stored": {func(_ context.Context, _ postgres.DB, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			_, _ = w.Write([]byte{0})
		}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			base := database(t)
			s := start(t, base.URL, 4, func(ctx context.Context, db postgres.DB, w http.ResponseWriter, r *http.Request) {
				if tries.Add(1) > 1 {
					create(ctx, db, w, r)
					return
				}
				create(ctx, db, httptest.NewRecorder(), r)
				test.wrong(ctx, db, w, r)
			})
			held, err := open(t, base.URL, 1).Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = held.Rollback(context.WithoutCancel(t.Context())) }()
			if _, err := held.Exec(t.Context(), "update busy set id = 1"); err != nil {
				t.Fatal(err)
			}
			got, err := s.post(t.Context(), "/things", "ada", "k", `"x"`)
			if err == nil != (test.status != 0) || got.status != test.status || got.header.Get("Location") != "" {
				t.Errorf("got %v, %v", got, err)
			}
			s.wantThings(0)
			s.want("ada", "k", `"x"`, 201, false)
			s.want("ada", "k", `"x"`, 201, true)
			s.wantThings(1)
		})
	}
}

func TestWhatTheServerUndoesIsTriedAgainUnheard(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	s := start(t, database(t).URL, 4, func(ctx context.Context, db postgres.DB, w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) < 3 {
			_, err := db.Exec(ctx, "do $$ begin raise exception 'x' using errcode = '40001'; end $$")
			rest.WriteError(w, r, postgres.Fault(err, nil))
			return
		}
		create(ctx, db, w, r)
	})
	if got := s.want("ada", "k", `"x"`, 201, false); got.header.Get("Retry-After") != "" {
		t.Errorf("it says something of the tries: %v", got.header)
	}
	s.wantThings(1)
}

func TestACallerWhoLeavesInTheMiddleMayComeBack(t *testing.T) {
	t.Parallel()
	begun, gone := make(chan struct{}), make(chan struct{})
	var tries atomic.Int32
	s := start(t, database(t).URL, 4, func(ctx context.Context, db postgres.DB, w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) == 1 {
			close(begun)
			<-ctx.Done()
			defer close(gone)
		}
		create(ctx, db, w, r)
	})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-begun
		leave()
	}()
	if _, err := s.post(ctx, "/things", "ada", "k", `"x"`); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-gone
	for s.want409or201() {
		time.Sleep(time.Millisecond)
	}
	s.wantThings(1)
}

func TestARequestThatWasCommittedAndNotAnsweredIsAnsweredTheNextTime(t *testing.T) {
	t.Parallel()
	through, proxy := database(t).Through(t)
	s := start(t, through.URL, 4, create)
	proxy.Swallow(testkit.Committed, func() {})
	s.want("ada", "k", `"x"`, 503, false)
	s.wantThings(1)
	s.want("ada", "k", `"x"`, 201, true)
	s.wantThings(1)
}

func TestAReplyIsGoneAfterADay(t *testing.T) {
	t.Parallel()
	base := database(t)
	s := start(t, base.URL, 4, create)
	s.want("ada", "k", `"x"`, 201, false)
	base.Exec(t, "update idempotency_replies set expires_at = expires_at - interval '23 hours 59 minutes'")
	s.want("ada", "k", `"x"`, 201, true)
	base.Exec(t, "update idempotency_replies set expires_at = expires_at - interval '1 minute'")
	s.want("ada", "k", `"y"`, 201, false)
	s.want("ada", "k", `"y"`, 201, true)
	s.wantThings(2)
}
