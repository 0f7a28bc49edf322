package explorer

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"dugnad/text"
)

// placesKept is how long the list of municipalities is used before it is asked for again.
const placesKept = time.Minute

// places keeps the municipalities of today: every search and every map needs all of them.
type places struct {
	mu   sync.Mutex
	at   time.Time
	kept *allPlaces
}

// allPlaces are the municipalities of today, by name.
type allPlaces struct {
	list     []municipality
	byNumber map[string]municipality
}

func (c *places) all(ctx context.Context, e *Explorer, p *page) (*allPlaces, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept != nil && e.Now().Sub(c.at) < placesKept {
		return c.kept, nil
	}
	all := &allPlaces{byNumber: map[string]municipality{}}
	for after, more := any(nil), true; more; {
		var d struct {
			Municipalities struct {
				Nodes    []municipality
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		if err := e.ask(ctx, p, "places", map[string]any{"after": after}, &d); err != nil {
			return nil, fmt.Errorf("list the municipalities: %w", err)
		}
		all.list = append(all.list, d.Municipalities.Nodes...)
		after, more = d.Municipalities.PageInfo.EndCursor, d.Municipalities.PageInfo.HasNextPage
	}
	for _, m := range all.list {
		all.byNumber[m.Number] = m
	}
	c.kept, c.at = all, e.Now()
	return all, nil
}

// named are the municipalities of which a name begins with the words.
func (a *allPlaces) named(words string) (matching []municipality) {
	want := fold(words)
	for _, m := range a.list {
		if slices.ContainsFunc(namesOf(m), func(name string) bool { return strings.HasPrefix(fold(name), want) }) {
			matching = append(matching, m)
		}
	}
	return matching
}

// called are the municipalities that the words name whole.
func (a *allPlaces) called(words string) (matching []municipality) {
	want := fold(words)
	for _, m := range a.list {
		if slices.ContainsFunc(namesOf(m), func(name string) bool { return fold(name) == want }) {
			matching = append(matching, m)
		}
	}
	return matching
}

// namesOf are the names by which people look for a municipality, former ones too.
func namesOf(m municipality) []string {
	names := []string{m.Name}
	for _, n := range m.Names {
		names = append(names, n.Name)
	}
	for _, n := range m.Numbers {
		names = append(names, n.Name)
	}
	for _, before := range m.Predecessors {
		names = append(names, before.Name)
	}
	return names
}

func fold(s string) string { return text.Fold(s) }

// municipalities is the list of all, by county; a name that only one has leads to its page.
func (e *Explorer) municipalities(r *http.Request, p *page) (templ.Component, error) {
	all, err := e.places.all(r.Context(), e, p)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(r.URL.Query().Get("navn"))
	list := all.list
	if name != "" {
		list = all.named(name)
		if exact := all.called(name); len(exact) == 1 {
			list = exact
		}
		if len(list) == 1 {
			return nil, elsewhere("/kommune/" + list[0].Number)
		}
		p.private = true
	}
	p.current, p.title, p.description = "kommuner", p.say(wPlaces), p.say(wPlacesLede)
	return municipalitiesPage(p, name, list), nil
}

type municipalityData struct {
	Municipality          *municipality
	SimilarMunicipalities []municipality

	shared, taken []hit
	found         found
	all           *allPlaces
}

// sharedShown is how many entries a municipality's page names.
const sharedShown = 50

// municipality is the page of a municipality: what it shares, takes part in and has taken into use, and who is like it.
func (e *Explorer) municipality(r *http.Request, p *page) (templ.Component, error) {
	number := chi.URLParam(r, "number")
	var d municipalityData
	if err := e.ask(r.Context(), p, "municipality", map[string]any{"number": number}, &d); err != nil {
		return nil, err
	}
	if d.Municipality == nil {
		return nil, errNotFound
	}
	if d.Municipality.Number != number {
		return nil, moved("/kommune/" + d.Municipality.Number)
	}
	var err error
	if d.found, err = e.shared(r.Context(), p, "municipalities", number, sharedShown); err != nil {
		return nil, err
	}
	for _, h := range d.found.Edges {
		if roleIn(h, number) == "USER" {
			d.taken = append(d.taken, h)
		} else {
			d.shared = append(d.shared, h)
		}
	}
	if d.all, err = e.places.all(r.Context(), e, p); err != nil {
		return nil, err
	}
	m := d.Municipality
	p.current, p.title, p.feed = "kommuner", m.Name, "municipality="+number
	p.description = placeLine(p, m)
	place := map[string]any{"@type": "AdministrativeArea", "@id": p.base + "/id/" + m.ID, "name": m.Name, "identifier": m.Number, "url": p.address(p.language)}
	if m.Latitude != nil && m.Longitude != nil {
		place["geo"] = map[string]any{"@type": "GeoCoordinates", "latitude": *m.Latitude, "longitude": *m.Longitude}
	}
	p.data = []any{place}
	return municipalityPage(p, &d), nil
}

// placeIn is a municipality's part in an entry; nil when the entry does not name it.
func placeIn(h hit, number string) *placeLink {
	for i, l := range h.Node.Places.Edges {
		if l.Node.Number == number {
			return &h.Node.Places.Edges[i]
		}
	}
	return nil
}

func roleIn(h hit, number string) string {
	if l := placeIn(h, number); l != nil {
		return l.Role
	}
	return ""
}

func placeLine(p *page, m *municipality) string {
	if !m.Active {
		return p.say(wFormerPlace, m.Number)
	}
	if m.County == nil {
		return p.say(wMunicipality) + " " + m.Number
	}
	return p.say(wPlaceLine, m.Number, m.County.Name)
}

// history tells in plain words what a municipality came from.
func history(p *page, m *municipality) (lines []string) {
	byYear := map[string][]string{}
	var years []string
	for _, before := range m.Predecessors {
		until, last := "", before.Number
		for _, n := range before.Numbers {
			if n.To != "" && n.To > until {
				until, last = n.To, orDefault(n.Number, last)
			}
		}
		year := yearAfter(until)
		if byYear[year] == nil {
			years = append(years, year)
		}
		byYear[year] = append(byYear[year], before.Name+" ("+last+")")
	}
	slices.Sort(years)
	for _, year := range years {
		names := byYear[year]
		joined := names[0]
		if n := len(names); n > 1 {
			joined = p.say(wAnd, strings.Join(names[:n-1], ", "), names[n-1])
		}
		if year == "" {
			lines = append(lines, p.say(wBecame, joined, m.Name))
		} else {
			lines = append(lines, p.say(wBecameOn, joined, m.Name, year))
		}
	}
	for _, n := range m.Numbers {
		if n.To != "" && n.Number != m.Number {
			lines = append(lines, p.say(wNumberBefore, n.Number, yearAfter(n.To)))
		}
	}
	return lines
}

// yearAfter is the year in which something came after what lasted to a day: a municipality that ends on the last day of 2019 is another in 2020.
func yearAfter(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, 1).Format("2006")
}

// alikeBy says why a municipality is like another.
func alikeBy(p *page, m, other *municipality) (why []string) {
	if m.Centrality != 0 && m.Centrality == other.Centrality {
		why = append(why, p.say(wSameCentrality))
	}
	if difference := m.Population - other.Population; max(difference, -difference)*10 <= m.Population {
		why = append(why, p.say(wNearPopulation))
	}
	if other.KostraGroup != "" {
		why = append(why, "KOSTRA "+kostra(other.KostraGroup))
	}
	if m.County != nil && other.County != nil && m.County.Number == other.County.Number {
		why = append(why, other.County.Name)
	}
	return why
}

// kostra is a KOSTRA group as people write it: EKG07 is 7.
func kostra(group string) string {
	return strings.TrimLeft(strings.TrimPrefix(group, "EKG"), "0")
}

// countyList are municipalities of a county.
type countyList struct {
	county county
	list   []municipality
}

func listByCounty(all []municipality) (counties []countyList) {
	for _, m := range all {
		if m.County == nil {
			continue
		}
		i := slices.IndexFunc(counties, func(c countyList) bool { return c.county == *m.County })
		if i < 0 {
			i = len(counties)
			counties = append(counties, countyList{county: *m.County})
		}
		counties[i].list = append(counties[i].list, m)
	}
	slices.SortFunc(counties, func(a, b countyList) int { return cmp.Compare(a.county.Number, b.county.Number) })
	return counties
}
