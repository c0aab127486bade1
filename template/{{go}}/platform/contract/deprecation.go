// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Deprecation says that something of the contract will be taken away.
type Deprecation struct {
	// Since is when callers were, or will be, asked to turn away from it (RFC 9745); zero if it is to stay.
	Since time.Time
	// Sunset is from when on it may not answer any more (RFC 8594); zero if that is not decided.
	Sunset time.Time
	// Link is where people read what to do; empty if the contract says it all.
	Link string
}

// How the contract says so: dates such as 2026-12-01, which begin in UTC, and an address.
const (
	sinceExtension  = "x-deprecation"
	sunsetExtension = "x-sunset"
	linkExtension   = "x-deprecation-link"
)

// notice is the least time from the deprecation to the sunset.
const notice = 180 * 24 * time.Hour

func (c *Contract) addDeprecation(operation *Operation, described, item node) error {
	holder := item
	if described.has(sinceExtension) || described.has(sunsetExtension) || described.has(linkExtension) {
		holder = described
	}
	var err error
	if operation.Deprecation, err = deprecation(holder); err != nil {
		return err
	}
	dated := !operation.Deprecation.Since.IsZero()
	if marked := described.flag("deprecated"); dated && !marked || marked && !dated && c.Deprecation.Since.IsZero() {
		return fmt.Errorf("write both `deprecated: true`, for who reads the contract, and %s: 2026-12-01, for who calls", sinceExtension)
	}
	return nil
}

// deprecation reads what an operation, a path or a whole document says.
func deprecation(holder node) (Deprecation, error) {
	since, sinceErr := holder.date(sinceExtension)
	sunset, sunsetErr := holder.date(sunsetExtension)
	if err := errors.Join(sinceErr, sunsetErr); err != nil {
		return Deprecation{}, err
	}
	read := Deprecation{Since: since, Sunset: sunset, Link: holder.text(linkExtension)}
	switch {
	case since.IsZero() && (holder.has(sunsetExtension) || holder.has(linkExtension)):
		return Deprecation{}, fmt.Errorf("say since when: %s: 2026-12-01", sinceExtension)
	case !sunset.IsZero() && sunset.Before(since.Add(notice)):
		return Deprecation{}, fmt.Errorf("%s must be at least %d days after %s", sunsetExtension, int(notice.Hours()/24), sinceExtension)
	case holder.has(linkExtension) && !isAddress(read.Link):
		return Deprecation{}, fmt.Errorf("%s must be an address such as https://example.com/changes", linkExtension)
	}
	return read, nil
}

// date returns the day of that name, zero if there is none. YAML knows dates too.
func (n node) date(name string) (time.Time, error) {
	switch value := n.value[name].(type) {
	case nil:
		return time.Time{}, nil
	case time.Time:
		return value.UTC(), nil
	case string:
		if day, err := time.Parse(time.DateOnly, value); err == nil {
			return day, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s must be a date such as 2026-12-01", name)
}

// isAddress reports whether a text can stand in angle brackets in a header field.
func isAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && address.Path+address.Host != "" && address.String() == text
}
