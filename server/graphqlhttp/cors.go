package graphqlhttp

import (
	"net/http"
	"strings"
)

const allowedMethods = "GET, POST, OPTIONS"

// cors lets pages of every origin call the endpoint without credentials of the browser: cookies count only on the
// hub's own origin, where no CORS is asked for.
type cors struct{ headers string }

func newCORS(more []string) cors {
	headers := []string{
		"Authorization", "Content-Type", "X-Request-Id", "Last-Event-Id", "Traceparent", "Tracestate",
		"Apollo-Require-Preflight", "GraphQL-Preflight", "Apollographql-Client-Name", "Apollographql-Client-Version",
	}
	return cors{strings.Join(append(headers, more...), ", ")}
}

func (c cors) allow(header http.Header) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set(
		"Access-Control-Expose-Headers",
		"X-Request-Id, Retry-After, ETag, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset",
	)
}

// preflight answers OPTIONS, with or without an Origin.
func (c cors) preflight(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	header.Set("Allow", allowedMethods)
	header.Set("Access-Control-Allow-Methods", allowedMethods)
	header.Set("Access-Control-Allow-Headers", c.headers)
	header.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}
