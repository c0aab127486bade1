// Kept by the platform: docs/ownership.md says what that means.

package apikey

import (
	"encoding/hex"

	"platform.internal/config"
)

// Settings are the secret under which keys are hashed.
type Settings struct {
	Pepper config.Secret `env:"API_KEY_PEPPER,required,notEmpty"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	if pepper, err := hex.DecodeString(s.Pepper.Reveal()); err != nil || len(pepper) < 32 {
		return []string{"API_KEY_PEPPER must be at least 64 hexadecimal digits: make one with `openssl rand -hex 32`, and keep it, for without it no key works."}
	}
	return nil
}

// Bytes returns the pepper itself.
func (s Settings) Bytes() []byte {
	pepper, _ := hex.DecodeString(s.Pepper.Reveal()) // Validate has seen it
	return pepper
}
