//go:build faults

package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const root = "../../.."

const pepper = "API_KEY_PEPPER=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

var build = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "faults")
	if err != nil {
		return "", err
	}
	text, err := exec.Command("go", "build", "-o", folder+"/", root+"/cmd/...").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, text)
	}
	found, err := filepath.Glob(folder + "/*")
	return found[0], err
})

// program returns the path of the service's binary.
func program(t *testing.T) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// server is a PostgreSQL of one test.
type server struct {
	t      *testing.T
	folder string
	url    string // as the service
	owner  string
	admin  string
}

// newServer returns one that runs and has the schema.
func newServer(t *testing.T) *server {
	t.Helper()
	folder, err := os.MkdirTemp(filepath.Join(root, ".local"), "faults-")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, folder: folder}
	t.Cleanup(func() {
		s.script("stop")
		_ = os.RemoveAll(folder)
	})
	s.start()
	roles, err := os.ReadFile(root + "/db/roles.sql")
	if err != nil {
		t.Fatal(err)
	}
	s.url, s.owner = s.admin, s.admin
	for role, address := range map[string]*string{"service": &s.url, "owner": &s.owner} {
		name := strings.TrimSuffix(strings.Fields(strings.SplitAfterN(string(roles), "create role ", 2)[1])[0], "_owner") + "_" + role
		s.exec("create role " + name + " login password 'x'")
		parsed, _ := url.Parse(s.admin)
		parsed.User = url.UserPassword(name, "x")
		*address = parsed.String()
	}
	s.exec(string(roles))
	s.command("migrate", "up")
	return s
}

func (s *server) script(what string) string {
	s.t.Helper()
	command := exec.Command("uv", "run", "--quiet", "--script", root+"/make/cluster.py", what, s.folder)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// start starts it again where it was; the service finds it at the same address.
func (s *server) start() { s.admin = s.script("start") }

func (s *server) exec(sql string) {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.admin)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(s.t.Context())) }()
	if _, err := conn.Exec(s.t.Context(), sql); err != nil {
		s.t.Fatal(err)
	}
}

// kill ends all of its processes, without a word to anybody. A server of tests does not wait for its disk: what was done before has to be written first.
func (s *server) kill() {
	s.t.Helper()
	s.exec("checkpoint")
	text, err := os.ReadFile(filepath.Join(s.folder, "data", "postmaster.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
}

// command runs a command of the service to its end and returns what it prints.
func (s *server) command(arguments ...string) string {
	s.t.Helper()
	command := exec.CommandContext(s.t.Context(), program(s.t), arguments...)
	command.Env = append(os.Environ(), "DATABASE_URL="+s.url, "DATABASE_OWNER_URL="+s.owner, pepper)
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		s.t.Fatalf("%v: %s", err, &said)
	}
	return strings.TrimSpace(string(out))
}

// key makes an API key that may do everything with customers.
func (s *server) key() string {
	s.t.Helper()
	return s.command("keys", "create", "--subject", "acme", "--scope", "customers:read", "--scope", "customers:write")
}

// instance is a running binary of the service.
type instance struct {
	t       *testing.T
	command *exec.Cmd
	ended   chan struct{}
	out     lines
	url     string
	admin   string
	key     string
}

// launch starts the binary and does not wait until it is ready.
func launch(t *testing.T, database, key string, settings ...string) *instance {
	t.Helper()
	listen, admin := free(t), free(t)
	i := &instance{t: t, ended: make(chan struct{}), url: "http://" + listen, admin: "http://" + admin, key: key}
	i.command = exec.Command(program(t), "serve")
	i.command.Env = append(slices.Clone(settings), "DATABASE_URL="+database, "LISTEN="+listen, "ADMIN_LISTEN="+admin, pepper, "RATE_LIMIT_CALLER=10000/1s")
	i.command.Stdout, i.command.Stderr = &i.out, &i.out
	if err := i.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = i.command.Wait()
		close(i.ended)
	}()
	t.Cleanup(func() {
		_ = i.command.Process.Kill()
		<-i.ended
		if t.Failed() {
			t.Logf("the service says:\n%s", i.out.tail())
		}
	})
	return i
}

// ready waits until the instance says that it may be sent requests.
func (i *instance) ready() *instance {
	i.t.Helper()
	eventually(i.t, 30*time.Second, func() bool { return i.probe("/readyz") == 200 })
	return i
}

// probe returns the status of the admin port, 0 if it does not answer.
func (i *instance) probe(path string) int {
	answer, err := client.Get(i.admin + path)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// answer is what stands before the body.
type answer struct {
	StatusCode int
	Header     http.Header
}

// do sends a request, and returns the answer and its body.
func (i *instance) do(method, path, body string, headers ...string) (answer, string, error) {
	asked, err := http.NewRequestWithContext(i.t.Context(), method, i.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, "", err
	}
	asked.Header.Set("Authorization", "Bearer "+i.key)
	asked.Header.Set("Content-Type", "application/json")
	for n := 0; n+1 < len(headers); n += 2 {
		asked.Header.Set(headers[n], headers[n+1])
	}
	response, err := client.Do(asked)
	if err != nil {
		return answer{}, "", err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header}, string(read), err
}

var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 200}}

// free returns an address on which nobody listens.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// eventually fails the test if the condition does not come true in time.
func eventually(t *testing.T, limit time.Duration, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it did not happen within %s", limit)
		}
	}
}

// lines is what a process writes.
type lines struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

func (l *lines) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

func (l *lines) tail() string {
	text := l.String()
	return text[max(0, len(text)-3000):]
}
