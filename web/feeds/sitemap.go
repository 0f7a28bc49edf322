package feeds

import (
	"context"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"dugnad/schema"
	"dugnad/web/httpcache"
	"dugnad/web/respond"
)

// sitemapLength is the most addresses that one file may list.
const sitemapLength = 50_000

// sitemap is the last one that was built, and the state that it was built from.
type sitemap struct {
	mu    sync.Mutex
	built bool
	state uint64
	body  []byte
}

// serveSitemap lists the pages of all content, up to sitemapLength. It is rebuilt when anything has changed.
func (f *Feeds) serveSitemap(w http.ResponseWriter, r *http.Request) {
	body, err := f.currentSitemap(r.Context())
	if err != nil {
		respond.Failed(w, r, "build the sitemap", err)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	httpcache.Serve(w, r, body)
}

func (f *Feeds) currentSitemap(ctx context.Context) ([]byte, error) {
	state, err := f.State()
	if err != nil {
		return nil, err
	}
	f.sitemap.mu.Lock()
	defer f.sitemap.mu.Unlock()
	if !f.sitemap.built || f.sitemap.state != state {
		body, err := f.buildSitemap(ctx)
		if err != nil {
			return nil, err
		}
		f.sitemap.built, f.sitemap.state, f.sitemap.body = true, state, body
	}
	return f.sitemap.body, nil
}

// sitemapPage is one page of a list of entries.
type sitemapPage struct {
	List struct {
		Nodes []struct {
			URL       string
			UpdatedAt time.Time
		}
		PageInfo struct {
			HasNextPage bool
			EndCursor   string
		}
	}
}

func (f *Feeds) buildSitemap(ctx context.Context) ([]byte, error) {
	var body strings.Builder
	body.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	left := sitemapLength
	types := slices.SortedFunc(slices.Values(schema.ContentTypes()), byName)
	for _, t := range types {
		query := `query($after: Cursor) { list: ` + t.Plural + `(first: 100, after: $after) {
			nodes { url updatedAt } pageInfo { hasNextPage endCursor } } }`
		for after, more := any(nil), true; more && left > 0; {
			var page sitemapPage
			if err := f.API.Ask(ctx, query, map[string]any{"after": after}, &page); err != nil {
				return nil, err
			}
			for _, n := range page.List.Nodes {
				body.WriteString("<url><loc>")
				_ = xml.EscapeText(&body, []byte(n.URL)) // a strings.Builder takes everything
				body.WriteString("</loc><lastmod>" + n.UpdatedAt.UTC().Format(time.RFC3339) + "</lastmod></url>\n")
				left--
			}
			after, more = page.List.PageInfo.EndCursor, page.List.PageInfo.HasNextPage
		}
	}
	body.WriteString("</urlset>\n")
	return []byte(body.String()), nil
}
