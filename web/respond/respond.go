// Package respond writes the short responses of addresses that are not GraphQL: JSON objects, and errors in the form
// that the client accepts.
package respond

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"dugnad/fault"
)

// JSON sends a value as JSON with Cache-Control: no-store. It panics when the value cannot be encoded.
func JSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil { // a mistake of ours
		panic(err)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client may have gone
}

// Refuse sends an error: {"error": message} where the client accepts JSON, else plain text.
func Refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	w.Header().Add("Vary", "Accept")
	if strings.Contains(r.Header.Get("Accept"), "json") {
		JSON(w, status, map[string]string{"error": message})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, message, status)
}

// NotFound sends 404, both for what does not exist and for what the viewer may not see.
func NotFound(w http.ResponseWriter, r *http.Request) {
	Refuse(w, r, http.StatusNotFound, "not found")
}

// MethodNotAllowed sends 405 for addresses that are only read.
func MethodNotAllowed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "GET, HEAD")
	Refuse(w, r, http.StatusMethodNotAllowed, "use GET")
}

// Unavailable sends 503 with Retry-After, for requests that may succeed when they are sent again.
func Unavailable(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "1")
	Refuse(w, r, http.StatusServiceUnavailable, "the hub cannot answer now; try again")
}

// MayRetry reports whether err means that the request was not decided, so that sending it again may help: the database
// does not answer, or the request's time is over.
func MayRetry(ctx context.Context, err error) bool {
	var refused *fault.Error
	if errors.As(err, &refused) {
		return refused.Code == fault.Unavailable
	}
	return ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// Failed sends 503 for an error that may be gone when the request is sent again. For any other it sends 500, and logs
// the error with what was attempted ("read the feed").
func Failed(w http.ResponseWriter, r *http.Request, attempted string, err error) {
	if MayRetry(r.Context(), err) {
		Unavailable(w, r)
		return
	}
	Log(w, r, attempted, err)
	Refuse(w, r, http.StatusInternalServerError, "internal error")
}

// Log logs an error of the hub's own, for handlers that have sent a part of their response already. The id of the
// request is that in the header of the response.
func Log(w http.ResponseWriter, r *http.Request, attempted string, err error) {
	slog.ErrorContext(
		r.Context(), "request failed", "request_id", w.Header().Get("X-Request-Id"), "what", attempted, "error", err,
	)
}
