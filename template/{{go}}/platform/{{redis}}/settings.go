// Kept by the platform: docs/ownership.md says what that means.

package redis

import (
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"platform.internal/config"
)

const prefixLetters = "abcdefghijklmnopqrstuvwxyz0123456789-_"

// Settings are how the service reaches Redis.
type Settings struct {
	URL         config.Secret `env:"REDIS_URL,required,notEmpty"`
	Prefix      string        `env:"REDIS_PREFIX"` // of every key, instead of the name of the service
	Connections int           `env:"REDIS_CONNECTIONS"           envDefault:"10"`
	Timeout     time.Duration `env:"REDIS_TIMEOUT"               envDefault:"50ms"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	var mistakes []string
	if options, err := goredis.ParseURL(s.URL.Reveal()); err != nil || options.Network != "tcp" {
		mistakes = append(mistakes, "REDIS_URL must be an address such as redis://user:password@host:6379/0, or rediss:// for TLS.")
	}
	if strings.Trim(s.Prefix, prefixLetters) != "" || len(s.Prefix) > 100 {
		mistakes = append(mistakes, "REDIS_PREFIX must be at most 100 small letters, digits, hyphens and underscores.")
	}
	if s.Connections < 1 || s.Connections > 1000 {
		mistakes = append(mistakes, "REDIS_CONNECTIONS must be from 1 to 1000.")
	}
	if s.Timeout < time.Millisecond || s.Timeout > probeTimeout {
		mistakes = append(mistakes, "REDIS_TIMEOUT must be from 1ms to 250ms: a request waits that long for something that it can do without.")
	}
	return mistakes
}
