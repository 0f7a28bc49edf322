package bleve

import (
	"fmt"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"dugnad/search"
)

// columnStore holds the facet and sort values of every segment of one index, as columns by document number. Segments
// never change and their numbers are never reused within an index, so each column is read once, from the segment's
// postings, and fits every snapshot.
type columnStore struct {
	facets []search.Facet

	mu     sync.Mutex
	ids    []map[string]uint32 // by facet: value -> index in names
	names  [][]string          // by facet; append-only, so a copied slice header stays valid
	loaded map[uint64]*loading // by segment id
}

// loading is the columns of a segment, loaded or being loaded.
type loading struct {
	done chan struct{} // closed once columns or err is set
	*columns
	err error
}

// columns are the values of one segment. All but titles are complete and immutable once loaded.
type columns struct {
	facets []facetColumn
	ids    []string
	dates  []search.Date
	issued []search.Date

	mu     sync.Mutex
	titles map[string][]string // by language, read on first use
}

// facetColumn is the values of one facet: bitmaps for filters and nearly full sets, the forward list for counting.
type facetColumn struct {
	bitmaps []*roaring.Bitmap
	by      map[string]int // value -> index in bitmaps
	global  []uint32       // index in bitmaps -> index in columnStore.names
	offs    []uint32       // document d has the values vals[offs[d]:offs[d+1]]
	vals    values
}

// values are indexes into bitmaps, in two bytes each where that is enough.
type values struct {
	narrow []uint16
	wide   []uint32
}

func newColumnStore() *columnStore {
	s := &columnStore{facets: search.Facets(), loaded: map[uint64]*loading{}}
	s.names = make([][]string, len(s.facets))
	for range s.facets {
		s.ids = append(s.ids, map[string]uint32{})
	}
	return s
}

// get returns the columns of a segment, reading them once, outside the lock, even if several callers ask for them.
func (s *columnStore) get(sn *scorch.SegmentSnapshot) (*columns, error) {
	s.mu.Lock()
	l := s.loaded[sn.Id()]
	if l != nil {
		s.mu.Unlock()
		<-l.done
		return l.columns, l.err
	}
	l = &loading{done: make(chan struct{})}
	s.loaded[sn.Id()] = l
	s.mu.Unlock()

	l.err = fmt.Errorf("read columns of segment %d: interrupted", sn.Id()) // stays if readColumns panics
	defer close(l.done)
	c, terms, err := readColumns(sn.Segment(), s.facets)

	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		l.err = fmt.Errorf("read columns of segment %d: %w", sn.Id(), err)
		delete(s.loaded, sn.Id())
		return nil, l.err
	}
	for f := range c.facets {
		c.facets[f].global = s.number(f, terms[f])
	}
	l.columns, l.err = c, nil
	return c, nil
}

// number returns the indexes in names of a facet's values, adding new ones; mu must be held.
func (s *columnStore) number(f int, terms []string) []uint32 {
	out := make([]uint32, len(terms))
	for i, t := range terms {
		id, ok := s.ids[f][t]
		if !ok {
			id = uint32(len(s.names[f]))
			s.ids[f][t] = id
			s.names[f] = append(s.names[f], t)
		}
		out[i] = id
	}
	return out
}

// evict drops segments that are not in the current snapshot, once many have accumulated.
func (s *columnStore) evict(current []*scorch.SegmentSnapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.loaded) <= 2*len(current)+8 {
		return
	}
	keep := map[uint64]bool{}
	for _, sn := range current {
		keep[sn.Id()] = true
	}
	for id, l := range s.loaded {
		select {
		case <-l.done:
			if !keep[id] {
				delete(s.loaded, id)
			}
		default: // still loading
		}
	}
}

func readColumns(seg segment.Segment, facets []search.Facet) (*columns, [][]string, error) {
	n := int(seg.Count())
	c := &columns{
		facets: make([]facetColumn, len(facets)), ids: make([]string, n),
		dates: make([]search.Date, n), issued: make([]search.Date, n),
		titles: map[string][]string{},
	}
	terms := make([][]string, len(facets))
	for f, name := range facets {
		var err error
		if c.facets[f], terms[f], err = readFacet(seg, fieldFacet(name)); err != nil {
			return nil, nil, err
		}
	}
	if err := eachTerm(seg, fieldID, func(term string, docs *roaring.Bitmap) error {
		docs.Iterate(func(d uint32) bool { c.ids[d] = term; return true })
		return nil
	}); err != nil {
		return nil, nil, err
	}
	for field, column := range map[string][]search.Date{fieldDate: c.dates, fieldIssued: c.issued} {
		if err := eachTerm(seg, field, func(term string, docs *roaring.Bitmap) error {
			date, err := search.ParseDate(term)
			docs.Iterate(func(d uint32) bool { column[d] = date; return true })
			return err
		}); err != nil {
			return nil, nil, err
		}
	}
	return c, terms, nil
}

func readFacet(seg segment.Segment, field string) (facetColumn, []string, error) {
	c := facetColumn{by: map[string]int{}, offs: make([]uint32, seg.Count()+1)}
	var terms []string
	if err := eachTerm(seg, field, func(term string, docs *roaring.Bitmap) error {
		c.by[term] = len(terms)
		terms, c.bitmaps = append(terms, term), append(c.bitmaps, docs)
		docs.Iterate(func(d uint32) bool { c.offs[d+1]++; return true })
		return nil
	}); err != nil {
		return c, nil, err
	}
	for i := 1; i < len(c.offs); i++ {
		c.offs[i] += c.offs[i-1]
	}
	next := append([]uint32(nil), c.offs...)
	c.vals = newValues(int(c.offs[len(c.offs)-1]), len(terms))
	for place, docs := range c.bitmaps {
		docs.Iterate(func(d uint32) bool { c.vals.set(next[d], place); next[d]++; return true })
	}
	return c, terms, nil
}

// eachTerm calls each with every term of a field, in order, and the documents that have it, deleted ones included. The
// bitmaps may be kept.
func eachTerm(seg segment.Segment, field string, each func(term string, docs *roaring.Bitmap) error) error {
	dict, err := seg.Dictionary(field)
	if err != nil {
		return err
	}
	it := dict.AutomatonIterator(nil, nil, nil)
	for e, err := it.Next(); e != nil || err != nil; e, err = it.Next() {
		if err != nil {
			return err
		}
		list, err := dict.PostingsList([]byte(e.Term), nil, nil)
		if err != nil {
			return err
		}
		docs := roaring.New()
		if err := orInto(list, docs); err != nil {
			return err
		}
		docs.CloneCopyOnWriteContainers() // they point into the mapped file, which is removed after a merge
		if err := each(strings.Clone(e.Term), docs); err != nil {
			return err
		}
	}
	return nil
}

// orInto adds the documents of a postings list to a bitmap. It uses the bulk operation of zap's lists, which Bleve's
// API does not promise.
func orInto(list segment.PostingsList, docs *roaring.Bitmap) error {
	if whole, ok := list.(interface{ OrInto(*roaring.Bitmap) }); ok {
		whole.OrInto(docs)
		return nil
	}
	it := list.Iterator(false, false, false, nil)
	for p, err := it.Next(); p != nil || err != nil; p, err = it.Next() {
		if err != nil {
			return err
		}
		docs.Add(uint32(p.Number()))
	}
	return nil
}

// title returns the title column of a language, reading it on first use; the segment's snapshot must be open.
func (c *columns) title(seg segment.Segment, language string) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if column, ok := c.titles[language]; ok {
		return column, nil
	}
	column := make([]string, len(c.ids))
	if err := eachTerm(seg, fieldTitle+language, func(term string, docs *roaring.Bitmap) error {
		docs.Iterate(func(d uint32) bool { column[d] = term; return true })
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read titles: %w", err)
	}
	c.titles[language] = column
	return column, nil
}

func newValues(n, distinct int) values {
	if distinct > 1<<16 {
		return values{wide: make([]uint32, n)}
	}
	return values{narrow: make([]uint16, n)}
}

func (v values) set(at uint32, place int) {
	if v.wide != nil {
		v.wide[at] = uint32(place)
		return
	}
	v.narrow[at] = uint16(place)
}

func (v values) at(at uint32) int {
	if v.wide != nil {
		return int(v.wide[at])
	}
	return int(v.narrow[at])
}

func (v values) len() int { return len(v.narrow) + len(v.wide) }
