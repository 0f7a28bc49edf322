package bleve

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"

	"dugnad/search"
	"dugnad/search/norwegian"
)

// The constants of BM25. The average lengths are fixed, see textField.
const bm25K, bm25B = 1.2, .75

// checkEvery is how many postings are read between two checks of the context.
const checkEvery = 1 << 14

// scored receives the matching documents of a segment and their scores by document number. Both are valid during the
// call only.
type scored func(seg int, docs *roaring.Bitmap, scores []float32) error

// match calls each with the live documents that have every word and phrase of a text, and their scores. It returns the
// words that were corrected.
func (v *view) match(ctx context.Context, t search.Text, live docSet, each scored) (map[string]string, error) {
	p := newPlan(ctx, v, live.size())
	var words []wordPlan
	within := live
	for _, term := range t.Words {
		w, err := p.word(term)
		if err != nil {
			return nil, err
		}
		words = append(words, w)
	}
	for _, phrase := range t.Phrases {
		docs, err := v.phrase(ctx, p, phrase)
		if err != nil {
			return nil, err
		}
		within = within.and(docs)
		for _, word := range phrase {
			w, err := p.exact(word)
			if err != nil {
				return nil, err
			}
			words = append(words, w)
		}
	}
	for _, term := range t.Optional {
		w, err := p.word(term)
		if err != nil {
			return nil, err
		}
		w.optional = true
		words = append(words, w)
	}
	largest := 0
	for _, sn := range v.segs {
		largest = max(largest, int(sn.Segment().Count()))
	}
	buf := scores{total: make([]float32, largest), exact: make([]float32, largest), widened: make([]float32, largest)}
	for i := range v.segs {
		docs, err := buf.segment(ctx, i, words, within[i])
		if err != nil {
			return nil, err
		}
		if err := each(i, docs, buf.total); err != nil {
			return nil, err
		}
		docs.Iterate(func(d uint32) bool { buf.total[d] = 0; return true })
	}
	return p.corrected, nil
}

// scores are the sums for one segment, by document number. They are zero between segments.
type scores struct{ total, exact, widened []float32 }

// segment scores one segment and returns the documents that have all words except the optional ones, which must come
// last in words. Only those documents keep a score in total.
func (s *scores) segment(
	ctx context.Context,
	i int,
	words []wordPlan,
	within *roaring.Bitmap,
) (*roaring.Bitmap, error) {
	docs, first := within, within
	for n, w := range words {
		hits := roaring.New()
		for _, c := range w.clauses {
			if len(c.lists[i]) == 0 {
				continue
			}
			if err := s.clause(ctx, c, i, w.idf, hits); err != nil {
				return nil, err
			}
		}
		scored := roaring.And(docs, hits)
		if !w.optional {
			docs = scored
		}
		scored.Iterate(func(d uint32) bool { s.total[d] += s.exact[d] + s.widened[d]; return true })
		hits.Iterate(func(d uint32) bool { s.exact[d], s.widened[d] = 0, 0; return true })
		if n == 0 {
			first = docs
		}
	}
	roaring.AndNot(first, docs).Iterate(func(d uint32) bool { s.total[d] = 0; return true })
	return docs, nil
}

// clause scores the documents that have the terms of a clause, and adds them to hits.
func (s *scores) clause(ctx context.Context, c clause, i int, idf float64, hits *roaring.Bitmap) error {
	if c.flat {
		docs := roaring.New()
		for _, list := range c.lists[i] {
			if err := orInto(list, docs); err != nil {
				return err
			}
		}
		score := float32(c.weight * idf)
		docs.Iterate(func(d uint32) bool { s.widened[d] = max(s.widened[d], score); return true })
		hits.Or(docs)
		return ctx.Err()
	}
	if err := orInto(c.lists[i][0], hits); err != nil {
		return err
	}
	it := c.lists[i][0].Iterator(true, true, false, nil)
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		posting, err := it.Next()
		if err != nil || posting == nil {
			return err
		}
		d, freq, norm := posting.Number(), float64(posting.Frequency()), posting.Norm()
		length := 1 / (norm * norm)
		score := float32(c.weight * idf * freq * (bm25K + 1) / (freq + bm25K*(1-bm25B+bm25B*length/c.field.average)))
		if c.widened {
			s.widened[d] = max(s.widened[d], score)
		} else {
			s.exact[d] += score
		}
	}
}

// phrase returns the documents that have the words next to each other in a field. A single word is matched as written,
// without its stem.
func (v *view) phrase(ctx context.Context, p *plan, words search.Phrase) (docSet, error) {
	out := v.none()
	if len(words) == 1 {
		var w wordPlan
		for _, f := range surface {
			if err := p.add(&w, f, words[0], 1, false); err != nil {
				return nil, err
			}
		}
		return out, w.union(out)
	}
	for _, f := range surface {
		if err := v.phraseIn(ctx, f.name, words, out); err != nil {
			return nil, fmt.Errorf("phrase in %s: %w", f.name, err)
		}
	}
	return out, nil
}

func (v *view) phraseIn(ctx context.Context, field string, words search.Phrase, into docSet) error {
	sr, err := searcher.NewPhraseSearcher(
		ctx,
		v.snap,
		words,
		0,
		false,
		field,
		1,
		bsearch.SearcherOptions{Score: "none", IncludeTermVectors: true},
	)
	if err != nil {
		return err
	}
	defer sr.Close()
	offset, seg := uint64(0), 0
	sc := &bsearch.SearchContext{
		DocumentMatchPool: bsearch.NewDocumentMatchPool(sr.DocumentMatchPoolSize()+8, 0),
		IndexReader:       v.snap,
	}
	for n := 0; ; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		d, err := sr.Next(sc)
		if err != nil || d == nil {
			return err
		}
		at := d.IndexInternalID.Value() // numbered across segments, ascending
		for at >= offset+v.segs[seg].Segment().Count() {
			offset += v.segs[seg].Segment().Count()
			seg++
		}
		into[seg].Add(uint32(at - offset))
		sc.DocumentMatchPool.Put(d)
	}
}

// excluded returns the documents that a text excludes: those with a word in any inflection or as part of a compound, or
// with a phrase as written.
func (v *view) excluded(ctx context.Context, t search.Text, live int) (docSet, error) {
	out, p := v.none(), newPlan(ctx, v, live)
	for _, phrase := range t.Exclude {
		if len(phrase) == 1 {
			w, err := p.exact(phrase[0])
			if err == nil {
				err = p.add(&w, parts, norwegian.Key(phrase[0]), 1, false)
			}
			if err != nil {
				return nil, err
			}
			if err := w.union(out); err != nil {
				return nil, err
			}
			continue
		}
		docs, err := v.phrase(ctx, p, phrase)
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i].Or(docs[i])
		}
	}
	return out, nil
}

// union adds the documents of all clauses to into.
func (w wordPlan) union(into docSet) error {
	for _, c := range w.clauses {
		for i, lists := range c.lists {
			for _, list := range lists {
				if err := orInto(list, into[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// none returns an empty set.
func (v *view) none() docSet {
	out := make(docSet, len(v.segs))
	for i := range out {
		out[i] = roaring.New()
	}
	return out
}
