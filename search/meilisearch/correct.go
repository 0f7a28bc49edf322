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
	correctionDocuments = 20 // documents read to find the words like a misspelt one
	maxCorrections      = 4  // per word
	highlightTag        = "*"
)

// corrections returns the corrections of words that at most few documents have, and for words that none has also the
// best one.
func (e *Engine) corrections(
	ctx context.Context, a *preparedQuery, t search.Text, few int,
) (correct map[string][]string, best map[string]string, err error) {
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

// like returns the words within the edit distance allowed for word, nearest first, then most frequent. Meilisearch
// finds the documents and marks the matching words in them.
func (e *Engine) like(ctx context.Context, a *preparedQuery, word string) ([]string, error) {
	folded := norwegian.Fold(word)
	r := request{Federation: federation{Limit: correctionDocuments}, Queries: []subsearch{{
		IndexUID: a.uid, Q: folded + " ", MatchingStrategy: "all", AttributesToSearchOn: []string{attrWords},
		AttributesToRetrieve:  []string{attrID},
		AttributesToHighlight: []string{attrWords}, HighlightPreTag: highlightTag, HighlightPostTag: highlightTag,
		Filter:            field(search.Type) + " EXISTS",
		FederationOptions: map[string]any{"weight": 1},
	}}}
	var got response
	if err := e.read(ctx, "POST", "/multi-search", r, &got); err != nil {
		return nil, err
	}
	times := map[string]int{}
	for _, h := range got.Hits {
		for _, w := range h.Formatted.Words {
			if marked, ok := strings.CutPrefix(w, highlightTag); ok {
				times[strings.TrimSuffix(marked, highlightTag)]++
			}
		}
	}
	return nearest(folded, times, search.Edits(word)), nil
}

// nearest returns the candidates within edits of word that have the same first letters, best first.
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
