package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The beginnings of secrets tell what a string is, to people and to programs that look for leaked ones.
//
//nolint:gosec // the beginnings are no secrets
const (
	secretKeyPrefix      = "dugnad_sk_"
	publishableKeyPrefix = "dugnad_pk_"
	accessTokenPrefix    = "dugnad_at_"
	refreshTokenPrefix   = "dugnad_rt_"
	previewTokenPrefix   = "dugnad_pt_"
	uploadSecretPrefix   = "dugnad_ut_"
)

// newSecret is 256 random bits in base64url after the prefix.
func newSecret(prefix string) string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// hashOf is what is stored of a secret: it has enough random bits that its SHA-256 cannot be turned round.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// The lengths of passwords, in characters. The longest keeps hashing from being a way to take memory.
const (
	shortestPassword = 12
	longestPassword  = 200
)

// argon2id with 64 MiB, two passes and one lane. RFC 9106 recommends 64 MiB with three passes where memory is scarce; OWASP's minimum is
// 19 MiB with two.
const (
	argonTime    = 2
	argonMemory  = 64 << 10 // KiB
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
)

// hashing bounds how many passwords are hashed at once, because each takes argonMemory.
var hashing = make(chan struct{}, 2)

func argon(password string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)
}

// CheckPassword says what is wrong with a password that somebody chooses, nil when nothing is.
func CheckPassword(password string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return &Error{Code: BadInput, Field: "password", Message: "is not UTF-8"}
	case n < shortestPassword:
		return &Error{Code: BadInput, Field: "password", Message: fmt.Sprintf("has %d characters; at least %d", n, shortestPassword)}
	case n > longestPassword:
		return &Error{Code: BadInput, Field: "password", Message: fmt.Sprintf("has %d characters; at most %d", n, longestPassword)}
	}
	return nil
}

// hashPassword writes the hash in the usual text form, $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(argon(password, salt)))
}

// nobodysPassword is compared with where there is no account, so that the answer takes the same time.
//
//nolint:gosec // nobody's
const nobodysPassword = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// isPassword compares a password with a hash that hashPassword has written.
func isPassword(hash, password string) bool {
	if utf8.RuneCountInString(password) > longestPassword {
		return false
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare(want, argon(password, salt)) == 1
}

// NewUploadSecret is the secret of an upload's address, and what is stored of it.
func NewUploadSecret() (secret, hash string) {
	secret = newSecret(uploadSecretPrefix)
	return secret, hashOf(secret)
}

// IsUploadSecret compares a secret with what NewUploadSecret gave to be stored.
func IsUploadSecret(hash, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(hash), []byte(hashOf(secret))) == 1
}
