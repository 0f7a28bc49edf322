// Package explorer is the hub's own reading site: pages of HTML, made on the server from answers of the GraphQL API. They are whole without
// JavaScript; a small script makes search quicker. It has no way to content but the API, so a page shows what its reader may ask for.
package explorer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"dugnad/fault"
	"dugnad/schema"
	"dugnad/web/httpcache"
)

// API answers operations of the hub's GraphQL API, with the rights of the viewer in the context. What the API refuses is a *fault.Error.
type API interface {
	Ask(ctx context.Context, document string, variables map[string]any, into any) error
}

// Reader is who reads a page.
type Reader struct{ SignedIn bool }

// Options are what the explorer needs of the hub.
type Options struct {
	API     API
	BaseURL func() string // the hub's address
	Assets  Assets
	Reader  func(context.Context) Reader
	// Shown is told of what was asked for to be shown elsewhere.
	Shown func(*http.Request, Embed)
	// FrameAncestors are the origins that may show an embed in a frame.
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

// New makes the explorer.
func New(o Options) (*Explorer, error) {
	documents, err := Documents()
	if err != nil {
		return nil, err
	}
	return &Explorer{Options: o, documents: documents}, complete()
}

// ask asks one of the documents in the page's language.
func (e *Explorer) ask(ctx context.Context, p *page, document string, variables map[string]any, into any) error {
	text, ok := e.documents[document]
	if !ok {
		return fmt.Errorf("there is no document %q", document)
	}
	return e.API.Ask(ctx, p.language.inContext(text), variables, into)
}

// errNotFound is answered for what is not there and for what the reader may not see.
var errNotFound = errors.New("not found")

// moved is answered for what has another address now: the part after the language.
type moved string

func (m moved) Error() string { return "moved to " + string(m) }

// elsewhere is answered where the reader means another page, this time.
type elsewhere string

func (m elsewhere) Error() string { return "is at " + string(m) }

// badRequest is answered for an address that means nothing.
type badRequest string

func (b badRequest) Error() string { return string(b) }

// show makes a page. What it returns as an error is answered with a page of its own.
type show func(r *http.Request, p *page) (templ.Component, error)

// Routes adds the pages, in every language of the interface.
func (e *Explorer) Routes(r chi.Router) {
	for _, l := range languages {
		at := func(path string, s show) {
			if path == "/" && l.prefix != "" {
				path = ""
			}
			r.Get(l.prefix+path, e.serve(l, s))
		}
		at("/", e.front)
		if l.prefix != "" {
			r.Get(l.prefix+"/", e.serve(l, func(*http.Request, *page) (templ.Component, error) { return nil, moved("") }))
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
		r.Post(l.prefix+"/del", e.serve(l, e.shareForm))
		r.Post(l.prefix+"/tilbakemelding", e.serve(l, e.feedback))
	}
}

// NotFound answers for addresses that the hub has not, where a browser asks for a page.
func (e *Explorer) NotFound(w http.ResponseWriter, r *http.Request) {
	e.serve(languageOf(r.URL.Path), func(*http.Request, *page) (templ.Component, error) { return nil, errNotFound })(w, r)
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// serve answers with the page, or with one that says why there is none.
func (e *Explorer) serve(l *language, s show) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := &page{language: l, base: e.BaseURL(), path: strings.TrimPrefix(r.URL.Path, l.prefix), query: r.URL.RawQuery, assets: e.Assets, reader: e.Reader(r.Context())}
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
			http.Redirect(w, r, l.prefix+string(to), http.StatusMovedPermanently)
			return
		case errors.As(err, &now):
			w.Header().Set("Cache-Control", cacheControl(r))
			http.Redirect(w, r, l.prefix+string(now), http.StatusFound)
			return
		case errors.Is(err, errNotFound):
			status, body = http.StatusNotFound, notFoundPage(p)
		case errors.As(err, &bad):
			status, body = http.StatusBadRequest, badRequestPage(p)
		case errors.As(err, &refused) && refused.Code == fault.BadUserInput:
			e.Logger.DebugContext(r.Context(), "the API refused what a page asked", "path", r.URL.Path, "code", refused.Code, "error", err)
			status, body = http.StatusBadRequest, badRequestPage(p)
		case errors.As(err, &refused) && (refused.Code == fault.Unavailable || refused.Code == fault.RateLimited):
			w.Header().Set("Retry-After", "10")
			status, body = http.StatusServiceUnavailable, unavailablePage(p)
		default:
			e.Logger.ErrorContext(r.Context(), "a page failed", "path", r.URL.Path, "error", err)
			status, body = http.StatusInternalServerError, failedPage(p)
		}
		e.send(w, r, p, status, body)
	}
}

func (e *Explorer) send(w http.ResponseWriter, r *http.Request, p *page, status int, body templ.Component) {
	var html bytes.Buffer
	if err := frame(p, body).Render(r.Context(), &html); err != nil {
		e.Logger.ErrorContext(r.Context(), "a page was not written", "path", r.URL.Path, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", p.language.tag)
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

// cacheControl lets shared caches keep what nobody in particular reads, for so short a time that what is withdrawn is gone within a minute.
func cacheControl(r *http.Request) string {
	if r.Method != http.MethodPost && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == "" {
		return httpcache.Public
	}
	return "private, no-store"
}
