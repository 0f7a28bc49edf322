// Package versions serves the pages of published versions: what an entry said when it was published, for those who
// cite it. They have no script.
package versions

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"dugnad/schema"
	"dugnad/text/words"
	"dugnad/web/respond"
)

// Version is what was published as a version of an entry.
type Version struct {
	Type        schema.ContentType
	Number      int
	Owner       schema.LocalText // the name of the organisation that answers for the entry now
	Permalink   string
	Newest      string // the permalink of the newest version
	PublishedAt time.Time
	ReplacedAt  *time.Time           // nil for the newest
	Texts       []schema.ContentText // at least one
	Document    json.RawMessage      // in the documents format
}

// Options are what the pages need of the hub.
type Options struct {
	// Read returns a version as the viewer in the context may read it, nil when there is none for them.
	Read    func(ctx context.Context, entry string, version int) (*Version, error)
	BaseURL func() string // the hub's address
}

// Pages serves the pages.
type Pages struct{ Options }

// New returns the handler of the pages.
func New(o Options) *Pages { return &Pages{o} }

// policy is the Content-Security-Policy of the pages: a stylesheet and nothing else.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP sends the page of the entry and version in the route's parameters id and version, to those who may read
// that version.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	number, err := strconv.Atoi(chi.URLParam(r, "version"))
	if err != nil {
		respond.NotFound(w, r)
		return
	}
	found, err := p.Read(r.Context(), id, number)
	switch {
	case err != nil:
		respond.Failed(w, r, "read a version of "+id, err)
		return
	case found == nil || len(found.Texts) == 0:
		respond.NotFound(w, r)
		return
	}
	l := words.Match(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	page, err := newPage(found, p.BaseURL(), l)
	if err != nil {
		respond.Failed(w, r, "show a version of "+id, err)
		return
	}
	var html bytes.Buffer
	if err := versionPage(page).Render(r.Context(), &html); err != nil {
		respond.Failed(w, r, "show a version of "+id, err)
		return
	}
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", l.Tag)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept-Language")
	_, _ = w.Write(html.Bytes()) // the client may have gone
}
