// Kept by the platform: docs/ownership.md says what that means.

package limit

import (
	"errors"
	"regexp"
	"strconv"
	"time"
)

// Policy is a quota for each window.
type Policy struct {
	Name   string // tells its counts from those of others; printable ASCII without quotes, as clients are told it
	Quota  int
	Window time.Duration // whole seconds
}

const (
	shortest  = time.Second
	longest   = 24 * time.Hour
	perSecond = 10_000 // beyond it, microseconds would be too coarse to count by
)

// Rule says in words what Valid asks for.
const Rule = "a quota of at least 1 for a window of whole seconds from 1s to 24h, and at most 10000 a second, such as 600/1m"

// Valid reports whether the policy can be kept.
func (p Policy) Valid() bool {
	return p.Window >= shortest && p.Window <= longest && p.Window%time.Second == 0 &&
		p.Quota >= 1 && int64(p.Quota) <= int64(p.Window/time.Second)*perSecond
}

// Named returns the policy with that name.
func (p Policy) Named(name string) Policy {
	p.Name = name
	return p
}

var form = regexp.MustCompile(`\A(-?[0-9]{1,9})/([-0-9a-z.]{1,20})\z`)

// UnmarshalText implements encoding.TextUnmarshaler: it reads a quota and a window such as 600/1m, whether they are Valid or not.
func (p *Policy) UnmarshalText(text []byte) error {
	match := form.FindSubmatch(text)
	if match == nil {
		return errors.New("not a limit such as 600/1m")
	}
	quota, err := strconv.Atoi(string(match[1]))
	if err != nil {
		return err
	}
	window, err := time.ParseDuration(string(match[2]))
	if err != nil {
		return err
	}
	p.Quota, p.Window = quota, window
	return nil
}
