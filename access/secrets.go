package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strings"
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

// IsKey reports whether a text has the form of a key.
func IsKey(s string) bool {
	return strings.HasPrefix(s, secretKeyPrefix) || strings.HasPrefix(s, publishableKeyPrefix)
}

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

// NewUploadSecret returns the secret of an upload's address, and the hash that is stored of it.
func NewUploadSecret() (secret, hash string) {
	secret = newSecret(uploadSecretPrefix)
	return secret, hashOf(secret)
}

// IsUploadSecret reports whether hash is the one that NewUploadSecret returned with the secret.
func IsUploadSecret(hash, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(hash), []byte(hashOf(secret))) == 1
}
