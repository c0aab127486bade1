package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"platform.internal/contract"
	"platform.internal/fault"
	"platform.internal/id"
)

// Guard checks a request against the contract before any generated code sees it, in the order in which
// a client can mend it: who calls, what they may do, the parameters, the media type, the body.
type Guard struct {
	Contract *contract.Contract
	// Find returns the operation that the router will choose, and the values of its path parameters.
	Find func(r *http.Request) (operationID string, values []string, ok bool)
	// Authorise says who calls, if the contract asks for a credential: it returns the context to go on with,
	// or a fault of kind Unauthenticated or Forbidden. It is nil if nobody has to say who they are.
	Authorise func(r *http.Request, scopes []string) (context.Context, error)
	// MaxBody is the largest request body, in bytes.
	MaxBody int64
}

// Handler passes on what keeps the contract, and answers the rest with a problem.
func (g Guard) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operationID, values, ok := g.Find(r)
		operation := g.Contract.Operation(operationID)
		if !ok || operation == nil {
			next.ServeHTTP(w, r)
			return
		}
		note(r.Context(), operation)
		checked, err := g.check(w, r, operation, values)
		if err != nil {
			WriteError(w, r, err)
			return
		}
		next.ServeHTTP(w, checked)
	})
}

func (g Guard) check(w http.ResponseWriter, r *http.Request, operation *contract.Operation, values []string) (*http.Request, error) {
	if operation.Secured {
		ctx, err := g.Authorise(r, operation.Scopes)
		if err != nil {
			return nil, err
		}
		r = r.WithContext(ctx)
	}
	if err := checkParameters(r, operation, values); err != nil {
		return nil, err
	}
	if !accepts(r.Header.Values("Accept")) {
		return nil, NewProblem(http.StatusNotAcceptable, "not_acceptable", "The answer is application/json; let Accept allow it.")
	}
	return g.checkBody(w, r, operation)
}

func checkParameters(r *http.Request, operation *contract.Operation, values []string) error {
	for i, parameter := range operation.InPath {
		if parameter == nil || parameter.Format != "uuid" || i >= len(values) {
			continue
		}
		if _, err := id.Parse(values[i]); err != nil {
			return fault.InvalidInput(fault.Violation{Parameter: parameter.Name, Code: "format", Message: "Must be a UUID of 36 characters."})
		}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.New(fault.Invalid, "The query of the URL is malformed.")
	}
	var violations []fault.Violation
	for name, given := range query {
		switch {
		case operation.Parameter("query", name) == nil:
			violations = append(violations, fault.Violation{Parameter: printable(name), Code: "unknown", Message: "Is not a parameter that the contract knows."})
		case len(given) > 1:
			violations = append(violations, fault.Violation{Parameter: name, Code: "duplicate", Message: "Is given more than once."})
		case strings.ContainsRune(given[0], 0) || !utf8.ValidString(given[0]):
			violations = append(violations, fault.Violation{Parameter: name, Code: "character", Message: "Must be valid UTF-8 without NUL."})
		}
	}
	return fault.InvalidInput(violations...)
}

func (g Guard) checkBody(w http.ResponseWriter, r *http.Request, operation *contract.Operation) (*http.Request, error) {
	if operation.MediaType == "" {
		return r, nil
	}
	given, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, declared := parameters["charset"]
	if err != nil || given != operation.MediaType || declared && !strings.EqualFold(charset, "utf-8") {
		return nil, unsupportedMediaType(operation.MediaType)
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, NewProblem(http.StatusUnsupportedMediaType, "unsupported_encoding", "Send the body without Content-Encoding.")
	}
	read, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.MaxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, NewProblem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("The body may have at most %d bytes.", g.MaxBody))
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "The body could not be read to its end.", err)
	}
	if err := wellFormed(read); err != nil {
		return nil, err
	}
	if err := withoutNUL(read); err != nil {
		return nil, err
	}
	r = r.WithContext(context.WithValue(r.Context(), bodyKey{}, read))
	r.Body = io.NopCloser(bytes.NewReader(read))
	return r, nil
}

type bodyKey struct{}

// body returns what checkBody has read.
func body(r *http.Request) []byte {
	read, _ := r.Context().Value(bodyKey{}).([]byte)
	return read
}

// wellFormed accepts one JSON value in UTF-8 without duplicate members (RFC 8259, RFC 7493: 2.1 and 2.3).
func wellFormed(read []byte) error {
	if len(bytes.TrimSpace(read)) == 0 {
		return fault.InvalidInput(fault.Violation{Code: "required", Message: "The body is empty; a JSON object is required."})
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(read))
	err := decoder.SkipValue()
	if err == nil {
		if _, err = decoder.ReadToken(); err == io.EOF { //nolint:errorlint // documented to be io.EOF itself
			return nil
		}
	}
	violation := fault.Violation{Code: "syntax", Message: "The body is not one valid JSON value."}
	if wrong, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		violation.Pointer = string(wrong.JSONPointer)
		if errors.Is(wrong, jsontext.ErrDuplicateName) {
			violation = fault.Violation{Pointer: violation.Pointer, Code: "duplicate", Message: "Is given more than once."}
		}
	}
	return fault.InvalidInput(violation)
}

// withoutNUL refuses what is valid JSON and PostgreSQL cannot store.
func withoutNUL(read []byte) error {
	if !bytes.Contains(read, []byte(`\u0000`)) {
		return nil
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(read))
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			return nil //nolint:nilerr // the end; wellFormed has seen the rest
		}
		if token.Kind() == '"' && strings.ContainsRune(token.String(), 0) {
			return fault.InvalidInput(fault.Violation{Pointer: string(decoder.StackPointer()), Code: "character", Message: "Must not contain NUL."})
		}
	}
}

func unsupportedMediaType(wanted string) error {
	return NewProblem(http.StatusUnsupportedMediaType, "unsupported_media_type", "Send the body as "+wanted+" in UTF-8.")
}

// accepts reports whether a client that sent these Accept headers takes JSON (RFC 9110, 12.5.1).
func accepts(headers []string) bool {
	if len(headers) == 0 {
		return true
	}
	for item := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		mediaType, parameters, err := mime.ParseMediaType(item)
		if err != nil || strings.Trim(parameters["q"], "0.") == "" && parameters["q"] != "" {
			continue
		}
		switch mediaType {
		case "*/*", "application/*", "application/json":
			return true
		}
	}
	return false
}

// printable shortens text that came from outside and drops what is not plain ASCII.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
	return text[:min(len(text), 100)]
}
