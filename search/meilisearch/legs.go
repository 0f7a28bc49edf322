package meilisearch

import (
	"slices"
	"strings"

	"dugnad/search"
	"dugnad/search/norwegian"
)

// A word can match in several ways, and Meilisearch has no "or" between words. So a text becomes several queries, its
// legs, whose hits the server merges: with the stems of all words, with the last word as a prefix, with a related word,
// with a corrected word.

// The weights of the legs, tuned on the relevance set.
const (
	exactWeight, prefixWeight, nearWeight, fuzzyWeight = 1, .85, .4, .6
	// with one optional word, and with none; the score of a hit can be as low as .1
	withOneWeight, withoutWeight = .1, .01
	maxLegs                      = 8
)

// leg is one of the queries for a text.
type leg struct {
	Q      string
	Weight float64
	On     []string // searched attributes, all if empty
}

// legs returns the queries for a text. correct maps a word to be corrected to its corrections. Legs with optional words
// come first and weigh more than any without.
func legs(t search.Text, correct map[string][]string) []leg {
	if len(t.Optional) == 0 {
		return allOf(t, correct)
	}
	whole := t
	whole.Words, whole.Optional = slices.Concat(t.Words, t.Optional), nil
	all := allOf(whole, correct)
	if len(t.Optional) > 1 {
		for _, w := range t.Optional[:min(len(t.Optional), maxLegs)] {
			one := t
			one.Words, one.Optional = append(slices.Clone(t.Words), search.Term{Word: w.Word}), nil
			l := allOf(one, nil)[0]
			l.Weight = withOneWeight
			all = append(all, l)
		}
	}
	for _, l := range allOf(t, correct) {
		l.Weight *= withoutWeight
		all = append(all, l)
	}
	return all
}

// allOf returns the legs that require all words of t.
func allOf(t search.Text, correct map[string][]string) []leg {
	if t.Empty() {
		return []leg{{Q: strings.Join(excluded(t), " "), Weight: exactWeight}}
	}
	exact := make([]string, len(t.Words))
	for i, w := range t.Words {
		exact[i] = keyPhrase(norwegian.Key(w.Word))
	}
	fixed := excluded(t)
	for _, p := range t.Phrases {
		fixed = append(fixed, wordPhrase(p))
	}
	query := func(words ...string) string { return strings.Join(slices.Concat(fixed, words), " ") }
	with := func(i int, word string) string {
		words := slices.Clone(exact)
		words[i] = word
		return query(words...)
	}

	all := []leg{{Q: query(exact...), Weight: exactWeight}}
	for i, w := range t.Words {
		if start := norwegian.Fold(w.Word); w.Prefix && len(start) >= search.PrefixFrom {
			rest := slices.Delete(slices.Clone(exact), i, i+1) // moved to the end, where it matches as a prefix
			all = append(all, leg{Q: query(append(rest, start)...), Weight: prefixWeight, On: searchable})
		}
	}
	for i, w := range t.Words {
		for _, key := range norwegian.Near(norwegian.Key(w.Word)) {
			all = append(all, leg{Q: with(i, keyPhrase(key)), Weight: nearWeight})
		}
	}
	all = all[:min(len(all), maxLegs)]
	return append(all, corrected(t.Words, exact, correct, query)...)
}

// corrected returns the legs with corrections: one with the best correction of each word, then one for each other
// correction.
func corrected(words []search.Term, exact []string, correct map[string][]string, query func(...string) string) []leg {
	if len(correct) == 0 {
		return nil
	}
	best := slices.Clone(exact)
	for i, w := range words {
		if meant := correct[w.Word]; len(meant) > 0 {
			best[i] = keyPhrase(norwegian.Key(meant[0]))
		}
	}
	all := []leg{{Q: query(best...), Weight: fuzzyWeight}}
	for i, w := range words {
		for _, meant := range correct[w.Word][min(1, len(correct[w.Word])):] {
			other := slices.Clone(best)
			other[i] = keyPhrase(norwegian.Key(meant))
			all = append(all, leg{Q: query(other...), Weight: fuzzyWeight * .9})
		}
	}
	return all[:min(len(all), maxLegs)]
}

// excluded returns the negative parts of a query: words in any inflection, phrases as written.
func excluded(t search.Text) []string {
	var out []string
	for _, p := range t.Exclude {
		if len(p) == 1 {
			out = append(out, "-"+keyPhrase(norwegian.Key(p[0])))
		} else {
			out = append(out, "-"+wordPhrase(p))
		}
	}
	return out
}

// keyPhrase returns a stem as a phrase, which allows neither longer words nor typos.
func keyPhrase(key string) string { return `"` + keyToken(key) + `"` }

func wordPhrase(p search.Phrase) string {
	tokens := make([]string, len(p))
	for i, w := range p {
		tokens[i] = wordToken(w)
	}
	return `"` + strings.Join(tokens, " ") + `"`
}
