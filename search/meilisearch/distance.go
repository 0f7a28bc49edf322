package meilisearch

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"dugnad/search"
)

// groupSize is about how many documents are read at once when looking for the nearest.
const groupSize = 500

// nearest returns the first hits by distance. The server knows a document's municipalities but not their distances. So
// nearest requests the documents of the nearest municipalities, group by group, without those of earlier groups, and in
// the end those that have none.
func (e *Engine) nearest(ctx context.Context, a *preparedQuery, limit int) ([]hit, error) {
	if limit == 0 {
		return nil, nil
	}
	got, err := e.federated(ctx, a, a.filter(""), 0, []search.Facet{search.Municipality})
	if err != nil {
		return nil, err
	}
	counted, err := got.counts(a.uid, search.Municipality)
	if err != nil {
		return nil, err
	}
	var hits []hit
	var nearer []string
	for _, group := range groups(a.Distances, counted) {
		filter := a.filter("") + " AND " + anyOf(search.Municipality, group.numbers)
		if len(nearer) > 0 {
			filter += " AND NOT " + anyOf(search.Municipality, nearer)
		}
		// The documents of a single municipality are equally far and keep the server's order.
		most := min(limit-len(hits), group.documents)
		if len(group.numbers) > 1 {
			most = group.documents
		}
		if got, err = e.federated(ctx, a, filter, most, nil); err != nil {
			return nil, err
		}
		slices.SortStableFunc(got.Hits, func(x, y hit) int { return a.position(x).Compare(a.position(y)) })
		hits, nearer = append(hits, got.Hits...), append(nearer, group.numbers...)
		if len(hits) >= limit {
			return hits[:limit], nil
		}
	}
	filter := a.filter("")
	if len(nearer) > 0 {
		filter += " AND NOT " + anyOf(search.Municipality, nearer)
	}
	if got, err = e.federated(ctx, a, filter, limit-len(hits), nil); err != nil {
		return nil, err
	}
	return append(hits, got.Hits...), nil
}

// group is municipalities that follow each other by distance, and the maximum number of documents that they have.
type group struct {
	numbers   []string
	documents int
}

// groups returns the municipalities of counted, nearest first. One with very many documents is a group of its own.
func groups(distances map[string]float64, counted []search.FacetCount) []group {
	documents := map[string]int{}
	for _, c := range counted {
		if _, ok := distances[c.Value]; ok {
			documents[c.Value] = c.Count
		}
	}
	byDistance := slices.SortedFunc(maps.Keys(documents), func(a, b string) int {
		return cmp.Or(cmp.Compare(distances[a], distances[b]), cmp.Compare(a, b))
	})
	var all []group
	for _, number := range byDistance {
		n := documents[number]
		if last := len(all) - 1; last >= 0 &&
			(all[last].documents+n <= groupSize || distances[all[last].numbers[0]] == distances[number]) {
			all[last].numbers, all[last].documents = append(all[last].numbers, number), all[last].documents+n
		} else {
			all = append(all, group{[]string{number}, n})
		}
	}
	return all
}

// numbers decodes municipality numbers.
func numbers(written []string) []string {
	out := make([]string, 0, len(written))
	for _, w := range written {
		if v, err := valueOf(w); err == nil {
			out = append(out, v)
		}
	}
	return out
}
