// Kept by the platform: docs/ownership.md says what that means.

package postgres

import (
	"time"

	"platform.internal/config"
)

// Settings are how the service reaches PostgreSQL.
type Settings struct {
	URL              config.Secret `env:"DATABASE_URL,required,notEmpty"`
	Connections      int32         `env:"DATABASE_CONNECTIONS"           envDefault:"10"`
	StatementTimeout time.Duration `env:"DATABASE_STATEMENT_TIMEOUT"     envDefault:"5s"`
	StartTimeout     time.Duration `env:"DATABASE_START_TIMEOUT"         envDefault:"15s"`
	LockTimeout      time.Duration `env:"DATABASE_LOCK_TIMEOUT"          envDefault:"2s"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	var mistakes []string
	if s.Connections < 1 || s.Connections > 1000 {
		mistakes = append(mistakes, "DATABASE_CONNECTIONS must be from 1 to 1000.")
	}
	if s.StatementTimeout < time.Millisecond || s.StatementTimeout > time.Hour {
		mistakes = append(mistakes, "DATABASE_STATEMENT_TIMEOUT must be from 1ms to 1h.")
	}
	if s.StartTimeout < 0 {
		mistakes = append(mistakes, "DATABASE_START_TIMEOUT must not be negative.")
	}
	if s.LockTimeout < time.Millisecond || s.LockTimeout > s.StatementTimeout && s.StatementTimeout >= time.Millisecond {
		mistakes = append(mistakes, "DATABASE_LOCK_TIMEOUT must be from 1ms to DATABASE_STATEMENT_TIMEOUT, which would end the wait before it.")
	}
	return mistakes
}

// OwnerSettings are how migrations reach PostgreSQL: as the role that owns the schema.
type OwnerSettings struct {
	URL config.Secret `env:"DATABASE_OWNER_URL,required,notEmpty"`
}
