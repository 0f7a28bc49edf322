// Package explorer is the hub's own site for readers: HTML pages that the server renders from responses of the GraphQL
// API. They are complete without JavaScript; a small script makes search quicker. The API is its only access to
// content, so a page shows nothing that its reader may not read.
package explorer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"dugnad/fault"
	"dugnad/schema"
	"dugnad/text/words"
	"dugnad/web/httpcache"
)

// API executes operations of the hub's GraphQL API with the rights of the viewer in the context. A GraphQL error is
// returned as a *fault.Error.
type API interface {
	Ask(ctx context.Context, document string, variables map[string]any, into any) error
}

// Reader describes the reader of a page.
type Reader struct{ SignedIn bool }

// Options configure an Explorer.
type Options struct {
	API     API
	BaseURL func() string // the hub's address
	Assets  Assets
	Reader  func(context.Context) Reader
	// Shown is called for every embed that is requested.
	Shown func(*http.Request, Embed)
	// FrameAncestors returns the origins that may show an embed in a frame.
	FrameAncestors func(context.Context) []string
	Logger         *slog.Logger
	Now            func() time.Time
}

// Explorer serves the pages.
type Explorer struct {
	Options
	documents map[string]string
	places    places
}

// New returns an explorer. It reads the documents, and fails if one cannot be read.
func New(o Options) (*Explorer, error) {
	documents, err := Documents()
	if err != nil {
		return nil, err
	}
	return &Explorer{Options: o, documents: documents}, complete()
}

// ask executes a document in the languages of the page.
func (e *Explorer) ask(ctx context.Context, p *page, document string, variables map[string]any, into any) error {
	text, ok := e.documents[document]
	if !ok {
		return fmt.Errorf("no document %q", document)
	}
	return e.API.Ask(ctx, inContext(p.language, text), variables, into)
}

// errNotFound is returned for content that does not exist and for content that the reader may not see.
var errNotFound = errors.New("not found")

// moved is returned for a page that has moved for good. It is the new path, without the language.
type moved string

func (m moved) Error() string { return "moved to " + string(m) }

// elsewhere is returned for a request that another page answers. It is the path, without the language.
type elsewhere string

func (m elsewhere) Error() string { return "found at " + string(m) }

// badRequest is returned for an invalid parameter, and names it.
type badRequest string

func (b badRequest) Error() string { return string(b) }

// show builds the body of a page. serve turns an error into a redirect or an error page.
type show func(r *http.Request, p *page) (templ.Component, error)

// Routes registers the pages in every language of the interface.
func (e *Explorer) Routes(r chi.Router) {
	for _, l := range words.Languages {
		at := func(path string, s show) {
			if path == "/" && l.Prefix != "" {
				path = ""
			}
			r.Get(l.Prefix+path, e.serve(l, s))
		}
		at("/", e.front)
		if l.Prefix != "" {
			r.Get(l.Prefix+"/", e.serve(l, func(*http.Request, *page) (templ.Component, error) { return nil, moved("") }))
		}
		at("/sok", e.search)
		for _, t := range schema.ContentTypes() {
			at("/"+t.Path+"/{slug}", e.entry(t))
		}
		at("/kommuner", e.municipalities)
		at("/kommune/{number:[0-9]{4}}", e.municipality)
		at("/temaer", e.themes)
		at("/tema/{slug}", e.theme)
		at("/organisasjon/{slug}", e.organization)
		at("/om", e.about)
		at("/bygg-inn", e.howToEmbed)
		at("/del", e.share)
		r.Post(l.Prefix+"/del", e.serve(l, e.shareForm))
		r.Post(l.Prefix+"/tilbakemelding", e.serve(l, e.feedback))
	}
}

// NotFound answers with the page for addresses that do not exist.
func (e *Explorer) NotFound(w http.ResponseWriter, r *http.Request) {
	e.serve(languageOf(r.URL.Path), func(*http.Request, *page) (templ.Component, error) { return nil, errNotFound })(w, r)
}

// BadRequest answers with the page for invalid addresses.
func (e *Explorer) BadRequest(w http.ResponseWriter, r *http.Request) {
	e.serve(languageOf(r.URL.Path), func(*http.Request, *page) (templ.Component, error) {
		return nil, badRequest("address")
	})(w, r)
}

// Unavailable answers with the page for requests that may succeed when they are sent again.
func (e *Explorer) Unavailable(w http.ResponseWriter, r *http.Request) {
	e.serve(languageOf(r.URL.Path), func(*http.Request, *page) (templ.Component, error) {
		return nil, &fault.Error{Code: fault.Unavailable, Message: "the database does not answer"}
	})(w, r)
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// serve answers with a page in a language, with a redirect, or with an error page.
func (e *Explorer) serve(l *words.Language, s show) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := &page{
			language: l, base: e.BaseURL(), path: strings.TrimPrefix(r.URL.Path, l.Prefix), query: r.URL.RawQuery,
			assets: e.Assets, reader: e.Reader(r.Context()),
		}
		body, err := s(r, p)
		status := http.StatusOK
		var to moved
		var now elsewhere
		var bad badRequest
		var refused *fault.Error
		switch {
		case err == nil:
			status = cmp.Or(p.status, status)
		case errors.As(err, &to):
			w.Header().Set("Cache-Control", cacheControl(r))
			http.Redirect(w, r, l.Prefix+string(to), http.StatusMovedPermanently)
			return
		case errors.As(err, &now):
			w.Header().Set("Cache-Control", cacheControl(r))
			http.Redirect(w, r, l.Prefix+string(now), http.StatusFound)
			return
		case errors.Is(err, errNotFound):
			status, body = http.StatusNotFound, notFoundPage(p)
		case errors.As(err, &bad):
			status, body = http.StatusBadRequest, badRequestPage(p)
		case errors.Is(err, os.ErrDeadlineExceeded): // of the form
			w.Header().Set("Connection", "close")
			status, body = http.StatusRequestTimeout, badRequestPage(p)
		case errors.As(err, &refused) && refused.Code == fault.BadUserInput:
			e.Logger.DebugContext(r.Context(), "API refused a page's request",
				"path", r.URL.Path, "code", refused.Code, "error", err)
			status, body = http.StatusBadRequest, badRequestPage(p)
		case errors.As(err, &refused) && (refused.Code == fault.Unavailable || refused.Code == fault.RateLimited):
			w.Header().Set("Retry-After", "10")
			status, body = http.StatusServiceUnavailable, unavailablePage(p)
		default:
			e.Logger.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
			status, body = http.StatusInternalServerError, failedPage(p)
		}
		e.send(w, r, p, status, body)
	}
}

func (e *Explorer) send(w http.ResponseWriter, r *http.Request, p *page, status int, body templ.Component) {
	var html bytes.Buffer
	if err := frame(p, body).Render(r.Context(), &html); err != nil {
		e.Logger.ErrorContext(r.Context(), "page not rendered", "path", r.URL.Path, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", p.language.Tag)
	header.Add("Vary", "Authorization, Cookie")
	header.Set("Cache-Control", cacheControl(r))
	if status != http.StatusOK {
		header.Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_, _ = w.Write(html.Bytes()) // the reader may be gone
		return
	}
	etag := httpcache.WeakETag(html.Bytes())
	header.Set("Etag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(html.Bytes()) // the reader may be gone
}

// cacheControl returns the Cache-Control header. Shared caches may keep anonymous pages, for so short a time that
// withdrawn content is gone within a minute.
func cacheControl(r *http.Request) string {
	if r.Method != http.MethodPost && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == "" {
		return httpcache.Public
	}
	return "private, no-store"
}
