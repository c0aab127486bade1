// Kept by the platform: docs/ownership.md says what that means.

// Command develop is an OpenID Connect issuer for the machine of a developer: `develop <address> <file>`.
// It listens at the address and gives tokens to everybody; it must never run anywhere else. The file gets its process ID once it listens.
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
	"strconv"
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
	if len(arguments) != 2 {
		return errors.New("say the address, such as http://127.0.0.1:8090, and the file for the process ID")
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
	if err := identify(arguments[1]); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "Issuing tokens at %s until it is stopped.\n", address)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	return rest.Serve(ctx, rest.NewServer(issuer.Develop(arguments[0]), log), listener, time.Second)
}

// identify is for one that has the port: of two that start at once, the file is that of the other.
func identify(file string) error {
	if err := os.WriteFile(file+".new", []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil { //nolint:gosec // whoever starts it names the file
		return err
	}
	return os.Rename(file+".new", file) //nolint:gosec // as above
}
