//go:build faults

package faults

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"platform.internal/testkit"
)

// tally counts answers by status; 0 is no answer.
type tally struct {
	mutex sync.Mutex
	count map[int]int
	wrong []string
}

func (c *tally) note(answer answer, body string, err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch {
	case err != nil:
		c.count[0]++
		c.wrong = append(c.wrong, err.Error())
	case answer.StatusCode == 503 && answer.Header.Get("Retry-After") == "", answer.StatusCode != 200 && answer.StatusCode != 503:
		c.wrong = append(c.wrong, fmt.Sprint(answer.StatusCode, body))
		fallthrough
	default:
		c.count[answer.StatusCode]++
	}
}

func (c *tally) of(status int) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.count[status]
}

// under asks until ctx ends, some hundred times a second.
func under(ctx context.Context, i *instance) (*tally, *sync.WaitGroup) {
	count, callers := &tally{count: map[int]int{}}, &sync.WaitGroup{}
	for range 8 {
		callers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(20 * time.Millisecond):
					count.note(i.do("GET", "/v1/customers?limit=1", "")) //nolint:contextcheck // it ends by itself
				}
			}
		})
	}
	return count, callers
}

func TestADatabaseThatIsKilledUnderLoadIsMissedWhileItIsAwayAndNoLonger(t *testing.T) {
	server := newServer(t)
	service := launch(t, server.url, server.key()).ready()
	load, stop := context.WithCancel(t.Context())
	defer stop()
	count, callers := under(load, service)
	eventually(t, 20*time.Second, func() bool { return count.of(200) > 50 })

	server.kill()
	eventually(t, 20*time.Second, func() bool { return service.probe("/readyz") == 503 && count.of(503) > 50 })
	if status := service.probe("/healthz"); status != 200 {
		t.Errorf("it says that it is not alive: %d", status)
	}
	server.start()
	back, before := time.Now(), count.of(200)
	eventually(t, 5*time.Second, func() bool { return service.probe("/readyz") == 200 && count.of(200) > before+20 })
	t.Logf("back %s after the database; answers: %v", time.Since(back).Round(time.Millisecond), count.count)
	stop()
	callers.Wait()
	if len(count.wrong) > 0 {
		t.Errorf("%d answers are neither 200 nor 503 with Retry-After, such as %s", len(count.wrong), count.wrong[0])
	}
}

func TestADatabaseThatIsNotThereAtTheStart(t *testing.T) {
	server := newServer(t)
	key := server.key()
	server.kill()
	t.Run("is waited for", func(t *testing.T) {
		service := launch(t, server.url, key, "DATABASE_START_TIMEOUT=1m")
		eventually(t, 20*time.Second, func() bool { return server.restarted() })
		service.ready()
	})
	server.kill()
	t.Run("is given up in one sentence", func(t *testing.T) {
		service := launch(t, server.url, key, "DATABASE_START_TIMEOUT=1s")
		<-service.ended
		if said := service.out.String(); service.command.ProcessState.ExitCode() != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "does not answer") {
			t.Errorf("code %d, says %s", service.command.ProcessState.ExitCode(), said)
		}
	})
	server.start()
}

// restarted starts the server after a while in which an instance has begun to wait.
func (s *server) restarted() bool {
	time.Sleep(500 * time.Millisecond)
	s.start()
	return true
}

func TestAProcessThatIsKilledBetweenTheCommitAndTheAnswerHasAnsweredTheNextTime(t *testing.T) {
	server := newServer(t)
	key := server.key()
	through, proxy := testkit.Database{URL: server.url}.Through(t)
	first := launch(t, through.URL, key).ready()
	proxy.Swallow(testkit.Committed, func() { _ = first.command.Process.Kill() })
	const body = `{"name": "Ada", "email": "ada@example.com"}`
	if _, _, err := first.do("POST", "/v1/customers", body, "Idempotency-Key", "k"); err == nil {
		t.Fatal("it has answered")
	}
	<-first.ended
	proxy.Close()

	second := launch(t, server.url, key).ready()
	answer, text, err := second.do("POST", "/v1/customers", body, "Idempotency-Key", "k")
	if err != nil || answer.StatusCode != 201 || answer.Header.Get("Idempotency-Replayed") != "true" {
		t.Fatalf("got %v %s, %v", answer, text, err)
	}
	if _, list, err := second.do("GET", "/v1/customers", ""); err != nil || strings.Count(list, "ada@example.com") != 1 {
		t.Errorf("got %s, %v", list, err)
	}
}
