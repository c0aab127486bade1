//go:build faults

package faults

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestSlowClientsDoNotMakeOthersSlow compares, in one run, how long requests take without 500 slow clients and with them.
func TestSlowClientsDoNotMakeOthersSlow(t *testing.T) {
	server := newServer(t)
	service := launch(t, server.url, server.key()).ready()
	for n := range 200 {
		if _, body, err := service.do("POST", "/v1/customers", fmt.Sprintf(`{"name": "%s", "email": "a%d@example.com"}`, strings.Repeat("x", 200), n)); err != nil || !strings.Contains(body, "id") {
			t.Fatal(body, err)
		}
	}
	before, memory := p99(t, service), resident(t, service)
	var slow []net.Conn
	for range 50 {
		slow = append(slow, begin(t, service, reader))
	}
	eventually(t, time.Minute, func() bool { return quick(service) }) // what they have asked for is work, and no slowness
	for n := range 450 {
		slow = append(slow, begin(t, service, n%2))
	}
	during := p99(t, service)
	grown := resident(t, service) - memory
	t.Logf("p99 %s without, %s with 500 slow clients; memory grows by %d MB", before, during, grown>>20)
	if during > 3*before+50*time.Millisecond {
		t.Errorf("p99 was %s, is %s", before, during)
	}
	if grown > 100<<20 {
		t.Errorf("memory grew by %d bytes", grown)
	}
	for _, conn := range slow {
		_ = conn.Close()
	}
}

// TestLargeBodiesTakeLittleMemory sends bodies that say as much as so many bytes can, all at once.
func TestLargeBodiesTakeLittleMemory(t *testing.T) {
	const callers, size = 100, 1 << 20
	server := newServer(t)
	service := launch(t, server.url, server.key()).ready()
	body := "[" + strings.Repeat("{},", size/3-1) + "{}]"
	before := resident(t, service)
	var most atomic.Int64
	done := make(chan struct{})
	var watching, calling sync.WaitGroup
	watching.Go(func() {
		for {
			most.Store(max(most.Load(), resident(t, service)))
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	for range callers {
		calling.Go(func() {
			if answer, text, err := service.do("POST", "/v1/customers", body); err != nil || answer.StatusCode != 400 {
				t.Errorf("got %v %s", err, text)
			}
		})
	}
	calling.Wait()
	close(done)
	watching.Wait()
	grown := most.Load() - before
	t.Logf("memory grows by %d MB for %d bodies of %d MB at once", grown>>20, callers, size>>20)
	if grown > 6*callers*size {
		t.Errorf("memory grew by %d bytes", grown)
	}
}

// The ways of being slow: to send the headers, the body, or to take the answers.
const (
	headers = iota
	body
	reader
)

// begin is a client that stops in the middle of its headers, of its body, or that takes none of its answers.
func begin(t *testing.T, service *instance, how int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(service.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	head := "Host: x\r\nAuthorization: Bearer " + service.key + "\r\nContent-Type: application/json\r\n"
	text := "GET /v1/customers HTTP/1.1\r\nHost: x\r\nX-Slow: "
	switch how {
	case body:
		text = "POST /v1/customers HTTP/1.1\r\n" + head + "Content-Length: 1000\r\n\r\n{"
	case reader:
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(1024)
		}
		text = strings.Repeat("GET /v1/customers?limit=200 HTTP/1.1\r\n"+head+"\r\n", 30)
	}
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// quick reports whether a row of requests finds the service with nothing else to do.
func quick(service *instance) bool {
	for range 20 {
		start := time.Now()
		if answer, _, err := service.do("GET", "/v1/customers?limit=1", ""); err != nil || answer.StatusCode != 200 || time.Since(start) > 50*time.Millisecond {
			return false
		}
	}
	return true
}

func p99(t *testing.T, service *instance) time.Duration {
	t.Helper()
	var mutex sync.Mutex
	var took []time.Duration
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for range 150 {
				start := time.Now()
				answer, body, err := service.do("GET", "/v1/customers?limit=1", "")
				mutex.Lock()
				took = append(took, time.Since(start))
				mutex.Unlock()
				if err != nil || answer.StatusCode != 200 {
					t.Errorf("got %v %s", err, body)
					return
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	callers.Wait()
	slices.Sort(took)
	return took[len(took)*99/100]
}

// resident is the memory of the process, in bytes.
func resident(t *testing.T, service *instance) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", service.command.Process.Pid))
	if err != nil {
		t.Skip("there is no /proc here")
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// TestAStopUnderLoadFailsNoRequest sends 100 requests a second, each over whatever connection the client has.
func TestAStopUnderLoadFailsNoRequest(t *testing.T) {
	server := newServer(t)
	service := launch(t, server.url, server.key()).ready()
	var mutex sync.Mutex
	answered, refused := 0, 0
	var wrong []string
	var callers sync.WaitGroup
	ticks := time.NewTicker(10 * time.Millisecond)
	defer ticks.Stop()
	for n := range 300 {
		<-ticks.C
		if n == 150 {
			if err := service.command.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
		callers.Go(func() {
			answer, body, err := service.do("GET", "/v1/customers?limit=1", "")
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case err == nil && answer.StatusCode == 200:
				answered++
			case errors.Is(err, syscall.ECONNREFUSED): // nobody listens: a load balancer has sent it elsewhere
				refused++
			default:
				wrong = append(wrong, fmt.Sprint(err, body))
			}
		})
	}
	callers.Wait()
	<-service.ended
	t.Logf("%d answered, %d found nobody", answered, refused)
	if code := service.command.ProcessState.ExitCode(); len(wrong) > 0 || answered < 150 || refused == 0 || code != 0 {
		t.Errorf("code %d, %d failed: %q", code, len(wrong), wrong[:min(len(wrong), 3)])
	}
}
