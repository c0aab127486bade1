// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"cmp"
	"net"
	"time"
)

// Settings are where the service listens and how long it waits.
type Settings struct {
	Listen          string        `env:"LISTEN"           envDefault:":8080"`
	AdminListen     string        `env:"ADMIN_LISTEN"     envDefault:":8081"`
	RequestTimeout  time.Duration `env:"REQUEST_TIMEOUT"  envDefault:"10s"`
	MaxBody         int64         `env:"MAX_BODY_BYTES"   envDefault:"1048576"`
	MaxConcurrent   int           `env:"MAX_CONCURRENT_REQUESTS" envDefault:"0"`
	DrainDelay      time.Duration `env:"DRAIN_DELAY"      envDefault:"0s"`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	var mistakes []string
	require := func(kept bool, sentence string) {
		if !kept {
			mistakes = append(mistakes, sentence)
		}
	}
	require(isAddress(s.Listen), "LISTEN must be an address such as :8080 or 127.0.0.1:8080.")
	require(isAddress(s.AdminListen), "ADMIN_LISTEN must be an address such as :8081 or 127.0.0.1:8081.")
	require(s.RequestTimeout > 0 && s.RequestTimeout <= 25*time.Second,
		"REQUEST_TIMEOUT must be longer than nothing and at most 25s, which is less than the server takes to write an answer.")
	require(s.MaxBody >= 1024 && s.MaxBody <= 64<<20, "MAX_BODY_BYTES must be from 1024 to 67108864.")
	require(s.MaxConcurrent >= 0 && s.MaxConcurrent <= 100_000, "MAX_CONCURRENT_REQUESTS must be from 1 to 100000, or 0 for four times DATABASE_CONNECTIONS.")
	require(s.DrainDelay >= 0, "DRAIN_DELAY must not be negative.")
	require(s.ShutdownTimeout > 0, "SHUTDOWN_TIMEOUT must be longer than nothing.")
	return mistakes
}

func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	return err == nil && port != ""
}

// Concurrent returns how many requests may be at work at once: if that was not said, enough to keep every connection to the database busy
// while others decode and encode, and few enough that each gets one in time.
func (s Settings) Concurrent(connections int32) int {
	return cmp.Or(s.MaxConcurrent, 4*int(connections))
}
