package explorer

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"dugnad/fault"
	"dugnad/text/words"
)

type themesData struct {
	Themes struct{ Nodes []theme }
	counts facetCounts
}

// count writes the number of entries of a theme; empty if it is unknown.
func (d *themesData) count(p *page, slug string) string {
	if d.counts.Values == nil {
		return ""
	}
	return p.language.Whole(countOf(d.counts, slug))
}

// themes shows the page of all themes.
func (e *Explorer) themes(r *http.Request, p *page) (templ.Component, error) {
	var d themesData
	if err := e.ask(r.Context(), p, "themes", nil, &d); err != nil {
		return nil, err
	}
	newest, err := e.newest(r.Context(), p)
	if err != nil {
		return nil, err
	}
	d.counts = newest.facet("THEME")
	p.current, p.title, p.description = "temaer", p.say(words.PlaceThemes), p.say(words.PlaceThemesText)
	return themesPage(p, &d), nil
}

// listing is the page of a theme or an organisation.
type listing struct {
	way              []crumb
	title, lede, url string
	below            []theme
	param, slug      string // of the search for all its entries
	attribute        string // of the web component that lists it
	found            found
}

// listedShown is the number of entries on such a page.
const listedShown = 20

// newestShown is the number of entries on the front page.
const newestShown = 4

// list shows the entries of a theme or an organisation.
func (e *Explorer) list(r *http.Request, p *page, l *listing, field string) (templ.Component, error) {
	var err error
	l.found, err = e.shared(r.Context(), p, field, l.slug, listedShown)
	return listingPage(p, l), err
}

// shared returns the newest entries with a value in a field of the filter. While search is unavailable it uses the
// lists.
func (e *Explorer) shared(ctx context.Context, p *page, field, value string, first int) (found, error) {
	var s struct{ Search found }
	err := e.ask(ctx, p, "shared_by", map[string]any{
		"first": first, "filter": map[string]any{"types": allTypes, field: []string{value}},
	}, &s)
	if isRefused(err, fault.Unavailable) {
		return e.listed(ctx, p, map[string]any{field: []string{value}}, first)
	}
	return s.Search, err
}

// newest returns the newest entries and the number of entries by theme. While search is unavailable it uses the lists,
// without numbers by theme.
func (e *Explorer) newest(ctx context.Context, p *page) (found, error) {
	var d struct{ Search found }
	err := e.ask(ctx, p, "newest", nil, &d)
	if isRefused(err, fault.Unavailable) {
		return e.listed(ctx, p, nil, newestShown)
	}
	return d.Search, err
}

// listed returns the newest entries that match a filter from the lists of the API, which do not depend on search.
func (e *Explorer) listed(ctx context.Context, p *page, filter map[string]any, first int) (found, error) {
	variables := map[string]any{"first": first}
	if len(filter) > 0 {
		for _, t := range listedTypes() {
			variables[t.Singular] = filter
		}
	}
	var d map[string]struct {
		TotalCount int
		Nodes      []listedEntry
	}
	if err := e.ask(ctx, p, "listed", variables, &d); err != nil {
		return found{}, err
	}
	all := found{TotalIsExact: true}
	for _, list := range d {
		all.TotalCount += list.TotalCount
		for _, n := range list.Nodes {
			all.Edges = append(all.Edges, hit{Node: n})
		}
	}
	slices.SortFunc(all.Edges, func(a, b hit) int {
		return cmp.Or(strings.Compare(b.Node.date(), a.Node.date()), strings.Compare(a.Node.ID, b.Node.ID))
	})
	all.Edges = firstOf(all.Edges, first)
	return all, nil
}

func (e *Explorer) theme(r *http.Request, p *page) (templ.Component, error) {
	var d struct{ Theme *theme }
	slug := chi.URLParam(r, "slug")
	if err := e.ask(r.Context(), p, "theme", map[string]any{"slug": slug}, &d); err != nil {
		return nil, err
	}
	t := d.Theme
	if t == nil {
		return nil, errNotFound
	}
	way := []crumb{{p.to("/temaer"), p.say(words.PlaceThemes)}}
	var above []crumb
	for parent := t.Parent; parent != nil; parent = parent.Parent {
		above = append(above, crumb{p.toTheme(parent.Slug), parent.Label})
	}
	slices.Reverse(above)
	p.current, p.title, p.feed = "temaer", t.Label, "theme="+queryEscape(slug)
	p.data = []any{map[string]any{"@type": "DefinedTerm", "name": t.Label, "url": p.address(p.language)}}
	return e.list(r, p, &listing{
		way: append(way, above...), title: t.Label, below: t.Children, param: "tema", slug: slug, attribute: "theme",
	}, "themes")
}

func (e *Explorer) organization(r *http.Request, p *page) (templ.Component, error) {
	var d struct {
		Organization *struct {
			organization
			Municipality *municipality
		}
	}
	slug := chi.URLParam(r, "slug")
	if err := e.ask(r.Context(), p, "organization", map[string]any{"slug": slug}, &d); err != nil {
		return nil, err
	}
	o := d.Organization
	if o == nil {
		return nil, errNotFound
	}
	if o.Municipality != nil {
		return nil, elsewhere("/kommune/" + o.Municipality.Number)
	}
	p.title, p.feed, p.description = o.Name, "organization="+queryEscape(slug), p.say(
		words.PlaceOrganizationText(shortOf(o.organization)),
	)
	p.data = []any{map[string]any{"@type": "Organization", "name": o.Name, "url": p.address(p.language)}}
	l := &listing{
		way: []crumb{{p.toSearch("organisasjon", slug), p.say(words.PlaceOrganization)}}, title: o.Name,
		lede: p.description, url: o.URL, param: "organisasjon", slug: slug, attribute: "organization",
	}
	return e.list(r, p, l, "organizations")
}

// partOf writes the role of a municipality in an entry, and its name at the time if that was another.
func partOf(p *page, h hit, number string) string {
	l := placeIn(h, number)
	if l == nil {
		return ""
	}
	part := p.say(words.MunicipalityRole[l.Role])
	if l.NameThen != "" && l.NameThen != l.Node.Name {
		part += ", " + p.say(words.PlaceNameThen(l.NameThen))
	}
	return part
}

func isContent(searchType string) bool { return slices.Contains(allTypes, strings.ToUpper(searchType)) }
