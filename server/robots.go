package main

import (
	"net/http"

	"dugnad/web/httpcache"
)

// serveRobots says what crawlers may read: the pages and the files that they show. The API answers the same content in
// another form, and the pages of people who sign in are none for readers.
func (h *Hub) serveRobots(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	httpcache.Serve(w, r, []byte(`User-agent: *
Disallow: /auth/
Disallow: /audit.csv
Disallow: /graphql
Disallow: /graphiql
Disallow: /search-api/
Disallow: /uploads/
Allow: /

Sitemap: `+h.baseURL+`/sitemap.xml
`))
}
