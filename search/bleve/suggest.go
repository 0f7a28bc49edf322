package bleve

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"

	"dugnad/search"
)

// maxRecent is the number of changed documents that are kept apart before they are merged into the sorted lists.
const maxRecent = 200

// suggester suggests titles and names of the documents of one index, from memory.
type suggester struct {
	mu      sync.RWMutex
	docs    map[string]suggestible
	settled entries
	recent  map[string]bool // changed since settled was sorted; their entries in settled are stale
	changed entries         // entries of the documents in recent
}

// entries are the places at which a match can begin, sorted, for each way of matching.
type entries [search.SuggestionWays][]entry

// entry is a place at which a match can begin.
type entry struct {
	key  string // the name from there on, folded
	text string
	id   string
}

func newSuggester() *suggester {
	return &suggester{docs: map[string]suggestible{}, recent: map[string]bool{}}
}

// update replaces documents; one without titles is removed.
func (s *suggester) update(changed map[string]suggestible) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, d := range changed {
		s.recent[id] = true
		if len(d.Titles) == 0 {
			delete(s.docs, id)
		} else {
			s.docs[id] = d
		}
	}
	s.changed = entries{}
	for id := range s.recent {
		if d, ok := s.docs[id]; ok {
			s.changed.add(id, d)
		}
	}
	if len(s.recent) > maxRecent {
		stale := func(e entry) bool { return s.recent[e.id] }
		for way := range search.SuggestionWays {
			s.settled[way] = append(slices.DeleteFunc(s.settled[way], stale), s.changed[way]...)
		}
		s.settled.sort()
		s.changed, s.recent = entries{}, map[string]bool{}
	}
	s.changed.sort()
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
		settled, changed := from(s.settled[way], prefix), from(s.changed[way], prefix)
		for len(out) < limit && len(settled)+len(changed) > 0 {
			var e entry
			if len(settled) == 0 || len(changed) > 0 && changed[0].compare(settled[0]) < 0 {
				e, changed = changed[0], changed[1:]
			} else {
				e, settled = settled[0], settled[1:]
				if s.recent[e.id] {
					continue
				}
			}
			if !seen[e.id] {
				seen[e.id] = true
				out = append(out, search.Suggestion{Text: e.text, Type: s.docs[e.id].Type, ID: e.id})
			}
		}
	}
	return out
}

// from returns the part of a sorted list that begins with prefix.
func from(list []entry, prefix string) []entry {
	list = list[sort.Search(len(list), func(i int) bool { return list[i].key >= prefix }):]
	return list[:sort.Search(len(list), func(i int) bool { return !strings.HasPrefix(list[i].key, prefix) })]
}

func (e *entries) add(id string, d suggestible) {
	for _, p := range search.SuggestionPlaces(d.Titles, d.Aliases) {
		e[p.Way] = append(e[p.Way], entry{p.Key, p.Text, id})
	}
}

func (e *entries) sort() {
	for _, list := range e {
		slices.SortFunc(list, entry.compare)
	}
}

func (e entry) compare(o entry) int {
	return cmp.Or(strings.Compare(e.key, o.key), strings.Compare(e.id, o.id), strings.Compare(e.text, o.text))
}
