// Kept by the platform: docs/ownership.md says what that means.

package redis

import (
	"context"
	"errors"
	"regexp"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Tell has the server know something that it must not be without, even if the caller has gone, in at most the time that the settings allow.
// If that fails, the server is taken for down until it answers again and every function of OnRecovery has succeeded.
// While it is down it is told nothing, for these functions make up for that. While they run it is told already: who writes all the time
// does not keep it away.
func (c *Client) Tell(ctx context.Context, what Recovery) {
	if !c.listens() {
		return
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.timeout)
	defer cancel()
	if err := what(bounded, c.redis); err != nil {
		c.suspect(ctx, err)
	}
}

func (c *Client) suspect(ctx context.Context, cause error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.distrust(ctx, cause)
}

// listens reports whether what the server is not told now would be missed later.
func (c *Client) listens() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.recovering || !c.down.Load()
}

// distrust is called with the mutex held.
func (c *Client) distrust(ctx context.Context, cause error) {
	c.doubts++
	if c.down.Swap(true) {
		return
	}
	c.log.WarnContext(ctx, "redis is down: going on without it", "error", cause)
	c.fell <- struct{}{} // has room: watch has taken the last one before it came up again
}

var (
	errOther = errors.New("it was started anew, or another one has taken its place")
	runID    = regexp.MustCompile(`run_id:([0-9a-f]+)`)
)

// recognise looks at a new connection before anybody uses it. A server that was started anew may have forgotten what it was told last,
// and so may one that has taken the place of another one.
func (c *Client) recognise(ctx context.Context, conn *goredis.Conn) error {
	said, err := conn.Info(ctx, "server").Result()
	match := runID.FindStringSubmatch(said)
	if err != nil || match == nil {
		return err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	before := c.run
	c.run = match[1]
	if before == "" || before == c.run {
		return nil
	}
	c.distrust(ctx, errOther)
	return errOther
}

// Recovery is done each time that the server answers again after it was down, before anybody else may use it.
// If it fails, the server stays down.
type Recovery func(ctx context.Context, redis goredis.Cmdable) error

// OnRecovery adds one.
func (c *Client) OnRecovery(recovery Recovery) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.recoveries = append(c.recoveries, recovery)
}

// watch waits for the server each time that it goes down, until ctx ends.
func (c *Client) watch(ctx context.Context) {
	defer close(c.stopped)
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.fell:
		}
		since := time.Now()
		for !c.recovered(ctx) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(probeEvery):
			}
		}
		c.log.InfoContext(ctx, "redis is up again", "after", time.Since(since))
	}
}

// recovered reports whether the server is back, and nobody has found it wrong in the meantime.
func (c *Client) recovered(ctx context.Context) bool {
	err := c.ping(ctx)
	if err != nil {
		return false
	}
	doubts, recoveries := c.begin()
	for _, recovery := range recoveries {
		if err == nil {
			err = c.bounded(ctx, recovery)
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.recovering = false
	if err != nil || c.doubts != doubts {
		return false
	}
	c.failures.Store(0)
	c.down.Store(false)
	return true
}

func (c *Client) begin() (doubts int, recoveries []Recovery) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.recovering = true
	return c.doubts, c.recoveries
}

func (c *Client) ping(ctx context.Context) error {
	return c.bounded(ctx, func(ctx context.Context, redis goredis.Cmdable) error { return redis.Ping(ctx).Err() })
}

func (c *Client) bounded(ctx context.Context, do Recovery) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return do(ctx, c.redis)
}
