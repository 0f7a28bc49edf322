package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/vektah/gqlparser/v2/formatter"

	"dugnad/ent"
	"dugnad/fault"
	"dugnad/graph/generated"
	"dugnad/web/respond"
)

// graphiqlPolicy lets GraphiQL run: its editor sets styles and starts workers, and the page asks this hub only.
const graphiqlPolicy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>GraphiQL is not built</title>
<h1>GraphiQL is not built</h1>
<p>This program was compiled before its web pages were built. Run <code>scripts/start</code>, or <code>npm ci</code> and
<code>npm run build</code> in <code>web/</code> and compile again.</p>
<p>The API itself is at <code>/graphql</code>, its schema at <a href="/schema.graphql">/schema.graphql</a>.</p>
</html>
`

// serveGraphiQL sends the built page, or instructions to build it when built is nil.
func serveGraphiQL(built fs.FS) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if built == nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(notBuilt))
			return
		}
		w.Header().Set("Content-Security-Policy", graphiqlPolicy)
		http.ServeFileFS(w, r, built, "graphiql/index.html")
	}
}

// serveAsset sends a built file. Its name has a hash of it, so it never changes.
func serveAsset(built fs.FS) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := path.Join("assets", chi.URLParam(r, "*"))
		if built == nil || !strings.HasPrefix(name, "assets/") || !fs.ValidPath(name) {
			respond.NotFound(w, r)
			return
		}
		if info, err := fs.Stat(built, name); err != nil || !info.Mode().IsRegular() {
			respond.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("Content-Security-Policy", graphiqlPolicy) // a worker has the policy of its own file
		http.ServeFileFS(w, r, built, name)
	}
}

// serveSchema sends the public schema, as in docs/schema.graphql.
func serveSchema() http.HandlerFunc {
	var b bytes.Buffer
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).
		FormatSchema(generated.NewExecutableSchema(generated.Config{}).Schema())
	sum := sha256.Sum256(b.Bytes())
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("ETag", etag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.Bytes()))
	}
}

// serveID redirects from an id, as links in texts have it, to the entry's page or the asset's file.
func (h *Hub) serveID(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	var found map[string]ent.Noder
	err := h.seen(r.Context(), func(ctx context.Context) (err error) {
		found, err = ent.FromContext(ctx).Load(ctx, []string{id}, nil)
		return err
	})
	var rule *fault.Error
	if errors.As(err, &rule) && rule.Code != fault.Unavailable { // the preview cannot be shown
		respond.Refuse(w, r, statusOf(rule.Code), string(rule.Code)+": "+rule.Message)
		return
	}
	if err != nil {
		respond.Failed(w, r, "load "+id, err)
		return
	}
	address := h.addressOf(r.Context(), found[id])
	if address == "" {
		respond.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusFound)
}

// addressOf returns the address of the page or the file of a node, "" for none. content.hasPage has the types.
func (h *Hub) addressOf(ctx context.Context, node ent.Noder) string {
	switch n := node.(type) {
	case *ent.Theme:
		return h.baseURL + "/tema/" + n.Slug
	case *ent.Organization:
		return h.baseURL + "/organisasjon/" + n.Slug
	case *ent.Municipality:
		return h.baseURL + "/kommune/" + n.Number
	case interface{ URL(context.Context) string }: // content and assets
		return n.URL(ctx)
	}
	return ""
}

// favicon is the logo.
const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -6 52 52"><path fill="#a23b2c" d="M1 39V20L10 9l9 11v19z"/><path fill="#e0a32b" d="M33 39V22l9-11 9 11v17z"/><path fill="#14594c" stroke="#fff" stroke-width="1.5" d="M14 39.7V16L26 1.5 38 16v23.7z"/><path fill="#fff" d="M23 40V29h6v11zM23.5 18h5v5h-5z"/></svg>`

func serveFavicon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Content-Type", "image/svg+xml")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(favicon))
}
