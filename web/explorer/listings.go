package explorer

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
)

type themesData struct {
	Themes struct{ Nodes []theme }
	Search found
}

func (d *themesData) count(slug string) int { return countOf(d.Search.facet("THEME"), slug) }

// themes is the page of all themes.
func (e *Explorer) themes(r *http.Request, p *page) (templ.Component, error) {
	var d themesData
	if err := e.ask(r.Context(), p, "themes", nil, &d); err != nil {
		return nil, err
	}
	p.current, p.title, p.description = "temaer", p.say(wThemes), p.say(wThemesLede)
	return themesPage(p, &d), nil
}

// listing is a theme or an organisation with what there is of it.
type listing struct {
	way              []crumb
	title, lede, url string
	below            []theme
	param, slug      string // of the search that has all of it
	attribute        string // of the web component that lists it
	found            found
}

// listedShown is how many entries such a page names.
const listedShown = 20

// list asks for what there is of a theme or an organisation.
func (e *Explorer) list(r *http.Request, p *page, l *listing, field string) (templ.Component, error) {
	var s struct{ Search found }
	err := e.ask(r.Context(), p, "shared_by", map[string]any{"first": listedShown, "filter": map[string]any{"types": allTypes, field: []string{l.slug}}}, &s)
	l.found = s.Search
	return listingPage(p, l), err
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
	way := []crumb{{p.to("/temaer"), p.say(wThemes)}}
	var above []crumb
	for parent := t.Parent; parent != nil; parent = parent.Parent {
		above = append(above, crumb{p.toTheme(parent.Slug), parent.Label})
	}
	slices.Reverse(above)
	p.current, p.title, p.feed = "temaer", t.Label, "theme="+queryEscape(slug)
	p.data = []any{map[string]any{"@type": "DefinedTerm", "name": t.Label, "url": p.address(p.language)}}
	return e.list(r, p, &listing{way: append(way, above...), title: t.Label, below: t.Children, param: "tema", slug: slug, attribute: "theme"}, "themes")
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
	p.title, p.feed, p.description = o.Name, "organization="+queryEscape(slug), p.say(wOrgLede, shortOf(o.organization))
	p.data = []any{map[string]any{"@type": "Organization", "name": o.Name, "url": p.address(p.language)}}
	l := &listing{way: []crumb{{p.toSearch("organisasjon", slug), p.say(wOrg)}}, title: o.Name, lede: p.description, url: o.URL, param: "organisasjon", slug: slug, attribute: "organization"}
	return e.list(r, p, l, "organizations")
}

// partOf says what part a municipality has in an entry, and what it was called then.
func partOf(p *page, h hit, number string) string {
	l := placeIn(h, number)
	if l == nil {
		return ""
	}
	part := p.say(roles[l.Role])
	if l.NameThen != "" && l.NameThen != l.Node.Name {
		part += ", " + p.say(wThen, l.NameThen)
	}
	return part
}

func isContent(searchType string) bool { return slices.Contains(allTypes, strings.ToUpper(searchType)) }
