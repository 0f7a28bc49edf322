package search

import (
	"cmp"
	"strings"

	"dugnad/search/norwegian"
)

// The ways in which a name begins with what is typed, the better first: what is shown before the other names, of which the reader sees nothing, and
// the beginning before a later word.
const (
	titleStart = iota
	titleInside
	aliasStart
	aliasInside
	SuggestionWays // how many there are
)

// SuggestionPlace is where in a document's names a suggestion can begin.
type SuggestionPlace struct {
	Way  int    // less is better
	Key  string // the folded rest of the name from there
	Text string // what is suggested
}

// SuggestionPlaces gives every place in a document's titles and other names; another name suggests the first title.
func SuggestionPlaces(titles, aliases []string) []SuggestionPlace {
	var places []SuggestionPlace
	put := func(name, text string, start, inside int) {
		key := FoldName(name)
		if key == "" {
			return
		}
		places = append(places, SuggestionPlace{start, key, text})
		for i := range len(key) {
			if key[i] == ' ' {
				places = append(places, SuggestionPlace{inside, key[i+1:], text})
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

// FoldName is a name's words in plain letters, with single spaces between.
func FoldName(name string) string {
	words := norwegian.Words(name)
	folded := make([]string, len(words))
	for i, w := range words {
		folded[i] = norwegian.Fold(w.Text)
	}
	return strings.Join(folded, " ")
}

// CompareSuggestions orders what two documents offer: by the way that the names begin, then by name.
func CompareSuggestions(a, b SuggestionPlace, idA, idB string) int {
	return cmp.Or(cmp.Compare(a.Way, b.Way), strings.Compare(a.Key, b.Key), strings.Compare(idA, idB), strings.Compare(a.Text, b.Text))
}

// CheckSuggest tells whether so many suggestions can be asked for.
func CheckSuggest(limit int) error {
	if limit < 0 {
		return &QueryError{"Limit", "must not be negative"}
	}
	return nil
}
