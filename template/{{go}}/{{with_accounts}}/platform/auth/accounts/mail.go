// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/url"
	"strings"
	"time"

	"platform.internal/id"
)

// Message is a mail of plain text.
type Message struct {
	To      string
	Subject string
	Text    string
}

// Mailer sends mails.
type Mailer interface {
	// Send returns when the next server has taken the mail.
	Send(ctx context.Context, message Message) error
}

// NewMailer returns the one that the settings describe.
func NewMailer(settings Settings, log *slog.Logger) Mailer {
	if settings.SMTP.Reveal() == ToLog {
		return logMailer{log}
	}
	server, _ := url.Parse(settings.SMTP.Reveal()) // Validate has seen it
	return smtpMailer{server: server, from: settings.From}
}

// logMailer is for development: it shows secrets to who reads the log.
type logMailer struct{ log *slog.Logger }

// Send implements Mailer.
func (m logMailer) Send(ctx context.Context, message Message) error {
	m.log.InfoContext(ctx, "mail", "to", message.To, "mail_subject", message.Subject, "text", message.Text)
	return nil
}

type smtpMailer struct {
	server *url.URL
	from   string
	roots  *x509.CertPool // those of the system if nil
}

// sendTimeout is how long a mail server may take for one mail.
const sendTimeout = 20 * time.Second

// The schemes of SMTP_URL: with TLS once both sides have said hello (RFC 3207), and from the first byte on (RFC 8314, 3.3).
const (
	smtpScheme  = "smtp"
	smtpsScheme = "smtps"
)

// Send implements Mailer. It speaks only over TLS with a server that is not this machine.
func (m smtpMailer) Send(ctx context.Context, message Message) error {
	from, err := mail.ParseAddress(m.from)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	conn, err := m.dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	client, err := smtp.NewClient(conn, m.server.Hostname())
	if err != nil {
		return err
	}
	if err := client.Hello(domain(from)); err != nil {
		return err
	}
	if err := m.secure(client); err != nil {
		return err
	}
	if err := deliver(client, from, message); err != nil {
		return err
	}
	_ = client.Quit() // the server has taken the mail; an error now would send it again
	return nil
}

func (m smtpMailer) dial(ctx context.Context) (net.Conn, error) {
	var dialer net.Dialer
	if m.server.Scheme == smtpsScheme {
		secure := tls.Dialer{NetDialer: &dialer, Config: m.tls()}
		return secure.DialContext(ctx, "tcp", m.server.Host)
	}
	return dialer.DialContext(ctx, "tcp", m.server.Host)
}

func (m smtpMailer) tls() *tls.Config {
	return &tls.Config{ServerName: m.server.Hostname(), RootCAs: m.roots, MinVersion: tls.VersionTLS12}
}

func (m smtpMailer) secure(client *smtp.Client) error {
	_, already := client.TLSConnectionState()
	offered, _ := client.Extension("STARTTLS")
	if offered && !already {
		if err := client.StartTLS(m.tls()); err != nil {
			return err
		}
	} else if !already && !isHere(m.server.Hostname()) {
		return errors.New("the mail server offers no STARTTLS")
	}
	if user := m.server.User; user != nil {
		password, _ := user.Password()
		return client.Auth(smtp.PlainAuth("", user.Username(), password, m.server.Hostname()))
	}
	return nil
}

func deliver(client *smtp.Client, from *mail.Address, message Message) error {
	if err := client.Mail(from.Address); err != nil {
		return err
	}
	if err := client.Rcpt(message.To); err != nil {
		return err
	}
	writer, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := writer.Write(message.encode(from, time.Now())); err != nil {
		return err
	}
	return writer.Close()
}

// encode writes the mail as RFC 5322 wants it. An address cannot bring a header of its own: net/mail quotes it.
func (m Message) encode(from *mail.Address, now time.Time) []byte {
	var text strings.Builder
	to := mail.Address{Address: m.To}
	for _, header := range [][2]string{
		{"From", from.String()},
		{"To", to.String()},
		{"Subject", mime.QEncoding.Encode("utf-8", m.Subject)},
		{"Date", now.Format(time.RFC1123Z)},
		{"Message-ID", "<" + id.New().String() + "@" + domain(from) + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&text, "%s: %s\r\n", header[0], header[1])
	}
	text.WriteString("\r\n")
	body := quotedprintable.NewWriter(&text)
	_, _ = body.Write([]byte(strings.ReplaceAll(m.Text, "\n", "\r\n"))) // a strings.Builder takes everything
	_ = body.Close()
	return []byte(text.String())
}

// domain is how the sender's side calls itself.
func domain(from *mail.Address) string {
	return from.Address[strings.LastIndexByte(from.Address, '@')+1:]
}
