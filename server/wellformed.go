package main

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/web/respond"
	"dugnad/web/wellformed"
)

const malformedAddress = "the address has bytes that are not text: " +
	"invalid UTF-8, a control character, or a % without two digits"

// wellFormed is the middleware that refuses addresses with bytes that are not text, before any handler looks them up.
// page answers browsers. Headers are made valid UTF-8, because some of them are stored.
func wellFormed(page http.Handler) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !wellformed.Line(r.URL.Path) || !wellformed.Query(r.URL.RawQuery, textsOf(r.URL.Path)...) {
				refuseAddress(w, r, page)
				return
			}
			for _, values := range r.Header {
				for i, value := range values {
					values[i] = strings.ToValidUTF8(value, "\uFFFD")
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// textsOf returns the parameters of a path that hold GraphQL or JSON, which have lines.
func textsOf(path string) []string {
	if path == "/graphql" || path == "/graphiql" {
		return []string{"query", "variables", "extensions"}
	}
	return nil
}

// refuseAddress answers 400 in the form of the address's API, or with a page.
func refuseAddress(w http.ResponseWriter, r *http.Request, page http.Handler) {
	r = r.Clone(r.Context())
	r.URL = &url.URL{Path: textOf(r.URL.Path)}
	switch path := r.URL.Path; {
	case path == "/graphql":
		w.Header().Set("Access-Control-Allow-Origin", "*")
		respond.JSON(w, http.StatusBadRequest, map[string]any{
			"errors": gqlerror.List{gqlcode.Error(fault.BadUserInput, malformedAddress)},
		})
	case strings.HasPrefix(path, "/search-api/"):
		w.Header().Set("Access-Control-Allow-Origin", "*")
		respond.JSON(w, http.StatusBadRequest, map[string]string{
			"message": malformedAddress, "code": "bad_request", "type": "invalid_request",
			"link": "https://docs.meilisearch.com/errors#bad_request",
		})
	default:
		pageOr(page.ServeHTTP, func(w http.ResponseWriter, r *http.Request) {
			respond.Refuse(w, r, http.StatusBadRequest, malformedAddress)
		})(w, r)
	}
}

// textOf returns a path without what is not text.
func textOf(path string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(path, ""))
}
