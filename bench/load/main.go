// Command load sends a fixed number of requests to a server on this machine over a fixed number of connections, each of
// which waits for an answer before it asks again, and prints one line of JSON: throughput, latencies, errors, and the
// processor time that the server spent on each request. TOKEN is the bearer token, if there is one.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"
)

// plan is what to send; every number in it is bounded.
type plan struct {
	address     string
	pid         int
	connections int
	warmUp      int
	requests    int
	limit       time.Duration
	paths       []string // asked for in turn
	body        string   // sent by POST, with {n} replaced by a number of its own; empty: GET
	key         string   // sent beside a body as Idempotency-Key, with {n} replaced in the same way; empty: none
	status      int      // of an answer that is no error
	token       string
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	plan, err := read()
	if err != nil {
		return err
	}
	result, err := plan.send()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

func read() (plan, error) {
	p := plan{token: os.Getenv("TOKEN")}
	var paths string
	flag.StringVar(&p.address, "address", "", "IP address and port of the server, on the loopback interface")
	flag.IntVar(&p.pid, "pid", 0, "the server's process, for its processor time")
	flag.IntVar(&p.connections, "connections", 8, "connections")
	flag.IntVar(&p.warmUp, "warm-up", 500, "requests before the measurement")
	flag.IntVar(&p.requests, "requests", 5000, "requests that are measured")
	flag.DurationVar(&p.limit, "limit", time.Minute, "end with an error after this time")
	flag.StringVar(&paths, "paths", "", "file with one path a line")
	flag.StringVar(&p.body, "body", "", "body of a POST; {n} stands for a number that no other request has")
	flag.StringVar(&p.key, "key", "", "Idempotency-Key of a POST; {n} stands for a number that no other request has")
	flag.IntVar(&p.status, "status", 200, "the status of a good answer")
	flag.Parse()
	lines, err := os.ReadFile(paths)
	if err != nil {
		return p, err
	}
	p.paths = strings.Fields(string(lines))
	return p, p.check()
}

func (p plan) check() error {
	address, err := netip.ParseAddrPort(p.address)
	switch {
	case err != nil || !address.Addr().IsLoopback():
		return errors.New("-address must be an address and a port of the loopback interface, such as 127.0.0.1:20080")
	case p.connections < 1 || p.connections > 256 || p.requests < 1 || p.requests > 1_000_000 || p.warmUp < 0 || p.warmUp > 1_000_000:
		return errors.New("-connections goes from 1 to 256, -requests from 1 to 1000000, -warm-up from 0 to 1000000")
	case p.limit <= 0 || p.limit > 5*time.Minute:
		return errors.New("-limit is at most five minutes")
	case len(p.paths) == 0:
		return errors.New("-paths names a file without a path in it")
	}
	return nil
}
