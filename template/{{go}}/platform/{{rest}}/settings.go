package rest

import "time"

// Settings are where the service listens and how long it waits.
type Settings struct {
	Listen          string        `env:"LISTEN"           envDefault:":8080"`
	AdminListen     string        `env:"ADMIN_LISTEN"     envDefault:":8081"`
	RequestTimeout  time.Duration `env:"REQUEST_TIMEOUT"  envDefault:"10s"`
	MaxBody         int64         `env:"MAX_BODY_BYTES"   envDefault:"1048576"`
	DrainDelay      time.Duration `env:"DRAIN_DELAY"      envDefault:"0s"`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	var mistakes []string
	if s.RequestTimeout <= 0 || s.RequestTimeout > 25*time.Second {
		mistakes = append(mistakes, "REQUEST_TIMEOUT must be longer than nothing and at most 25s, which is less than the server takes to write an answer.")
	}
	if s.MaxBody < 1024 || s.MaxBody > 64<<20 {
		mistakes = append(mistakes, "MAX_BODY_BYTES must be from 1024 to 67108864.")
	}
	if s.DrainDelay < 0 || s.ShutdownTimeout <= 0 {
		mistakes = append(mistakes, "DRAIN_DELAY must not be negative, and SHUTDOWN_TIMEOUT must be longer than nothing.")
	}
	return mistakes
}
