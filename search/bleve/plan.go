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

// How a word is widened. The limits bound the cost of a query: short prefixes of common words have thousands of
// completions.
const (
	nearWeight, prefixWeight, fuzzyWeight = .3, .6, .4

	maxPrefixTerms, maxFuzzyTerms = 200, 50
	flattenAbove                  = 10   // with more widened terms than this, term frequencies in bodies are ignored
	maxDictEntries                = 5000 // read per field
)

// plan looks up the words of a query in one view.
type plan struct {
	ctx   context.Context
	view  *view
	live  int
	dicts map[string][]segment.TermDictionary // by field, one for each segment

	corrected map[string]string // words that occur nowhere -> the terms searched instead
}

// wordPlan is one word of the query: the terms that match it, by field.
type wordPlan struct {
	clauses  []clause
	idf      float64
	optional bool
}

// clause is a term in a field. Of a word's widened terms only the best counts, of its exact ones all.
type clause struct {
	field   textField
	weight  float64
	widened bool
	flat    bool                     // scored without regard to the term frequency
	lists   [][]segment.PostingsList // for each segment: the list of the term, or of several if flat
	docs    int                      // number of live documents that have it; an upper bound if flat
}

func newPlan(ctx context.Context, v *view, live int) *plan {
	return &plan{
		ctx:       ctx,
		view:      v,
		live:      live,
		dicts:     map[string][]segment.TermDictionary{},
		corrected: map[string]string{},
	}
}

// exact plans a word in its inflections and written forms, and as written.
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

// word plans a word with everything that it may mean: compounds with it, related words, longer words if it may be
// unfinished, and corrections if the word is rare or unknown. An unknown compound also matches its modifier, the part
// that tells its subject.
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

// candidate is a term of the vocabulary that a word may be widened to.
type candidate struct {
	term   string
	edits  uint8
	count  uint64
	fields []textField
}

// prefix widens an unfinished word to the terms that begin with it.
func (p *plan) prefix(w *wordPlan, word string) error {
	byTerm := map[string]*candidate{}
	folded := norwegian.Fold(word)
	for _, f := range surface {
		if err := p.collect(byTerm, f, func() (index.FieldDict, error) {
			return p.view.snap.FieldDictPrefix(f.name, []byte(word))
		}); err != nil {
			return err
		}
	}
	plain := normal[:2]
	if utf8.RuneCountInString(folded) < search.PrefixFrom { // "boe" means Bø and must not match every word with bo
		plain = nil
	}
	for _, f := range plain { // so that an unfinished "tromso" finds Tromsø; in bodies that costs more than it gains
		if err := p.collect(byTerm, f, func() (index.FieldDict, error) {
			return p.view.snap.FieldDictPrefix(f.name, []byte(folded))
		}); err != nil {
			return err
		}
	}
	_, err := p.widen(w, byTerm, word, prefixWeight, maxPrefixTerms)
	return err
}

// fuzzy widens a word to terms within the given edit distance.
func (p *plan) fuzzy(w *wordPlan, word string, edits int) error {
	byTerm := map[string]*candidate{}
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

// collect adds the terms of a dictionary to into.
func (p *plan) collect(into map[string]*candidate, f textField, open func() (index.FieldDict, error)) error {
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
			t = &candidate{term: strings.Clone(e.Term), edits: e.EditDistance}
			into[t.term] = t
		}
		t.count += e.Count
		t.fields = append(t.fields, f)
	}
	return nil
}

// widen adds the best candidates: least edits first, then most frequent. It returns the first one that a live document
// has.
func (p *plan) widen(
	w *wordPlan,
	byTerm map[string]*candidate,
	word string,
	weight float64,
	limit int,
) (best string, err error) {
	delete(byTerm, word)
	terms := make([]*candidate, 0, len(byTerm))
	for _, t := range byTerm {
		terms = append(terms, t)
	}
	slices.SortFunc(terms, func(a, b *candidate) int {
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
	if len(terms) > flattenAbove {
		w.clauses = append(w.clauses[:before], flattened(w.clauses[before:])...)
	}
	return best, nil
}

// flattened merges the clauses of the body, which have the most postings by far, into one flat clause.
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

// add looks a term up in a field and adds a clause to the word if any live document has it.
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

// dictionaries returns the dictionaries of a field, one for each segment.
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

// docs estimates how many documents have the word: as many as its most frequent exact term, or if it has none, all
// widened ones together.
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

// idf returns one value for the whole word, so that a rare inflection does not outweigh the word itself.
func (p *plan) idf(w wordPlan) float64 {
	n := float64(min(w.docs(), p.live))
	return math.Log(1 + (float64(p.live)-n+.5)/(n+.5))
}
