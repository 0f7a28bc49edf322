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
)

// filterOf is a facet as the page has it.
type filterOf struct {
	facet.Spec
	title  word
	closed []string // the values of a closed list; nil for those that the hub's editors keep
	open   bool     // its box is open from the start
}

// facetTitles are the titles of the facets.
var facetTitles = map[facet.Facet]word{
	facet.Theme: wTheme, facet.County: wCounty, facet.Municipality: wMunicipality, facet.Type: wType, facet.Kind: wKind, facet.Evidence: wEvidence,
	facet.TargetGroup: wTargetGroup, facet.Method: wMethod, facet.Year: wYear, facet.Language: wLanguage, facet.Organization: wOrg,
}

// filters are the facets, in the order of the page: those that readers use most first, then the others.
var filters = func() []filterOf {
	first := []facet.Facet{
		facet.Theme, facet.County, facet.Municipality, facet.Type, facet.Kind, facet.Evidence, facet.TargetGroup, facet.Method, facet.Year,
		facet.Language, facet.Organization,
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
	mostOffered = 5 // filters that the empty page offers to remove
)

// searchRequest is what an address asks for.
type searchRequest struct {
	words, like, sort, view, after, find string
	chosen                               map[string][]string // by parameter
}

// orders are the values of sort, and what the API calls them.
var orders = []struct {
	param, order string
	label        word
}{{"", "RELEVANCE", wRelevance}, {"nyeste", "NEWEST", wNewestSort}, {"tittel", "TITLE", wTitleSort}}

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

// order returns the API's name of the order; empty for an unknown sort.
func (s *searchRequest) order() string {
	for _, o := range orders {
		if o.param == s.sort {
			return o.order
		}
	}
	return ""
}

// allTypes are what a search finds where no type is chosen: content. Municipalities and organisations have pages of
// their own.
var allTypes = schema.ContentType("").Values()

// contentLanguages are those that texts may be in.
var contentLanguages = schema.Language("").Values()

// filter is the API's filter, without the parameter that is left out.
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
			numbers[i], _ = strconv.Atoi(v) // readSearch has tried
		}
		filter[f.Field] = numbers
	}
	if s.like != "" && without != likeParam {
		filter["likeMunicipality"] = s.like
	}
	return filter
}

// narrowed counts the values that are chosen.
func (s *searchRequest) narrowed() (n int) {
	for _, chosen := range s.chosen {
		n += len(chosen)
	}
	if s.like != "" {
		n++
	}
	return n
}

// values is the search as parameters of an address; a page after the first is not part of it.
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

// searchWith is the address of the search with a parameter set otherwise; empty takes it away.
func (p *page) searchWith(s *searchRequest, name, value string) templ.SafeURL {
	values := s.values()
	values.Del(name)
	if value != "" {
		values.Set(name, value)
	}
	return p.searchAt(values)
}

// without is the address of the search without one of the values of a parameter.
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
	count        int // hits without it, on the empty page
}

// results is a search with its answer.
type results struct {
	*searchRequest
	found
	chips    []chip
	matches  []municipality // of find
	near     []hit          // on the empty page
	counties []countyChoice
	places   []municipality // that the words name
	all      *allPlaces
}

// countyChoice is a county with its municipalities that have hits.
type countyChoice struct {
	value
	municipalities []value
}

// search is the page of searches.
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

// find asks for hits.
func (e *Explorer) find(ctx context.Context, p *page, s *searchRequest, filter map[string]any, facets []string, first int, after string) (found, error) {
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

// searchDown returns the page that is shown while search is down: a list by the filters that need no search.
func (e *Explorer) searchDown(ctx context.Context, p *page, s *searchRequest) (templ.Component, error) {
	listed, err := e.listed(ctx, p, s.listFilter(), hitsOfPage)
	if err != nil {
		return nil, err
	}
	p.current, p.title, p.private, p.status = "sok", p.say(wUnavailable), true, http.StatusServiceUnavailable
	return searchDownPage(p, s, listed.Edges), nil
}

// listFilter is what lists can be narrowed by of what a search is.
func (s *searchRequest) listFilter() map[string]any {
	filter := map[string]any{}
	for _, f := range filters {
		if chosen := s.chosen[f.Param]; len(chosen) > 0 && f.InLists {
			filter[f.Field] = chosen
		}
	}
	return filter
}

// waysOut counts what an empty page offers: the hits without each of the filters, and those of the words alone.
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

// paramOf is the parameter whose chips have a title.
func paramOf(p *page, title string) string {
	for _, f := range filters {
		if p.say(f.title) == title {
			return f.Param
		}
	}
	return likeParam
}

// chips are the chosen values in words.
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
		list = append(list, chip{title: p.say(wLike), label: orDefault(all.byNumber[res.like].Name, res.like), without: p.searchWith(res.searchRequest, likeParam, "")})
	}
	return list
}

// byCounty puts the municipalities that have hits below their counties.
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

// heading returns the heading of a page of results.
func heading(p *page, res *results) string {
	n := p.language.whole(res.TotalCount)
	if !res.TotalIsExact {
		n = p.say(wAtLeast) + n
	}
	switch {
	case res.TotalCount == 0 && res.words != "":
		return p.say(wNoHitsOn, res.words)
	case res.TotalCount == 0:
		return p.say(wNoHits)
	case res.words != "" && res.TotalCount == 1:
		return p.say(wHitsOn.one, res.words)
	case res.words != "":
		return p.say(wHitsOn.several, n, res.words)
	case res.TotalCount == 1:
		return p.say(wHits.one)
	default:
		return p.say(wHits.several, n)
	}
}

// feedOf are the parameters of the feed that has what a search finds; empty where no feed does, because feeds know
// neither words nor all filters.
func feedOf(s *searchRequest) string {
	values := url.Values{}
	for _, f := range filters {
		if chosen := s.chosen[f.Param]; len(chosen) > 0 && f.Feed != "" {
			values[f.Feed] = chosen
		}
	}
	return values.Encode()
}

// tree puts the themes below their parents.
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
	return res.isChosen("tema", v.Value) || slices.ContainsFunc(below[v.Value], func(c value) bool { return res.isChosen("tema", c.Value) || res.opened(c, below) })
}

func (s *searchRequest) isChosen(param, value string) bool {
	return slices.Contains(s.chosen[param], value)
}

// html is a hit's field with the words marked; empty where the field has none. The API has escaped it.
func (h *hit) html(field string) string {
	for _, l := range h.Highlights {
		if l.Field == field {
			return l.HTML
		}
	}
	return ""
}

// why is the part of the body that has the words, where neither title nor summary shows them.
func (h *hit) why() string {
	if strings.Contains(h.html("title")+h.html("summary"), "<mark>") {
		return ""
	}
	return h.html("body")
}

// likeInstead is the search in the municipalities that are like one, instead of in it.
func (p *page) likeInstead(s *searchRequest, number string) templ.SafeURL {
	values := s.values()
	values.Del("kommune")
	values.Set(likeParam, number)
	return p.searchAt(values)
}

// onlyPlace is the list of a search's hits in one municipality.
func (p *page) onlyPlace(s *searchRequest, number string) templ.SafeURL {
	values := s.values()
	values.Del("vis")
	values.Set("kommune", number)
	return p.searchAt(values)
}

const shownMost = 6

// mostHits returns the municipalities with the most hits that are not chosen.
func mostHits(res *results, box facetCounts) (most []value) {
	for _, v := range box.Values {
		if !res.isChosen("kommune", v.Value) && len(most) < shownMost && !slices.ContainsFunc(firstOf(res.matches, shownChoices), func(m municipality) bool { return m.Number == v.Value }) {
			most = append(most, v)
		}
	}
	return most
}

// isMost reports whether a municipality can be chosen further up: a value occurs once in a form.
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

func quoted(words []string) string { return "«" + strings.Join(words, "», «") + "»" }

// active is a municipality of today.
func active(m municipality) *municipality {
	m.Active = true
	return &m
}

// componentOf are the attributes of a web component that searches as the page does, as far as it can be narrowed.
func componentOf(s *searchRequest) (attributes []string) {
	for _, f := range listFilters {
		if chosen := s.chosen[facet.Of(f.facet).Param]; len(chosen) > 0 {
			attributes = append(attributes, f.name, strings.Join(chosen, ","))
		}
	}
	return attributes
}
