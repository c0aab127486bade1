// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"platform.internal/contract"
)

// Client calls the service over the network, and fails the test if an answer is not one that the contract documents.
type Client struct {
	t        testing.TB
	base     string
	contract *contract.Contract
	always   []Header
}

// NewClient returns a client without a credential. base is the address of the service, such as http://127.0.0.1:8080.
func NewClient(t testing.TB, base string, c *contract.Contract) Client {
	t.Helper()
	return Client{t: t, base: base, contract: c}
}

// As returns a client that sends the credential.
func (c Client) As(credential string) Client {
	c.always = append(slices.Clip(c.always), Header{"Authorization", "Bearer " + credential})
	return c
}

// Within returns the client for a test inside of the one that it was made for.
func (c Client) Within(t testing.TB) Client {
	t.Helper()
	c.t = t
	return c
}

// Header is one header of a request.
type Header struct{ Name, Value string }

// IfMatch asks for a version.
func IfMatch(etag string) Header { return Header{"If-Match", etag} }

// Get sends no body.
func (c Client) Get(path string, headers ...Header) Answer { return c.Do("GET", path, nil, headers...) }

// Post sends a JSON body: a string as it is, anything else encoded.
func (c Client) Post(path string, body any, headers ...Header) Answer {
	return c.Do("POST", path, body, append([]Header{{"Content-Type", "application/json"}}, headers...)...)
}

// Patch sends a merge patch (RFC 7396), as Post sends its body.
func (c Client) Patch(path string, body any, headers ...Header) Answer {
	return c.Do("PATCH", path, body, append([]Header{{"Content-Type", "application/merge-patch+json"}}, headers...)...)
}

// Delete sends no body.
func (c Client) Delete(path string, headers ...Header) Answer {
	return c.Do("DELETE", path, nil, headers...)
}

// Send sends a request that was made from an example.
func (c Client) Send(example Example) Answer {
	c.t.Helper()
	answer := c.send(example.Method, example.Path, example.Body, example.Headers)
	answer.check(example.operation)
	return answer
}

// Do sends any request. A later header replaces an earlier one of the same name.
func (c Client) Do(method, path string, body any, headers ...Header) Answer {
	c.t.Helper()
	answer := c.send(method, path, body, headers)
	answer.check(c.contract.Match(method, answer.path))
	return answer
}

func (c Client) send(method, path string, body any, headers []Header) Answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, c.reader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, header := range slices.Concat(c.always, headers) {
		request.Header.Set(header.Name, header.Value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return Answer{
		t: c.t, request: method + " " + path, path: request.URL.Path,
		Status: response.StatusCode, Header: response.Header, Body: read,
	}
}

func (c Client) reader(body any) io.Reader {
	switch body := body.(type) {
	case nil:
		return http.NoBody
	case string:
		return strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		return bytes.NewReader(text)
	}
}

// Answer is what the service answered.
type Answer struct {
	t             testing.TB
	request, path string

	Status int
	Header http.Header
	Body   []byte
}

func (a Answer) check(operation *contract.Operation) {
	a.t.Helper()
	if operation == nil {
		return
	}
	mediaType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err := operation.CheckResponse(a.Status, mediaType, a.Body); err != nil {
		a.t.Errorf("%s: the answer breaks the contract: %v\n%s", a.request, err, a.Body)
	}
}

// Want fails the test unless the status is the one given.
func (a Answer) Want(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("%s: got %d, want %d\n%s", a.request, a.Status, status, a.Body)
	}
	return a
}

// Value returns the member at a JSON Pointer (RFC 6901), nil if there is none.
func (a Answer) Value(pointer string) any {
	a.t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader(a.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		a.t.Fatalf("%s: not JSON: %s", a.request, a.Body)
	}
	for part := range strings.SplitSeq(pointer, "/") {
		if part == "" {
			continue // what stands before the first slash
		}
		if value = child(value, strings.NewReplacer("~1", "/", "~0", "~").Replace(part)); value == nil {
			return nil
		}
	}
	return value
}

func child(value any, name string) any {
	switch holder := value.(type) {
	case map[string]any:
		return holder[name]
	case []any:
		if index, err := strconv.Atoi(name); err == nil && index >= 0 && index < len(holder) {
			return holder[index]
		}
	}
	return nil
}

// Text returns the member at a JSON Pointer as a text; empty if it is none.
func (a Answer) Text(pointer string) string {
	a.t.Helper()
	text, _ := a.Value(pointer).(string)
	return text
}

// List returns the member at a JSON Pointer as a list; nil if it is none.
func (a Answer) List(pointer string) []any {
	a.t.Helper()
	list, _ := a.Value(pointer).([]any)
	return list
}

// WantViolation fails the test unless the answer is a problem that names this place and code.
func (a Answer) WantViolation(status int, place, code string) Answer {
	a.t.Helper()
	a.Want(status)
	for i := range a.List("/errors") {
		at := "/errors/" + strconv.Itoa(i)
		if (a.Text(at+"/pointer") == place || a.Text(at+"/parameter") == place) && a.Text(at+"/code") == code && a.Text(at+"/message") != "" {
			return a
		}
	}
	a.t.Fatalf("%s: no violation %s at %s\n%s", a.request, code, place, a.Body)
	return a
}

var requestID = regexp.MustCompile(`"request_id":"[^"]*"`)

// WithoutRequestID returns the body, without what differs in every answer.
func (a Answer) WithoutRequestID() string {
	return requestID.ReplaceAllString(string(a.Body), `"request_id":""`)
}

// Omitted stands for a member that With leaves out.
var Omitted = new(struct{ _ byte })

// Object reads a JSON object that a test is written with. Numbers keep every digit.
func Object(text string) map[string]any {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		panic(err) // the test is wrong, not what it tests
	}
	return object
}

// With returns a copy of the object in which one member has another value, or is Omitted.
func With(object map[string]any, member string, value any) map[string]any {
	changed := maps.Clone(object)
	changed[member] = value
	if value == Omitted {
		delete(changed, member)
	}
	return changed
}
