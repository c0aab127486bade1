// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"net/url"
	"testing"

	"platform.internal/id"
)

// Redis is a place on a Redis server that one test has for itself: all its keys begin with Prefix. They expire by themselves.
type Redis struct {
	URL    string
	Prefix string
}

// NewRedis returns a place without keys. `make test` says where the server is, in TEST_REDIS_URL.
func NewRedis(t testing.TB) Redis {
	t.Helper()
	return Redis{URL: environment(t, "TEST_REDIS_URL"), Prefix: "test-" + id.New().String()}
}

// Through returns the place as it is reached through a proxy of the test's own.
func (r Redis) Through(t testing.TB) (Redis, *Proxy) {
	t.Helper()
	address, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := newProxy(t, "tcp", address.Host)
	address.Host = proxy.listener.Addr().String()
	r.URL = address.String()
	return r, proxy
}
