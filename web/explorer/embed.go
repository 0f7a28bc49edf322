package explorer

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"dugnad/fault"
	"dugnad/schema"
	"dugnad/schema/facet"
	"dugnad/text/words"
	"dugnad/web/httpcache"
)

// Embeds show content of the hub on partners' pages: a card, a list or a search. Each is served as a fragment, which
// the web components of /embed.js put into a shadow root, and as a whole page for iframes, which needs no JavaScript.
// Both show public content only, to every caller.

// Embed describes a requested embed.
type Embed struct {
	Element schema.EmbedElement
	About   string // the id of the entry; empty for several
}

const (
	embedHits   = 3
	embedMax    = 20
	embedHeight = 320 // pixels of an iframe with a card
	embedWidth  = 640
)

// embedPolicy is the content security policy up to the origins that may frame the embed.
const embedPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "

// widget is an embed that is being rendered.
type widget struct {
	*page
	level   int // of the heading
	part    bool
	heading string
	element schema.EmbedElement
	about   string
	items   []embedded
	total   int
	more    templ.SafeURL
	words   string
	unknown string // the attributes of a selection that the API refuses
	asked   url.Values
}

// embedded is an entry of an embed; gone is set if it is not public, or does not exist.
type embedded struct {
	entry
	gone bool
}

// EmbedRoutes registers the embeds.
func (e *Explorer) EmbedRoutes(r chi.Router) {
	r.Get("/embed/card", e.serveEmbed(e.embedCard))
	r.Get("/embed/list", e.serveEmbed(e.embedList))
	r.Get("/embed/search", e.serveEmbed(e.embedSearch))
}

// serveEmbed serves an embed: a fragment for web components, a page for iframes.
func (e *Explorer) serveEmbed(build func(context.Context, *widget) (templ.Component, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.Query()
		l := words.Named(asked.Get("lang"))
		level, err := strconv.Atoi(asked.Get("level"))
		if err != nil || level < 1 || level > 6 {
			level = 2
		}
		em := &widget{
			page:  &page{language: l, base: e.BaseURL(), assets: e.Assets},
			level: level, part: asked.Get("part") != "", heading: asked.Get("heading"), asked: asked,
		}
		body, err := build(r.Context(), em)
		status := http.StatusOK
		if isRefused(err, fault.BadUserInput) {
			body = embedGone(em) // an invalid id or filter has no content
		} else if err != nil {
			e.Logger.WarnContext(r.Context(), "embed failed", "path", r.URL.Path, "error", err)
			status = http.StatusServiceUnavailable
			w.Header().Set("Retry-After", "10")
			body = embedSorry(em)
		}
		e.Shown(r, Embed{em.element, em.about})
		if !em.part {
			body = embedFrame(em, body)
		}
		var html bytes.Buffer
		if err := body.Render(r.Context(), &html); err != nil {
			e.Logger.ErrorContext(r.Context(), "embed not rendered", "path", r.URL.Path, "error", err)
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Language", l.Tag)
		header.Set("Content-Security-Policy", embedPolicy+strings.Join(e.FrameAncestors(r.Context()), " "))
		header.Set("Cache-Control", httpcache.PublicFresh)
		header.Add("Vary", "Origin")
		if status != http.StatusOK {
			header.Set("Cache-Control", "no-store")
			w.WriteHeader(status)
		}
		_, _ = w.Write(html.Bytes()) // the reader may be gone
	}
}

// out returns the absolute address of a path, for use on another site.
func (em *widget) out(path templ.SafeURL) templ.SafeURL { return templ.SafeURL(em.base) + path }

// embedCard shows one entry, or a sentence that it is gone.
func (e *Explorer) embedCard(ctx context.Context, em *widget) (templ.Component, error) {
	em.element = schema.EmbedCard
	one, err := e.named(ctx, em, em.asked.Get("item"))
	if err != nil {
		return nil, err
	}
	if one.gone {
		return embedGone(em), nil
	}
	em.about, em.title = one.ID, one.Title
	return embedCard(em, &one), nil
}

// named returns an entry by its id, or by the address of its page in any language.
func (e *Explorer) named(ctx context.Context, em *widget, item string) (embedded, error) {
	path, isAddress := strings.CutPrefix(item, em.base+"/")
	if !isAddress {
		items, err := e.embedded(ctx, em, []string{item})
		if err != nil {
			return embedded{}, err
		}
		return items[0], nil
	}
	_, path = SplitLanguage(path)
	variables, known := map[string]any{}, false
	for _, t := range schema.ContentTypes() {
		slug, is := strings.CutPrefix(path, t.Path+"/")
		variables[t.Singular] = is
		if is {
			known = true
			variables["slug"], _, _ = strings.Cut(slug, "?")
		}
	}
	if !known {
		return embedded{gone: true}, nil
	}
	var d map[string]*entry
	if err := e.ask(ctx, em.page, "embedded_page", variables, &d); err != nil {
		return embedded{}, err
	}
	for _, n := range d {
		if n != nil {
			return embedded{entry: *n}, nil
		}
	}
	return embedded{gone: true}, nil
}

// embedded returns entries by id, in the order of the ids. Unknown ids give entries that are gone.
func (e *Explorer) embedded(ctx context.Context, em *widget, ids []string) ([]embedded, error) {
	var d struct{ Nodes []*entry }
	if err := e.ask(ctx, em.page, "embedded", map[string]any{"ids": ids}, &d); err != nil {
		return nil, err
	}
	items := make([]embedded, len(ids))
	for i, n := range d.Nodes {
		if n == nil || schema.PagePath(n.Type) == "" {
			items[i].gone = true
		} else {
			items[i].entry = *n
		}
	}
	return items, nil
}

// listFilters maps the attributes that filter a list to the facets that they set.
var listFilters = []struct {
	name  string
	facet facet.Facet
}{
	{"theme", facet.Theme},
	{"municipality", facet.Municipality},
	{"county", facet.County},
	{"organization", facet.Organization},
	{"target-group", facet.TargetGroup},
	{"type", facet.Type},
}

// narrowed returns the filter of a list or a search for the API, and as pairs of parameters of the search page.
func (em *widget) narrowed() (filter map[string]any, pairs []string) {
	filter = map[string]any{"types": listedValues()}
	for _, f := range listFilters {
		by := facet.Of(f.facet)
		if v := em.asked.Get(f.name); v != "" {
			values := strings.Split(v, ",")
			if f.name == "type" {
				values = strings.Split(strings.ToUpper(v), ",")
			}
			filter[by.Field] = values
			for _, one := range values {
				pairs = append(pairs, by.Param, one)
			}
		}
	}
	return filter, pairs
}

// selection writes the attributes that filter the embed as its author wrote them.
func (em *widget) selection() string {
	var given []string
	for _, f := range listFilters {
		if v := em.asked.Get(f.name); v != "" {
			given = append(given, fmt.Sprintf("%s=%q", f.name, v))
		}
	}
	return strings.Join(given, " ")
}

func (em *widget) first() int {
	n, err := strconv.Atoi(em.asked.Get("first"))
	if err != nil || n < 1 {
		return embedHits
	}
	return min(n, embedMax)
}

// embedList shows several entries: those with given ids, those of a collection, or the newest that match a filter.
func (e *Explorer) embedList(ctx context.Context, em *widget) (templ.Component, error) {
	em.element = schema.EmbedList
	switch {
	case em.asked.Get("items") != "":
		ids := strings.Split(em.asked.Get("items"), ",")
		items, err := e.embedded(ctx, em, firstOf(ids, embedMax))
		if err != nil {
			return nil, err
		}
		em.items, em.more = items, em.out(em.to("/"))
	case em.asked.Get("collection") != "":
		var d struct {
			Collection *struct {
				ID, Title, Slug string
				Items           struct {
					TotalCount int
					Edges      []item
				}
			}
		}
		variables := map[string]any{"slug": em.asked.Get("collection"), "first": em.first()}
		err := e.ask(ctx, em.page, "embedded_collection", variables, &d)
		if err != nil {
			return nil, err
		}
		if d.Collection == nil {
			return embedGone(em), nil
		}
		em.about, em.total = d.Collection.ID, d.Collection.Items.TotalCount
		em.heading = orDefault(em.heading, d.Collection.Title)
		em.more = em.out(em.toEntry("Collection", d.Collection.Slug))
		for _, i := range d.Collection.Items.Edges {
			em.items = append(em.items, embedded{entry: entry{card: i.Node}})
		}
	default:
		filter, pairs := em.narrowed()
		err := e.hits(
			ctx, em, map[string]any{"filter": filter, "orderBy": "NEWEST", "first": em.first(), "facets": []string{}},
		)
		if isRefused(err, fault.Unavailable) {
			err = e.withoutSearch(ctx, em, filter)
		}
		if err != nil {
			return nil, err
		}
		em.more = em.out(em.toSearch(append(pairs, "sort", "nyeste")...))
	}
	em.heading = orDefault(em.heading, em.say(words.EmbedFromDugnad))
	em.title = em.heading
	return embedList(em), nil
}

// hits searches for the entries of an embed. There are none if the API refuses the filter, for example for an unknown
// theme; the embed says so, because an empty list would look like a true one.
func (e *Explorer) hits(ctx context.Context, em *widget, variables map[string]any) error {
	var d struct{ Search found }
	err := e.ask(ctx, em.page, "search", variables, &d)
	if isRefused(err, fault.BadUserInput) {
		em.unknown = em.selection()
		return nil
	}
	em.total = d.Search.TotalCount
	for _, h := range d.Search.Edges {
		em.items = append(em.items, embedded{entry: entry{card: h.Node.card}})
	}
	return err
}

// withoutSearch lists what a search would find, while search is unavailable.
func (e *Explorer) withoutSearch(ctx context.Context, em *widget, filter map[string]any) error {
	delete(filter, "types")
	list, err := e.listed(ctx, em.page, filter, em.first())
	em.total = list.TotalCount
	for _, h := range list.Edges {
		em.items = append(em.items, embedded{entry: entry{card: h.Node.card}})
	}
	return err
}

// embedSearch shows a search field, and the hits below it if there is a query.
func (e *Explorer) embedSearch(ctx context.Context, em *widget) (templ.Component, error) {
	em.element, em.words = schema.EmbedSearch, strings.TrimSpace(em.asked.Get("q"))
	em.heading = orDefault(em.heading, em.say(words.FrameSearchDugnad))
	em.title = em.heading
	filter, pairs := em.narrowed()
	if em.words != "" {
		err := e.hits(ctx, em, map[string]any{
			"query": em.words, "filter": filter, "orderBy": "RELEVANCE", "first": em.first(), "facets": []string{},
		})
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, "q", em.words)
	}
	em.more = em.out(em.toSearch(pairs...))
	return embedSearch(em), nil
}

// cardLine writes the line below the summary of a card: who, when, and the file.
func (em *widget) cardLine(e *entry) string {
	file := ""
	if d := firstDownload(e); d != nil {
		file = em.fileSize(*d)
	}
	return strings.Join(filled(byline(em.page, e), em.partial(e.Issued), file), " · ")
}

// listLine writes the line below an entry in a list.
func (em *widget) listLine(c *card) string {
	language := ""
	if tagOf(c.Language) != em.language.Tag {
		language = em.languageWord(c.Language)
	}
	return strings.Join(filled(em.typeWord(c.Type), shortOf(c.Owner), em.partial(c.Issued), language), " · ")
}

// kindLine writes the type and the kind.
func (em *widget) kindLine(c *card) string {
	return strings.Join(filled(em.typeWord(c.Type), em.kindWord(c)), " · ")
}

// Frame returns the HTML of an iframe that shows an entry, for oEmbed and for copying. Width and height are in pixels.
func Frame(base, id, tag, title string, width, height int) string {
	var html strings.Builder
	_ = frameHTML.Execute(&html, map[string]any{ // a strings.Builder does not fail
		"src":   base + "/embed/card?item=" + url.QueryEscape(id) + "&lang=" + url.QueryEscape(tag),
		"title": title, "width": width, "height": height,
	})
	return html.String()
}

var frameHTML = template.Must(template.New("").Parse(
	`<iframe src="{{.src}}" title="{{.title}}" width="{{.width}}" height="{{.height}}" loading="lazy" ` +
		`sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"></iframe>`,
))

// frameCode returns the iframe of an entry.
func (p *page) frameCode(e *entry) string {
	return Frame(p.base, e.ID, p.language.Tag, e.Title, embedWidth, embedHeight)
}

// cardCode returns the web component of an entry, with a link for readers without JavaScript.
func (p *page) cardCode(e *entry) string {
	return p.component("dugnad-card", []string{"item", e.ID}, p.address(p.language), e.Title)
}

// component returns the code of a web component. attributes are pairs of name and value.
func (p *page) component(element string, attributes []string, address, title string) string {
	var code strings.Builder
	code.WriteString(`<script src="` + p.base + `/embed.js" async></script>` + "\n<" + element)
	for i := 0; i < len(attributes); i += 2 {
		code.WriteString(" " + attributes[i] + `="` + template.HTMLEscapeString(attributes[i+1]) + `"`)
	}
	code.WriteString(` lang="` + p.language.Tag + `">` + "\n" + `  <a href="` + template.HTMLEscapeString(address) + `">`)
	code.WriteString(template.HTMLEscapeString(title) + "</a>\n</" + element + ">")
	return code.String()
}

// moreLabel writes the link from an embedded search to the hub.
func (em *widget) moreLabel() string {
	if em.total > len(em.items) {
		return em.say(words.CommonShowAll(em.language.Whole(em.total)))
	}
	return em.say(words.EmbedSearchInDugnad)
}
