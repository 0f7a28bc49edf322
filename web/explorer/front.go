package explorer

import (
	"net/http"

	"github.com/a-h/templ"

	"dugnad/text/words"
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

// themes returns the top themes by number of entries, largest first. If the numbers are unknown it returns all themes
// without numbers.
func (d *frontData) themes() (list []value) {
	if list = themesBy(d.newest.facet("THEME"), false); list != nil {
		return list
	}
	for _, t := range d.Themes.Nodes {
		list = append(list, value{Value: t.Slug, Label: t.Label})
	}
	return list
}

// themesBy returns the values of the theme facet that have a parent, or those that have none.
func themesBy(f facetCounts, below bool) (themes []value) {
	for _, v := range f.Values {
		if (v.Parent != "") == below {
			themes = append(themes, v)
		}
	}
	return themes
}

// front shows the front page: a search, three ways in, and the editors' choice.
func (e *Explorer) front(r *http.Request, p *page) (templ.Component, error) {
	var d frontData
	if err := e.ask(r.Context(), p, "front", map[string]any{"collection": frontCollection}, &d); err != nil {
		return nil, err
	}
	var err error
	if d.newest, err = e.newest(r.Context(), p); err != nil {
		return nil, err
	}
	p.title, p.description = "Dugnad", p.say(words.FrontHeroText)
	if d.Collection != nil && d.Collection.Summary != "" {
		p.description = d.Collection.Summary
	}
	p.data = []any{map[string]any{
		"@type": "WebSite", "@id": p.base + "/", "name": "Dugnad", "url": p.address(p.language), "inLanguage": p.language.Tag,
		"potentialAction": map[string]any{
			"@type": "SearchAction", "target": p.base + p.language.Prefix + "/sok?q={search_term_string}",
			"query-input": "required name=search_term_string",
		},
	}}
	return frontPage(p, &d), nil
}

// about shows the page about the hub.
func (e *Explorer) about(_ *http.Request, p *page) (templ.Component, error) {
	p.title, p.description = p.say(words.FrameAboutDugnad), p.say(words.FrameFooter)
	return aboutPage(p), nil
}
