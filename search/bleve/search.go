package bleve

import (
	"container/heap"
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"dugnad/search"
)

// search answers a query from one snapshot.
func (v *view) search(ctx context.Context, q search.Query) (*search.Result, error) {
	text := q.Parsed()
	from, to, err := q.Filter.Dates()
	if err != nil {
		return nil, err
	}
	live := v.live()
	allowed := live
	if len(text.Exclude) > 0 {
		out, err := v.excluded(ctx, text, live.size())
		if err != nil {
			return nil, err
		}
		allowed = allowed.minus(out)
	}
	allowed = v.issued(allowed, from, to)

	if q.Filter.Places != nil {
		allowed = v.placed(allowed, q.Filter.Places)
	}
	selected := make([][]string, len(search.Facets()))
	for i, f := range search.Facets() {
		selected[i] = q.Filter.Facets[f]
	}
	chosen := v.chosen(selected)
	wanted := allowed.narrowed(chosen)
	top, err := v.newTop(q)
	if err != nil {
		return nil, err
	}
	matched := allowed
	var corrected map[string]string
	if text.Empty() {
		for i, docs := range wanted {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			top.offer(i, docs, nil)
		}
	} else {
		matched = v.none()
		if corrected, err = v.match(ctx, text, live, func(i int, docs *roaring.Bitmap, scores []float32) error {
			matched[i] = roaring.And(docs, allowed[i])
			top.offer(i, roaring.And(docs, wanted[i]), scores)
			return ctx.Err()
		}); err != nil {
			return nil, err
		}
	}

	base := matched.and(wanted)
	result := &search.Result{
		Hits:       top.hits(),
		Total:      base.size(),
		TotalExact: true,
		Facets:     map[search.Facet][]search.FacetCount{},
		Corrected:  corrected,
	}
	var others []docSet
	if len(q.Facets) > 0 && !q.Conjunctive {
		others = matched.narrowedButOne(chosen)
	}
	for _, f := range q.Facets {
		i, set := slices.Index(search.Facets(), f), base
		if others != nil && others[i] != nil {
			set = others[i]
		}
		if result.Facets[f], err = v.count(ctx, set, i); err != nil {
			return nil, err
		}
	}
	result.AppliedSeq, err = readSeq(v.snap)
	return result, err
}

// top collects the first hits of an order after a position.
type top struct {
	order  search.Order
	view   *view
	titles [][]string  // by segment, when ordering by title
	meters [][]float64 // by segment and index of the municipality in its column, when ordering by distance
	after  *search.Position
	limit  int
	best   hitHeap
}

func (v *view) newTop(q search.Query) (*top, error) {
	t := &top{order: q.Order(), view: v, after: q.After, limit: q.Page()}
	if t.order == search.Title && t.limit > 0 {
		for i, sn := range v.segs {
			column, err := v.cols[i].title(sn.Segment(), q.TitleLanguage)
			if err != nil {
				return nil, err
			}
			t.titles = append(t.titles, column)
		}
	}
	if t.order == search.Distance {
		f := slices.Index(search.Facets(), search.Municipality)
		for _, c := range v.cols {
			column := make([]float64, len(c.facets[f].bitmaps))
			for number, place := range c.facets[f].by {
				column[place] = q.Meters([]string{number})
			}
			t.meters = append(t.meters, column)
		}
	}
	return t, nil
}

// distance returns the metres to the nearest municipality of a document.
func (t *top) distance(seg int, d uint32) float64 {
	c := t.view.cols[seg].facets[slices.Index(search.Facets(), search.Municipality)]
	nearest := float64(search.NoPlace)
	for at := c.offs[d]; at < c.offs[d+1]; at++ {
		nearest = min(nearest, t.meters[seg][c.vals.at(at)])
	}
	return nearest
}

// offer considers documents of a segment; scores may be nil unless ordering by relevance.
func (t *top) offer(seg int, docs *roaring.Bitmap, scores []float32) {
	if t.limit == 0 {
		return
	}
	cols := t.view.cols[seg]
	docs.Iterate(func(d uint32) bool {
		p := search.Position{Order: t.order, ID: cols.ids[d]}
		switch t.order {
		case search.Title:
			p.Title = t.titles[seg][d]
		case search.Distance:
			p.Meters, p.Date = t.distance(seg, d), cols.dates[d]
		case search.Relevance:
			p.Score = search.RoundScore(float64(scores[d]))
			fallthrough
		default:
			p.Date = cols.dates[d]
		}
		switch {
		case t.after != nil && p.Compare(*t.after) <= 0:
		case len(t.best) < t.limit:
			heap.Push(&t.best, p)
		case p.Compare(t.best[0]) < 0:
			t.best[0] = p
			heap.Fix(&t.best, 0)
		}
		return true
	})
}

func (t *top) hits() []search.Hit {
	slices.SortFunc(t.best, search.Position.Compare)
	rank := 0
	if t.after != nil {
		rank = t.after.Rank
	}
	hits := make([]search.Hit, len(t.best))
	for i, p := range t.best {
		p.Rank = rank + i + 1
		hits[i] = search.Hit{ID: p.ID, Position: p}
	}
	return hits
}

// hitHeap has the last hit at the root.
type hitHeap []search.Position

func (h hitHeap) Len() int           { return len(h) }
func (h hitHeap) Less(i, j int) bool { return h[i].Compare(h[j]) > 0 }
func (h hitHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *hitHeap) Push(x any)        { *h = append(*h, x.(search.Position)) }
func (h *hitHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
