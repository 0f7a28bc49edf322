package bleve

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"dugnad/search"
	"dugnad/search/norwegian"
)

// How a word is widened. The limits hold the cost of a query whatever the vocabulary: short beginnings of common words have thousands of endings.
const (
	nearWeight, prefixWeight, fuzzyWeight = .3, .6, .4

	maxPrefixTerms, maxFuzzyTerms = 200, 50
	manyTerms                     = 10   // from so many endings on, how often one is in a body says nothing
	maxDictEntries                = 5000 // looked at in one field
)

// plan looks up the words of a query in one view.
type plan struct {
	ctx   context.Context
	view  *view
	live  int
	dicts map[string][]segment.TermDictionary // by field: one for each segment

	corrected map[string]string // words that no document has: what they were taken for
}

// wordPlan is one word of the query: the terms that count as it, in the fields they are in.
type wordPlan struct {
	clauses  []clause
	idf      float64
	optional bool
}

// clause is a term in a field. The best of the widened terms of a word counts, and all of the exact ones.
type clause struct {
	field   textField
	weight  float64
	widened bool
	flat    bool                     // it counts the same however often the document has it
	lists   [][]segment.PostingsList // for each segment: of the term; of several where it is flat
	docs    int                      // live ones that have it; at most, where it is flat
}

func newPlan(ctx context.Context, v *view, live int) *plan {
	return &plan{ctx: ctx, view: v, live: live, dicts: map[string][]segment.TermDictionary{}, corrected: map[string]string{}}
}

// exact is a word in its inflected and nynorsk forms, and written as it is.
func (p *plan) exact(word string) (wordPlan, error) {
	var w wordPlan
	key := norwegian.Key(word)
	for _, f := range surface {
		if err := p.add(&w, f, word, 1, false); err != nil {
			return w, err
		}
		if folded := norwegian.FoldWord(word); f.name == "aliases" && folded != word {
			if err := p.add(&w, f, folded, 1, false); err != nil {
				return w, err
			}
		}
	}
	for _, f := range normal {
		if err := p.add(&w, f, key, 1, false); err != nil {
			return w, err
		}
	}
	w.idf = p.idf(w)
	return w, nil
}

// word is a word and what may be meant by it: compounds of it, words near in meaning, longer words while it may be unfinished, and misspellings when there is no such
// word, or hardly any; and of a compound that there is not, what it is about.
func (p *plan) word(t search.Term) (wordPlan, error) {
	w, err := p.exact(t.Word)
	if err != nil {
		return w, err
	}
	if err := p.add(&w, parts, norwegian.Key(t.Word), 1, false); err != nil {
		return w, err
	}
	for _, key := range norwegian.Near(norwegian.Key(t.Word)) {
		for _, f := range normal {
			if err := p.add(&w, f, key, nearWeight, true); err != nil {
				return w, err
			}
		}
	}
	letters := utf8.RuneCountInString(t.Word)
	if t.Prefix && letters >= search.PrefixFrom {
		if err := p.prefix(&w, t.Word); err != nil {
			return w, err
		}
	}
	if edits := search.Edits(t.Word); edits > 0 && w.docs() <= p.live/5000 {
		if err := p.fuzzy(&w, t.Word, edits); err != nil {
			return w, err
		}
	}
	if modifier := norwegian.Modifier(t.Word); modifier != "" && len(w.clauses) == 0 {
		for _, f := range normal {
			if err := p.add(&w, f, modifier, nearWeight, true); err != nil {
				return w, err
			}
		}
	}
	w.idf = p.idf(w)
	return w, nil
}

// found is a term of the vocabulary that a word is widened to.
type found struct {
	term   string
	edits  uint8
	count  uint64
	fields []textField
}

func (p *plan) prefix(w *wordPlan, word string) error {
	byTerm := map[string]*found{}
	folded := norwegian.Fold(word)
	for _, f := range surface {
		if err := p.collect(byTerm, f, func() (index.FieldDict, error) { return p.view.snap.FieldDictPrefix(f.name, []byte(word)) }); err != nil {
			return err
		}
	}
	plain := normal[:2]
	if utf8.RuneCountInString(folded) < search.PrefixFrom { // "boe" is Bø, and not the beginning of everything with bo
		plain = nil
	}
	for _, f := range plain { // so that "tromso" while it is typed finds Tromsø; the body would cost more than it gives
		if err := p.collect(byTerm, f, func() (index.FieldDict, error) { return p.view.snap.FieldDictPrefix(f.name, []byte(folded)) }); err != nil {
			return err
		}
	}
	_, err := p.widen(w, byTerm, word, prefixWeight, maxPrefixTerms)
	return err
}

func (p *plan) fuzzy(w *wordPlan, word string, edits int) error {
	byTerm := map[string]*found{}
	start := string([]rune(word)[:search.FixedLetters])
	for _, f := range surface {
		if err := p.collect(byTerm, f, func() (index.FieldDict, error) {
			return p.view.snap.FieldDictFuzzy(f.name, word, edits, start)
		}); err != nil {
			return err
		}
	}
	alone := w.docs() == 0
	best, err := p.widen(w, byTerm, word, fuzzyWeight, maxFuzzyTerms)
	if alone && best != "" {
		p.corrected[word] = norwegian.Fold(best)
	}
	return err
}

// collect reads terms from a vocabulary.
func (p *plan) collect(into map[string]*found, f textField, open func() (index.FieldDict, error)) error {
	dict, err := open()
	if err != nil {
		return err
	}
	defer dict.Close()
	for n := range maxDictEntries {
		if n%256 == 0 && p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		e, err := dict.Next()
		if err != nil || e == nil {
			return err
		}
		t := into[e.Term]
		if t == nil {
			t = &found{term: strings.Clone(e.Term), edits: e.EditDistance}
			into[t.term] = t
		}
		t.count += e.Count
		t.fields = append(t.fields, f)
	}
	return nil
}

// widen adds the best of the terms found: those least misspelt, then the most frequent. It gives the first that a live document has.
func (p *plan) widen(w *wordPlan, byTerm map[string]*found, word string, weight float64, limit int) (best string, err error) {
	delete(byTerm, word)
	terms := make([]*found, 0, len(byTerm))
	for _, t := range byTerm {
		terms = append(terms, t)
	}
	slices.SortFunc(terms, func(a, b *found) int {
		return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(b.count, a.count), strings.Compare(a.term, b.term))
	})
	terms = terms[:min(len(terms), limit)]
	before := len(w.clauses)
	for _, t := range terms {
		for _, f := range t.fields {
			had := len(w.clauses)
			if err := p.add(w, f, t.term, weight, true); err != nil {
				return "", err
			}
			if best == "" && len(w.clauses) > had {
				best = t.term
			}
		}
	}
	if len(terms) > manyTerms {
		w.clauses = append(w.clauses[:before], flattened(w.clauses[before:])...)
	}
	return best, nil
}

// flattened makes one flat clause of those in the body, which have the most postings by far.
func flattened(clauses []clause) []clause {
	var kept []clause
	var flat *clause
	for _, c := range clauses {
		switch {
		case c.field.name != bodyField:
			kept = append(kept, c)
		case flat == nil:
			c.flat = true
			flat = &c
		default:
			flat.docs += c.docs
			for i, lists := range c.lists {
				flat.lists[i] = append(flat.lists[i], lists...)
			}
		}
	}
	if flat != nil {
		kept = append(kept, *flat)
	}
	return kept
}

// add looks a term up in a field, and adds it to the word if any live document has it.
func (p *plan) add(w *wordPlan, f textField, term string, weight float64, widened bool) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	dicts, err := p.dictionaries(f.name)
	if err != nil {
		return err
	}
	c := clause{field: f, weight: f.weight * weight, widened: widened, lists: make([][]segment.PostingsList, len(dicts))}
	for i, d := range dicts {
		list, err := d.PostingsList([]byte(term), p.view.segs[i].Deleted(), nil)
		if err != nil {
			return err
		}
		if n := int(list.Count()); n > 0 {
			c.lists[i] = append(c.lists[i], list)
			c.docs += n
		}
	}
	if c.docs > 0 {
		w.clauses = append(w.clauses, c)
	}
	return nil
}

func (p *plan) dictionaries(field string) ([]segment.TermDictionary, error) {
	if dicts, ok := p.dicts[field]; ok {
		return dicts, nil
	}
	var dicts []segment.TermDictionary
	for _, sn := range p.view.segs {
		d, err := sn.Segment().Dictionary(field)
		if err != nil {
			return nil, err
		}
		dicts = append(dicts, d)
	}
	p.dicts[field] = dicts
	return dicts, nil
}

// docs is about how many documents have the word: as many as its most frequent exact term, or where there is none all the widened ones together.
func (w wordPlan) docs() int {
	exact, widened := 0, 0
	for _, c := range w.clauses {
		if c.widened {
			widened += c.docs
		} else {
			exact = max(exact, c.docs)
		}
	}
	if exact > 0 {
		return exact
	}
	return widened
}

// idf is one for the whole word, so that a rare ending of it does not outweigh the word itself.
func (p *plan) idf(w wordPlan) float64 {
	n := float64(min(w.docs(), p.live))
	return math.Log(1 + (float64(p.live)-n+.5)/(n+.5))
}
