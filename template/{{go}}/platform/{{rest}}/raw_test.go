// Kept by the platform: docs/ownership.md says what that means.

package rest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"platform.internal/rest"
)

// raw is what arrives on a connection, and what becomes of it.
type raw struct {
	bytes  string // a line end stands for CR LF, ␊ for LF alone, ␀ for NUL
	status int    // of the one answer; 0 if there is none
	closes bool   // else the connection serves the next request
}

// post is a request with what else its head has, and a body.
func post(head, body string) string {
	return "POST /things HTTP/1.1\nHost: x\nContent-Type: application/json\n" + head + "\n" + body
}

// sized is post with the length that the body has.
func sized(body string) string { return post(fmt.Sprintf("Content-Length: %d\n", len(body)), body) }

// chunked is post with a body that says itself where it ends.
func chunked(body string) string { return post("Transfer-Encoding: chunked\n", body) }

// hidden is a request inside of another one. Whoever answers it has been deceived.
const hidden = "GET /names/canary HTTP/1.1\nHost: x\n\n"

// where are requests of which two servers could see different ends (RFC 9112, 6 and 7).
var where = map[string]raw{
	"a body":                                   {sized(`{"a": "1"}`), 200, false},
	"a body where none is expected":            {"GET /things HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}", 200, false},
	"chunks, which may have a length beside":   {chunked("2\n{}\n0\n\n"), 200, true},
	"chunks and a length":                      {post("Content-Length: 6\nTransfer-Encoding: chunked\n", "2\n{}\n0\n\n"), 200, true},
	"chunks, a length and a request behind":    {post("Transfer-Encoding: chunked\nContent-Length: 99\n", "2\n{}\n0\n\n"+hidden), 200, true},
	"no chunks and a request behind":           {chunked("0\n\n" + hidden), 400, true},
	"two lengths":                              {post("Content-Length: 2\nContent-Length: 39\n", "{}"+hidden), 400, true},
	"two lengths in one line":                  {post("Content-Length: 2, 39\n", "{}"+hidden), 400, true},
	"a length with a sign":                     {post("Content-Length: +2\n", "{}"), 400, true},
	"a negative length":                        {post("Content-Length: -2\n", "{}"), 400, true},
	"a length in hexadecimal":                  {post("Content-Length: 0x2\n", "{}"), 400, true},
	"a length beyond 64 bits":                  {post("Content-Length: 99999999999999999999\n", "{}"), 400, true},
	"an unknown Transfer-Encoding":             {post("Transfer-Encoding: canary\n", "{}"), 501, true},
	"an unknown one around chunks":             {post("Transfer-Encoding: gzip, chunked\n", "0\n\n"), 501, true},
	"chunked twice":                            {post("Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n", "0\n\n"), 501, true},
	"Transfer-Encoding with a space behind it": {post("Transfer-Encoding : chunked\n", "0\n\n"), 400, true},
	"Transfer-Encoding in HTTP/1.0":            {strings.Replace(chunked("0\n\n"+hidden), "/1.1", "/1.0", 1), 400, true},
	"a chunk whose size is none":               {chunked("canary\n{}\n0\n\n"), 400, true},
	"a chunk whose size overflows":             {chunked("1" + strings.Repeat("0", 15) + "2\n{}\n0\n\n"), 400, true},
	"a chunk that is longer than its size":     {chunked("1\n{}\n0\n\n"), 400, true},
	"a chunk whose size ends in LF alone":      {chunked("2␊{}\n0\n\n"), 400, true},
	"a chunk with an endless extension":        {chunked("2;" + strings.Repeat("x", 64<<10) + "\n{}\n0\n\n"), 400, true},
	"an expectation that is unknown":           {post("Content-Length: 2\nExpect: canary\n", "{}"), 417, true},
}

// what are requests whose head is unusual (RFC 9112, 2, 3 and 5; RFC 9110, 7 and 9).
var what = map[string]raw{
	"HTTP/0.9":                   {"GET /things\n", 400, true},
	"HTTP/1.0":                   {"GET /things HTTP/1.0\nHost: x\n\n", 200, true},
	"HTTP/3.0":                   {"GET /things HTTP/3.0\nHost: x\n\n", 505, true},
	"the preface of HTTP/2":      {"PRI * HTTP/2.0\n\nSM\n\n", 404, true},
	"an upgrade to HTTP/2":       {"GET /things HTTP/1.1\nHost: x\nConnection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAAP__\n\n", 200, false},
	"no Host":                    {"GET /things HTTP/1.1\n\n", 400, true},
	"two Hosts":                  {"GET /things HTTP/1.1\nHost: x\nHost: canary\n\n", 400, true},
	"a Host that is none":        {"GET /things HTTP/1.1\nHost: canary/x\n\n", 400, true},
	"another host in the target": {"GET http://canary/things HTTP/1.1\nHost: x\n\n", 200, false},
	"TRACE":                      {"TRACE /things HTTP/1.1\nHost: x\nX-Canary: canary\n\n", 405, false},
	"CONNECT":                    {"CONNECT canary:443 HTTP/1.1\nHost: canary:443\n\n", 404, false},
	"OPTIONS for the whole":      {"OPTIONS * HTTP/1.1\nHost: x\n\n", 404, false},
	"a method that is none":      {"GE\"T /things HTTP/1.1\nHost: x\n\n", 400, true},
	"a method in a header":       {"GET /things HTTP/1.1\nHost: x\nX-HTTP-Method-Override: CANARY\n\n", 200, false},
	"lines that end in LF alone": {"GET /things HTTP/1.1␊Host: x␊␊", 200, false}, // as RFC 9112, 2.2 allows, and net/http does
	"a folded line":              {"GET /things HTTP/1.1\nHost: x\nX-A: a\n canary: x\n\n", 200, false},
	"a folded line at the top":   {"GET /things HTTP/1.1\n Host: canary\nHost: x\n\n", 400, true},
	"NUL in a header":            {"GET /things HTTP/1.1\nHost: x\nX-A: ␀canary\n\n", 400, true},
	"a header without a colon":   {"GET /things HTTP/1.1\nHost: x\ncanary\n\n", 400, true},
	"a header without a name":    {"GET /things HTTP/1.1\nHost: x\n: canary\n\n", 400, true},
	"a target with a space":      {"GET /things canary HTTP/1.1\nHost: x\n\n", 400, true},
	"a line end in the target":   {"GET /things?x=%0d%0aSet-Cookie:%20canary HTTP/1.1\nHost: x\n\n", 400, false},
	"a line end in the path":     {"GET /%0d%0aSet-Cookie:%20canary HTTP/1.1\nHost: x\n\n", 404, false},
	"headers of 15 KiB":          {"GET /things HTTP/1.1\nHost: x\nX-Large: " + strings.Repeat("x", 15<<10) + "\n\n", 200, false},
	"a header of 2 MiB":          {"GET /things HTTP/1.1\nHost: x\nX-Huge: " + strings.Repeat("x", 2<<20) + "\n\n", 431, true},
	"3000 headers":               {"GET /things HTTP/1.1\nHost: x\n" + strings.Repeat("X-Many: x\n", 3000) + "\n", 431, true},
	"a target of 64 KiB":         {"GET /things?" + strings.Repeat("x", 64<<10) + " HTTP/1.1\nHost: x\n\n", 431, true},
}

// body are bodies that are too large, or that readers take for different things (RFC 8259, RFC 7493).
var body = map[string]raw{
	"20 MiB":                        {post("Content-Length: 20971520\n", strings.Repeat(" ", 64<<10)), 413, true},
	"20 MiB that are not yet sent":  {post("Content-Length: 20971520\nExpect: 100-continue\n", ""), 413, true},
	"too much in chunks":            {chunked("200000\n" + strings.Repeat(" ", 1<<20+1)), 413, true},
	"something compressed":          {post("Content-Encoding: gzip\nContent-Length: 6\n", "canary"), 415, false},
	"nothing":                       {sized(""), 400, false},
	"a half":                        {sized(`{"a": `), 400, false},
	"a member that is there twice":  {sized(`{"a": 1, "a": 2}`), 400, false},
	"a member in another case":      {sized(`{"NAME": "too long for name"}`), 200, false},
	"a number beyond 2^53":          {sized(`{"a": 9007199254740993}`), 200, false},
	"NaN":                           {sized(`{"a": NaN}`), 400, false},
	"a number beyond a double":      {sized(`{"a": 1e999}`), 400, false},
	"text that is no UTF-8":         {sized("{\"a\": \"canary\xff\"}"), 400, false},
	"half a surrogate pair":         {sized(`{"a": "canary\ud800"}`), 400, false},
	"a byte order mark":             {sized("\ufeff{}"), 400, false},
	"arrays that are nested 3000":   {sized(strings.Repeat("[", 3_000) + strings.Repeat("]", 3_000)), 400, false},
	"arrays that are nested 100000": {sized(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)), 400, false},
}

// TestRawRequests holds that each gets one answer which repeats nothing of it, and that the connection is then as good as new or closed.
func TestRawRequests(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, time.Minute, routed(t), nil)
	for group, requests := range map[string]map[string]raw{"where it ends": where, "what it asks": what, "what it brings": body} {
		for name, request := range requests {
			t.Run(group+"/"+name, func(t *testing.T) { request.check(t, address) })
		}
	}
}

// TestSlowRequests holds that nobody keeps a connection by being slow; TestEveryLimitOfAServerIsSet has how long they may take.
func TestSlowRequests(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, 100*time.Millisecond, routed(t), func(server *http.Server) { server.ReadHeaderTimeout = 100 * time.Millisecond })
	for name, request := range map[string]raw{
		"a request line": {"GET /things", 400, true},
		"a header":       {"GET /things HTTP/1.1\nHost: x\nX-Slow: canary", 0, true},
		"a body":         {post("Content-Length: 20\n", "{"), 408, true},
		"a chunk":        {chunked("14\n{"), 408, true},
	} {
		t.Run(name, func(t *testing.T) { request.check(t, address) })
	}
}

// routed answers with the operation that was asked for, as a router behind the guard would.
func routed(t *testing.T) http.Handler {
	t.Helper()
	guard := guardOf(t)
	guard.MaxBody = 1 << 20
	return guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch operation := rest.OperationOf(r); {
		case operation != nil:
			_, _ = io.WriteString(w, operation.ID)
		case guard.Contract.Match(http.MethodGet, r.URL.Path) != nil:
			rest.MethodNotAllowed(w, r, "GET,POST")
		default:
			rest.NotFound(w, r)
		}
	}))
}

func (c raw) check(t *testing.T, address string) {
	t.Helper()
	t.Parallel()
	conn := dial(t, address)
	var sending sync.WaitGroup
	defer sending.Wait()
	sending.Go(func() {
		_, _ = io.WriteString(conn.Conn, strings.NewReplacer("\n", "\r\n", "␊", "\n", "␀", "\x00").Replace(c.bytes)) // the server may stop reading
	})
	if c.status != 0 {
		answer := conn.answer(http.MethodGet)
		if answer.status != c.status || answer.closes != c.closes {
			t.Errorf("got %d, close: %v, %s", answer.status, answer.closes, answer.body)
		}
		if told := fmt.Sprint(answer.header, answer.body); strings.Contains(strings.ToLower(told), "canary") {
			t.Errorf("it repeats what was sent: %s", told)
		}
	}
	if c.closes {
		if more, err := io.ReadAll(conn.reader); len(more) > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("it goes on: %v, %s", err, more)
		}
		return
	}
	conn.say("GET /names/next HTTP/1.1\nHost: x\n\n")
	if next := conn.answer(http.MethodGet); next.body != "getName" {
		t.Errorf("the next request got %d %s", next.status, next.body)
	}
}
