// Kept by the platform: docs/ownership.md says what that means.

// Package mailbox is a mail server for tests: it takes every mail and delivers none.
package mailbox

import (
	"crypto/tls"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// Mail is what the server has taken.
type Mail struct {
	To     string // whom the envelope names
	Header mail.Header
	Text   string
	Secure bool // whether it came over TLS, from somebody with a password
}

// Mailbox is a mail server on a port of this machine.
type Mailbox struct {
	URL string // as SMTP_URL has it

	tls     *tls.Config // nil if the server offers no STARTTLS
	first   bool        // whether TLS comes first
	mutex   sync.Mutex
	mails   []Mail
	fails   int
	hangsUp bool
	hello   string
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Mailbox {
	t.Helper()
	return start(t, &Mailbox{})
}

// StartTLS runs a server that offers STARTTLS (RFC 3207) with the certificates.
func StartTLS(t testing.TB, certificates ...tls.Certificate) *Mailbox {
	t.Helper()
	return start(t, &Mailbox{tls: &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12}})
}

// StartTLSFirst runs a server that speaks TLS from the first byte on (RFC 8314, 3.3).
func StartTLSFirst(t testing.TB, certificates ...tls.Certificate) *Mailbox {
	t.Helper()
	return start(t, &Mailbox{tls: &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12}, first: true})
}

func start(t testing.TB, m *Mailbox) *Mailbox {
	t.Helper()
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.URL = "smtp://" + listener.Addr().String()
	if m.first {
		m.URL = "smtps://" + listener.Addr().String()
		listener = tls.NewListener(listener, m.tls)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() { m.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		connections.Wait()
	})
	return m
}

// Refuse makes the server refuse the next mails.
func (m *Mailbox) Refuse(mails int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.fails = mails
}

// HangUp makes the server close each connection once it has taken a mail.
func (m *Mailbox) HangUp() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.hangsUp = true
}

// Hello returns how the last client has called itself.
func (m *Mailbox) Hello() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.hello
}

// Mails returns what has come for the address; all of it if there is none.
func (m *Mailbox) Mails(address string) (found []Mail) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, each := range m.mails {
		if address == "" || each.To == address {
			found = append(found, each)
		}
	}
	return found
}

// Wait returns the newest mail for the address when there are so many. It fails the test if they do not come.
func (m *Mailbox) Wait(t testing.TB, address string, count int) Mail {
	t.Helper()
	for range 3000 {
		if found := m.Mails(address); len(found) >= count {
			return found[len(found)-1]
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%d mails for %s, and not %d", len(m.Mails(address)), address, count)
	return Mail{}
}

// serve speaks as much of RFC 5321 as net/smtp needs.
func (m *Mailbox) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	text := textproto.NewConn(conn)
	say := func(line string) { _ = text.PrintfLine("%s", line) }
	say("220 mailbox")
	var to string
	var known bool
	secret := m.first
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			m.greet(rest)
			say("250-mailbox")
			if m.tls != nil && !secret {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			text, secret = textproto.NewConn(tls.Server(conn, m.tls)), true
		case "AUTH":
			known = true
			say("235 known")
		case "MAIL":
			say("250 fine")
		case "RCPT":
			to = strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>")
			say(m.recipient(to))
		case "DATA":
			say("354 go on")
			content, err := text.ReadDotBytes()
			if err != nil {
				return
			}
			said, last := m.take(to, string(content), secret && known)
			if say(said); last {
				return
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("500 what?")
		}
	}
}

func (m *Mailbox) greet(name string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.hello = name
}

// recipient refuses in words that name the address, as some servers do.
func (m *Mailbox) recipient(to string) string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.fails > 0 {
		m.fails--
		return "450 not now for " + to
	}
	return "250 fine"
}

func (m *Mailbox) take(to, content string, secure bool) (answer string, last bool) {
	read, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		return fmt.Sprintf("554 %v", err), false
	}
	body, err := io.ReadAll(quotedprintable.NewReader(read.Body))
	if err != nil {
		return fmt.Sprintf("554 %v", err), false
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.mails = append(m.mails, Mail{to, read.Header, string(body), secure})
	return "250 taken", m.hangsUp
}
