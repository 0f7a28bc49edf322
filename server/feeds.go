package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-chi/chi/v5"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/schema"
	"dugnad/server/graphqlhttp"
	"dugnad/text/words"
	"dugnad/web/explorer"
)

// feedLength is how many entries a feed has.
const feedLength = 50

// feedFilters are the parameters of a feed beside type and lang, and the fields of the API's filters that they are.
var feedFilters = map[string]string{
	"theme": "themes", "targetGroup": "targetGroups", "method": "methods", "municipality": "municipalities", "county": "counties", "organization": "organizations",
}

// feedEntry is an entry of a feed, as the API gives it.
type feedEntry struct {
	ID, Title, Permalink, Language string
	Type                           string `json:"__typename"`
	Summary                        *string
	PublishedAt, UpdatedAt         time.Time
	Owner                          struct{ Name string }
	Themes                         []struct{ Label string }
}

// feedRequest is what a feed is asked for.
type feedRequest struct {
	types    []ent.Type
	filter   map[string]any
	language string
}

// serveFeed answers with what was published last, as Atom or JSON Feed. Whoever asks gets what everybody may see.
func (h *Hub) serveFeed(w http.ResponseWriter, r *http.Request) {
	asked, problem := readFeed(r.URL.Query())
	if problem != "" {
		refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	ctx := h.readingAs(r.Context(), access.Viewer{Kind: access.Anonymous})
	entries, err := h.feed(ctx, asked)
	if err != nil {
		failed(w, r, "make a feed", err)
		return
	}
	self := h.baseURL + r.URL.RequestURI()
	var body []byte
	if chi.URLParam(r, "format") == "atom.xml" {
		w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
		body, err = atom(self, h.baseURL, asked.language, entries)
	} else {
		w.Header().Set("Content-Type", "application/feed+json; charset=utf-8")
		body, err = jsonFeed(self, h.baseURL, asked.language, entries)
	}
	if err != nil {
		failed(w, r, "write a feed", err)
		return
	}
	servePublic(w, r, body)
}

// servePublic sends what everybody may see, and what caches may keep for a moment.
func servePublic(w http.ResponseWriter, r *http.Request, body []byte) {
	sum := sha256.Sum256(body)
	header := w.Header()
	header.Set("Etag", `"`+base64.RawURLEncoding.EncodeToString(sum[:15])+`"`)
	header.Set("Cache-Control", "public, max-age=0, s-maxage=20, stale-while-revalidate=20")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(body)))
}

// readFeed reads the parameters. One that is not known is refused rather than left out: the feed would hold too much.
func readFeed(values url.Values) (asked feedRequest, problem string) {
	asked.filter = map[string]any{}
	for name, given := range values {
		switch {
		case name == "type":
			for _, v := range given {
				i := slices.IndexFunc(ent.Types, func(t ent.Type) bool { return t.Content && t.GQL == v })
				if i < 0 {
					return asked, fmt.Sprintf("type is none of the types of content: %.40q", v)
				}
				asked.types = append(asked.types, ent.Types[i])
			}
		case name == "lang":
			asked.language = strings.ToUpper(given[0])
			if !slices.Contains(schema.TitleLanguages(), schema.Language(asked.language)) {
				return asked, "lang must be one of " + strings.Join(schema.TitleTags(), ", ")
			}
		case feedFilters[name] != "":
			values := make([]any, len(given))
			for i, v := range given {
				values[i] = v
			}
			asked.filter[feedFilters[name]] = values
		default:
			return asked, fmt.Sprintf("there is no parameter %.40q: type, lang, theme, targetGroup, method, municipality, county and organization are", name)
		}
	}
	if asked.types == nil {
		asked.types = slices.DeleteFunc(slices.Clone(ent.Types), func(t ent.Type) bool { return !t.Content })
	}
	slices.SortFunc(asked.types, func(a, b ent.Type) int { return strings.Compare(a.Name, b.Name) })
	asked.types = slices.Compact(asked.types)
	return asked, ""
}

// feed asks the API for the entries, the last updated first.
func (h *Hub) feed(ctx context.Context, asked feedRequest) (entries []feedEntry, err error) {
	var declared, fields strings.Builder
	variables := map[string]any{}
	for _, t := range asked.types {
		fmt.Fprintf(&declared, "$%s: %sFilter ", t.Name, t.Name)
		fmt.Fprintf(&fields, "%s: %ss(first: %d, filter: $%s, orderBy: [{field: UPDATED_AT, direction: DESC}]) { nodes { ...entry } }\n",
			t.Name, strings.ToLower(t.Name), feedLength, t.Name)
		variables[t.Name] = asked.filter
	}
	languages := ""
	if asked.language != "" {
		languages = "@inContext(languages: [" + asked.language + "])"
	}
	var data map[string]struct{ Nodes []feedEntry }
	err = h.asks(ctx, fmt.Sprintf(`query Feed(%s) %s { %s }
		fragment entry on Content { __typename id title summary permalink language publishedAt updatedAt owner { name } themes { label } }`, &declared, languages, &fields), variables, &data)
	if err != nil {
		return nil, err
	}
	for _, list := range data {
		entries = append(entries, list.Nodes...)
	}
	slices.SortFunc(entries, func(a, b feedEntry) int { return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), strings.Compare(a.ID, b.ID)) })
	return entries[:min(feedLength, len(entries))], nil
}

// updated is when a feed changed last.
func updated(entries []feedEntry) time.Time {
	if len(entries) == 0 {
		return time.Unix(0, 0).UTC()
	}
	return entries[0].UpdatedAt
}

const feedTitle = "Dugnad"

type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr,omitempty"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated time.Time   `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
		Type string `xml:"type,attr,omitempty"`
	}
	atomEntry struct {
		Lang       string         `xml:"xml:lang,attr,omitempty"`
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Link       atomLink       `xml:"link"`
		Published  time.Time      `xml:"published"`
		Updated    time.Time      `xml:"updated"`
		Author     atomAuthor     `xml:"author"`
		Categories []atomCategory `xml:"category"`
		Summary    string         `xml:"summary,omitempty"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
)

func atom(self, base, language string, entries []feedEntry) ([]byte, error) {
	feed := atomFeed{
		ID: self, Lang: strings.ToLower(language), Title: feedTitle, Updated: updated(entries),
		Links: []atomLink{{Rel: "self", Href: self, Type: "application/atom+xml"}, {Rel: "alternate", Href: base}},
	}
	for _, e := range entries {
		entry := atomEntry{
			Lang: strings.ToLower(e.Language), ID: base + "/id/" + e.ID, Title: e.Title, Link: atomLink{Rel: "alternate", Href: e.Permalink, Type: "text/html"},
			Published: e.PublishedAt, Updated: e.UpdatedAt, Author: atomAuthor{e.Owner.Name}, Categories: []atomCategory{{e.Type}},
		}
		for _, t := range e.Themes {
			entry.Categories = append(entry.Categories, atomCategory{t.Label})
		}
		if e.Summary != nil {
			entry.Summary = *e.Summary
		}
		feed.Entries = append(feed.Entries, entry)
	}
	body, err := xml.MarshalIndent(feed, "", " ")
	return append([]byte(xml.Header), body...), err
}

func jsonFeed(self, base, language string, entries []feedEntry) ([]byte, error) {
	items := []map[string]any{}
	for _, e := range entries {
		tags := []string{e.Type}
		for _, t := range e.Themes {
			tags = append(tags, t.Label)
		}
		item := map[string]any{
			"id": base + "/id/" + e.ID, "url": e.Permalink, "title": e.Title, "content_text": e.Title, "date_published": e.PublishedAt, "date_modified": e.UpdatedAt,
			"language": strings.ToLower(e.Language), "tags": tags, "authors": []map[string]string{{"name": e.Owner.Name}},
		}
		if e.Summary != nil {
			item["summary"], item["content_text"] = *e.Summary, *e.Summary
		}
		items = append(items, item)
	}
	feed := map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": feedTitle, "home_page_url": base, "feed_url": self, "items": items}
	if language != "" {
		feed["language"] = strings.ToLower(language)
	}
	return json.MarshalIndent(feed, "", " ")
}

// sitemapLength is how many addresses one file may name.
const sitemapLength = 50_000

// sitemap is the last one that was made.
type sitemap struct {
	mu    sync.Mutex
	made  bool
	state uint64
	body  []byte
}

// serveSitemap names the pages of all content, as far as one file reaches. It is made anew when anything has changed.
func (h *Hub) serveSitemap(w http.ResponseWriter, r *http.Request) {
	body, err := h.lastSitemap(h.readingAs(r.Context(), access.Viewer{Kind: access.Anonymous}))
	if err != nil {
		failed(w, r, "make the sitemap", err)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	servePublic(w, r, body)
}

func (h *Hub) lastSitemap(ctx context.Context) ([]byte, error) {
	state, err := h.versions.sum(graphqlhttp.Everything)
	if err != nil {
		return nil, err
	}
	h.sitemap.mu.Lock()
	defer h.sitemap.mu.Unlock()
	if !h.sitemap.made || h.sitemap.state != state {
		body, err := h.newSitemap(ctx)
		if err != nil {
			return nil, err
		}
		h.sitemap.made, h.sitemap.state, h.sitemap.body = true, state, body
	}
	return h.sitemap.body, nil
}

func (h *Hub) newSitemap(ctx context.Context) ([]byte, error) {
	var body strings.Builder
	body.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	left := sitemapLength
	for _, t := range ent.Types {
		for after, more := any(nil), t.Content; more && left > 0; {
			var page struct {
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
			err := h.asks(ctx, `query($after: Cursor) { list: `+strings.ToLower(t.Name)+`s(first: 100, after: $after) { nodes { url updatedAt } pageInfo { hasNextPage endCursor } } }`,
				map[string]any{"after": after}, &page)
			if err != nil {
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

// asks has the API answer an operation of the hub's own.
func (h *Hub) asks(ctx context.Context, query string, variables map[string]any, into any) error {
	answer := h.graphql.Do(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if len(answer.Errors) > 0 {
		return answer.Errors
	}
	return json.Unmarshal(answer.Data, into)
}

// serveOEmbed tells what is at an address of the hub, for pages that show a link to it.
func (h *Hub) serveOEmbed(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	if format := values.Get("format"); format != "" && format != "json" {
		refuse(w, r, http.StatusNotImplemented, "the format is json")
		return
	}
	width, height, problem := oEmbedSize(values)
	if problem != "" {
		refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	ctx := h.readingAs(r.Context(), access.Viewer{Kind: access.Anonymous})
	field, language, variables := h.fieldAt(values.Get("url"))
	var answer struct {
		Found *struct {
			ID, Title, Permalink string
			Owner                struct{ Name string }
		}
	}
	if field != "" {
		err := h.asks(ctx, `query($key: `+variables.kind+`) @inContext(languages: [`+strings.ToUpper(language)+`]) { found: `+field+` { ... on Content { id title permalink owner { name } } } }`, map[string]any{"key": variables.key}, &answer)
		if err != nil {
			failed(w, r, "look an address up", err)
			return
		}
	}
	if answer.Found == nil || answer.Found.Title == "" {
		notFound(w, r)
		return
	}
	body, err := json.Marshal(map[string]any{
		"version": "1.0", "type": "rich", "title": answer.Found.Title, "author_name": answer.Found.Owner.Name, "provider_name": feedTitle, "provider_url": h.baseURL,
		"cache_age": 20, "url": answer.Found.Permalink, "width": width, "height": height,
		"html": explorer.Frame(h.baseURL, answer.Found.ID, language, answer.Found.Title, width, height),
	})
	if err != nil {
		failed(w, r, "write oEmbed", err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	servePublic(w, r, body)
}

// The size of a card, in pixels: the most that is given, and the least that still shows it.
const (
	oEmbedWidth, oEmbedHeight           = 640, 320
	oEmbedLeastWidth, oEmbedLeastHeight = 200, 120
)

// oEmbedSize is the size of the card that fits into what is asked for.
func oEmbedSize(values url.Values) (width, height int, problem string) {
	width, height = oEmbedWidth, oEmbedHeight
	for name, size := range map[string]*int{"maxwidth": &width, "maxheight": &height} {
		given := values.Get(name)
		if given == "" {
			continue
		}
		most, err := strconv.Atoi(given)
		if err != nil || most < 1 {
			return 0, 0, name + " is a number of pixels"
		}
		*size = min(*size, most)
	}
	if width < oEmbedLeastWidth || height < oEmbedLeastHeight {
		return 0, 0, fmt.Sprintf("a card is at least %d by %d pixels", oEmbedLeastWidth, oEmbedLeastHeight)
	}
	return width, height, ""
}

// lookup is the variable of an operation that looks one thing up.
type lookup struct{ kind, key string }

// fieldAt is the field that finds what is at an address of the hub's own, and the language of the page there: /id/{id}, a permalink, or the page
// of an entry in any language. Empty for all others.
func (h *Hub) fieldAt(address string) (field, language string, by lookup) {
	path, ok := strings.CutPrefix(address, h.baseURL+"/")
	if !ok {
		return "", words.Languages[0].Tag, lookup{}
	}
	language, path = explorer.SplitLanguage(path)
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	parts := strings.Split(path, "/")
	switch {
	case parts[0] == "id" && (len(parts) == 2 || len(parts) == 3):
		return "node(id: $key)", language, lookup{"ID!", parts[1]}
	case len(parts) == 2:
		for _, t := range ent.Types {
			if t.Content && schema.PagePath(t.Name) == parts[0] {
				return strings.ToLower(t.Name) + "(slug: $key)", language, lookup{"String!", parts[1]}
			}
		}
	}
	return "", language, lookup{}
}
