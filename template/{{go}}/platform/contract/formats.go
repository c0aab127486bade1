// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"time"

	"platform.internal/check"
)

// formats are those that the service reads more strictly than JSON Schema does, so that what the contract lets pass
// can be stored, and written again as it was read. A value of another type is none of a format's business.
var formats = map[string]func(any) error{
	"date":      ofText(date),
	"date-time": ofText(moment),
	"email":     ofText(address),
	"int32":     whole(32),
	"int64":     whole(64),
}

var errFormat = errors.New("has another format")

func ofText(check func(string) error) func(any) error {
	return func(value any) error {
		if text, ok := value.(string); ok {
			return check(text)
		}
		return nil
	}
}

// date is a day of the years 1 to 9999 (RFC 3339, full-date). PostgreSQL has no year 0.
func date(text string) error {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 1 {
		return errFormat
	}
	return nil
}

// rfc3339 is stricter than time.Parse, which takes a comma for a point, one digit for the hour, and a day for the offset.
var rfc3339 = regexp.MustCompile(`\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)\z`)

// moment is a date and a time of day (RFC 3339, date-time), in capitals, which lies in the years 1 to 9999 in UTC too.
func moment(text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || !rfc3339.MatchString(text) || at.UTC().Year() < 1 || at.UTC().Year() > 9999 {
		return errFormat
	}
	return nil
}

func address(text string) error {
	if !check.IsEmail(text) {
		return errFormat
	}
	return nil
}

// whole is an integer of so many bits, written without a point or an exponent.
func whole(bits int) func(any) error {
	return func(value any) error {
		if number, ok := value.(json.Number); ok {
			_, err := strconv.ParseInt(number.String(), 10, bits)
			return err
		}
		return nil
	}
}
