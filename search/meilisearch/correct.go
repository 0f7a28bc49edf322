package meilisearch

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"dugnad/search"
	"dugnad/search/norwegian"
)

const (
	correctFrom    = 20 // documents in which words like a misspelt one are looked at
	maxCorrections = 4  // of a word
	found          = "*"
)

// corrections looks up what may have been meant by the words that are in few documents or none; of those in none also what is the best guess.
func (e *Engine) corrections(ctx context.Context, a *asked, t search.Text, few int) (correct map[string][]string, best map[string]string, err error) {
	correct, best = map[string][]string{}, map[string]string{}
	for _, w := range t.Words {
		if search.Edits(w.Word) == 0 {
			continue
		}
		alone := *a
		alone.Query = search.Query{Index: a.Index}
		alone.legs = legs(search.Text{Words: []search.Term{w}}, nil)
		got, err := e.federated(ctx, &alone, alone.filter(""), 0, nil)
		if err != nil {
			return nil, nil, err
		}
		if got.EstimatedTotalHits > few {
			continue
		}
		if meant, err := e.like(ctx, a, w.Word); err != nil {
			return nil, nil, err
		} else if len(meant) > 0 {
			correct[w.Word] = meant
			if got.EstimatedTotalHits == 0 {
				best[w.Word] = meant[0]
			}
		} else if modifier := norwegian.Modifier(w.Word); modifier != "" && got.EstimatedTotalHits == 0 {
			correct[w.Word] = []string{modifier}
		}
	}
	return correct, best, nil
}

// like finds the words that differ from one by as many letters as may be wrong, the nearest and then the most frequent first. Meilisearch finds the
// documents; which of their words it meant, it tells by marking them.
func (e *Engine) like(ctx context.Context, a *asked, word string) ([]string, error) {
	folded := norwegian.Fold(word)
	r := request{Federation: federation{Limit: correctFrom}, Queries: []subsearch{{
		IndexUID: a.uid, Q: folded + " ", MatchingStrategy: "all", AttributesToSearchOn: []string{attrWords}, AttributesToRetrieve: []string{attrID},
		AttributesToHighlight: []string{attrWords}, HighlightPreTag: found, HighlightPostTag: found, Filter: field(search.Type) + " EXISTS",
		FederationOptions: map[string]any{"weight": 1},
	}}}
	var got answer
	if err := e.read(ctx, "POST", "/multi-search", r, &got); err != nil {
		return nil, err
	}
	times := map[string]int{}
	for _, h := range got.Hits {
		for _, w := range h.Formatted.Words {
			if marked, ok := strings.CutPrefix(w, found); ok {
				times[strings.TrimSuffix(marked, found)]++
			}
		}
	}
	return nearest(folded, times, search.Edits(word)), nil
}

// nearest orders candidates and leaves out those that differ too much, or in their first letters.
func nearest(word string, times map[string]int, edits int) []string {
	distance := map[string]int{}
	var out []string
	for w := range times {
		if w == word || len(w) < search.FixedLetters || !strings.HasPrefix(word, w[:search.FixedLetters]) {
			continue
		}
		if distance[w] = levenshtein.Distance(word, w, nil); distance[w] <= edits {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance[a], distance[b]), cmp.Compare(times[b], times[a]), strings.Compare(a, b))
	})
	return out[:min(len(out), maxCorrections)]
}
