// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"platform.internal/contract"
	"platform.internal/fault"
	"platform.internal/logging"
	"platform.internal/rest"
)

const document = `
openapi: 3.1.0
paths:
  /things:
    get:
      operationId: listThings
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 200}}
        - {name: kind, in: query, schema: {type: string, enum: [BIG, SMALL]}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Trace, in: header, schema: {type: string, maxLength: 5}}
    post:
      operationId: createThing
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/Thing"}}}}
  /things/{thing_id}:
    parameters:
      - {name: thing_id, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      operationId: getThing
      parameters:
        - {name: view, in: query, required: true, schema: {type: string}}
        - {name: X-Reason, in: header, required: true, schema: {type: string}}
    patch:
      operationId: updateThing
      security: [{bearer: [things:write]}]
      requestBody: {required: true, content: {application/merge-patch+json: {schema: {$ref: "#/Thing"}}}}
  /names/{name}:
    get:
      operationId: getName
      parameters:
        - {name: name, in: path, required: true, schema: {type: string}}
  /closings:
    post:
      operationId: createClosing
      requestBody: {content: {application/json: {schema: {type: object}}}}
  /uploads:
    post:
      operationId: createUpload
      requestBody: {required: true, content: {text/csv: {}}}
Thing:
  type: object
  additionalProperties: {type: [string, object, array, number, "null"]}
  properties:
    name: {type: string, maxLength: 5}
`

func agreed(tb testing.TB) *contract.Contract {
	tb.Helper()
	c, err := contract.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(document)}}, "openapi.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// guarded returns a handler behind the Guard of guardOf.
func guarded(tb testing.TB, next http.HandlerFunc) http.Handler {
	tb.Helper()
	return guardOf(tb).Handler(next)
}

// guardOf returns a Guard whose caller is known as alice, who may do everything, and bob, who may do nothing.
func guardOf(tb testing.TB) rest.Guard {
	tb.Helper()
	c := agreed(tb)
	return rest.Guard{
		Contract: c,
		Find: func(r *http.Request) (string, []string, bool) {
			operation := c.Match(r.Method, r.URL.Path)
			if operation == nil {
				return "", nil, false
			}
			values := strings.Split(r.URL.Path, "/")
			return operation.ID, values[min(2, len(values)):], true
		},
		Authorise: func(r *http.Request, _ []string) (context.Context, error) {
			switch r.Header.Get("Authorization") {
			case "alice":
				return r.Context(), nil
			case "bob":
				return nil, fault.New(fault.Forbidden, "The credential lacks the scope things:write.")
			default:
				return nil, fault.New(fault.Unauthenticated, "The credential is missing.")
			}
		},
		MaxBody: 1024,
	}
}

// echo answers with the body that it has read.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		rest.WriteError(w, r, err)
		return
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
}

// logged is what a handler behind Observe has logged, a line for each record.
type logged struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (l *logged) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

func (l *logged) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// access returns the access line, which is written after the answer.
func (l *logged) access(t *testing.T) map[string]any {
	t.Helper()
	for range 100 {
		for line := range strings.Lines(l.String()) {
			var record map[string]any
			if err := json.Unmarshal([]byte(line), &record); err == nil && record["msg"] == "request" {
				return record
			}
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("no access line in %s", l)
	return nil
}

// serve runs a handler behind Observe on a port of its own until the test ends.
func serve(t *testing.T, timeout time.Duration, handler http.Handler, change func(*http.Server)) (address string, log *logged) {
	t.Helper()
	log = &logged{}
	logger := logging.New(log, slog.LevelInfo)
	server := rest.NewServer(rest.Observe(logger, timeout, rest.Secure(rest.Head(handler))), logger)
	if change != nil {
		change(server)
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan error, 1)
	go func() { stopped <- rest.Serve(ctx, server, listener, time.Second) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String(), log
}

// talk is a connection on which a test writes what no client of net/http would.
type talk struct {
	net.Conn

	t      *testing.T
	reader *bufio.Reader
}

func dial(t *testing.T, address string) *talk {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	return &talk{conn, t, bufio.NewReader(conn)}
}

// say writes the lines of a request head, or any other text.
func (c *talk) say(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.Conn, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		c.t.Fatal(err)
	}
}

func (c *talk) answer(method string) reply {
	c.t.Helper()
	response, err := http.ReadResponse(c.reader, &http.Request{Method: method})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return replyOf(response)
}

func get(t *testing.T, address string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return replyOf(response)
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	closes bool // whether the server ends the connection
	length int64
	body   string
	cut    error // why it has not all of its body
}

func replyOf(response *http.Response) reply {
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, response.Close, response.ContentLength, string(body), err}
}

// problem is what a client reads of one.
type problem struct {
	Status    int
	Code      string
	RequestID string `json:"request_id"`
	Errors    []struct {
		Pointer, Parameter *string
		Code, Message      string
	}
}

func problemOf(t *testing.T, text string) (read problem) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatalf("%q is no problem: %v", text, err)
	}
	return read
}
