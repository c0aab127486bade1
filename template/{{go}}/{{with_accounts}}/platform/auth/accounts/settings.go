// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"net"
	"net/mail"
	"net/url"

	"platform.internal/config"
)

// ToLog is the SMTP_URL of development: mails go to the log, with the secrets in them.
const ToLog = "log:"

// Settings say how mails reach people, and what is in them.
type Settings struct {
	PublicURL string        `env:"PUBLIC_URL,required,notEmpty"`
	SMTP      config.Secret `env:"SMTP_URL,required,notEmpty"`
	From      string        `env:"MAIL_FROM,required,notEmpty"`
}

// Validate implements config.Validator.
func (s Settings) Validate() []string {
	var mistakes []string
	if !isPage(s.PublicURL) {
		mistakes = append(mistakes, "PUBLIC_URL must be the https address of the pages that mails link to, such as https://app.example.com; of this machine it may be http.")
	}
	if s.SMTP.Reveal() != ToLog && !isMailServer(s.SMTP.Reveal()) {
		mistakes = append(mistakes, "SMTP_URL must be the address of a mail server with its port, such as smtp://user:password@mail.example.com:587.")
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		mistakes = append(mistakes, "MAIL_FROM must be the sender of mails, such as Acme <no-reply@example.com>.")
	}
	return mistakes
}

// isPage keeps the codes that its links carry from who listens on the way.
func isPage(text string) bool {
	page, err := url.Parse(text)
	return err == nil && page.Hostname() != "" && page.RawQuery == "" && page.Fragment == "" &&
		(page.Scheme == "https" || page.Scheme == "http" && isHere(page.Hostname()))
}

func isMailServer(text string) bool {
	server, err := url.Parse(text)
	return err == nil && (server.Scheme == smtpScheme || server.Scheme == smtpsScheme) && server.Hostname() != "" && server.Port() != ""
}

// isHere reports whether the host is this machine, to which nobody listens on the way.
func isHere(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
