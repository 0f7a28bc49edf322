package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"dugnad/search"
)

// nine are the facets that queries count and choose values of.
var nine = []search.Facet{
	search.Kind, search.Theme, search.TargetGroup, search.Method, search.County, search.Municipality, search.Organization,
	search.Year, search.Evidence,
}

// sizes are the numbers of values of the facets.
var sizes = map[search.Facet]int{
	search.Kind: 30, search.Theme: 60, search.TargetGroup: 12, search.Method: 20, search.County: 15,
	search.Municipality: 357, search.Organization: 400,
	search.Year: 25, search.Evidence: 6,
}

// corpus generates documents and queries.
type corpus struct {
	*rand.Rand // for queries

	size  int
	words []string
}

const vocabulary = 40_000

func newCorpus(size int) *corpus {
	c := &corpus{Rand: rand.New(rand.NewPCG(7, 7)), size: size} //nolint:gosec // reproducible on purpose
	syllables := strings.Fields(
		"kom mu ne sko le bar ha ge in tro duk sjon flyk ting nor sk opp lær ing tje nes te vei led ar beid mar ked til skudd",
	)
	seen := map[string]bool{}
	for len(c.words) < vocabulary {
		var w strings.Builder
		for range 1 + min(4, len(c.words)/200) + c.IntN(3) {
			w.WriteString(syllables[c.IntN(len(syllables))])
		}
		if !seen[w.String()] && w.Len() > 3 {
			seen[w.String()] = true
			c.words = append(c.words, w.String())
		}
	}
	return c
}

// document returns the same document for the same number, so that none has to be stored.
func (c *corpus) document(n int) search.Document {
	r := rand.New(rand.NewPCG(uint64(n), 11)) //nolint:gosec // reproducible on purpose
	zipf := rand.NewZipf(r, 1.07, 1, vocabulary-1)
	text := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = c.words[zipf.Uint64()]
		}
		return strings.Join(words, " ")
	}
	d := search.Document{
		ID: fmt.Sprintf("pra_%06d", n), Type: "PRACTICE", Public: true, Titles: []string{text(6)},
		Summaries: []string{text(30)}, Bodies: []string{text(460)},
		Keywords: []string{text(2), text(2)}, SortDate: fmt.Sprintf("20%02d-%02d-01", r.IntN(25), 1+r.IntN(12)),
		SortTitle: map[string]string{"nb": strconv.FormatUint(r.Uint64(), 16)},
		Facets:    map[search.Facet][]string{},
	}
	d.Suggest, d.Issued = d.Titles, d.SortDate
	for _, f := range nine {
		for range 1 + r.IntN(3) {
			d.Facets[f] = append(d.Facets[f], strconv.Itoa(r.IntN(sizes[f])))
		}
	}
	return d
}

// word returns a word of the vocabulary, common ones more often.
func (c *corpus) word() string { return c.words[min(int(c.ExpFloat64()*2000), vocabulary-1)] }

// typed returns n words of which the last may be unfinished.
func (c *corpus) typed(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = c.word()
	}
	last := words[n-1]
	words[n-1] = last[:max(3, len(last)-c.IntN(4))]
	return strings.ToValidUTF8(strings.Join(words, " "), "")
}

// faceted returns a query that counts nine facets with the given number of values chosen in each; 0 means a third of
// all.
func (c *corpus) faceted(text string, chosen int) search.Query {
	q := search.Query{
		Index:  search.Public,
		Text:   text,
		Limit:  20,
		Facets: nine,
		Filter: search.Filter{Facets: map[search.Facet][]string{}},
	}
	for _, f := range nine {
		n := chosen
		if n == 0 {
			n = sizes[f] / 3
		}
		for _, v := range c.Perm(sizes[f])[:n] {
			q.Filter.Facets[f] = append(q.Filter.Facets[f], strconv.Itoa(v))
		}
	}
	return q
}
