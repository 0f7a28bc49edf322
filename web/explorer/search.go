package explorer

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"dugnad/fault"
	"dugnad/schema"
	"dugnad/schema/facet"
	"dugnad/text/words"
)

// filterOf describes a facet on the page.
type filterOf struct {
	facet.Spec
	title  words.Phrase
	closed []string // the values of a closed list; nil for lists that the hub's editors maintain
	open   bool     // its box is open from the start
}

// facetTitles are the titles of the facets.
var facetTitles = map[facet.Facet]words.Phrase{
	facet.Theme: words.SearchTheme, facet.County: words.SearchCounty, facet.Municipality: words.PlaceMunicipality,
	facet.Type: words.SearchType, facet.Kind: words.SearchKind, facet.Evidence: words.SearchEvidence,
	facet.TargetGroup: words.SearchTargetGroup, facet.Method: words.SearchMethod, facet.Year: words.SearchYear,
	facet.Language: words.SearchLanguage, facet.Organization: words.PlaceOrganization,
}

// filters are the facets, in the order of the page: those that readers use most first, then the others.
var filters = func() []filterOf {
	first := []facet.Facet{
		facet.Theme, facet.County, facet.Municipality, facet.Type, facet.Kind, facet.Evidence, facet.TargetGroup,
		facet.Method, facet.Year, facet.Language, facet.Organization,
	}
	all := make([]filterOf, 0, len(facet.All()))
	add := func(f facet.Spec) {
		all = append(all, filterOf{
			Spec: f, title: facetTitles[f.Facet], closed: closedLists[f.Facet],
			open: f.Facet == facet.Theme || f.Facet == facet.Municipality || f.Facet == facet.Type,
		})
	}
	for _, f := range first {
		add(facet.Of(f))
	}
	for _, f := range facet.All() {
		if !slices.Contains(first, f.Facet) {
			add(f)
		}
	}
	return all
}()

// closedLists are the values of the facets that only have certain ones.
var closedLists = map[facet.Facet][]string{facet.Type: allTypes, facet.Language: contentLanguages}

const (
	hitsOfPage  = 20
	mostChosen  = 50 // values of a facet in an address
	likeParam   = "som"
	nearHits    = 3
	mostOffered = 5 // filters that the page without hits offers to remove
)

// searchRequest holds the parameters of a search.
type searchRequest struct {
	words, like, sort, view, after, find string
	chosen                               map[string][]string // by parameter
}

// orders are the values of sort, with the API's names.
var orders = []struct {
	param, order string
	label        words.Phrase
}{{"", "RELEVANCE", words.SearchRelevance}, {"nyeste", "NEWEST", words.SearchNewest}, {
	"tittel", "TITLE", words.SearchTitle,
}}

func readSearch(values url.Values) (*searchRequest, error) {
	s := &searchRequest{
		words: strings.TrimSpace(values.Get("q")), like: values.Get(likeParam), sort: values.Get("sort"), view: values.Get("vis"), after: values.Get("etter"),
		find: strings.TrimSpace(values.Get("finn")), chosen: map[string][]string{},
	}
	for _, f := range filters {
		for _, v := range values[f.Param] {
			if v != "" && !slices.Contains(s.chosen[f.Param], v) {
				s.chosen[f.Param] = append(s.chosen[f.Param], v)
			}
			_, err := strconv.Atoi(v)
			if v != "" && (f.Numeric() && err != nil || f.closed != nil && !slices.Contains(f.closed, v)) {
				return nil, badRequest(f.Param)
			}
		}
		if len(s.chosen[f.Param]) > mostChosen {
			return nil, badRequest(f.Param)
		}
	}
	if s.order() == "" {
		return nil, badRequest("sort")
	}
	return s, nil
}

// order returns the API's name of the order; empty if sort is invalid.
func (s *searchRequest) order() string {
	for _, o := range orders {
		if o.param == s.sort {
			return o.order
		}
	}
	return ""
}

// allTypes are the types that a search finds if none is chosen: content. Municipalities and organisations have pages of
// their own.
var allTypes = schema.ContentType("").Values()

// contentLanguages are the languages that texts may be in.
var contentLanguages = schema.Language("").Values()

// filter returns the filter for the API. It leaves out one parameter; none if without is empty.
func (s *searchRequest) filter(without string) map[string]any {
	filter := map[string]any{"types": allTypes}
	for _, f := range filters {
		chosen := s.chosen[f.Param]
		if len(chosen) == 0 || f.Param == without {
			continue
		}
		if !f.Numeric() {
			filter[f.Field] = chosen
			continue
		}
		numbers := make([]int, len(chosen))
		for i, v := range chosen {
			numbers[i], _ = strconv.Atoi(v) // readSearch has checked that it is a number
		}
		filter[f.Field] = numbers
	}
	if s.like != "" && without != likeParam {
		filter["likeMunicipality"] = s.like
	}
	return filter
}

// narrowed returns the number of chosen values.
func (s *searchRequest) narrowed() (n int) {
	for _, chosen := range s.chosen {
		n += len(chosen)
	}
	if s.like != "" {
		n++
	}
	return n
}

// values returns the parameters of the search's address, for its first page.
func (s *searchRequest) values() url.Values {
	values := url.Values{}
	for name, value := range map[string]string{"q": s.words, likeParam: s.like, "sort": s.sort, "vis": s.view, "finn": s.find} {
		if value != "" {
			values.Set(name, value)
		}
	}
	for name, chosen := range s.chosen {
		if len(chosen) > 0 {
			values[name] = slices.Clone(chosen)
		}
	}
	return values
}

// searchWith returns the address of the search with another value of a parameter; an empty value removes it.
func (p *page) searchWith(s *searchRequest, name, value string) templ.SafeURL {
	values := s.values()
	values.Del(name)
	if value != "" {
		values.Set(name, value)
	}
	return p.searchAt(values)
}

// without returns the address of the search without one value of a parameter.
func (p *page) without(s *searchRequest, name, value string) templ.SafeURL {
	values := s.values()
	values[name] = slices.DeleteFunc(values[name], func(v string) bool { return v == value })
	return p.searchAt(values)
}

func (p *page) searchAt(values url.Values) templ.SafeURL {
	if encoded := values.Encode(); encoded != "" {
		return p.to("/sok?" + encoded)
	}
	return p.to("/sok")
}

// chip is a chosen value.
type chip struct {
	title, label string
	without      templ.SafeURL
	count        int // hits without it, if there are none with it
}

// results is a search with its results.
type results struct {
	*searchRequest
	found
	chips    []chip
	matches  []municipality // of find
	near     []hit          // if there are no hits
	counties []countyChoice
	places   []municipality // that the words name
	all      *allPlaces
}

// countyChoice is a county with its municipalities that have hits.
type countyChoice struct {
	value
	municipalities []value
}

// search shows the page of a search.
func (e *Explorer) search(r *http.Request, p *page) (templ.Component, error) {
	s, err := readSearch(r.URL.Query())
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	res := &results{searchRequest: s}
	facets := make([]string, len(filters))
	for i, f := range filters {
		facets[i] = string(f.Facet)
	}
	res.found, err = e.find(ctx, p, s, s.filter(""), facets, hitsOfPage, s.after)
	if isRefused(err, fault.Unavailable) {
		return e.searchDown(ctx, p, s)
	}
	if err != nil {
		return nil, err
	}
	all, err := e.places.all(ctx, e, p)
	if err != nil {
		return nil, err
	}
	res.all = all
	res.counties = byCounty(res.facet("COUNTY"), res.facet("MUNICIPALITY"), all)
	if s.find != "" {
		res.matches = all.named(s.find)
	}
	if s.words != "" {
		res.places = all.called(s.words)
	}
	res.chips = chips(p, res, all)
	if res.TotalCount == 0 && s.after == "" {
		if err := e.waysOut(ctx, p, res); err != nil {
			return nil, err
		}
	}
	p.current, p.title = "sok", heading(p, res)
	p.private = s.narrowed() > 1 || s.after != "" || s.find != ""
	p.canonical = "/sok"
	p.feed = feedOf(s)
	return searchPage(p, res), nil
}

// find executes a search. after is the cursor of the previous page; empty for the first.
func (e *Explorer) find(
	ctx context.Context, p *page, s *searchRequest, filter map[string]any, facets []string, first int, after string,
) (found, error) {
	variables := map[string]any{"filter": filter, "orderBy": s.order(), "first": first, "facets": facets}
	if s.words != "" {
		variables["query"] = s.words
	}
	if after != "" {
		variables["after"] = after
	}
	var d struct{ Search found }
	err := e.ask(ctx, p, "search", variables, &d)
	return d.Search, err
}

// searchDown shows that search is unavailable, and lists the entries that match the filters.
func (e *Explorer) searchDown(ctx context.Context, p *page, s *searchRequest) (templ.Component, error) {
	listed, err := e.listed(ctx, p, s.listFilter(), hitsOfPage)
	if err != nil {
		return nil, err
	}
	p.current, p.title, p.private, p.status = "sok", p.say(words.AbsentUnavailable), true, http.StatusServiceUnavailable
	return searchDownPage(p, s, listed.Edges), nil
}

// listFilter returns those filters of the search that the API's lists support.
func (s *searchRequest) listFilter() map[string]any {
	filter := map[string]any{}
	for _, f := range filters {
		if chosen := s.chosen[f.Param]; len(chosen) > 0 && f.InLists {
			filter[f.Field] = chosen
		}
	}
	return filter
}

// waysOut counts the hits without each of the filters, and finds some for the query alone, for the page without hits.
func (e *Explorer) waysOut(ctx context.Context, p *page, res *results) error {
	s := res.searchRequest
	counted := map[string]int{}
	offered := 0
	for i := range res.chips {
		param := res.chips[i].title
		if _, ok := counted[param]; !ok && offered < mostOffered {
			without, err := e.find(ctx, p, s, s.filter(paramOf(p, param)), nil, 1, "")
			if err != nil {
				return err
			}
			counted[param] = without.TotalCount
			offered++
		}
		res.chips[i].count = counted[param]
	}
	if s.narrowed() == 0 {
		return nil
	}
	alone, err := e.find(ctx, p, s, map[string]any{"types": allTypes}, nil, nearHits, "")
	res.near = alone.Edges
	return err
}

// paramOf returns the parameter of the chips with a title.
func paramOf(p *page, title string) string {
	for _, f := range filters {
		if p.say(f.title) == title {
			return f.Param
		}
	}
	return likeParam
}

// chips returns the chosen values with their labels.
func chips(p *page, res *results, all *allPlaces) (list []chip) {
	for _, f := range filters {
		labels := map[string]string{}
		for _, v := range res.facet(string(f.Facet)).Values {
			labels[v.Value] = v.Label
		}
		for _, v := range res.chosen[f.Param] {
			label := orDefault(labels[v], v)
			if m, ok := all.byNumber[v]; ok && f.Param == "kommune" {
				label = m.Name
			}
			list = append(list, chip{title: p.say(f.title), label: label, without: p.without(res.searchRequest, f.Param, v)})
		}
	}
	if res.like != "" {
		list = append(list, chip{
			title: p.say(words.SearchLike), label: orDefault(all.byNumber[res.like].Name, res.like),
			without: p.searchWith(res.searchRequest, likeParam, ""),
		})
	}
	return list
}

// byCounty groups the municipalities that have hits by county.
func byCounty(counties, municipalities facetCounts, all *allPlaces) (list []countyChoice) {
	for _, c := range counties.Values {
		choice := countyChoice{value: c}
		for _, m := range municipalities.Values {
			if where := all.byNumber[m.Value].County; where != nil && where.Number == c.Value {
				choice.municipalities = append(choice.municipalities, m)
			}
		}
		list = append(list, choice)
	}
	return list
}

// heading writes the number of hits. An inexact number is a lower bound.
func heading(p *page, res *results) string {
	atLeast := ""
	if !res.TotalIsExact && res.TotalCount > 1 {
		atLeast = p.say(words.SearchAtLeast)
	}
	switch {
	case res.TotalCount == 0 && res.words != "":
		return p.say(words.SearchNoResultsFor(res.words))
	case res.TotalCount == 0:
		return p.say(words.SearchNoResults)
	case res.words != "":
		return atLeast + p.say(words.SearchResultsFor(res.TotalCount, res.words))
	default:
		return atLeast + p.say(words.SearchResults(res.TotalCount))
	}
}

// feedOf returns the parameters of the feed closest to a search. Feeds do not support a query, nor all filters.
func feedOf(s *searchRequest) string {
	values := url.Values{}
	for _, f := range filters {
		if chosen := s.chosen[f.Param]; len(chosen) > 0 && f.Feed != "" {
			values[f.Feed] = chosen
		}
	}
	return values.Encode()
}

// tree returns the themes without a listed parent, and the others by parent.
func tree(f facetCounts) (roots []value, below map[string][]value) {
	below = map[string][]value{}
	there := map[string]bool{}
	for _, v := range f.Values {
		there[v.Value] = true
	}
	for _, v := range f.Values {
		if v.Parent != "" && there[v.Parent] {
			below[v.Parent] = append(below[v.Parent], v)
		} else {
			roots = append(roots, v)
		}
	}
	return roots, below
}

// opened reports whether a theme's children are shown: when it, or one of them, is chosen.
func (res *results) opened(v value, below map[string][]value) bool {
	return res.isChosen("tema", v.Value) || slices.ContainsFunc(
		below[v.Value], func(c value) bool { return res.isChosen("tema", c.Value) || res.opened(c, below) },
	)
}

func (s *searchRequest) isChosen(param, value string) bool {
	return slices.Contains(s.chosen[param], value)
}

// html returns a field of a hit as HTML with the matches marked; empty if there are none. The API has escaped it.
func (h *hit) html(field string) string {
	for _, l := range h.Highlights {
		if l.Field == field {
			return l.HTML
		}
	}
	return ""
}

// why returns the excerpt of the body with the matches, if neither title nor summary has any.
func (h *hit) why() string {
	if strings.Contains(h.html("title")+h.html("summary"), "<mark>") {
		return ""
	}
	return h.html("body")
}

// likeInstead returns the address of the search in the municipalities similar to one, instead of in it.
func (p *page) likeInstead(s *searchRequest, number string) templ.SafeURL {
	values := s.values()
	values.Del("kommune")
	values.Set(likeParam, number)
	return p.searchAt(values)
}

// onlyPlace returns the address of the search in one municipality, as a list.
func (p *page) onlyPlace(s *searchRequest, number string) templ.SafeURL {
	values := s.values()
	values.Del("vis")
	values.Set("kommune", number)
	return p.searchAt(values)
}

const shownMost = 6

// mostHits returns the municipalities with most hits, without those that are chosen or found by name.
func mostHits(res *results, box facetCounts) (most []value) {
	for _, v := range box.Values {
		if !res.isChosen("kommune", v.Value) && len(most) < shownMost &&
			!slices.ContainsFunc(firstOf(res.matches, shownChoices), func(m municipality) bool { return m.Number == v.Value }) {
			most = append(most, v)
		}
	}
	return most
}

// isMost reports whether a municipality is listed further up: a value must occur once in a form.
func isMost(res *results, box facetCounts, number string) bool {
	return slices.ContainsFunc(mostHits(res, box), func(v value) bool { return v.Value == number }) ||
		slices.ContainsFunc(firstOf(res.matches, shownChoices), func(m municipality) bool { return m.Number == number })
}

func countOf(box facetCounts, wanted string) int {
	for _, v := range box.Values {
		if v.Value == wanted {
			return v.Count
		}
	}
	return 0
}

func labelOf(chips []chip, title string) string {
	for _, c := range chips {
		if c.title == title {
			return c.label
		}
	}
	return ""
}

func quoted(texts []string) string { return "«" + strings.Join(texts, "», «") + "»" }

// active returns the municipality as an active one.
func active(m municipality) *municipality {
	m.Active = true
	return &m
}

// componentOf returns the attributes of a web component for the same search, as far as it supports the filters.
func componentOf(s *searchRequest) (attributes []string) {
	for _, f := range listFilters {
		if chosen := s.chosen[facet.Of(f.facet).Param]; len(chosen) > 0 {
			attributes = append(attributes, f.name, strings.Join(chosen, ","))
		}
	}
	return attributes
}
