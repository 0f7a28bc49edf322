// Package httpcache holds the cache policy of public responses: how long shared caches keep a response, and the entity
// tag by which they ask whether it has changed.
package httpcache

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"
)

// Seconds is how long a shared cache serves a response without asking. With the time that it may serve a stale one,
// and the time that the hub itself needs, withdrawn content disappears within a minute.
const Seconds = 20

const (
	// Public is the Cache-Control of a response that is the same for every reader. Browsers ask each time, shared caches
	// after Seconds.
	Public = "public, max-age=0, s-maxage=20, stale-while-revalidate=20"
	// PublicFresh is Public without the right to serve a stale response, for widgets: they ask again every 30
	// seconds, which has to be counted in the minute.
	PublicFresh = "public, max-age=0, s-maxage=20"
)

// etagBytes is how much of the hash of a body its tag has: 15 bytes are 20 characters of Base64, without padding.
const etagBytes = 15

// ETag returns the strong entity tag of a body, in quotes.
func ETag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:etagBytes]) + `"`
}

// WeakETag returns the weak entity tag of a body, for responses that may be compressed on the way.
func WeakETag(body []byte) string { return "W/" + ETag(body) }

// Serve sends a public body, with Public and its ETag, and answers conditional and range requests. The caller sets the
// Content-Type before.
func Serve(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Etag", ETag(body))
	w.Header().Set("Cache-Control", Public)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
