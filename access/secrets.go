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

	"dugnad/fault"
)

// The prefixes of secrets identify them for people, and for programs that look for leaked ones.
//
//nolint:gosec // the prefixes are not secret
const (
	secretKeyPrefix      = "dugnad_sk_"
	publishableKeyPrefix = "dugnad_pk_"
	accessTokenPrefix    = "dugnad_at_"
	refreshTokenPrefix   = "dugnad_rt_"
	previewTokenPrefix   = "dugnad_pt_"
	uploadSecretPrefix   = "dugnad_ut_"
)

// newSecret returns 256 random bits in base64url after the prefix.
func newSecret(prefix string) string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// hashOf returns the SHA-256 of a secret, which is stored in its place. The secret has too many random bits to be found
// by trying.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// The lengths of passwords, in characters. Longer ones would cost too much to hash.
const (
	minPassword = 12
	maxPassword = 200
)

// argon2id with 64 MiB, two passes and one lane. RFC 9106 recommends 64 MiB with three passes where memory is scarce;
// OWASP's minimum is
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

// CheckPassword returns BAD_USER_INPUT if the password is too short, too long or not UTF-8.
func CheckPassword(password string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return &fault.Error{Code: fault.BadUserInput, Field: "password", Message: "must be UTF-8"}
	case n < minPassword:
		return fault.Errorf(fault.BadUserInput, "password", "has %d characters; at least %d", n, minPassword)
	case n > maxPassword:
		return fault.Errorf(fault.BadUserInput, "password", "has %d characters; at most %d", n, maxPassword)
	}
	return nil
}

// hashPassword returns the hash in the usual text form, $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(argon(password, salt)))
}

// nobodysPassword is the hash to compare with if there is no account, so that the answer takes the same time.
//
//nolint:gosec // nobody's
const nobodysPassword = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// isPassword reports whether hash is the result of hashPassword for the password.
func isPassword(hash, password string) bool {
	if utf8.RuneCountInString(password) > maxPassword {
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

// NewUploadSecret returns the secret of an upload's address, and the hash that is stored of it.
func NewUploadSecret() (secret, hash string) {
	secret = newSecret(uploadSecretPrefix)
	return secret, hashOf(secret)
}

// IsUploadSecret reports whether hash is the one that NewUploadSecret returned with the secret.
func IsUploadSecret(hash, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(hash), []byte(hashOf(secret))) == 1
}
