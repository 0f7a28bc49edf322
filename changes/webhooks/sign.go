package webhooks

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// secretPrefix is how the secrets of Standard Webhooks begin; 32 random bytes in base64 follow.
const secretPrefix = "whsec_"

// newSecret is a secret as receivers write it into their configuration.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(b)
}

func ending(secret string) string { return secret[len(secret)-4:] }

// sign gives the header webhook-signature: a signature by each secret, so that a receiver may have either.
func sign(id string, at time.Time, body []byte, secrets ...string) (string, error) {
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
		if err != nil {
			return "", errors.New("a secret is no base64") // and is not repeated
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, strconv.FormatInt(at.Unix(), 10))
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " "), nil
}

// sealer keeps secrets in the database such that the database alone does not tell them.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	derived, err := hkdf.Key(sha256.New, key, nil, "webhook secrets", 32)
	if err != nil {
		return sealer{}, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead}, err
}

// seal binds the secret to the webhook that it is of.
func (s sealer) seal(secret, webhook string) []byte {
	return s.aead.Seal(nil, nil, []byte(secret), []byte(webhook))
}

func (s sealer) open(sealed []byte, webhook string) (string, error) {
	secret, err := s.aead.Open(nil, nil, sealed, []byte(webhook))
	if err != nil {
		return "", fmt.Errorf("the secret of %s was sealed with another HUB_SECRET_KEY: give it a new one", webhook)
	}
	return string(secret), nil
}
