package bleve_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/search"
)

// BenchmarkSearch reports the latency of searches with all facets over HUB_BENCH_DOCS documents (default 2,000) of about 200 words.
func BenchmarkSearch(b *testing.B) {
	n := 2000
	if s := os.Getenv("HUB_BENCH_DOCS"); s != "" {
		if _, err := fmt.Sscan(s, &n); err != nil {
			b.Fatal(err)
		}
	}
	e := open(b, b.TempDir())
	r := rand.New(rand.NewPCG(7, 7))
	words := benchWords(r)
	zipf := rand.NewZipf(r, 1.07, 1, uint64(len(words)-1))
	text := func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = words[zipf.Uint64()]
		}
		return strings.Join(out, " ")
	}
	start := time.Now()
	build, err := e.Rebuild(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < n; i += 1000 {
		var docs []search.Document
		for j := i; j < min(i+1000, n); j++ {
			title := text(6)
			d := search.Document{
				ID: fmt.Sprintf("pra_%06d", j), Type: "PRACTICE", Public: true, Titles: []string{title}, Summaries: []string{text(25)}, Bodies: []string{text(170)},
				Suggest: []string{title}, SortDate: fmt.Sprintf("20%02d-01-01", r.IntN(25)), Facets: map[search.Facet][]string{},
			}
			for f, size := range map[search.Facet]int{
				search.Theme: 60, search.Municipality: 357, search.County: 15, search.Year: 25, search.TargetGroup: 12, search.Method: 20,
				search.Organization: 400, search.Language: 3, search.Kind: 30, search.Evidence: 6,
			} {
				for range 1 + r.IntN(3) {
					d.Facets[f] = append(d.Facets[f], fmt.Sprint(r.IntN(size)))
				}
			}
			docs = append(docs, d)
		}
		if err := build.Apply(context.Background(), search.Batch{Upserts: docs}); err != nil {
			b.Fatal(err)
		}
	}
	if err := build.Commit(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.Logf("built %d documents in %s", n, time.Since(start).Round(time.Millisecond))

	var took []time.Duration
	for b.Loop() {
		q := search.Query{Index: search.Public, Limit: 20, Facets: search.Facets(), Filter: search.Filter{Facets: map[search.Facet][]string{}}}
		for range r.IntN(4) {
			w := words[zipf.Uint64()]
			q.Text += w[:max(3, len(w)-r.IntN(4))] + " "
		}
		for _, f := range []search.Facet{search.Theme, search.County, search.Year}[:r.IntN(4)] {
			q.Filter.Facets[f] = []string{fmt.Sprint(r.IntN(10)), fmt.Sprint(r.IntN(10))}
		}
		start := time.Now()
		if _, err := e.Search(context.Background(), q); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	for name, at := range map[string]float64{"p50-ms": .5, "p95-ms": .95, "p99-ms": .99} {
		b.ReportMetric(float64(took[int(at*float64(len(took)-1))].Microseconds())/1000, name)
	}
}

// benchWords is a vocabulary of 40,000 made-up words, the common ones short.
func benchWords(r *rand.Rand) []string {
	syllables := strings.Fields("kom mu ne sko le bar ha ge in tro duk sjon flyk ting nor sk opp lær ing tje nes te vei led ar beid mar ked til skudd")
	seen := map[string]bool{}
	var words []string
	for len(words) < 40_000 {
		w := ""
		for range 1 + min(4, len(words)/200) + r.IntN(3) {
			w += syllables[r.IntN(len(syllables))]
		}
		if !seen[w] && len(w) > 3 {
			seen[w] = true
			words = append(words, w)
		}
	}
	return words
}
