// Kept by the platform: docs/ownership.md says what that means.

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"platform.internal/fault"
	"platform.internal/id"
	"platform.internal/postgres"
	"platform.internal/testkit"
)

var constraints = postgres.Constraints{
	"parents_name_unique":   {Pointer: "/name", Code: "taken", Message: "Is already in use."},
	"parents_name_length":   {Pointer: "/name", Code: "too_long", Message: "Is too long."},
	"things_parent_id_fkey": {Pointer: "/parent_id", Code: "reference", Message: "Refers to nothing that is there."},
}

func TestWhatTheServerRefusesIs(t *testing.T) {
	t.Parallel()
	pool := open(t)
	exec(t, pool, "insert into parents (id, name) values ($1, 'taken')", id.New())
	for name, test := range map[string]struct {
		sql  string
		kind fault.Kind
		code string // of the violation
	}{
		"a conflict, for a value that is taken":                {"insert into parents values (gen_random_uuid(), 'taken')", fault.Conflict, "taken"},
		"a conflict without a place, for a constraint unknown": {"insert into parents select id, 'other' from parents", fault.Conflict, ""},
		"invalid, for a reference to nothing":                  {"insert into things (id, parent_id) values (gen_random_uuid(), gen_random_uuid())", fault.Invalid, "reference"},
		"invalid, for a check that the input stands for":       {"insert into parents values (gen_random_uuid(), repeat('x', 2000001))", fault.Invalid, "too_long"},
		"our defect, for a check that it does not stand for":   {"insert into things (id, number) values (gen_random_uuid(), -1)", fault.Internal, ""},
		"our defect, for a column that is missing":             {"insert into things (id, owner) values (gen_random_uuid(), null)", fault.Internal, ""},
		"our defect, for SQL that is wrong":                    {"select nothing from nowhere", fault.Internal, ""},
		"our defect, for a right that is missing":              {"drop table things", fault.Internal, ""},
		"invalid, for a number that does not fit":              {"insert into things (id, amount) values (gen_random_uuid(), 1e30)", fault.Invalid, ""},
		"invalid, for a time that does not fit":                {"select '999999-01-01'::timestamptz", fault.Invalid, ""},
		"invalid, for a character that cannot be stored":       {`select '{"a": "\u0000"}'::jsonb`, fault.Invalid, ""},
		"invalid, for a number in JSON that does not fit":      {`select '{"a": 1e999999}'::jsonb`, fault.Invalid, ""},
		"invalid, for a value that is too long for its index":  {"insert into parents select gen_random_uuid(), string_agg(md5(n::text), '') from generate_series(1, 1000) n", fault.Invalid, ""},
		"unavailable, for a lock that is not free":             {"select from parents for update nowait", fault.Unavailable, ""},
		"unavailable, for a server that stops":                 {"select pg_terminate_backend(pg_backend_pid())", fault.Unavailable, ""},
		"unavailable, for a server that is a replica":          {"set transaction read only; insert into parents values (gen_random_uuid(), 'x')", fault.Unavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "unavailable, for a lock that is not free" {
				tx, err := pool.Begin(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = tx.Rollback(t.Context()) }()
				exec(t, tx, "select from parents for update")
			}
			_, err := pool.Exec(t.Context(), test.sql, pgx.QueryExecModeSimpleProtocol)
			known, _ := errors.AsType[*fault.Error](postgres.Fault(err, constraints))
			switch {
			case err == nil, fault.KindOf(postgres.Fault(err, constraints)) != test.kind:
				t.Errorf("got %v", postgres.Fault(err, constraints))
			case test.code != "" && (len(known.Violations) != 1 || known.Violations[0].Code != test.code):
				t.Errorf("got %v", known.Violations)
			case !errors.Is(postgres.Fault(err, constraints), err):
				t.Error("the cause is lost")
			}
		})
	}
}

// TestWhatOthersHold has a row that another transaction has locked, and that others refer to.
func TestWhatOthersHold(t *testing.T) {
	t.Parallel()
	configured := settings(testkit.NewDatabase(t, migrations(t)).URL, 2)
	configured.LockTimeout = 20 * time.Millisecond
	pool, err := postgres.Open(t.Context(), configured)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	parent := id.New()
	exec(t, pool, "insert into parents (id, name) values ($1, 'x')", parent)
	exec(t, pool, "insert into things (id, parent_id) values ($1, $2)", id.New(), parent)

	t.Run("cannot be deleted", func(t *testing.T) {
		tag, err := pool.Exec(t.Context(), "delete from parents where id = $1", parent)
		if err := postgres.Deleted(tag.RowsAffected(), err); fault.KindOf(err) != fault.Conflict {
			t.Errorf("got %v", err)
		}
	})
	t.Run("is unavailable if they do not let go in time", func(t *testing.T) {
		tx, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
		exec(t, tx, "update parents set name = 'y' where id = $1", parent)
		_, err = pool.Exec(t.Context(), "update parents set name = 'z' where id = $1", parent)
		if err := postgres.Fault(err, nil); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %v", err)
		}
	})
}

func TestNoErrorStaysNone(t *testing.T) {
	t.Parallel()
	if err := postgres.Fault(nil, nil); err != nil {
		t.Errorf("got %v", err)
	}
	if err := postgres.Changed(nil, nil); err != nil {
		t.Errorf("got %v", err)
	}
	if err := postgres.Deleted(1, nil); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestARowThatIsNotThere(t *testing.T) {
	t.Parallel()
	if err := postgres.Fault(pgx.ErrNoRows, nil); fault.KindOf(err) != fault.NotFound {
		t.Errorf("read: %v", err)
	}
	if err := postgres.Changed(pgx.ErrNoRows, nil); fault.KindOf(err) != fault.Stale {
		t.Errorf("changed: %v", err)
	}
	if err := postgres.Deleted(0, nil); fault.KindOf(err) != fault.Stale {
		t.Errorf("deleted: %v", err)
	}
}

func TestAStatementThatTakesTooLongIsATimeout(t *testing.T) {
	t.Parallel()
	configured := settings(bare(t), 1)
	configured.StatementTimeout = 20 * time.Millisecond
	pool, err := postgres.Open(t.Context(), configured)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	_, err = pool.Exec(t.Context(), "select pg_sleep(5)")
	if err := postgres.Fault(err, nil); !errors.Is(err, context.DeadlineExceeded) || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
}

func TestTheEndOfARequestStaysWhatItIs(t *testing.T) {
	t.Parallel()
	pool := openAt(t, bare(t), 2)
	for name, test := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		"a caller who has gone": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(20*time.Millisecond, cancel)
			return ctx, cancel
		}, context.Canceled},
		"a deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 20*time.Millisecond)
		}, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := test.end(t.Context())
			defer cancel()
			_, err := pool.Exec(ctx, "select pg_sleep(5)")
			if err := postgres.Fault(err, nil); !errors.Is(err, test.want) || fault.KindOf(err) != fault.Internal {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAPoolThatIsUsedUpIsUnavailableBeforeTheRequestEnds(t *testing.T) {
	t.Parallel()
	pool := openAt(t, bare(t), 1)
	held, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	postgres.SetPatience(pool, 20*time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, err = pool.Exec(ctx, "select 1")
	unavailable, ok := errors.AsType[*fault.Error](postgres.Fault(err, nil))
	if !ok || unavailable.Kind != fault.Unavailable || unavailable.RetryAfter == 0 || ctx.Err() != nil {
		t.Errorf("got %v", postgres.Fault(err, nil))
	}
}

func TestAPoolThatIsUsedUpLeavesTheRequestItsOwnEnd(t *testing.T) {
	t.Parallel()
	pool := openAt(t, bare(t), 1)
	held, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = pool.Exec(ctx, "select 1")
	if err := postgres.Fault(err, nil); !errors.Is(err, context.DeadlineExceeded) || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatCannotBeReachedIsUnavailable(t *testing.T) {
	t.Parallel()
	address := bare(t)
	for name, wrong := range map[string]string{
		"because nothing listens":          withHost(t, address, "127.0.0.1:1"),
		"because the password has changed": strings.Replace(address, "@", "x@", 1),
		"because the database is gone":     address[:strings.LastIndex(address, "/")] + "/none?sslmode=disable",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := pgxpool.ParseConfig(wrong)
			if err != nil {
				t.Fatal(err)
			}
			pool, err := pgxpool.NewWithConfig(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			_, err = pool.Exec(t.Context(), "select 1")
			if err := postgres.Fault(err, nil); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAConnectionThatBreaksIsUnavailable(t *testing.T) {
	t.Parallel()
	address := bare(t)
	proxy, cut := proxyTo(t, address)
	pool := openAt(t, withHost(t, address, proxy), 1)
	time.AfterFunc(30*time.Millisecond, cut)
	_, err := pool.Exec(t.Context(), "select pg_sleep(5)")
	if err := postgres.Fault(err, nil); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAnErrorNobodyThoughtOfStaysAsItIs(t *testing.T) {
	t.Parallel()
	strange := errors.New("strange")
	if err := postgres.Fault(fmt.Errorf("scan: %w", strange), nil); !errors.Is(err, strange) || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %v", err)
	}
}

func withHost(t *testing.T, address, host string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	parsed.Host = host
	return parsed.String()
}

// proxyTo returns the address of a proxy to the server, and a function that cuts its connections.
func proxyTo(t *testing.T, address string) (proxy string, cut func()) {
	t.Helper()
	server, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cut := context.WithCancel(t.Context())
	t.Cleanup(func() {
		cut()
		_ = listener.Close()
	})
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				var dialer net.Dialer
				upstream, err := dialer.DialContext(ctx, "tcp", server.Host)
				if err != nil {
					_ = client.Close()
					return
				}
				go func() { _, _ = io.Copy(upstream, client) }()
				go func() { _, _ = io.Copy(client, upstream) }()
				<-ctx.Done()
				_, _ = client.Close(), upstream.Close()
			}()
		}
	}()
	return listener.Addr().String(), cut
}
