package bleve

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"dugnad/search"
)

// view is one snapshot of an index with its columns; a search is answered from one view. It is valid while the snapshot
// is open.
type view struct {
	snap  *scorch.IndexSnapshot
	segs  []*scorch.SegmentSnapshot
	cols  []*columns
	names [][]string
}

// docSet is a set of documents, by document number in each segment.
type docSet []*roaring.Bitmap

func (s *columnStore) view(snap *scorch.IndexSnapshot) (*view, error) {
	v := &view{snap: snap, segs: snap.Segments()}
	for _, sn := range v.segs {
		c, err := s.get(sn)
		if err != nil {
			return nil, err
		}
		v.cols = append(v.cols, c)
	}
	s.evict(v.segs)
	s.mu.Lock()
	v.names = append(v.names, s.names...)
	s.mu.Unlock()
	return v, nil
}

// chosen returns for each facet the documents that have one of the selected values, nil without a selection.
func (v *view) chosen(selected [][]string) []docSet {
	out := make([]docSet, len(selected))
	for f, values := range selected {
		if len(values) > 0 {
			out[f] = v.having(f, values)
		}
	}
	return out
}

// having returns the documents that have any of the values of a facet, deleted ones included.
func (v *view) having(f int, values []string) docSet {
	out := make(docSet, len(v.segs))
	for i := range v.segs {
		column := v.cols[i].facets[f]
		var bitmaps []*roaring.Bitmap
		for _, value := range values {
			if place, ok := column.by[value]; ok {
				bitmaps = append(bitmaps, column.bitmaps[place])
			}
		}
		out[i] = roaring.FastOr(bitmaps...)
	}
	return out
}

// narrowed returns the documents of s that are in every chosen set.
func (s docSet) narrowed(chosen []docSet) docSet {
	for _, c := range chosen {
		if c != nil {
			s = s.and(c)
		}
	}
	return s
}

// narrowedButOne returns for each facet with a chosen set the documents of s that are in every other chosen set; nil
// for facets without. It works from both ends, so that it takes linear instead of quadratic time.
func (s docSet) narrowedButOne(chosen []docSet) []docSet {
	out := make([]docSet, len(chosen))
	before := s
	for f, c := range chosen {
		if c != nil {
			out[f] = before
			before = before.and(c)
		}
	}
	var after docSet
	for f := len(chosen) - 1; f >= 0; f-- {
		switch {
		case chosen[f] == nil:
			continue
		case after == nil:
			after = chosen[f]
		default:
			out[f], after = out[f].and(after), after.and(chosen[f])
		}
	}
	return out
}

// placed returns the documents of set in any of the municipalities.
func (v *view) placed(set docSet, municipalities []string) docSet {
	return set.and(v.having(slices.Index(search.Facets(), search.Municipality), municipalities))
}

func (v *view) live() docSet {
	out := make(docSet, len(v.segs))
	for i, sn := range v.segs {
		out[i] = sn.DocNumbersLive()
	}
	return out
}

// issued returns the documents of set whose issued date is in the range; 0 means open.
func (v *view) issued(set docSet, from, to search.Date) docSet {
	if from == 0 && to == 0 {
		return set
	}
	out := make(docSet, len(set))
	for i, docs := range set {
		kept := roaring.New()
		docs.Iterate(func(d uint32) bool {
			if at := v.cols[i].issued[d]; at != 0 && at >= from && (to == 0 || at <= to) {
				kept.Add(d)
			}
			return true
		})
		out[i] = kept
	}
	return out
}

// count counts the values of a facet in a set: with the bitmaps of the values if the set is nearly everything,
// otherwise with the forward lists.
func (v *view) count(ctx context.Context, set docSet, f int) ([]search.FacetCount, error) {
	totals := make([]int, len(v.names[f]))
	for i, docs := range set {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := v.cols[i].facets[f]
		if int(docs.GetCardinality())*c.vals.len() >= len(c.offs)*len(c.bitmaps)*400 {
			for place, b := range c.bitmaps {
				totals[c.global[place]] += int(docs.AndCardinality(b))
			}
			continue
		}
		local := make([]int, len(c.bitmaps))
		if c.vals.wide != nil {
			tally(docs, c.offs, c.vals.wide, local)
		} else {
			tally(docs, c.offs, c.vals.narrow, local)
		}
		for place, n := range local {
			totals[c.global[place]] += n
		}
	}
	counts := []search.FacetCount{}
	for id, n := range totals {
		if n > 0 {
			counts = append(counts, search.FacetCount{Value: v.names[f][id], Count: n})
		}
	}
	search.SortFacetCounts(counts)
	return counts, nil
}

// tally adds the values of docs to the counts in into.
func tally[V uint16 | uint32](docs *roaring.Bitmap, offs []uint32, vals []V, into []int) {
	docs.Iterate(func(d uint32) bool {
		for _, place := range vals[offs[d]:offs[d+1]] {
			into[place]++
		}
		return true
	})
}

func (s docSet) size() int {
	n := 0
	for _, docs := range s {
		n += int(docs.GetCardinality())
	}
	return n
}

func (s docSet) minus(o docSet) docSet {
	out := make(docSet, len(s))
	for i := range s {
		out[i] = roaring.AndNot(s[i], o[i])
	}
	return out
}

func (s docSet) and(o docSet) docSet {
	out := make(docSet, len(s))
	for i := range s {
		out[i] = roaring.And(s[i], o[i])
	}
	return out
}
