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
	loosenBelow = 3 // hits: so few of them are not what a reader of many words hopes for
	loosenFrom  = 3 // words: what has one of two words is about something else
	loosenWords = 5 // that are tried in every combination
)

// Find is Engine.Search for readers. Where hardly anything has all of several words, some of the words need not be found: what has all of them still
// comes first, and Result.Optional says which those are.
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

// FindFacetValues is Engine.FacetValues over the hits of Find.
func FindFacetValues(ctx context.Context, e Engine, q FacetQuery) ([]FacetCount, error) {
	found, err := Find(ctx, e, Query{Index: q.Index, Text: q.Text, Filter: q.Filter})
	if err != nil {
		return nil, err
	}
	q.Optional = found.Optional
	return e.FacetValues(ctx, q)
}

// wordCount is a word of a text, with how many documents have it and everything else that is asked for.
type wordCount struct {
	word      string
	documents int
}

// optional chooses the words that need not be found: all that nothing has, and of the others as few as it takes for some documents to have the rest.
// Between as few words it is those without which there are enough hits, then the more common ones. It gives nil when that finds no more than the whole
// text.
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
				break // the first of its size is the one with the rarest words
			}
		}
	}
	if found <= strict {
		return nil, nil
	}
	return slices.DeleteFunc(words, func(w string) bool { return slices.Contains(needed, w) }), nil
}

// subsets gives the choices of so many words, those with the rarest words first.
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

// Parsed is the query's text, with the words that need not be found apart.
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
		return &QueryError{"Optional", "leaves no word to look for"}
	}
	words := distinct(ParseText(q.Text).Words)
	for _, w := range q.Optional {
		if !slices.Contains(words, w) {
			return &QueryError{"Optional", fmt.Sprintf("has %q, which is no word of the text", w)}
		}
	}
	return nil
}
