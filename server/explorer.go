package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/content/usage"
	"dugnad/docs"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/search/demand"
	"dugnad/web"
	"dugnad/web/explorer"
)

// newExplorer makes the reading site. built is nil where the program was compiled before its web pages were: then it has no style.
func (h *Hub) newExplorer(built fs.FS) (*explorer.Explorer, error) {
	o := explorer.Options{
		API: inProcess{h}, BaseURL: func() string { return h.baseURL }, Logger: slog.Default(), Now: time.Now,
		Reader: func(ctx context.Context) explorer.Reader {
			return explorer.Reader{SignedIn: access.ViewerOf(ctx).Account() != ""}
		},
		Shown: h.shown, FrameAncestors: h.frameAncestors,
	}
	if built == nil {
		slog.Warn("the explorer has no style: the program was compiled before its web pages were built")
		return explorer.New(o)
	}
	bundle, err := web.BundleOf(built, "explorer/client/main.ts")
	if err != nil {
		return nil, err
	}
	embed, err := web.BundleOf(built, "embed/embed.css")
	if err != nil {
		return nil, err
	}
	o.Assets = explorer.Assets{Style: bundle.Style, Script: bundle.Script, Embed: embed.Style}
	return explorer.New(o)
}

// inProcess is the API without HTTP.
type inProcess struct{ *Hub }

// Ask implements explorer.API.
func (a inProcess) Ask(ctx context.Context, document string, variables map[string]any, into any) error {
	err := a.asks(ctx, document, variables, into)
	var list gqlerror.List
	if errors.As(err, &list) && len(list) > 0 {
		if code := gqlcode.Of(list[0]); code != "" && code != fault.Internal {
			return &fault.Error{Code: code, Message: list[0].Message}
		}
	}
	return err
}

// pageOr answers a browser with a page that says that there is none, and others as before.
func pageOr(page http.HandlerFunc, otherwise http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/html") && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			page(w, r)
			return
		}
		otherwise(w, r)
	}
}

// embedding is the middleware of what partners show: whoever asks reads what everybody may see, and a partner's key counts for the key's origins
// only.
func (h *Hub) embedding(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer := access.Viewer{Kind: access.Anonymous}
		if key := r.URL.Query().Get("key"); key != "" {
			var err error
			if viewer, err = h.accounts.OfBearer(r.Context(), key, r.Header.Get("Origin")); err != nil || !viewer.IsAnonymous() {
				refuse(w, r, http.StatusForbidden, "the key is not valid here: a PUBLISHABLE key of one of its origins is")
				return
			}
		}
		ctx := demand.WithClient(h.readingAs(r.Context(), viewer), h.auth.Address(r))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// shown counts where something is embedded: the site that asks, or the page that an iframe stands in.
func (h *Hub) shown(r *http.Request, e explorer.Embed) {
	from := cmp.Or(r.Header.Get("Origin"), r.Header.Get("Referer"))
	site, err := url.Parse(from)
	if base, bad := url.Parse(h.baseURL); err != nil || bad != nil || site.Host == "" || site.Host == base.Host {
		return
	}
	h.usage.Shown(usage.Use{Site: site.Host, Element: e.Element, About: e.About, Key: access.ViewerOf(r.Context()).Name})
}

// frameAncestors are the sites that may show an embed in a frame: those of the key, or all where none was given.
func (h *Hub) frameAncestors(ctx context.Context) []string {
	key := access.ViewerOf(ctx).Name
	if key == "" {
		return []string{"*"}
	}
	found, err := h.client.ApiKey.Get(access.WithViewer(ctx, access.System("embed")), key)
	if err != nil {
		return []string{"'none'"}
	}
	return found.Origins
}

// serveEmbedScript answers with the web components. Its address stands in partners' pages, so it is asked for again after five minutes.
func serveEmbedScript(built fs.FS) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if built == nil {
			notFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=300")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		http.ServeFileFS(w, r, built, "embed/embed.js")
	}
}

// servePortal answers with a page of an invented partner that shows everything that can be embedded. Only with demo content.
func (h *Hub) servePortal(w http.ResponseWriter, r *http.Request) {
	page := strings.NewReplacer("https://dugnad.example", h.baseURL, url.QueryEscape("https://dugnad.example"), url.QueryEscape(h.baseURL)).Replace(docs.Portal)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	servePublic(w, r, []byte(page))
}
