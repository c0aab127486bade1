// Kept by the platform: docs/ownership.md says what that means.

package accounts_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http/httptest"
	"net/mail"
	"net/textproto"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"platform.internal/auth/accounts"
	"platform.internal/config"
	"platform.internal/logging"
	"platform.internal/testkit/mailbox"
)

func TestAMailArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	box := mailbox.Start(t)
	settings := accounts.Settings{SMTP: config.NewSecret(box.URL), From: "Acmé <no-reply@example.com>"}
	text := "Grüße, " + strings.Repeat("long ", 50) + "\n.\n=3D\nend\n"
	message := accounts.Message{To: "alice@example.com", Subject: "Größe", Text: text}
	if err := accounts.NewMailer(settings, slog.New(slog.DiscardHandler)).Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if got := box.Hello(); got != "example.com" {
		t.Errorf("hello from %s", got)
	}
	got := box.Wait(t, "alice@example.com", 1)
	if strings.ReplaceAll(got.Text, "\r\n", "\n") != text || got.Header.Get("Message-Id") == "" || got.Header.Get("Subject") != "=?utf-8?q?Gr=C3=B6=C3=9Fe?=" {
		t.Errorf("got %v\n%q", got.Header, got.Text)
	}
}

func TestAMailThatTheServerHasTakenIsSent(t *testing.T) {
	t.Parallel()
	box := mailbox.Start(t)
	box.HangUp()
	settings := accounts.Settings{SMTP: config.NewSecret(box.URL), From: "no-reply@example.com"}
	err := accounts.NewMailer(settings, slog.New(slog.DiscardHandler)).Send(t.Context(), accounts.Message{To: "alice@example.com"})
	if mails := box.Mails(""); err != nil || len(mails) != 1 {
		t.Errorf("%d mails and %v", len(mails), err)
	}
}

func TestAnAddressBringsNoHeaderOfItsOwn(t *testing.T) {
	t.Parallel()
	message := accounts.Message{To: "a@example.com\r\nBcc: b@example.com", Subject: "x\r\nBcc: b@example.com"}
	text := string(accounts.Encode(message, &mail.Address{Address: "no-reply@example.com"}, time.Now()))
	if strings.Contains(text, "\nBcc:") {
		t.Errorf("got %s", text)
	}
}

func TestAMailServerProvesWhoItIs(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(web.Close)
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	for name, start := range map[string]func(testing.TB, ...tls.Certificate) *mailbox.Mailbox{"STARTTLS": mailbox.StartTLS, "TLS first": mailbox.StartTLSFirst} {
		for trust, test := range map[string]struct {
			roots   *x509.CertPool
			arrives bool
		}{"trusted": {roots, true}, "not trusted": {x509.NewCertPool(), false}} {
			t.Run(name+", "+trust, func(t *testing.T) {
				t.Parallel()
				box := start(t, web.TLS.Certificates...)
				server, err := url.Parse(strings.Replace(box.URL, "//", "//user:secret@", 1))
				if err != nil {
					t.Fatal(err)
				}
				err = accounts.MailerThatTrusts(server, test.roots).Send(t.Context(), accounts.Message{To: "a@example.com"})
				if mails := box.Mails(""); (err == nil) != test.arrives || (len(mails) == 1 && mails[0].Secure) != test.arrives {
					t.Errorf("%d mails and %v", len(mails), err)
				}
			})
		}
	}
}

func TestOnlyThisMachineMayGoWithoutTLS(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "mail.example.com": false, "10.0.0.1": false, "localhost.example.com": false} {
		if got := accounts.IsHere(host); got != want {
			t.Errorf("%s: %t", host, got)
		}
	}
}

func TestInDevelopmentMailsGoToTheLog(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	mailer := accounts.NewMailer(accounts.Settings{SMTP: config.NewSecret(accounts.ToLog)}, logging.New(&log, slog.LevelInfo))
	if err := mailer.Send(t.Context(), accounts.Message{To: "a@example.com", Text: "hello"}); err != nil || !strings.Contains(log.String(), "hello") {
		t.Errorf("%v: %s", err, &log)
	}
}

func TestAQueue(t *testing.T) {
	t.Parallel()
	t.Run("tries three times", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			queue := accounts.NewQueue(t.Context(), slog.New(slog.DiscardHandler))
			var tries atomic.Int32
			accounts.Add(queue, t.Context(), func(context.Context) error { tries.Add(1); return errors.New("x") })
			time.Sleep(time.Minute)
			accounts.CloseQueue(queue)
			if tries.Load() != 3 {
				t.Errorf("%d tries", tries.Load())
			}
		})
	})
	t.Run("keeps to itself whom a mail server names", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder
			queue := accounts.NewQueue(t.Context(), logging.New(&log, slog.LevelInfo))
			accounts.Add(queue, t.Context(), func(context.Context) error { return &textproto.Error{Code: 550, Msg: "no alice@example.com"} })
			time.Sleep(time.Minute)
			accounts.CloseQueue(queue)
			if strings.Contains(log.String(), "alice") || !strings.Contains(log.String(), "the mail server answers 550") {
				t.Errorf("got %s", &log)
			}
		})
	})
	t.Run("does at its end what waits", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			queue := accounts.NewQueue(t.Context(), slog.New(slog.DiscardHandler))
			var done atomic.Int32
			for range 100 {
				accounts.Add(queue, t.Context(), func(context.Context) error { time.Sleep(time.Millisecond); done.Add(1); return nil })
			}
			accounts.CloseQueue(queue)
			if done.Load() != 100 {
				t.Errorf("%d are done", done.Load())
			}
		})
	})
	t.Run("gives up after ten seconds", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder
			queue := accounts.NewQueue(t.Context(), logging.New(&log, slog.LevelInfo))
			accounts.Add(queue, t.Context(), func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			start := time.Now()
			accounts.CloseQueue(queue)
			if time.Since(start) != 10*time.Second || !strings.Contains(log.String(), "mail lost") {
				t.Errorf("after %s: %s", time.Since(start), &log)
			}
			synctest.Wait()
		})
	})
	t.Run("never makes a request wait", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			queue := accounts.NewQueue(t.Context(), slog.New(slog.DiscardHandler))
			start := time.Now()
			for range 2000 {
				accounts.Add(queue, t.Context(), func(ctx context.Context) error { <-ctx.Done(); return nil })
			}
			if time.Since(start) > 0 {
				t.Errorf("it took %s", time.Since(start))
			}
			accounts.CloseQueue(queue)
		})
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const valid = "PUBLIC_URL=https://app.example.com,SMTP_URL=smtp://u:hunter2@mail.example.com:587,MAIL_FROM=Acme <no-reply@example.com>"
	for name, test := range map[string]struct{ environ, says string }{
		"are valid":                                {valid, ""},
		"take the log":                             {valid + ",SMTP_URL=log:", ""},
		"want a server with a port":                {valid + ",SMTP_URL=smtp://mail.example.com", "SMTP_URL must be"},
		"want a server that is known":              {valid + ",SMTP_URL=hunter2", "SMTP_URL must be"},
		"want a page":                              {valid + ",PUBLIC_URL=app", "PUBLIC_URL must be"},
		"want a page without a fragment":           {valid + ",PUBLIC_URL=https://app.example.com/#x", "PUBLIC_URL must be"},
		"want a page that nobody reads on the way": {valid + ",PUBLIC_URL=http://app.example.com", "PUBLIC_URL must be"},
		"take a page of this machine":              {valid + ",PUBLIC_URL=http://localhost:3000", ""},
		"take TLS from the first byte on":          {valid + ",SMTP_URL=smtps://mail.example.com:465", ""},
		"want a sender":                            {valid + ",MAIL_FROM=nobody", "MAIL_FROM must be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load[accounts.Settings](strings.Split(test.environ, ","))
			if (err == nil) != (test.says == "") || err != nil && (!strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("got %v", err)
			}
		})
	}
}
