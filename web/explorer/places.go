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

	"dugnad/fault"
	"dugnad/text"
	"dugnad/text/words"
)

// placesKept is how long the list of municipalities is cached.
const placesKept = time.Minute

// places caches the present municipalities: every search and every map needs all of them.
type places struct {
	mu   sync.Mutex
	at   time.Time
	kept *allPlaces
}

// allPlaces holds the present municipalities, sorted by name.
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

// named returns the municipalities of which a name begins with a text.
func (a *allPlaces) named(name string) (matching []municipality) {
	want := fold(name)
	for _, m := range a.list {
		if slices.ContainsFunc(namesOf(m), func(one string) bool { return strings.HasPrefix(fold(one), want) }) {
			matching = append(matching, m)
		}
	}
	return matching
}

// called returns the municipalities of which a name is a text.
func (a *allPlaces) called(name string) (matching []municipality) {
	want := fold(name)
	for _, m := range a.list {
		if slices.ContainsFunc(namesOf(m), func(one string) bool { return fold(one) == want }) {
			matching = append(matching, m)
		}
	}
	return matching
}

// namesOf returns the names of a municipality in all languages, with its former names and those of its predecessors.
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

// municipalities shows the list by county, or those that match a name. A single match redirects to its page.
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
	p.current, p.title, p.description = "kommuner", p.say(words.PlaceMunicipalities), p.say(words.PlaceMunicipalitiesText)
	return municipalitiesPage(p, name, list), nil
}

type municipalityData struct {
	Municipality          *municipality
	SimilarMunicipalities []municipality

	shared, taken []hit
	found         found
	all           *allPlaces
}

// sharedShown is the number of entries on the page of a municipality.
const sharedShown = 50

// municipality shows the page of a municipality: what it shares and takes part in, what it has adopted, and similar
// ones.
func (e *Explorer) municipality(r *http.Request, p *page) (templ.Component, error) {
	number := chi.URLParam(r, "number")
	var d municipalityData
	err := e.ask(r.Context(), p, "municipality", map[string]any{"number": number}, &d)
	if isRefused(err, fault.BadUserInput) { // no municipality has the number
		return nil, errNotFound
	}
	if err != nil {
		return nil, err
	}
	if d.Municipality == nil {
		return nil, errNotFound
	}
	if d.Municipality.Number != number {
		return nil, moved("/kommune/" + d.Municipality.Number)
	}
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
	place := map[string]any{
		"@type": "AdministrativeArea", "@id": p.base + "/id/" + m.ID, "name": m.Name, "identifier": m.Number,
		"url": p.address(p.language),
	}
	if m.Latitude != nil && m.Longitude != nil {
		place["geo"] = map[string]any{"@type": "GeoCoordinates", "latitude": *m.Latitude, "longitude": *m.Longitude}
	}
	p.data = []any{place}
	return municipalityPage(p, &d), nil
}

// placeIn returns the part of a municipality in an entry; nil if it has none.
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
		return p.say(words.PlaceFormer(m.Number))
	}
	if m.County == nil {
		return p.say(words.PlaceMunicipality) + " " + m.Number
	}
	return p.say(words.PlaceNumberInCounty(m.Number, m.County.Name))
}

// history writes the mergers and former numbers of a municipality, one line each.
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
			joined = p.say(words.CommonAnd(strings.Join(names[:n-1], ", "), names[n-1]))
		}
		if year == "" {
			lines = append(lines, p.say(words.PlaceBecame(joined, m.Name)))
		} else {
			lines = append(lines, p.say(words.PlaceBecameOn(joined, m.Name, year)))
		}
	}
	for _, n := range m.Numbers {
		if n.To != "" && n.Number != m.Number {
			lines = append(lines, p.say(words.PlaceNumberBefore(n.Number, yearAfter(n.To))))
		}
	}
	return lines
}

// yearAfter returns the year of the day after a date, which is the year of a merger: a municipality that ends on the
// last day of 2019 was merged in 2020. It is empty for an invalid date.
func yearAfter(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, 1).Format("2006")
}

// alikeBy writes in what a municipality is similar to another.
func alikeBy(p *page, m, other *municipality) (why []string) {
	if m.Centrality != 0 && m.Centrality == other.Centrality {
		why = append(why, p.say(words.PlaceSameCentrality))
	}
	if difference := m.Population - other.Population; max(difference, -difference)*10 <= m.Population {
		why = append(why, p.say(words.PlaceNearPopulation))
	}
	if other.KostraGroup != "" {
		why = append(why, "KOSTRA "+kostra(other.KostraGroup))
	}
	if m.County != nil && other.County != nil && m.County.Number == other.County.Number {
		why = append(why, other.County.Name)
	}
	return why
}

// kostra returns a KOSTRA group as people write it: 7 for EKG07.
func kostra(group string) string {
	return strings.TrimLeft(strings.TrimPrefix(group, "EKG"), "0")
}

// countyList holds the municipalities of a county.
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
