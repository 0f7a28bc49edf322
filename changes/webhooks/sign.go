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

// secretPrefix begins the secrets of Standard Webhooks; 32 random bytes in base64 follow.
const secretPrefix = "whsec_"

// newSecret returns a random secret in the format that receivers configure.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(b)
}

// ending returns the last four characters of a secret, by which people recognize it.
func ending(secret string) string { return secret[len(secret)-4:] }

// sign returns the webhook-signature header: one signature for each secret, so that a receiver can verify with either.
func sign(id string, at time.Time, body []byte, secrets ...string) (string, error) {
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
		if err != nil {
			return "", errors.New("sign a webhook request: secret is not base64") // without the secret itself
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, strconv.FormatInt(at.Unix(), 10))
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " "), nil
}

// sealer encrypts secrets, so that a copy of the database alone does not reveal them.
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

// seal encrypts a secret and binds it to its webhook.
func (s sealer) seal(secret, webhook string) []byte {
	return s.aead.Seal(nil, nil, []byte(secret), []byte(webhook))
}

func (s sealer) open(sealed []byte, webhook string) (string, error) {
	secret, err := s.aead.Open(nil, nil, sealed, []byte(webhook))
	if err != nil {
		return "", fmt.Errorf(
			"decrypt the secret of %s: it was encrypted with another HUB_SECRET_KEY; rotate the secret",
			webhook,
		)
	}
	return string(secret), nil
}
