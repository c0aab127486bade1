//go:build faults && redis

package faults

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platform.internal/testkit"
)

// valkey is a Redis server of one test.
type valkey struct {
	t      *testing.T
	folder string
	url    string
}

func newValkey(t *testing.T) *valkey {
	t.Helper()
	folder, err := os.MkdirTemp(filepath.Join(root, ".local"), "faults-")
	if err != nil {
		t.Fatal(err)
	}
	v := &valkey{t: t, folder: folder}
	t.Cleanup(func() {
		v.kill()
		_ = os.RemoveAll(folder)
	})
	v.start()
	return v
}

func (v *valkey) script(what string) string {
	v.t.Helper()
	command := exec.Command("uv", "run", "--quiet", "--script", root+"/make/valkey.py", what, v.folder)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		v.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// start starts it again where it was, with nothing in it.
func (v *valkey) start() { v.url = v.script("start") }

// kill ends it without a word to anybody.
func (v *valkey) kill() { v.script("kill") }

// customer makes one, and returns its address.
func customer(t *testing.T, service *instance) string {
	t.Helper()
	answer, body, err := service.do("POST", "/v1/customers", `{"name": "0", "email": "ada@example.com"}`)
	if err != nil || answer.StatusCode != 201 {
		t.Fatalf("got %v %s, %v", answer, body, err)
	}
	return answer.Header.Get("Location")
}

var name = regexp.MustCompile(`"name":"(\d+)"`)

// TestRedisThatIsKilledUnderLoadCostsNoRequestAndShowsNothingOld has readers and a writer of one row while Redis goes and comes back, twice.
func TestRedisThatIsKilledUnderLoadCostsNoRequestAndShowsNothingOld(t *testing.T) {
	server, redis := newServer(t), newValkey(t)
	service := launch(t, server.url, server.key(), "REDIS_URL="+redis.url).ready()
	path := customer(t, service)
	var written, asked atomic.Int64
	var longest atomic.Int64
	stop := make(chan struct{})
	var everyone sync.WaitGroup
	until := func(work func()) {
		everyone.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
					work()
				}
			}
		})
	}
	for range 8 {
		until(func() {
			atLeast, start := written.Load(), time.Now()
			answer, body, err := service.do("GET", path, "")
			took := int64(time.Since(start))
			for known := longest.Load(); took > known && !longest.CompareAndSwap(known, took); known = longest.Load() {
			}
			asked.Add(1)
			found := name.FindStringSubmatch(body)
			if err != nil || answer.StatusCode != 200 || found == nil {
				t.Errorf("got %v %s, %v", answer, body, err)
			} else if number, _ := strconv.ParseInt(found[1], 10, 64); number < atLeast {
				t.Errorf("read %d after %d was answered", number, atLeast)
			}
		})
	}
	until(func() {
		next := written.Load() + 1
		answer, body, err := service.do("PATCH", path, fmt.Sprintf(`{"name": "%d"}`, next), "Content-Type", "application/merge-patch+json", "If-Match", "*")
		if err != nil || answer.StatusCode != 200 {
			t.Errorf("got %v %s, %v", answer, body, err)
			return
		}
		written.Store(next)
	})
	more := func() {
		before := asked.Load()
		eventually(t, 20*time.Second, func() bool { return asked.Load() > before+200 })
	}
	for round := range 2 {
		more()
		redis.kill()
		more()
		if status := service.probe("/readyz"); status != 200 {
			t.Errorf("it says that it is not ready: %d", status)
		}
		redis.start()
		eventually(t, 10*time.Second, func() bool { return strings.Count(service.out.String(), "redis is up again") == round+1 })
	}
	more()
	close(stop)
	everyone.Wait()
	t.Logf("%d reads, %d writes; the longest read took %s", asked.Load(), written.Load(), time.Duration(longest.Load()).Round(time.Millisecond))
	if down := strings.Count(service.out.String(), "redis is down"); down != 2 {
		t.Errorf("%d lines say that it is down", down)
	}
}

func TestRedisThatIsSlowDelaysRequestsByNoMoreThanTheBound(t *testing.T) {
	server, redis := newServer(t), newValkey(t)
	through, proxy := testkit.Redis{URL: redis.url}.Through(t)
	service := launch(t, server.url, server.key(), "REDIS_URL="+through.URL).ready()
	path := customer(t, service)
	hundred := func() time.Duration {
		start := time.Now()
		for range 100 {
			if answer, body, err := service.do("GET", path, ""); err != nil || answer.StatusCode != 200 {
				t.Fatalf("got %v %s, %v", answer, body, err)
			}
		}
		return time.Since(start)
	}
	usual := hundred()
	proxy.Slow(2 * time.Second)
	slow := hundred()
	t.Logf("100 reads take %s, %s while each answer of Redis takes 2 s", usual, slow)
	if slow > 3*usual+time.Second { // three waits of 50 ms for the limit, or for the row, and then none
		t.Error("they wait for it")
	}
}

func TestInstancesCountTogetherAndApartWhileRedisIsAway(t *testing.T) {
	server, redis := newServer(t), newValkey(t)
	join := func() *instance {
		return launch(t, server.url, "nobody", "REDIS_URL="+redis.url, "RATE_LIMIT_ADDRESS=3/24h").ready()
	}
	want := func(service *instance, statuses ...int) {
		t.Helper()
		for _, status := range statuses {
			if answer, body, err := service.do("GET", "/v1/customers", ""); err != nil || answer.StatusCode != status {
				t.Errorf("got %v %s, %v, want %d", answer, body, err, status)
			}
		}
	}
	one, two := join(), join()
	want(one, 401, 401)
	want(two, 401, 429)
	want(one, 429)
	redis.kill()
	want(join(), 401, 401, 401, 429)
}

func TestAHerdOfReadersOfARowThatNobodyHasReadCausesOneLoad(t *testing.T) {
	server, redis := newServer(t), newValkey(t)
	service := launch(t, server.url, server.key(), "REDIS_URL="+redis.url, "REDIS_TIMEOUT=250ms", "MAX_CONCURRENT_REQUESTS=1000").ready()
	path := customer(t, service)
	begin := make(chan struct{})
	var herd sync.WaitGroup
	for range 200 {
		herd.Go(func() {
			<-begin
			if answer, body, err := service.do("GET", path, ""); err != nil || answer.StatusCode != 200 {
				t.Errorf("got %v %s, %v", answer, body, err)
			}
		})
	}
	close(begin)
	herd.Wait()
	reads := map[string]string{}
	for _, found := range regexp.MustCompile(`cache_reads_total\{.*source="(\w+)".*\} (\d+)`).FindAllStringSubmatch(service.metrics(), -1) {
		reads[found[1]] = found[2]
	}
	t.Logf("200 readers: %v", reads)
	if loads, _ := strconv.Atoi(reads["database"]); loads < 1 || loads > 3 || reads["around"] != "0" {
		t.Errorf("%v", reads)
	}
}

// metrics returns what the instance has measured.
func (i *instance) metrics() string {
	i.t.Helper()
	_, text, err := (&instance{t: i.t, url: i.admin}).do("GET", "/metrics", "")
	if err != nil {
		i.t.Fatal(err)
	}
	return text
}
