// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"net/http"
	"strings"
)

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter

	status int // 0 until the answer has begun
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK { // what comes before is for information only (RFC 9110, 15.2)
		r.status = status
	}
	// Generated code offers the headers of every answer to browsers of other origins; this API has none.
	for name := range r.Header() {
		if strings.HasPrefix(name, "Access-Control-") {
			r.Header().Del(name)
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(data []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(data)
	r.bytes += int64(n)
	return n, err
}

// FlushError is what http.ResponseController looks for: what was written so far is sent.
func (r *recorder) FlushError() error {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
