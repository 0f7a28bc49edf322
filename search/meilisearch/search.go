package meilisearch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"dugnad/changes/background"
	"dugnad/search"
)

// maxAttempts is how often a search that takes several requests is repeated because the index changed between them.
const maxAttempts = 4

// The body and the response of a federated multi-search.
type (
	request struct {
		Federation federation  `json:"federation"`
		Queries    []subsearch `json:"queries"`
	}
	federation struct {
		Limit         int                 `json:"limit"`
		FacetsByIndex map[string][]string `json:"facetsByIndex,omitempty"`
	}
	subsearch struct {
		IndexUID              string         `json:"indexUid"`
		Q                     string         `json:"q"`
		Filter                string         `json:"filter"`
		Sort                  []string       `json:"sort,omitempty"`
		MatchingStrategy      string         `json:"matchingStrategy"`
		AttributesToSearchOn  []string       `json:"attributesToSearchOn,omitempty"`
		AttributesToRetrieve  []string       `json:"attributesToRetrieve"`
		AttributesToHighlight []string       `json:"attributesToHighlight,omitempty"`
		HighlightPreTag       string         `json:"highlightPreTag,omitempty"`
		HighlightPostTag      string         `json:"highlightPostTag,omitempty"`
		FederationOptions     map[string]any `json:"federationOptions"`
	}
	response struct {
		Hits               []hit `json:"hits"`
		EstimatedTotalHits int   `json:"estimatedTotalHits"`
		FacetsByIndex      map[string]struct {
			Distribution map[string]map[string]int `json:"distribution"`
		} `json:"facetsByIndex"`
	}
	hit struct {
		ID         string      `json:"id"`
		Date       search.Date `json:"sort_date"`
		Nb         string      `json:"sort_title_nb"`
		Nn         string      `json:"sort_title_nn"`
		En         string      `json:"sort_title_en"`
		Se         string      `json:"sort_title_se"`
		Type       string      `json:"type"`
		Names      []string    `json:"names"`
		Aliases    []string    `json:"aliases"`
		Places     []string    `json:"f_municipality"`
		Federation struct {
			Score float64 `json:"weightedRankingScore"`
		} `json:"_federation"`
		Formatted struct {
			Words []string `json:"t_words"`
		} `json:"_formatted"`
	}
)

// preparedQuery is a query with what its requests need.
type preparedQuery struct {
	search.Query
	uid      string
	legs     []leg
	sort     []string
	retrieve []string
	from, to search.Date
}

// Search implements search.Engine.
func (e *Engine) Search(ctx context.Context, q search.Query) (*search.Result, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	if err := e.open(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	from, to, err := q.Filter.Dates()
	if err != nil {
		return nil, err
	}
	a := &preparedQuery{Query: q, uid: e.uid(q.Index), from: from, to: to, retrieve: []string{attrID, attrDate}}
	switch q.Order() {
	case search.Newest:
		a.sort = []string{attrDate + ":desc", attrID + ":asc"}
	case search.Distance:
		a.sort, a.retrieve = []string{attrDate + ":desc", attrID + ":asc"}, append(a.retrieve, field(search.Municipality))
	case search.Title:
		if slices.Contains(titleLanguages, q.TitleLanguage) {
			a.sort, a.retrieve = append(a.sort, attrTitle+q.TitleLanguage+":asc"), append(a.retrieve, attrTitle+q.TitleLanguage)
		}
		a.sort = append(a.sort, attrID+":asc")
	}
	result, err := e.search(ctx, a)
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("search %s: %w", q.Index, err)
	}
	return result, nil
}

// search answers from one state of the index. If that takes several requests, it repeats them if the index changed
// meanwhile.
func (e *Engine) search(ctx context.Context, a *preparedQuery) (result *search.Result, err error) {
	text := a.Parsed()
	a.legs = legs(text, nil)
	before, err := e.marker(ctx, a.uid)
	if err != nil {
		return nil, err
	}
	for range maxAttempts {
		var requests int
		if result, requests, err = e.once(ctx, a, text); err != nil {
			return nil, err
		}
		result.AppliedSeq, result.Generation = before.Seq, before.Generation
		if requests == 1 {
			return result, nil
		}
		after, err := e.marker(ctx, a.uid)
		if err != nil || *after == *before {
			return result, err
		}
		before = after
	}
	return result, nil // the index changes constantly; each part of the result is correct by itself
}

// once answers a query, with corrections if it has hardly any hits, and returns how many requests that took.
func (e *Engine) once(
	ctx context.Context, a *preparedQuery, text search.Text,
) (result *search.Result, requests int, err error) {
	result, requests, err = e.ask(ctx, a)
	if err != nil || len(text.Words) == 0 {
		return result, requests, err
	}
	few, err := e.few(ctx, a)
	if err != nil || result.Total > few {
		return result, requests, err
	}
	correct, best, err := e.corrections(ctx, a, text, few)
	if err != nil || len(correct) == 0 {
		return result, requests, err
	}
	again := *a
	again.legs = legs(text, correct)
	result, more, err := e.ask(ctx, &again)
	if err == nil {
		result.Corrected = best
	}
	return result, requests + more, err
}

// ask requests the hits together with the facets counted under all choices, and each facet with a choice of its own
// once more without that choice. It returns the number of requests.
func (e *Engine) ask(ctx context.Context, a *preparedQuery) (*search.Result, int, error) {
	result := &search.Result{Hits: []search.Hit{}, TotalExact: true, Facets: map[search.Facet][]search.FacetCount{}}
	var plain, chosen []search.Facet
	for _, f := range a.Facets {
		if len(a.Filter.Facets[f]) > 0 && !a.Conjunctive {
			chosen = append(chosen, f)
		} else {
			plain = append(plain, f)
		}
	}
	counted := make([][]search.FacetCount, len(chosen))
	group, inner := errgroup.WithContext(ctx)
	for n, f := range chosen {
		group.Go(func() error {
			return background.Recover(inner, "search", func(ctx context.Context) error {
				got, err := e.federated(ctx, a, a.filter(f), 0, []search.Facet{f})
				if err != nil {
					return err
				}
				counted[n], err = got.counts(a.uid, f)
				return err
			})
		})
	}
	group.Go(func() error {
		return background.Recover(inner, "search", func(ctx context.Context) error { return e.askAll(ctx, a, plain, result) })
	})
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	for n, f := range chosen {
		result.Facets[f] = counted[n]
	}
	if a.Order() == search.Distance {
		chosen = append(chosen, search.Municipality) // at least one more request
	}
	return result, 1 + len(chosen), nil
}

// askAll requests the hits, with the facets that are counted under all choices.
func (e *Engine) askAll(ctx context.Context, a *preparedQuery, plain []search.Facet, result *search.Result) error {
	limit := a.Page()
	if a.After != nil && limit > 0 {
		limit = a.After.Rank + limit + slack
	}
	far := limit
	if a.Order() == search.Distance {
		limit = 0
	}
	got, err := e.federated(ctx, a, a.filter(""), limit, plain)
	if err != nil {
		return err
	}
	if a.Order() == search.Distance {
		if got.Hits, err = e.nearest(ctx, a, far); err != nil {
			return err
		}
	}
	result.Total, result.Hits = got.EstimatedTotalHits, a.page(got.Hits)
	for _, f := range plain {
		if result.Facets[f], err = got.counts(a.uid, f); err != nil {
			return err
		}
	}
	return nil
}

// slack is how many extra hits are read before a position, for documents that have come before it since.
const slack = 200

// page returns the hits after the position.
func (a *preparedQuery) page(found []hit) []search.Hit {
	hits, rank := []search.Hit{}, 0
	if a.After != nil {
		rank = a.After.Rank
	}
	for _, h := range found {
		p := a.position(h)
		if a.After != nil && p.Compare(*a.After) <= 0 {
			continue
		}
		if len(hits) == a.Page() {
			break
		}
		p.Rank = rank + len(hits) + 1
		hits = append(hits, search.Hit{ID: h.ID, Position: p})
	}
	return hits
}

func (a *preparedQuery) position(h hit) search.Position {
	p := search.Position{Order: a.Order(), ID: h.ID}
	switch p.Order {
	case search.Distance:
		p.Date, p.Meters = h.Date, a.Meters(numbers(h.Places))
	case search.Title:
		p.Title = map[string]string{"nb": h.Nb, "nn": h.Nn, "en": h.En, "se": h.Se}[a.TitleLanguage]
	case search.Relevance:
		p.Score = h.Federation.Score
		fallthrough
	default:
		p.Date = h.Date
	}
	return p
}

// federated sends one request with all legs of the text, which the server merges into one list.
func (e *Engine) federated(
	ctx context.Context, a *preparedQuery, filter string, limit int, facets []search.Facet,
) (*response, error) {
	r := request{Federation: federation{Limit: limit}}
	if len(facets) > 0 {
		names := make([]string, len(facets))
		for i, f := range facets {
			names[i] = field(f)
		}
		r.Federation.FacetsByIndex = map[string][]string{a.uid: names}
	}
	for _, l := range a.legs {
		r.Queries = append(r.Queries, subsearch{
			IndexUID: a.uid, Q: l.Q, Filter: filter, Sort: a.sort, MatchingStrategy: "all", AttributesToSearchOn: l.On,
			AttributesToRetrieve: a.retrieve,
			FederationOptions:    map[string]any{"weight": l.Weight},
		})
	}
	var got response
	if err := e.read(ctx, "POST", "/multi-search", r, &got); err != nil {
		return nil, err
	}
	return &got, nil
}

// counts returns the counts of a facet.
func (g *response) counts(uid string, f search.Facet) ([]search.FacetCount, error) {
	counts := []search.FacetCount{}
	for written, n := range g.FacetsByIndex[uid].Distribution[field(f)] {
		v, err := valueOf(written)
		if err != nil {
			return nil, err
		}
		counts = append(counts, search.FacetCount{Value: v, Count: n})
	}
	search.SortFacetCounts(counts)
	return counts, nil
}

// filter returns the filter expression without the choice in one facet. Every document has a type; the marker has none.
func (a *preparedQuery) filter(without search.Facet) string {
	conditions := []string{strconv.Quote(field(search.Type)) + " EXISTS"}
	for _, f := range slices.Sorted(maps.Keys(a.Filter.Facets)) {
		if values := a.Filter.Facets[f]; len(values) > 0 && f != without {
			conditions = append(conditions, anyOf(f, values))
		}
	}
	if a.from != 0 || a.to != 0 {
		to := a.to
		if to == 0 {
			to = 99_999_999
		}
		conditions = append(conditions, fmt.Sprintf("%s %d TO %d", attrIssued, a.from, to))
	}
	if a.Filter.Places != nil {
		conditions = append(conditions, anyOf(search.Municipality, a.Filter.Places))
	}
	return strings.Join(conditions, " AND ")
}

// anyOf returns a condition that a facet has one of the values. Encoded values need no escaping.
func anyOf(f search.Facet, values []string) string {
	written := make([]string, len(values))
	for i, v := range values {
		written[i] = strconv.Quote(value(v))
	}
	return field(f) + " IN [" + strings.Join(written, ", ") + "]"
}

// FacetValues implements search.Engine.
func (e *Engine) FacetValues(ctx context.Context, q search.FacetQuery) ([]search.FacetCount, error) {
	query, err := q.Query()
	if err != nil {
		return nil, err
	}
	result, err := e.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	return q.Pick(result.Facets[q.Facet]), nil
}

// size is the number of documents in an index at a time.
type size struct {
	documents int
	at        time.Time
}

// few returns the number of documents up to which a word counts as possibly misspelt.
func (e *Engine) few(ctx context.Context, a *preparedQuery) (int, error) {
	e.mu.RLock()
	known := e.size[a.Index]
	e.mu.RUnlock()
	if time.Since(known.at) > time.Minute {
		var stats struct {
			Documents int `json:"numberOfDocuments"`
		}
		if err := e.read(ctx, "GET", "/indexes/"+a.uid+"/stats", nil, &stats); err != nil {
			return 0, err
		}
		known = size{stats.Documents, time.Now()}
		e.mu.Lock()
		e.size[a.Index] = known
		e.mu.Unlock()
	}
	return known.documents / 5000, nil
}

// suggestCandidates is how many documents are read to find suggestions.
const suggestCandidates = 300

// Suggest implements search.Engine.
func (e *Engine) Suggest(ctx context.Context, index search.Index, text string, limit int) ([]search.Suggestion, error) {
	if err := errors.Join(search.CheckIndex(index), search.CheckSuggest(limit)); err != nil {
		return nil, err
	}
	if err := e.open(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	start := search.FoldName(strings.ToValidUTF8(text, ""))
	if start == "" {
		return nil, nil
	}
	a := &preparedQuery{
		Query: search.Query{Index: index}, uid: e.uid(index), retrieve: []string{attrID, attrType, attrNames, attrAliases},
		legs: []leg{{Q: start, Weight: 1, On: []string{attrSuggest}}},
	}
	got, err := e.federated(ctx, a, a.filter(""), suggestCandidates, nil)
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	return suggestions(got.Hits, start, limit), nil
}

// suggestions returns the suggestions in hits for the folded text start, in the order that every engine uses.
func suggestions(hits []hit, start string, limit int) []search.Suggestion {
	type place struct {
		search.SuggestionPlace
		hit hit
	}
	var places []place
	for _, h := range hits {
		for _, p := range search.SuggestionPlaces(h.Names, h.Aliases) {
			if strings.HasPrefix(p.Key, start) {
				places = append(places, place{p, h})
			}
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		return search.CompareSuggestions(a.SuggestionPlace, b.SuggestionPlace, a.hit.ID, b.hit.ID)
	})
	if limit == 0 {
		limit = search.MaxSuggestions
	}
	var out []search.Suggestion
	seen := map[string]bool{}
	for _, p := range places {
		if len(out) < min(limit, search.MaxSuggestions) && !seen[p.hit.ID] {
			seen[p.hit.ID] = true
			out = append(out, search.Suggestion{Text: p.Text, Type: p.hit.Type, ID: p.hit.ID})
		}
	}
	return out
}
