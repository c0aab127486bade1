// Kept by the platform: docs/ownership.md says what that means.

package idempotency_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"platform.internal/auth"
	"platform.internal/config"
	"platform.internal/contract"
	"platform.internal/id"
	"platform.internal/idempotency"
	"platform.internal/postgres"
	"platform.internal/rest"
	"platform.internal/testkit"
)

const up = `-- migrate:up
create table idempotency_replies (
    id uuid primary key,
    key_hash text not null unique,
    fingerprint text not null,
    status bigint not null check (status between 200 and 299),
    location text not null,
    etag text not null,
    content_type text not null,
    body text not null,
    expires_at timestamptz not null
);
create table things (id uuid primary key, name text not null);
create table busy (id int primary key);
insert into busy values (1);
grant select, insert, update, delete on idempotency_replies, things, busy to %[1]s;
-- migrate:down
`

const document = `
openapi: 3.1.0
paths:
  /things:
    parameters:
      - {name: Idempotency-Key, in: header, schema: {type: string, minLength: 1, maxLength: 255, pattern: "^[ -~]+$"}}
    post:
      operationId: createThing
      requestBody: {content: {application/json: {}}}
    get: {operationId: listThings}
  /others:
    post:
      operationId: createOther
      requestBody: {content: {application/json: {}}}
`

func database(t *testing.T) testkit.Database {
	t.Helper()
	service, err := url.Parse(os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	return testkit.NewDatabase(t, fstest.MapFS{
		"20260101000000_replies.sql": {Data: fmt.Appendf(nil, up, pgx.Identifier{service.User.Username()}.Sanitize())},
	})
}

func open(t *testing.T, address string, connections int32) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), postgres.Settings{
		URL:              config.NewSecret(address),
		Connections:      connections,
		StatementTimeout: 5 * time.Second,
		LockTimeout:      100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// handle is what a test has stand behind the key.
type handle func(ctx context.Context, db postgres.DB, w http.ResponseWriter, r *http.Request)

// create stores a thing, and answers as generated code does.
func create(ctx context.Context, db postgres.DB, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	key := id.New()
	if err == nil {
		_, err = db.Exec(ctx, "insert into things (id, name) values ($1, $2)", key, string(body))
	}
	if err != nil {
		rest.WriteError(w, r, postgres.Fault(err, nil))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Location", "/things/"+key.String())
	w.Header().Set("ETag", `"1"`)
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"id": "`+key.String()+`"}`)
}

// service is what the tests call.
type service struct {
	t    *testing.T
	url  string
	pool *pgxpool.Pool
}

func start(t *testing.T, address string, connections int32, handler handle) service {
	t.Helper()
	pool := open(t, address, connections)
	db := postgres.NewDatabase(pool)
	agreed, err := contract.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(document)}}, "openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	guard := rest.Guard{
		Contract: agreed,
		Find: func(r *http.Request) (string, []string, bool) {
			operation := agreed.Match(r.Method, r.URL.Path)
			return operation.Name(), nil, operation != nil
		},
		MaxBody: 1 << 20,
	}
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler(r.Context(), db, w, r) })
	guarded := guard.Handler(idempotency.Handler(idempotency.NewReplies(db), inner))
	server := httptest.NewServer(rest.Observe(slog.New(slog.DiscardHandler), 5*time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guarded.ServeHTTP(w, r.WithContext(auth.With(r.Context(), auth.Principal{Subject: r.Header.Get("From")})))
	})))
	t.Cleanup(server.Close)
	return service{t, server.URL, pool}
}

type answer struct {
	status   int
	body     string
	header   http.Header
	replayed bool
}

// post sends a body under a key, as a caller.
func (s service) post(ctx context.Context, path, from, key, body string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("From", from)
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, string(read), response.Header, response.Header.Get("Idempotency-Replayed") == "true"}, err
}

func (s service) want(from, key, body string, status int, replayed bool) answer {
	s.t.Helper()
	got, err := s.post(s.t.Context(), "/things", from, key, body)
	if err != nil || got.status != status || got.replayed != replayed {
		s.t.Fatalf("got %d %s, replayed: %v, %v", got.status, got.body, got.replayed, err)
	}
	return got
}

func (s service) things() (count int) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), "select count(*) from things").Scan(&count); err != nil {
		s.t.Fatal(err)
	}
	return count
}

func (s service) wantThings(want int) {
	s.t.Helper()
	if got := s.things(); got != want {
		s.t.Errorf("%d things, want %d", got, want)
	}
}

// want409or201 reports whether the request that was left is still being undone.
func (s service) want409or201() bool {
	s.t.Helper()
	got, err := s.post(s.t.Context(), "/things", "ada", "k", `"x"`)
	if err != nil || got.status != 409 && got.status != 201 {
		s.t.Fatalf("got %v, %v", got, err)
	}
	return got.status == 409
}
