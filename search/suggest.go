package search

import (
	"cmp"
	"strings"

	"dugnad/search/norwegian"
)

// The ways in which a name can match what is typed, best first: shown titles before other names, which the reader does
// not see, and the beginning of a name before a later word.
const (
	titleStart = iota
	titleInside
	aliasStart
	aliasInside
	SuggestionWays // number of ways
)

// SuggestionPlace is a word in a document's names at which a match can begin.
type SuggestionPlace struct {
	Way  int    // lower is better
	Key  string // the name from that word on, folded
	Text string // the suggestion
	At   int    // where the word begins in the folded name, in bytes: first 0, then its other words
}

// SuggestionPlaces returns every place in the titles and aliases of a document; an alias suggests the first title.
func SuggestionPlaces(titles, aliases []string) []SuggestionPlace {
	var places []SuggestionPlace
	put := func(name, text string, start, inside int) {
		key := FoldName(name)
		if key == "" {
			return
		}
		places = append(places, SuggestionPlace{start, key, text, 0})
		for i := range len(key) {
			if key[i] == ' ' {
				places = append(places, SuggestionPlace{inside, key[i+1:], text, i + 1})
			}
		}
	}
	if len(titles) == 0 {
		return nil
	}
	for _, t := range titles {
		put(t, t, titleStart, titleInside)
	}
	for _, a := range aliases {
		put(a, titles[0], aliasStart, aliasInside)
	}
	return places
}

// FoldName returns the words of a name, folded and separated by single spaces.
func FoldName(name string) string {
	words := norwegian.Words(name)
	folded := make([]string, len(words))
	for i, w := range words {
		folded[i] = norwegian.Fold(w.Text)
	}
	return strings.Join(folded, " ")
}

// CompareSuggestions orders two suggestions by way, then by name, then by id.
func CompareSuggestions(a, b SuggestionPlace, idA, idB string) int {
	return cmp.Or(
		cmp.Compare(a.Way, b.Way), strings.Compare(a.Key, b.Key), strings.Compare(idA, idB),
		strings.Compare(a.Text, b.Text),
	)
}

// CheckSuggest returns a *QueryError if limit is negative.
func CheckSuggest(limit int) error {
	if limit < 0 {
		return &QueryError{"Limit", "must not be negative"}
	}
	return nil
}
