// Kept by the platform: docs/ownership.md says what that means.

// Package redis reaches a Redis server (or Valkey) that the service can do without: it bounds how long a request waits for it,
// leaves it alone while it is down, and says so once.
package redis

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	// probeTimeout is how long a question may take that no request waits for.
	probeTimeout = 250 * time.Millisecond

	// probeEvery is how often a server that is down is asked whether it is back.
	probeEvery = 250 * time.Millisecond

	// tolerated is how many failures in a row are not yet an outage.
	tolerated = 2
)

// ErrDown says that the server has not been asked, because it is down.
var ErrDown = errors.New("redis is down")

// Client is a connection pool with a circuit breaker. It is safe for concurrent use.
type Client struct {
	redis   *goredis.Client
	log     *slog.Logger
	timeout time.Duration

	down     atomic.Bool
	failures atomic.Int32 // in a row
	fell     chan struct{}

	mutex      sync.Mutex
	doubts     int // how often the server was distrusted
	recovering bool
	recoveries []Recovery
	run        string // what the server calls this run of it

	stop    context.CancelFunc
	stopped chan struct{}
}

// Open returns a client, whether the server answers or not. The caller closes it.
// The error is one sentence if the address is none.
func Open(ctx context.Context, settings Settings, log *slog.Logger) (*Client, error) {
	options, err := goredis.ParseURL(settings.URL.Reveal())
	if err != nil {
		return nil, errors.New("REDIS_URL is not the address of a Redis server: .env.example shows one")
	}
	options.PoolSize = settings.Connections
	options.MaxActiveConns = settings.Connections
	longest := max(probeTimeout, settings.Timeout) // that anybody waits for it
	options.DialTimeout = longest
	options.ReadTimeout = longest
	options.WriteTimeout = longest
	options.PoolTimeout = longest
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

	goredis.SetLogger(&logging.VoidLogger{}) // it would write lines of its own, past the log, for each failure
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	c := &Client{log: log, timeout: settings.Timeout, fell: make(chan struct{}, 1), stop: stop, stopped: make(chan struct{})}
	options.OnConnect = c.recognise
	c.redis = goredis.NewClient(options)
	if err := c.ping(ctx); err != nil {
		c.suspect(ctx, err)
	}
	go c.watch(watching)
	return c, nil
}

// Close gives the connections back. The client must not be used afterwards.
func (c *Client) Close() {
	c.stop()
	<-c.stopped
	_ = c.redis.Close()
}

// Do asks the server something, in at most the time that the settings allow, or returns ErrDown at once.
// An answer that there is nothing (redis.Nil) is no failure, and neither is the end of ctx.
func (c *Client) Do(ctx context.Context, do func(ctx context.Context, redis goredis.Cmdable) error) error {
	if c.down.Load() {
		return ErrDown
	}
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	err := do(bounded, c.redis)
	switch {
	case err == nil || errors.Is(err, goredis.Nil):
		if c.failures.Load() > 0 {
			c.failures.Store(0)
		}
	case ctx.Err() == nil && c.failures.Add(1) > tolerated:
		c.suspect(ctx, err)
	}
	return err
}
