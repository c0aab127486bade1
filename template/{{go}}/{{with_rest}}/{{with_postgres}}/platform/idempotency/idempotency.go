// Kept by the platform: docs/ownership.md says what that means.

// Package idempotency lets a client repeat a POST of which it does not know whether it has arrived: it names the request by a key of its own,
// and whatever happens, the request has its effect once (draft-ietf-httpapi-idempotency-key-header).
//
// The reply is stored in the transaction of the effect: either both are there or neither is, even if the process dies between the commit and the answer.
// Only an answer of success is stored. Any other one had no effect, for the transaction was rolled back, so the same key is decided anew.
//
// A key belongs to the caller and the operation. Where nobody has to say who they are, all callers share their keys.
package idempotency

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/http"

	"platform.internal/auth"
	"platform.internal/rest"
)

const (
	// Header is where the client sends its key, from 1 to 255 printable ASCII characters, as the contract says.
	Header = "Idempotency-Key"

	// replayed tells a client that the answer is one that was given before.
	replayed = "Idempotency-Replayed"

	// room is how many bytes a reply may have. A larger one is not sent and has no effect: the client gets a 500, and we a log line.
	room = 1 << 20
)

// Handler gives each POST that carries a key to the next handler at most once with success, in a unit of work; the answer is sent after the commit.
// It stands behind the guard, which knows the caller and the operation, and concerns operations whose contract has the header.
//
// The same request gets the same status, body, Location and ETag again, with `Idempotency-Replayed: true`. Another request under
// the same key gets 422; one that arrives while the first is at work gets 409.
func Handler(replies *Replies, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get(Header)
		operation := rest.OperationOf(r)
		if key == "" || r.Method != http.MethodPost || operation == nil || operation.Parameter("header", Header) == nil {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			rest.WriteError(w, r, err)
			return
		}
		principal := auth.From(r.Context()).Subject
		asked := request{
			key:         sum(principal, operation.ID, key),
			fingerprint: sum(r.Method, r.URL.RequestURI(), principal, string(body)),
		}
		answer, err := replies.once(r.Context(), asked, func(ctx context.Context) rest.Attempt {
			fresh := r.WithContext(ctx)
			fresh.Body = io.NopCloser(bytes.NewReader(body))
			return rest.Try(w, fresh, next, room)
		})
		if err != nil {
			rest.WriteError(w, r, err)
			return
		}
		answer.Send(w, r)
	})
}

// request is what is known of a request: never what it says, only whether another one says the same.
type request struct {
	key         [sha256.Size]byte // of the caller, the operation and the key that was sent
	fingerprint [sha256.Size]byte // of all that decides what is asked for
}

// lock returns the number of an advisory lock. Two keys share one by chance once in 2^64; then one of them gets a 409 too many.
func (r request) lock() int64 {
	return int64(binary.BigEndian.Uint64(r.key[:])) //nolint:gosec // all its bits are wanted, whatever the sign
}

func hexadecimal(hash [sha256.Size]byte) string { return hex.EncodeToString(hash[:]) }

// sum depends on each part and on where it ends.
func sum(parts ...string) (total [sha256.Size]byte) {
	hash := sha256.New()
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		_, _ = hash.Write(length[:])
		_, _ = io.WriteString(hash, part)
	}
	hash.Sum(total[:0])
	return total
}
