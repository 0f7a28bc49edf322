package search

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"slices"
)

const (
	loosenBelow = 3 // a query with fewer hits is loosened
	loosenFrom  = 3 // minimum number of words; one of two words is too little in common
	loosenWords = 5 // number of words tried in every combination
)

// Find is Engine.Search for readers. If hardly anything has all of several words, it makes some words optional: hits
// with all words still come first, and Result.Optional lists the words that became optional.
func Find(ctx context.Context, e Engine, q Query) (*Result, error) {
	strict, err := e.Search(ctx, q)
	if err != nil || strict.Total >= loosenBelow {
		return strict, err
	}
	if q.Optional, err = optional(ctx, e, q, strict.Total); err != nil || len(q.Optional) == 0 {
		return strict, err
	}
	loose, err := e.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	loose.Optional, loose.WithAll = q.Optional, strict.Total
	return loose, nil
}

// FindFacetValues is Engine.FacetValues for the query as Find answers it.
func FindFacetValues(ctx context.Context, e Engine, q FacetQuery) ([]FacetCount, error) {
	found, err := Find(ctx, e, Query{Index: q.Index, Text: q.Text, Filter: q.Filter})
	if err != nil {
		return nil, err
	}
	q.Optional = found.Optional
	return e.FacetValues(ctx, q)
}

// wordCount is a word and how many documents have it under the rest of the query.
type wordCount struct {
	word      string
	documents int
}

// optional chooses the words to make optional: all that occur nowhere, and as few of the others as it takes to get
// hits. Among equally many it prefers words whose loss gives enough hits, then the more common ones. It returns nil if
// that finds no more than the whole text, strict hits.
func optional(ctx context.Context, e Engine, q Query, strict int) ([]string, error) {
	words := distinct(ParseText(q.Text).Words)
	if len(words) < loosenFrom {
		return nil, nil
	}
	q = Query{Index: q.Index, Text: q.Text, Filter: q.Filter}
	count := func(needed []string) (int, error) {
		q.Optional = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(needed, w) })
		found, err := e.Search(ctx, q)
		if err != nil {
			return 0, err
		}
		return found.Total, nil
	}
	var known []wordCount
	for _, w := range words {
		n, err := count([]string{w})
		if err != nil {
			return nil, err
		}
		if n > 0 {
			known = append(known, wordCount{w, n})
		}
	}
	slices.SortStableFunc(known, func(a, b wordCount) int { return cmp.Compare(a.documents, b.documents) })
	known = known[:min(len(known), loosenWords)] // the rarest

	var needed []string
	found := 0
	for size := min(len(known), len(words)-1); size > 0 && found < loosenBelow && (size > 1 || found == 0); size-- {
		for chosen := range subsets(known, size) {
			n, err := count(chosen)
			if err != nil {
				return nil, err
			}
			if n > found {
				needed, found = chosen, n
			}
			if n >= loosenBelow {
				break // the first of its size has the rarest words
			}
		}
	}
	if found <= strict {
		return nil, nil
	}
	return slices.DeleteFunc(words, func(w string) bool { return slices.Contains(needed, w) }), nil
}

// subsets yields the subsets of the given size, those with the rarest words first.
func subsets(words []wordCount, size int) iter.Seq[[]string] {
	type choice struct {
		words  []string
		common float64
	}
	var all []choice
	for set := range uint(1) << len(words) {
		if bits.OnesCount(set) != size {
			continue
		}
		var c choice
		for i, w := range words {
			if set&(1<<i) != 0 {
				c.words = append(c.words, w.word)
				c.common += math.Log(float64(w.documents))
			}
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Compare(a.common, b.common) })
	return func(yield func([]string) bool) {
		for _, c := range all {
			if !yield(c.words) {
				return
			}
		}
	}
}

func distinct(terms []Term) (words []string) {
	for _, t := range terms {
		if !slices.Contains(words, t.Word) {
			words = append(words, t.Word)
		}
	}
	return words
}

// Parsed returns the parsed text, with the query's optional words moved to Optional.
func (q Query) Parsed() Text {
	t := ParseText(q.Text)
	var needed []Term
	for _, w := range t.Words {
		if slices.Contains(q.Optional, w.Word) {
			t.Optional = append(t.Optional, w)
		} else {
			needed = append(needed, w)
		}
	}
	t.Words = needed
	return t
}

func (q Query) validateOptional() error {
	if len(q.Optional) == 0 {
		return nil
	}
	if t := q.Parsed(); len(t.Words) == 0 && len(t.Phrases) == 0 {
		return &QueryError{"Optional", "leaves no word to search for"}
	}
	words := distinct(ParseText(q.Text).Words)
	for _, w := range q.Optional {
		if !slices.Contains(words, w) {
			return &QueryError{"Optional", fmt.Sprintf("has %q, which is not a word of the text", w)}
		}
	}
	return nil
}
