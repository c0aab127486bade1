// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Proxy stands between the service and a server that it needs, and breaks what a test wants to see broken.
type Proxy struct {
	listener net.Listener
	network  string // of the server: tcp, or unix for a socket
	target   string

	mutex     sync.Mutex
	pairs     map[net.Conn]net.Conn // from the service, to the server
	closed    bool
	silent    bool
	silenced  map[net.Conn]bool // both ends of what has gone silent
	delay     time.Duration
	swallow   []byte
	swallowed func()
}

// Through returns the database as it is reached through a proxy of the test's own.
func (d Database) Through(t testing.TB) (Database, *Proxy) {
	t.Helper()
	address, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	known, err := pgconn.ParseConfig(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	network, target := pgconn.NetworkAddress(known.Host, known.Port)
	proxy := newProxy(t, network, target)
	address.Host = proxy.listener.Addr().String()
	parameters := address.Query()
	parameters.Del("host") // that of a socket
	parameters.Del("port")
	address.RawQuery = parameters.Encode()
	d.URL = address.String()
	return d, proxy
}

func newProxy(t testing.TB, network, target string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // the test closes it
	if err != nil {
		t.Fatal(err)
	}
	proxy := &Proxy{listener: listener, network: network, target: target, pairs: map[net.Conn]net.Conn{}, silenced: map[net.Conn]bool{}}
	var accepting sync.WaitGroup
	accepting.Go(proxy.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		proxy.Close()
		accepting.Wait()
	})
	return proxy
}

// Swallow cuts the connection on which the server next says the text, instead of passing it on, and then runs do.
func (p *Proxy) Swallow(text string, do func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.swallow, p.swallowed = []byte(text), do
}

// Committed is what the database says when a transaction is committed.
const Committed = "COMMIT\x00"

// Slow makes whatever the service says from now on arrive that much later.
func (p *Proxy) Slow(delay time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.delay = delay
}

// Close cuts every connection, and each new one too until Open is called.
func (p *Proxy) Close() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.closed = true
	for client, server := range p.pairs {
		_, _ = client.Close(), server.Close()
	}
}

// Silence keeps every connection and lets nothing more through, as a network does that drops packets. New ones are silent too until Open is called.
func (p *Proxy) Silence() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.silent = true
	for client, server := range p.pairs {
		p.silenced[client], p.silenced[server] = true, true
	}
}

// Open lets new connections through again.
func (p *Proxy) Open() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.closed, p.silent = false, false
}

func (p *Proxy) accept() {
	var serving sync.WaitGroup
	defer serving.Wait()
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.network, p.target) //nolint:noctx // it is on this machine
		if err != nil || !p.add(client, server) {
			_ = client.Close()
			continue
		}
		serving.Go(func() { p.pass(client, server, false) })
		serving.Go(func() { p.pass(server, client, true) })
	}
}

func (p *Proxy) add(client, server net.Conn) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.closed {
		_ = server.Close()
		return false
	}
	p.pairs[client] = server
	p.silenced[client], p.silenced[server] = p.silent, p.silent
	return true
}

// pass copies until one side ends.
func (p *Proxy) pass(from, to net.Conn, answers bool) {
	defer func() { _, _ = from.Close(), to.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if answers && p.swallows(buffer[:n]) {
			return
		}
		if !answers {
			time.Sleep(p.delayed())
		}
		if p.drops(from) {
			n = 0
		}
		if _, wrong := to.Write(buffer[:n]); err != nil || wrong != nil {
			return
		}
	}
}

func (p *Proxy) drops(from net.Conn) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.silenced[from]
}

func (p *Proxy) delayed() time.Duration {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.delay
}

func (p *Proxy) swallows(said []byte) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.swallow == nil || !bytes.Contains(said, p.swallow) {
		return false
	}
	p.swallow = nil
	p.swallowed()
	return true
}
