// Kept by the platform: docs/ownership.md says what that means.

// Command develop is an OpenID Connect issuer for the machine of a developer: `develop <address>`.
// It listens at the address and gives tokens to everybody; it must never run anywhere else.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"platform.internal/rest"
	"platform.internal/testkit/issuer"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("say the address, such as http://127.0.0.1:8090")
	}
	address, err := url.Parse(arguments[0])
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", address.Host)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "Issuing tokens at %s until it is stopped.\n", address)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	return rest.Serve(ctx, rest.NewServer(issuer.Develop(arguments[0]), log), listener, time.Second)
}
