package explorer

import (
	"bytes"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"dugnad/fault"
	"dugnad/schema"
	"dugnad/schema/facet"
	"dugnad/web/httpcache"
)

// Embeds are what partners show of the hub on their pages: a card, a list, a search. Each is a part of a page, which the web components of
// /embed.js put into a shadow root, and a page of its own for iframes, which needs no JavaScript. Both show only what everybody may see,
// whoever asks.

// Embed is what was asked for to be shown elsewhere.
type Embed struct {
	Element schema.EmbedElement
	About   string // the id of the entry; empty for several
}

const (
	embedHits   = 3
	embedMost   = 20
	embedHeight = 320 // pixels of an iframe with a card
	embedWidth  = 640
)

// widget is a part that is shown elsewhere.
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
	asked   url.Values
}

// embedded is an entry in a list; gone when readers no longer see it.
type embedded struct {
	entry
	gone bool
}

// EmbedRoutes adds the parts that partners show.
func (e *Explorer) EmbedRoutes(r chi.Router) {
	r.Get("/embed/card", e.serveEmbed(e.embedCard))
	r.Get("/embed/list", e.serveEmbed(e.embedList))
	r.Get("/embed/search", e.serveEmbed(e.embedSearch))
}

// serveEmbed answers with a part, or with a page around it.
func (e *Explorer) serveEmbed(build func(context.Context, *widget) (templ.Component, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.Query()
		l := bokmaal
		for _, one := range languages {
			if one.tag == asked.Get("lang") {
				l = one
			}
		}
		level, err := strconv.Atoi(asked.Get("level"))
		if err != nil || level < 1 || level > 6 {
			level = 2
		}
		em := &widget{page: &page{language: l, base: e.BaseURL(), assets: e.Assets}, level: level, part: asked.Get("part") != "", heading: asked.Get("heading"), asked: asked}
		body, err := build(r.Context(), em)
		status := http.StatusOK
		if isRefused(err, fault.BadUserInput) {
			body = embedGone(em) // what cannot be is not there
		} else if err != nil {
			e.Logger.WarnContext(r.Context(), "an embed failed", "path", r.URL.Path, "error", err)
			status = http.StatusServiceUnavailable
			body = embedSorry(em)
		}
		e.Shown(r, Embed{em.element, em.about})
		if !em.part {
			body = embedFrame(em, body)
		}
		var html bytes.Buffer
		if err := body.Render(r.Context(), &html); err != nil {
			e.Logger.ErrorContext(r.Context(), "an embed was not written", "path", r.URL.Path, "error", err)
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Language", l.tag)
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "+strings.Join(e.FrameAncestors(r.Context()), " "))
		header.Set("Cache-Control", httpcache.PublicFresh)
		header.Add("Vary", "Origin")
		if status != http.StatusOK {
			header.Set("Cache-Control", "no-store")
			w.WriteHeader(status)
		}
		_, _ = w.Write(html.Bytes()) // the reader may be gone
	}
}

// out is an address on the hub, for a page elsewhere.
func (em *widget) out(path templ.SafeURL) templ.SafeURL { return templ.SafeURL(em.base) + path }

// embedCard is one entry, or the sentence that it is gone.
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

// named is an entry by its id, or by the address of its page in any language.
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

// embedded are entries by id, in that order. Ids that are none are answered as those of what is gone.
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

// listFilters are the attributes that say what a list is about, and the facets that they narrow by.
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

// narrowed reads what a list or a search is narrowed to.
func (em *widget) narrowed() (filter map[string]any, pairs []string) {
	filter = map[string]any{"types": listedValues()}
	for _, f := range listFilters {
		by := facet.Of(f.facet)
		if v := em.asked.Get(f.name); v != "" {
			values := strings.Split(v, ",")
			if f.name == "type" {
				if values = slices.DeleteFunc(strings.Split(strings.ToUpper(v), ","), func(t string) bool { return !isContent(t) }); len(values) == 0 {
					continue
				}
			}
			filter[by.Field] = values
			for _, one := range values {
				pairs = append(pairs, by.Param, one)
			}
		}
	}
	return filter, pairs
}

func (em *widget) first() int {
	n, err := strconv.Atoi(em.asked.Get("first"))
	if err != nil || n < 1 {
		return embedHits
	}
	return min(n, embedMost)
}

// embedList is several entries: those that are named, those of a collection, or the newest about something.
func (e *Explorer) embedList(ctx context.Context, em *widget) (templ.Component, error) {
	em.element = schema.EmbedList
	switch {
	case em.asked.Get("items") != "":
		ids := strings.Split(em.asked.Get("items"), ",")
		items, err := e.embedded(ctx, em, firstOf(ids, embedMost))
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
		err := e.ask(ctx, em.page, "embedded_collection", map[string]any{"slug": em.asked.Get("collection"), "first": em.first()}, &d)
		if err != nil {
			return nil, err
		}
		if d.Collection == nil {
			return embedGone(em), nil
		}
		em.about, em.heading, em.total = d.Collection.ID, orDefault(em.heading, d.Collection.Title), d.Collection.Items.TotalCount
		em.more = em.out(em.toEntry("Collection", d.Collection.Slug))
		for _, i := range d.Collection.Items.Edges {
			em.items = append(em.items, embedded{entry: entry{card: i.Node}})
		}
	default:
		filter, pairs := em.narrowed()
		err := e.hits(ctx, em, map[string]any{"filter": filter, "orderBy": "NEWEST", "first": em.first(), "facets": []string{}})
		if isRefused(err, fault.Unavailable) {
			err = e.withoutSearch(ctx, em, filter)
		}
		if err != nil {
			return nil, err
		}
		em.more = em.out(em.toSearch(append(pairs, "sort", "nyeste")...))
	}
	em.heading = orDefault(em.heading, em.say(wFromDugnad))
	em.title = em.heading
	return embedList(em), nil
}

// hits asks a search for the entries of a part. What the API refuses of it, because a theme or number is none, has no hits.
func (e *Explorer) hits(ctx context.Context, em *widget, variables map[string]any) error {
	var d struct{ Search found }
	err := e.ask(ctx, em.page, "search", variables, &d)
	if isRefused(err, fault.BadUserInput) {
		return nil
	}
	em.total = d.Search.TotalCount
	for _, h := range d.Search.Edges {
		em.items = append(em.items, embedded{entry: entry{card: h.Node.card}})
	}
	return err
}

// withoutSearch lists what a search would find, while there are none.
func (e *Explorer) withoutSearch(ctx context.Context, em *widget, filter map[string]any) error {
	delete(filter, "types")
	list, err := e.listed(ctx, em.page, filter, em.first())
	em.total = list.TotalCount
	for _, h := range list.Edges {
		em.items = append(em.items, embedded{entry: entry{card: h.Node.card}})
	}
	return err
}

// embedSearch is a field to search in, and below it the hits when there are words.
func (e *Explorer) embedSearch(ctx context.Context, em *widget) (templ.Component, error) {
	em.element, em.words = schema.EmbedSearch, strings.TrimSpace(em.asked.Get("q"))
	em.heading = orDefault(em.heading, em.say(wSearchIn))
	em.title = em.heading
	filter, pairs := em.narrowed()
	if em.words != "" {
		if err := e.hits(ctx, em, map[string]any{"query": em.words, "filter": filter, "orderBy": "RELEVANCE", "first": em.first(), "facets": []string{}}); err != nil {
			return nil, err
		}
		pairs = append(pairs, "q", em.words)
	}
	em.more = em.out(em.toSearch(pairs...))
	return embedSearch(em), nil
}

// cardLine is what stands under a card's summary: who, when, and the file.
func (em *widget) cardLine(e *entry) string {
	file := ""
	if d := firstDownload(e); d != nil {
		file = em.fileSize(*d)
	}
	return strings.Join(filled(byline(em.page, e), em.language.partial(e.Issued), file), " · ")
}

// listLine is what stands under an entry in a list.
func (em *widget) listLine(c *card) string {
	language := ""
	if tagOf(c.Language) != em.language.tag {
		language = em.languageWord(c.Language)
	}
	return strings.Join(filled(em.typeWord(c.Type), shortOf(c.Owner), em.language.partial(c.Issued), language), " · ")
}

// kindLine is the kind in words.
func (em *widget) kindLine(c *card) string {
	return strings.Join(filled(em.typeWord(c.Type), em.kindWord(c)), " · ")
}

// Frame is the HTML that shows an entry without JavaScript, for oEmbed and for copying.
func Frame(base, id, tag, title string, width, height int) string {
	var html strings.Builder
	_ = frameHTML.Execute(&html, map[string]any{ // a strings.Builder takes everything
		"src": base + "/embed/card?item=" + url.QueryEscape(id) + "&lang=" + url.QueryEscape(tag), "title": title, "width": width, "height": height,
	})
	return html.String()
}

var frameHTML = template.Must(template.New("").Parse(`<iframe src="{{.src}}" title="{{.title}}" width="{{.width}}" height="{{.height}}" loading="lazy" sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"></iframe>`))

// frameCode is the iframe of an entry's page.
func (p *page) frameCode(e *entry) string {
	return Frame(p.base, e.ID, p.language.tag, e.Title, embedWidth, embedHeight)
}

// cardCode is the web component of an entry's page, with a link for readers without JavaScript.
func (p *page) cardCode(e *entry) string {
	return p.component("dugnad-card", []string{"item", e.ID}, p.address(p.language), e.Title)
}

// component is the code of a web component. Its attributes come in pairs.
func (p *page) component(element string, attributes []string, address, title string) string {
	var code strings.Builder
	code.WriteString(`<script src="` + p.base + `/embed.js" async></script>` + "\n<" + element)
	for i := 0; i < len(attributes); i += 2 {
		code.WriteString(" " + attributes[i] + `="` + template.HTMLEscapeString(attributes[i+1]) + `"`)
	}
	code.WriteString(` lang="` + p.language.tag + `">` + "\n" + `  <a href="` + template.HTMLEscapeString(address) + `">` + template.HTMLEscapeString(title) + "</a>\n</" + element + ">")
	return code.String()
}

// moreLabel is what leads from a search elsewhere to the hub.
func (em *widget) moreLabel() string {
	if em.total > len(em.items) {
		return em.say(wShowAllN, em.language.whole(em.total))
	}
	return em.say(wOpensHere)
}
