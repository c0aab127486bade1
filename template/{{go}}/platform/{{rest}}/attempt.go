// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"net/http"

	"platform.internal/contract"
)

// OperationOf returns the operation that a request asks for, nil if the guard has not found one.
func OperationOf(r *http.Request) *contract.Operation {
	if known, ok := exchangeOf(r.Context()); ok {
		return known.operation
	}
	return nil
}

// Attempt is an answer that waits in memory: nothing of it was sent, so that another one can still take its place.
type Attempt struct {
	Status int
	Header http.Header // beside those that the answer has anyway
	Body   []byte

	// Err is what the client is not told about: the cause of a status from 500 on.
	Err error
}

// Try lets the handler answer into memory. An answer whose body has more than room bytes becomes a problem with status 500.
// A panic of the handler goes on; it has answered nothing.
func Try(w http.ResponseWriter, r *http.Request, next http.Handler, room int) Attempt {
	known, observed := exchangeOf(r.Context())
	if !observed {
		known = &exchange{} // that nobody reads
	}
	outer := known.answer
	defer func() { known.answer, known.err = outer, nil }()

	attempt := func(do func(http.ResponseWriter)) *memory {
		answer := &memory{header: w.Header().Clone(), room: room}
		known.answer = &recorder{ResponseWriter: answer}
		do(known.answer)
		return answer
	}
	answer := attempt(func(w http.ResponseWriter) { next.ServeHTTP(w, r) })
	if answer.full {
		answer = attempt(func(w http.ResponseWriter) { WriteError(w, r, errTooLarge) })
	}
	return Attempt{
		Status: cmp.Or(known.answer.status, http.StatusOK),
		Header: answer.header,
		Body:   answer.body.Bytes(),
		Err:    known.err,
	}
}

var errTooLarge = errors.New("the answer is larger than what is held in memory")

// Send answers with it.
func (a Attempt) Send(w http.ResponseWriter, r *http.Request) {
	if known, ok := exchangeOf(r.Context()); ok {
		known.err = a.Err
	}
	maps.Copy(w.Header(), a.Header)
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}

// memory takes what a handler writes.
type memory struct {
	header http.Header
	body   bytes.Buffer
	room   int
	full   bool
}

// Header implements http.ResponseWriter.
func (m *memory) Header() http.Header { return m.header }

// WriteHeader implements http.ResponseWriter; the recorder around it remembers the status.
func (*memory) WriteHeader(int) {}

// Write implements http.ResponseWriter. What has no room is dropped: it is too late for the handler to say so.
func (m *memory) Write(data []byte) (int, error) {
	if m.full = m.full || m.body.Len()+len(data) > m.room; m.full {
		return len(data), nil
	}
	return m.body.Write(data)
}
