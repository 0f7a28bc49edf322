package search

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"dugnad/search/norwegian"
)

// sharedFacets are the weights of a facet value that two search documents share. The rarer the value, the more it
// counts.
var sharedFacets = map[Facet]float64{Theme: 1, Method: .8, TargetGroup: .4}

// sharedWord is the weight of a shared title word.
const sharedWord = .6

const (
	similarValues     = 8   // facet values compared, the rarest
	similarWords      = 4   // title words compared, the longest
	similarWordFrom   = 4   // shortest title word, in letters
	similarCandidates = 200 // hits scored for each value or word
)

// Similar returns the ids of at most limit search documents of the given types on the same subject as d, best first:
// those that share the most and the rarest themes, methods, target groups and title words with it. Documents that share
// nothing are left out.
func Similar(ctx context.Context, e Engine, index Index, d Document, types []string, limit int) ([]string, error) {
	every := Query{
		Index:  index,
		Filter: Filter{Facets: map[Facet][]string{Type: types}},
		Facets: []Facet{Theme, Method, TargetGroup},
	}
	all, err := e.Search(ctx, every)
	if err != nil {
		return nil, err
	}
	score := map[string]float64{}
	add := func(q Query, weight float64) error {
		q.Facets, q.Limit = nil, similarCandidates
		found, err := e.Search(ctx, q)
		if err != nil {
			return err
		}
		rarity := math.Log(1 + float64(all.Total)/float64(max(1, found.Total)))
		for _, h := range found.Hits {
			if h.ID != d.ID {
				score[h.ID] += weight * rarity
			}
		}
		return nil
	}
	together := every.narrowedTo(nil)
	for _, v := range rarest(d, all.Facets) {
		if err := add(every.narrowedTo(map[Facet][]string{v.facet: {v.value}}), sharedFacets[v.facet]); err != nil {
			return nil, err
		}
		together.Filter.Facets[v.facet] = append(together.Filter.Facets[v.facet], v.value)
	}
	if len(together.Filter.Facets) > 2 { // finds those that share several, however old
		if err := add(together, sharedFacets[TargetGroup]); err != nil {
			return nil, err
		}
	}
	for _, word := range titleWords(d) {
		q := every.narrowedTo(nil)
		q.Text = word
		if err := add(q, sharedWord); err != nil {
			return nil, err
		}
	}
	ids := make([]string, 0, len(score))
	for id := range score {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(score[b], score[a]), strings.Compare(a, b)) })
	return ids[:min(limit, len(ids))], nil
}

// narrowedTo returns the query with its types and the given facet values as filter.
func (q Query) narrowedTo(choices map[Facet][]string) Query {
	facets := map[Facet][]string{Type: q.Filter.Facets[Type]}
	maps.Copy(facets, choices)
	q.Filter = Filter{Facets: facets}
	return q
}

// facetValue is a facet value and how many search documents have it.
type facetValue struct {
	facet Facet
	value string
	count int
}

// rarest returns the values of d that other search documents have too, rarest first.
func rarest(d Document, counts map[Facet][]FacetCount) []facetValue {
	var has []facetValue
	for f := range sharedFacets {
		for _, c := range counts[f] {
			if c.Count > 1 && slices.Contains(d.Facets[f], c.Value) {
				has = append(has, facetValue{f, c.Value, c.Count})
			}
		}
	}
	slices.SortFunc(has, func(a, b facetValue) int {
		return cmp.Or(cmp.Compare(a.count, b.count), cmp.Compare(a.facet, b.facet), cmp.Compare(a.value, b.value))
	})
	return has[:min(similarValues, len(has))]
}

// titleWords returns the longest words of the first title, one for each stem.
func titleWords(d Document) []string {
	if len(d.Titles) == 0 {
		return nil
	}
	var words []string
	seen := map[string]bool{}
	for _, w := range norwegian.Words(d.Titles[0]) {
		key := norwegian.Key(w.Text)
		if len([]rune(w.Text)) < similarWordFrom || norwegian.IsStopWord(w.Text) || seen[key] {
			continue
		}
		seen[key] = true
		words = append(words, w.Text)
	}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return words[:min(similarWords, len(words))]
}
