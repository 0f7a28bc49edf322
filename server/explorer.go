package main

import (
	"cmp"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/content/usage"
	"dugnad/docs"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/limits"
	"dugnad/search/demand"
	"dugnad/web"
	"dugnad/web/explorer"
	"dugnad/web/httpcache"
	"dugnad/web/respond"
)

// newExplorer returns the reading site. built is nil when the program was compiled before its web pages: then the
// site has no style.
func (h *Hub) newExplorer(built fs.FS) (*explorer.Explorer, error) {
	o := explorer.Options{
		API: inProcess{h}, BaseURL: func() string { return h.baseURL }, Logger: slog.Default(), Now: time.Now,
		Reader: func(ctx context.Context) explorer.Reader {
			return explorer.Reader{SignedIn: access.ViewerOf(ctx).Account() != ""}
		},
		Shown: h.shown, FrameAncestors: h.frameAncestors,
	}
	if built == nil {
		slog.Warn("the explorer has no style: build the web pages and compile again")
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
	answer := a.graphql.Do(ctx, &graphql.RawParams{Query: document, Variables: variables})
	if len(answer.Errors) == 0 {
		return json.Unmarshal(answer.Data, into)
	}
	first := answer.Errors[0]
	if code := gqlcode.Of(first); code != "" && code != fault.Internal {
		return &fault.Error{Code: code, Message: first.Message}
	}
	return answer.Errors
}

// pageOr sends browsers to page, and others to otherwise.
func pageOr(page http.HandlerFunc, otherwise http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/html") &&
			(r.Method == http.MethodGet || r.Method == http.MethodHead) {
			page(w, r)
			return
		}
		otherwise(w, r)
	}
}

// embedding is the middleware of embeds: every caller reads as an anonymous viewer, and a partner's key is valid on the
// key's origins only.
func (h *Hub) embedding(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer := access.Viewer{Kind: access.Anonymous}
		if key := r.URL.Query().Get("key"); key != "" {
			var err error
			viewer, err = h.accounts.OfBearer(r.Context(), key, r.Header.Get("Origin"))
			switch {
			case err != nil && !access.IsUnauthenticated(err):
				respond.Failed(w, r, "check the key of an embed", err)
				return
			case err != nil, !viewer.IsAnonymous():
				respond.Refuse(w, r, http.StatusForbidden, "the key is not valid here: use a PUBLISHABLE key of this origin")
				return
			}
		}
		ctx := demand.WithClient(h.readingAs(r.Context(), viewer), h.auth.Address(r))
		caller, _ := h.caller(ctx, r)
		next.ServeHTTP(w, r.WithContext(limits.WithCaller(ctx, caller)))
	})
}

// shown counts an embed, by the site that asks or the page around the iframe.
func (h *Hub) shown(r *http.Request, e explorer.Embed) {
	from := cmp.Or(r.Header.Get("Origin"), r.Header.Get("Referer"))
	site, err := url.Parse(from)
	if base, bad := url.Parse(h.baseURL); err != nil || bad != nil || site.Host == "" || site.Host == base.Host {
		return
	}
	h.usage.Shown(usage.Use{Site: site.Host, Element: e.Element, About: e.About, Key: access.ViewerOf(r.Context()).Name})
}

// frameAncestors returns the sites that may show an embed in a frame: those of the key, or all without a key.
func (h *Hub) frameAncestors(ctx context.Context) []string {
	key := access.ViewerOf(ctx).Name
	if key == "" {
		return []string{"*"}
	}
	found, err := h.client.ApiKey.Get(access.WithViewer(ctx, access.System("embed")), key)
	if err != nil {
		return []string{"'none'"}
	}
	if origins := access.Origins(found.Origins); len(origins) > 0 {
		return origins
	}
	return []string{"'none'"}
}

// serveEmbedScript sends the web components. Partners' pages refer to its address, so browsers ask again after five
// minutes.
func serveEmbedScript(built fs.FS) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if built == nil {
			respond.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=300")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		http.ServeFileFS(w, r, built, "embed/embed.js")
	}
}

// servePortal sends a page of an invented partner that shows everything that can be embedded. It is there with demo
// content only.
func (h *Hub) servePortal(w http.ResponseWriter, r *http.Request) {
	const example = "https://dugnad.example"
	page := strings.NewReplacer(
		example, h.baseURL, url.QueryEscape(example), url.QueryEscape(h.baseURL),
	).Replace(docs.Portal)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "+
		"connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	httpcache.Serve(w, r, []byte(page))
}
