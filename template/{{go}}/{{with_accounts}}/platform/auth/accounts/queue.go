// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/textproto"
	"sync"
	"time"
)

const (
	// workers is how many jobs are done at a time.
	workers = 4
	// queueMax is how many wait.
	queueMax = 1000
	// drainFor is how long close waits for what is in the queue.
	drainFor = 10 * time.Second
)

// pauses are between the tries of one job.
var pauses = [...]time.Duration{time.Second, 5 * time.Second}

// queue does jobs outside of the requests that ask for them: how long a mail takes tells nobody who has an account.
type queue struct {
	jobs   chan func(context.Context) error
	log    *slog.Logger
	stop   chan struct{} // closed when no job comes any more
	done   sync.WaitGroup
	cancel context.CancelFunc
}

func newQueue(ctx context.Context, log *slog.Logger) *queue {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	q := &queue{jobs: make(chan func(context.Context) error, queueMax), log: log, stop: make(chan struct{}), cancel: cancel}
	for range workers {
		q.done.Go(func() { q.run(ctx) })
	}
	return q
}

// add never waits. A job that has no room is lost; the person asks for the mail again.
func (q *queue) add(ctx context.Context, job func(context.Context) error) {
	select {
	case q.jobs <- job:
	default:
		q.log.ErrorContext(ctx, "mail lost", "error", "too many wait to be sent")
	}
}

func (q *queue) run(ctx context.Context) {
	for {
		select {
		case job := <-q.jobs:
			q.do(ctx, job)
		case <-q.stop:
			select {
			case job := <-q.jobs:
				q.do(ctx, job)
			default:
				return
			}
		}
	}
}

func (q *queue) do(ctx context.Context, job func(context.Context) error) {
	for n := 0; ; n++ {
		err := job(ctx)
		if err == nil {
			return
		}
		if n == len(pauses) || ctx.Err() != nil {
			q.log.ErrorContext(ctx, "mail lost", "error", reason(err))
			return
		}
		q.log.WarnContext(ctx, "mail not sent yet", "error", reason(err))
		select {
		case <-time.After(pauses[n]):
		case <-ctx.Done():
		}
	}
}

// reason leaves out what a mail server says in words: it may repeat the address of the person.
func reason(err error) string {
	if refused, ok := errors.AsType[*textproto.Error](err); ok {
		return fmt.Sprintf("the mail server answers %d", refused.Code)
	}
	return err.Error()
}

// close does what is in the queue, for ten seconds at most; what is left after that fails.
func (q *queue) close() {
	close(q.stop)
	timer := time.AfterFunc(drainFor, q.cancel)
	q.done.Wait()
	timer.Stop()
	q.cancel()
}
