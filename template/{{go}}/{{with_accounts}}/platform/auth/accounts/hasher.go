// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"platform.internal/fault"
)

// cost is that of one hash. It is what OWASP recommends at least for argon2id (Password Storage Cheat Sheet).
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

var current = cost{memory: 19 << 10, passes: 2, threads: 1}

const (
	saltSize = 16
	hashSize = 32

	// patience is how long a request waits for its turn to hash.
	patience = 2 * time.Second
)

// errHashing is what a request is told that finds no place, or whose turn does not come.
var errHashing = &fault.Error{
	Kind:       fault.Unavailable,
	Message:    "Too many are signing in at the moment; try again.",
	RetryAfter: patience,
}

// hasher turns passwords into hashes. It makes a few at a time, because each takes 19 MiB. Who finds as many that wait as may is told to
// come back at once: one who waits holds a place among the requests that are at work, and they are for other requests too.
type hasher struct {
	places chan struct{} // of those who wait or work
	slots  chan struct{} // of those who work
	runs   atomic.Int64  // how often it worked, which tests count instead of taking the time
}

// newHasher returns a hasher in which so many wait or work, at least two. It uses every processor that many keep busy,
// and at most a quarter of the memory that GOMEMLIMIT allows.
func newHasher(most int) *hasher {
	most = max(2, most)
	slots := min(int64(most), int64(runtime.GOMAXPROCS(0)), debug.SetMemoryLimit(-1)/4/(int64(current.memory)<<10))
	return &hasher{places: make(chan struct{}, most), slots: make(chan struct{}, max(1, slots))}
}

// hash returns the hash of a password in the PHC string format.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails, since Go 1.24
	key, err := h.run(ctx, current, password, salt)
	if err != nil {
		return "", err
	}
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, current.memory, current.passes, current.threads, encode(salt), encode(key)), nil
}

// verify reports whether the hash is that of the password, and whether it was made at another cost than hash makes it now.
// It works as long for the empty hash, which is that of no password.
func (h *hasher) verify(ctx context.Context, hash, password string) (ok, outdated bool, err error) {
	known, salt, want, parsed := parse(hash)
	if !parsed {
		known, salt, want = current, make([]byte, saltSize), make([]byte, hashSize)
	}
	key, err := h.run(ctx, known, password, salt)
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(key, want) == 1
	return same && parsed, known != current, nil
}

func (h *hasher) run(ctx context.Context, c cost, password string, salt []byte) ([]byte, error) {
	select {
	case h.places <- struct{}{}:
	default:
		return nil, errHashing
	}
	defer func() { <-h.places }()
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
	case <-waiting.Done():
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, errHashing
	}
	defer func() { <-h.slots }()
	h.runs.Add(1)
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, hashSize), nil
}

func parse(hash string) (c cost, salt, key []byte, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost{}, nil, nil, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return cost{}, nil, nil, false
	}
	salt, badSalt := base64.RawStdEncoding.DecodeString(parts[4])
	key, badKey := base64.RawStdEncoding.DecodeString(parts[5])
	return c, salt, key, badSalt == nil && badKey == nil && len(key) == hashSize
}
