// Kept by the platform: docs/ownership.md says what that means.

package testkit

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Collector takes what a service tells of itself by OTLP over HTTP.
type Collector struct {
	URL string

	mutex sync.Mutex
	taken strings.Builder
}

// NewCollector returns a Collector that listens until the test ends.
func NewCollector(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.taken.WriteString(r.URL.Path + "\n" + string(body) + "\n")
	}))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

// Taken returns all that was sent so far; texts stand in it as they are, whatever the encoding of the rest.
func (c *Collector) Taken() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.taken.String()
}
