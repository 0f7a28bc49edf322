package bleve

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"unique"

	"dugnad/search"
)

// maxRecent is the number of changed documents that are kept apart before they are merged into the sorted lists.
const maxRecent = 200

// suggester suggests titles and names of the documents of one index, from memory. A document that changes gets another
// number, so that the sorted lists stay sorted until the entries of the former one are taken out.
type suggester struct {
	mu      sync.RWMutex
	numbers map[string]uint32 // of the documents that there are, by id
	docs    []*suggested      // by number; nil for numbers that are free
	free    []uint32
	settled entries
	changed entries         // of documents that came since settled was sorted
	recent  int             // how many came and went since
	stale   map[uint32]bool // documents that are gone and have entries in settled
}

// suggested is what is suggested of a document. It never changes, and two indexes may share it.
type suggested struct {
	suggestible
	id     string
	places []place // the names that entries point into
}

// place is a name of a document, folded, and what is suggested for it.
type place struct{ name, text string }

// entries are the places at which a match can begin, sorted, for each way of matching.
type entries [search.SuggestionWays][]entry

// entry is a place at which a match can begin: a word of a name of a document. There are some ten for each document, so
// they are small.
type entry struct {
	doc       uint32
	place, at uint16
}

func newSuggester() *suggester {
	return &suggester{numbers: map[string]uint32{}, stale: map[uint32]bool{}}
}

// twin returns a suggester with the same documents, which shares what is kept of them.
func (s *suggester) twin() *suggester {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := &suggester{
		numbers: maps.Clone(s.numbers), docs: slices.Clone(s.docs), free: slices.Clone(s.free), recent: s.recent,
		stale: maps.Clone(s.stale),
	}
	for way := range search.SuggestionWays {
		t.settled[way], t.changed[way] = slices.Clone(s.settled[way]), slices.Clone(s.changed[way])
	}
	return t
}

// become replaces all documents. Those that are there already stay as they are.
func (s *suggester) become(all map[string]suggestible) {
	changed := map[string]suggestible{}
	for id := range s.numbers {
		if _, ok := all[id]; !ok {
			changed[id] = suggestible{}
		}
	}
	for id, d := range all {
		if n, ok := s.numbers[id]; !ok || !s.docs[n].equal(d) {
			changed[id] = d
		}
	}
	s.update(changed)
}

func (d suggestible) equal(o suggestible) bool {
	return d.Type == o.Type && slices.Equal(d.Titles, o.Titles) && slices.Equal(d.Aliases, o.Aliases)
}

// update replaces documents; one without titles is removed.
func (s *suggester) update(changed map[string]suggestible) {
	if len(changed) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := map[uint32]bool{}
	for id := range changed {
		if n, ok := s.numbers[id]; ok {
			gone[n], s.stale[n] = true, true
			delete(s.numbers, id)
		}
	}
	for way := range search.SuggestionWays {
		s.changed[way] = slices.DeleteFunc(s.changed[way], func(e entry) bool { return gone[e.doc] })
	}
	for id, d := range changed {
		if len(d.Titles) > 0 {
			s.add(id, d)
		}
	}
	for _, list := range s.changed {
		slices.SortFunc(list, s.compare)
	}
	if s.recent += len(changed); s.recent > maxRecent {
		s.settle()
	}
}

// add gives a document a number, and adds its entries to changed.
func (s *suggester) add(id string, d suggestible) {
	d.Type = unique.Make(d.Type).Value()
	made := &suggested{suggestible: d, id: id}
	n := uint32(len(s.docs))
	if last := len(s.free) - 1; last >= 0 {
		n, s.free = s.free[last], s.free[:last]
		s.docs[n] = made
	} else {
		s.docs = append(s.docs, made)
	}
	s.numbers[id] = n
	for _, p := range search.SuggestionPlaces(d.Titles, d.Aliases) {
		if p.At == 0 {
			made.places = append(made.places, place{p.Key, p.Text})
		}
		if at := len(made.places) - 1; at <= math.MaxUint16 && p.At <= math.MaxUint16 {
			s.changed[p.Way] = append(s.changed[p.Way], entry{n, uint16(at), uint16(p.At)})
		}
	}
	made.places = slices.Clip(made.places)
}

// settle merges the changed entries into the settled ones.
func (s *suggester) settle() {
	for way := range search.SuggestionWays {
		old := slices.DeleteFunc(s.settled[way], func(e entry) bool { return s.stale[e.doc] })
		added := s.changed[way]
		list := make([]entry, 0, len(old)+len(added))
		for len(old) > 0 && len(added) > 0 {
			if s.compare(old[0], added[0]) <= 0 {
				list, old = append(list, old[0]), old[1:]
			} else {
				list, added = append(list, added[0]), added[1:]
			}
		}
		s.settled[way] = append(append(list, old...), added...)
	}
	for n := range s.stale {
		s.docs[n] = nil
		s.free = append(s.free, n)
	}
	s.changed, s.recent, s.stale = entries{}, 0, map[uint32]bool{}
}

// find returns at most limit suggestions, one per document: titles that begin with the text, then titles with a word
// that does, then other names; shorter ones first.
func (s *suggester) find(text string, limit int) []search.Suggestion {
	prefix := search.FoldName(text)
	if prefix == "" {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := map[string]bool{}
	var out []search.Suggestion
	for way := range search.SuggestionWays {
		settled, changed := s.from(s.settled[way], prefix), s.from(s.changed[way], prefix)
		for len(out) < limit && len(settled)+len(changed) > 0 {
			var e entry
			if len(settled) == 0 || len(changed) > 0 && s.compare(changed[0], settled[0]) < 0 {
				e, changed = changed[0], changed[1:]
			} else {
				e, settled = settled[0], settled[1:]
				if s.stale[e.doc] {
					continue
				}
			}
			if d := s.docs[e.doc]; !seen[d.id] {
				seen[d.id] = true
				out = append(out, search.Suggestion{Text: d.places[e.place].text, Type: d.Type, ID: d.id})
			}
		}
	}
	return out
}

// key returns the name of an entry from its word on.
func (s *suggester) key(e entry) string { return s.docs[e.doc].places[e.place].name[e.at:] }

// from returns the part of a sorted list that begins with prefix.
func (s *suggester) from(list []entry, prefix string) []entry {
	list = list[sort.Search(len(list), func(i int) bool { return s.key(list[i]) >= prefix }):]
	return list[:sort.Search(len(list), func(i int) bool { return !strings.HasPrefix(s.key(list[i]), prefix) })]
}

func (s *suggester) compare(a, b entry) int {
	if order := strings.Compare(s.key(a), s.key(b)); order != 0 { // almost always
		return order
	}
	x, y := s.docs[a.doc], s.docs[b.doc]
	return cmp.Or(strings.Compare(x.id, y.id), strings.Compare(x.places[a.place].text, y.places[b.place].text))
}
