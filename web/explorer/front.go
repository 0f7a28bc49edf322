package explorer

import (
	"net/http"

	"github.com/a-h/templ"
)

// frontCollection is the slug of the collection that the front page shows.
const frontCollection = "forside"

type frontData struct {
	Collection *struct {
		card
		Body  string
		Items struct{ Edges []item }
	}
	Themes struct{ Nodes []theme }
	newest found
}

// themes are the top ones with how many entries each has, the most first; all of them, without numbers, where those are not known.
func (d *frontData) themes() (list []value) {
	if list = themesBy(d.newest.facet("THEME"), false); list != nil {
		return list
	}
	for _, t := range d.Themes.Nodes {
		list = append(list, value{Value: t.Slug, Label: t.Label})
	}
	return list
}

// themesBy are the values of the theme facet that are below another, or that are not.
func themesBy(f facetCounts, below bool) (themes []value) {
	for _, v := range f.Values {
		if (v.Parent != "") == below {
			themes = append(themes, v)
		}
	}
	return themes
}

// front is the front page: a search, three ways in, and what the editors have chosen.
func (e *Explorer) front(r *http.Request, p *page) (templ.Component, error) {
	var d frontData
	if err := e.ask(r.Context(), p, "front", map[string]any{"collection": frontCollection}, &d); err != nil {
		return nil, err
	}
	var err error
	if d.newest, err = e.newest(r.Context(), p); err != nil {
		return nil, err
	}
	p.title, p.description = "Dugnad", p.say(wHeroWhy)
	if d.Collection != nil && d.Collection.Summary != "" {
		p.description = d.Collection.Summary
	}
	p.data = []any{map[string]any{
		"@type": "WebSite", "@id": p.base + "/", "name": "Dugnad", "url": p.address(p.language), "inLanguage": p.language.tag,
		"potentialAction": map[string]any{"@type": "SearchAction", "target": p.base + p.language.prefix + "/sok?q={search_term_string}", "query-input": "required name=search_term_string"},
	}}
	return frontPage(p, &d), nil
}

// about is what the hub says of itself.
func (e *Explorer) about(_ *http.Request, p *page) (templ.Component, error) {
	p.title, p.description = p.say(wAbout), p.say(wFooter)
	return aboutPage(p), nil
}
