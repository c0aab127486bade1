// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"platform.internal/contract"
	"platform.internal/fault"
)

// interoperable reads one JSON value in UTF-8 (RFC 8259) that every reader takes for the same (RFC 7493): no duplicate members,
// no number beyond a double; and no NUL, which PostgreSQL cannot store. Numbers are of type json.Number.
func interoperable(read []byte) (any, error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(read))
	value, err := readValue(decoder)
	if err == io.EOF { //nolint:errorlint // documented to be io.EOF itself
		return nil, fault.InvalidInput(fault.Violation{Code: "required", Message: "The body is empty."})
	}
	if err == nil {
		_, err = decoder.ReadToken()
		if err == io.EOF { //nolint:errorlint // as above
			return value, nil
		}
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return nil, err
	}
	return nil, syntax(err)
}

func readValue(decoder *jsontext.Decoder) (any, error) {
	token, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return readObject(decoder)
	case '[':
		return readArray(decoder)
	case '"':
		return readText(decoder, token)
	case '0':
		return readNumber(decoder, token)
	case 't', 'f':
		return token.Bool(), nil
	default:
		return nil, nil
	}
}

func readObject(decoder *jsontext.Decoder) (any, error) {
	members := map[string]any{}
	for decoder.PeekKind() != '}' {
		token, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name, err := readText(decoder, token)
		if err != nil {
			return nil, err
		}
		if members[name], err = readValue(decoder); err != nil {
			return nil, err
		}
	}
	_, err := decoder.ReadToken()
	return members, err
}

func readArray(decoder *jsontext.Decoder) (any, error) {
	items := []any{}
	for decoder.PeekKind() != ']' {
		item, err := readValue(decoder)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := decoder.ReadToken()
	return items, err
}

func readText(decoder *jsontext.Decoder, token jsontext.Token) (string, error) {
	text := token.String()
	if strings.ContainsRune(text, 0) {
		return "", violation(decoder, "character", "Must not contain NUL.")
	}
	return text, nil
}

func readNumber(decoder *jsontext.Decoder, token jsontext.Token) (json.Number, error) {
	text := token.String()
	if !contract.IsNumber(text) {
		return "", violation(decoder, "range", "Must be a number that a double can hold, in at most 100 characters.")
	}
	return json.Number(text), nil
}

// violation is about what the decoder has just read.
func violation(decoder *jsontext.Decoder, code, message string) error {
	return fault.InvalidInput(fault.Violation{Pointer: string(decoder.StackPointer()), Code: code, Message: message})
}

func syntax(err error) error {
	violation := fault.Violation{Code: "syntax", Message: "The body is not one valid JSON value."}
	if wrong, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		violation.Pointer = string(wrong.JSONPointer)
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		violation.Code, violation.Message = "duplicate", "Is given more than once."
	}
	return fault.InvalidInput(violation)
}
