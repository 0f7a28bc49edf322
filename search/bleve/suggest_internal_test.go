package bleve

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dugnad/search"
)

// The suggester finds what a search through all documents finds, whatever came, changed and went before, also in a twin
// that lives on with other documents.
func TestSuggester(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("Mentor mentorordning for flyktninger Åse aas bo arbeid og norsk i vær Ås 0301 skole")
	title := func() string {
		var some []string
		for range 1 + r.IntN(4) {
			some = append(some, words[r.IntN(len(words))])
		}
		return strings.Join(some, " ")
	}
	change := func(all map[string]suggestible, n int) map[string]suggestible {
		changed := map[string]suggestible{}
		for range n {
			id, d := fmt.Sprintf("pra_%d", r.IntN(250)), suggestible{Type: "PRACTICE"}
			switch r.IntN(5) {
			case 0:
				delete(all, id)
				changed[id] = suggestible{}
				continue
			case 1:
				d.Aliases = []string{title()}
			}
			for range 1 + r.IntN(2) {
				d.Titles = append(d.Titles, title())
			}
			all[id], changed[id] = d, d
		}
		return changed
	}
	compare := func(s *suggester, all map[string]suggestible) {
		t.Helper()
		for _, typed := range []string{"m", "mentor", "flyktninger", "a", "as", "0", "norsk i", "x"} {
			got, want := s.find(typed, 7), suggestions(all, typed, 7)
			if !slices.Equal(got, want) {
				t.Fatalf("%q suggests\n%v, want\n%v", typed, got, want)
			}
		}
	}
	s, all := newSuggester(), map[string]suggestible{}
	s.update(change(all, 350)) // settles
	twin, others := s.twin(), maps.Clone(all)
	for range 25 {
		s.update(change(all, r.IntN(30)))
		compare(s, all)
		twin.update(change(others, r.IntN(10)))
		compare(twin, others)
	}
	if len(s.docs) > 2*250+maxRecent {
		t.Errorf("%d documents are kept, of at most 250", len(s.docs))
	}
	change(others, 100)
	twin.become(others)
	compare(twin, others)
	compare(s, all)
}

// suggestions looks at every document.
func suggestions(all map[string]suggestible, typed string, limit int) (found []search.Suggestion) {
	type match struct {
		search.SuggestionPlace
		id string
	}
	var matches []match
	for id, d := range all {
		for _, p := range search.SuggestionPlaces(d.Titles, d.Aliases) {
			if strings.HasPrefix(p.Key, search.FoldName(typed)) {
				matches = append(matches, match{p, id})
			}
		}
	}
	slices.SortFunc(matches, func(a, b match) int {
		return search.CompareSuggestions(a.SuggestionPlace, b.SuggestionPlace, a.id, b.id)
	})
	seen := map[string]bool{}
	for _, m := range matches {
		if len(found) < limit && !seen[m.id] {
			seen[m.id] = true
			found = append(found, search.Suggestion{Text: m.Text, Type: all[m.id].Type, ID: m.id})
		}
	}
	return found
}
