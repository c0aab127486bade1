// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"platform.internal/contract"
	"platform.internal/fault"
)

// checkBody returns the whole body, which keeps the contract.
func (g Guard) checkBody(w http.ResponseWriter, r *http.Request, operation *contract.Operation) ([]byte, error) {
	given, parameters, err := mime.ParseMediaType(strings.Join(r.Header.Values("Content-Type"), ", ")) // two are none
	charset, declared := parameters["charset"]
	if err != nil || !slices.Contains(operation.MediaTypes, given) || declared && !strings.EqualFold(charset, "utf-8") {
		wanted := strings.Join(operation.MediaTypes, ", ")
		w.Header().Set("Accept", wanted) // RFC 9110, 12.5.1
		if r.Method == http.MethodPatch {
			w.Header().Set("Accept-Patch", wanted) // RFC 5789, 2.2
		}
		return nil, NewProblem(http.StatusUnsupportedMediaType, "unsupported_media_type", "Send the body as "+wanted+" in UTF-8.")
	}
	for _, coding := range r.Header.Values("Content-Encoding") {
		if !strings.EqualFold(coding, "identity") {
			w.Header().Set("Accept-Encoding", "identity") // RFC 9110, 12.5.3
			return nil, NewProblem(http.StatusUnsupportedMediaType, "unsupported_encoding", "Send the body without Content-Encoding.")
		}
	}
	read, err := g.read(w, r)
	if err != nil {
		return nil, err
	}
	if given != "application/json" && !strings.HasSuffix(given, "+json") {
		return read, nil
	}
	return read, g.checkJSON(r.Context(), operation, given, read)
}

// checkJSON waits for a place, unless the time of the request ends before.
func (g Guard) checkJSON(ctx context.Context, operation *contract.Operation, mediaType string, body []byte) error {
	select {
	case g.checking <- struct{}{}:
		defer func() { <-g.checking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	value, err := interoperable(body)
	if err != nil {
		return err
	}
	return fault.InvalidInput(operation.ExplainBody(mediaType, value)...)
}

// read reads the body to its end, in the time that the request has. If it fails, the rest is left unread and the connection is closed.
func (g Guard) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > g.MaxBody {
		w.Header().Set("Connection", "close")
		return nil, g.tooLarge() // before `100 Continue` asks for it (RFC 9110, 10.1.1)
	}
	if deadline, ok := r.Context().Deadline(); ok {
		_ = http.NewResponseController(w).SetReadDeadline(deadline) // where this is not possible, that of the server holds
	}
	read, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.MaxBody))
	if err == nil {
		return read, nil
	}
	w.Header().Set("Connection", "close")
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now()) // else net/http waits for more of it before it closes
		return nil, g.tooLarge()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, NewProblem(http.StatusRequestTimeout, "request_timeout", "The body took longer to arrive than the service allows.")
	}
	return nil, fault.Wrap(fault.Invalid, "The body could not be read to its end.", err)
}

func (g Guard) tooLarge() error {
	return NewProblem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("The body may have at most %d bytes.", g.MaxBody))
}

// withBody returns the request with a body that can be read again.
func withBody(r *http.Request, read []byte) *http.Request {
	r = r.WithContext(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(read)), int64(len(read))
	return r
}
