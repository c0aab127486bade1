// Kept by the platform: docs/ownership.md says what that means.

// Package fault describes what can go wrong in words that every transport understands.
//
// A service returns one of nine kinds; each transport maps the kind to its own protocol in exactly one file.
// Message and Violations may reach a client. The cause never does.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong, without saying how it is reported.
type Kind uint8

// The nine kinds. Internal is the zero value, so that an error nobody thought of reveals nothing.
const (
	Internal        Kind = iota // a defect of ours
	Invalid                     // the input breaks a rule
	Unauthenticated             // nobody known is calling
	Forbidden                   // the caller is known and may not do this
	NotFound                    // there is no such thing, or it is not the caller's
	Conflict                    // the request contradicts what is there
	Stale                       // the caller has seen an older version
	Limited                     // too many requests
	Unavailable                 // something we need does not answer
)

var names = [...]string{
	Internal:        "internal",
	Invalid:         "invalid",
	Unauthenticated: "unauthenticated",
	Forbidden:       "forbidden",
	NotFound:        "not_found",
	Conflict:        "conflict",
	Stale:           "stale",
	Limited:         "limited",
	Unavailable:     "unavailable",
}

// String returns the stable code of the kind, such as "not_found".
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return names[Internal]
}

// Violation is one broken rule of the input: of a parameter if Parameter is set, else of the body.
type Violation struct {
	Pointer   string // where in the body, as a JSON Pointer (RFC 6901); empty for the body as a whole
	Parameter string // which parameter of the path, the query or the header
	Code      string // stable and meant for programs, such as "too_long"
	Message   string // for people; names the rule, never the value
}

// Error is the only error type that transports look into. It may be shared, so nobody changes one that they did not make.
type Error struct {
	Kind       Kind
	Message    string        // one sentence that a client may read
	Violations []Violation   // only for Invalid and Conflict
	RetryAfter time.Duration // only for Limited and Unavailable; zero means unknown
	cause      error
}

// New returns an error of the kind with a message that a client may read.
func New(kind Kind, message string) *Error {
	return &Error{Kind: kind, Message: message}
}

// Wrap returns an error of the kind whose cause is logged, and never shown.
func Wrap(kind Kind, message string, cause error) *Error {
	return &Error{Kind: kind, Message: message, cause: cause}
}

// InvalidInput returns an Invalid error for the violations, or nil if there are none.
func InvalidInput(violations ...Violation) error {
	if len(violations) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "The request breaks one or more rules; see errors.", Violations: violations}
}

// Error implements error. The text is for logs.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind, e.Message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf returns the kind of the first Error in err's chain, Internal if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Reference turns the fault of something that is referred to into a fault of the member that refers to it:
// NotFound becomes Invalid. Any other error stays as it is.
func Reference(pointer string, err error) error {
	if err == nil || KindOf(err) != NotFound {
		return err
	}
	return InvalidInput(Violation{Pointer: pointer, Code: "reference", Message: "Refers to nothing that is there."})
}
