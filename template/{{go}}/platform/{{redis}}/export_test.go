// Kept by the platform: docs/ownership.md says what that means.

package redis

import (
	"fmt"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// At makes the limiter take that for the server's time, and keep keys for an hour of real time. Nothing else about its script changes.
func (l *Limiter) At(now time.Time) {
	l.script = goredis.NewScript(strings.NewReplacer(
		"redis.call('TIME')", fmt.Sprintf("{%d, %d}", now.Unix(), now.Nanosecond()/1000),
		"math.ceil((debt + cost) / 1000)", "3600000",
	).Replace(take))
}

// SetRun makes the client believe that it knows another run of the server.
func (c *Client) SetRun(run string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.run = run
}
