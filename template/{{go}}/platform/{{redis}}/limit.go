// Kept by the platform: docs/ownership.md says what that means.

package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"platform.internal/limit"
)

// take is limit.Policy.Decide in the server, by the server's clock, in microseconds. It returns the debt before.
// The key is gone as soon as its whole quota is there again.
const take = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost, whole = tonumber(ARGV[1]), tonumber(ARGV[2])
local debt = (tonumber(redis.call('GET', KEYS[1])) or 0) - now
debt = math.min(math.max(debt, 0), whole)
if debt + cost <= whole then
	redis.call('SET', KEYS[1], string.format('%.0f', now + debt + cost), 'PX', math.ceil((debt + cost) / 1000))
end
return debt`

// Limiter is a limit.Limiter that all instances of a service share.
type Limiter struct {
	client *Client
	prefix string
	script *goredis.Script
}

// NewLimiter returns a Limiter whose keys begin with the name of the service. What the client returns when the server does not
// answer in time, Take returns.
func NewLimiter(client *Client, service string) *Limiter {
	return &Limiter{client: client, prefix: service + ":limit:v1:", script: goredis.NewScript(take)}
}

// Take implements limit.Limiter.
func (l *Limiter) Take(ctx context.Context, key string, policy limit.Policy) (limit.Decision, error) {
	cost := policy.Cost().Microseconds()
	var debt int64
	err := l.client.Do(ctx, func(ctx context.Context, redis goredis.Cmdable) (err error) {
		keys := []string{l.prefix + policy.Name + ":" + key}
		debt, err = l.script.Run(ctx, redis, keys, cost, cost*int64(policy.Quota)).Int64()
		return err
	})
	if err != nil {
		return limit.Decision{}, err
	}
	decision, _ := policy.Decide(time.Duration(debt) * time.Microsecond)
	return decision, nil
}
