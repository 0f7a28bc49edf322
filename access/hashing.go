package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"dugnad/fault"
)

// argon2id with 64 MiB, two passes and one lane. RFC 9106 recommends 64 MiB with three passes where memory is scarce;
// OWASP's minimum is 19 MiB with two.
const (
	argonTime    = 2
	argonMemory  = 64 << 10 // KiB
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
)

// How many passwords are hashed at once, because each takes argonMemory, and how many requests wait for that: beyond it
// a request is refused at once instead of waiting for longer than people do. One network has a part only, so that it
// does not keep others from signing in.
const (
	hashesAtOnce     = 2
	hashesWaiting    = 30
	hashesForNetwork = 20 // more than attemptsForAccount, so that one account under attack leaves room for others
	busyRetry        = 3 * time.Second
)

// hashQueue computes the hashes of passwords, a bounded number at once, for a bounded number of requests.
type hashQueue struct {
	slots chan struct{}

	mu       sync.Mutex
	present  int            // waiting or hashing
	networks map[string]int // of them, by network
}

func newHashQueue() *hashQueue {
	return &hashQueue{slots: make(chan struct{}, hashesAtOnce), networks: make(map[string]int)}
}

// enter waits for a slot and returns what gives it back. from is the caller's network, "" for the hub's own work. The
// error is UNAVAILABLE if too many wait, RATE_LIMITED if too many of them are from the network, or the context's.
func (q *hashQueue) enter(ctx context.Context, from string) (leave func(), err error) {
	if err := q.join(from); err != nil {
		return nil, err
	}
	select {
	case q.slots <- struct{}{}:
		return func() { <-q.slots; q.part(from) }, nil
	case <-ctx.Done():
		q.part(from)
		return nil, ctx.Err()
	}
}

func (q *hashQueue) join(from string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case from == "":
	case q.networks[from] >= hashesForNetwork:
		return &fault.Error{
			Code: fault.RateLimited, Message: "too many attempts at once; try again later", After: busyRetry,
		}
	case q.present >= hashesAtOnce+hashesWaiting:
		return &fault.Error{
			Code: fault.Unavailable, Message: "too many people are signing in; try again later", After: busyRetry,
		}
	}
	q.present++
	q.networks[from]++
	return nil
}

func (q *hashQueue) part(from string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.present--
	if q.networks[from]--; q.networks[from] == 0 {
		delete(q.networks, from)
	}
}

func (q *hashQueue) argon(ctx context.Context, from, password string, salt []byte) ([]byte, error) {
	leave, err := q.enter(ctx, from)
	if err != nil {
		return nil, err
	}
	defer leave()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey), nil
}

// hashPassword returns the hash in the usual text form, $argon2id$v=19$m=…,t=…,p=…$salt$hash. from is the caller's
// network, "" for the hub's own work. The errors are those of enter.
func (q *hashQueue) hashPassword(ctx context.Context, from, password string) (string, error) {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails
	hash, err := q.argon(ctx, from, password, salt)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}

// nobodysPassword is the hash to compare with if there is no account, so that the answer takes the same time.
//
//nolint:gosec // nobody's
const nobodysPassword = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// isPassword reports whether hash is the result of hashPassword for the password. The errors are those of enter.
func (q *hashQueue) isPassword(ctx context.Context, from, hash, password string) (bool, error) {
	parts := strings.Split(hash, "$")
	if utf8.RuneCountInString(password) > maxPassword || len(parts) != 6 {
		return false, nil
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, nil //nolint:nilerr // no password has a hash that is not one
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, nil //nolint:nilerr // no password has a hash that is not one
	}
	got, err := q.argon(ctx, from, password, salt)
	return err == nil && subtle.ConstantTimeCompare(want, got) == 1, err
}
