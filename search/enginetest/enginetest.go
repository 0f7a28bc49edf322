// Package enginetest is the conformance suite of search engines: an engine that passes it satisfies search.Engine.
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"dugnad/search"
)

// Run tests an engine. newEngine returns an empty one, which may still need a rebuild, and closes it at the end of the
// test.
func Run(t *testing.T, newEngine func(t testing.TB) search.Engine) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, e *engine)
	}{
		{"documents_come_change_and_go", testDocuments},
		{"batches", testBatches},
		{"sequence", testSequence},
		{"scan", testScan},
		{"invalid_documents_are_refused", testInvalidDocuments},
		{"invalid_queries_are_refused", testInvalidQueries},
		{"filter_values_match_literally", testFilterValues},
		{"issued_range", testIssued},
		{"facets_equal_brute_force", testFacetsBruteForce},
		{"facets_of_themes", testThemes},
		{"facet_values", testFacetValues},
		{"orders", testOrders},
		{"places", testPlaces},
		{"distance", testDistance},
		{"corrections", testCorrections},
		{"optional_words", testOptional},
		{"find_loosens_a_text", testFind},
		{"paging_has_no_gap_and_no_repeat", testPaging},
		{"paging_ends_at_the_depth", testDepth},
		{"forms_of_words", testForms},
		{"text_of_a_query", testText},
		{"odd_texts", testOddTexts},
		{"ranking", testRanking},
		{"suggestions", testSuggest},
		{"public_knows_nothing_of_members", testAudience},
		{"ended_context", testContext},
		{"readers_and_a_writer", testConcurrent},
		{"rebuild", testRebuild},
		{"rebuild_while_writing", testRebuildWhileWriting},
		{"closed", testClosed},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.run(t, start(t, newEngine(t)))
		})
	}
	t.Run("before_the_first_rebuild", func(t *testing.T) { testNeedsRebuild(t, newEngine(t)) })
}

// engine is an engine under test with helpers.
type engine struct {
	search.Engine
	t   testing.TB
	seq int64
}

// start builds the first indexes if the engine has none.
func start(t testing.TB, e search.Engine) *engine {
	t.Helper()
	if errors.Is(e.Health(context.Background()), search.ErrNeedsRebuild) {
		r, err := e.Rebuild(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Health(context.Background()); err != nil {
		t.Fatal(err)
	}
	return &engine{Engine: e, t: t}
}

func (e *engine) put(docs ...search.Document) {
	e.t.Helper()
	e.seq++
	if err := e.Apply(context.Background(), search.Batch{Upserts: docs, Seq: e.seq}); err != nil {
		e.t.Fatal(err)
	}
}

func (e *engine) remove(ids ...string) {
	e.t.Helper()
	e.seq++
	if err := e.Apply(context.Background(), search.Batch{Deletes: ids, Seq: e.seq}); err != nil {
		e.t.Fatal(err)
	}
}

// find answers a query, on the public index by default.
func (e *engine) find(q search.Query) *search.Result {
	e.t.Helper()
	if q.Index == "" {
		q.Index = search.Public
	}
	r, err := e.Search(context.Background(), q)
	if err != nil {
		e.t.Fatalf("search %+v: %v", q, err)
	}
	return r
}

// text returns the ids of the hits for a text.
func (e *engine) text(text string) []string {
	e.t.Helper()
	return ids(e.find(search.Query{Text: text, Limit: 100}))
}

func ids(r *search.Result) []string {
	out := []string{}
	for _, h := range r.Hits {
		out = append(out, h.ID)
	}
	return out
}

func counts(c []search.FacetCount) map[string]int {
	out := map[string]int{}
	for _, v := range c {
		out[v.Value] = v.Count
	}
	return out
}

// doc returns a public practice with a title.
func doc(id, title string, change ...func(*search.Document)) search.Document {
	d := search.Document{
		ID: id, Type: "PRACTICE", Public: true, Titles: []string{title}, Suggest: []string{title}, SortDate: "2024-01-01",
		SortTitle: map[string]string{"nb": fmt.Sprintf("%x", title)},
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func facet(f search.Facet, values ...string) func(*search.Document) {
	return func(d *search.Document) {
		if d.Facets == nil {
			d.Facets = map[search.Facet][]string{}
		}
		d.Facets[f] = values
	}
}

func date(day string) func(*search.Document) {
	return func(d *search.Document) { d.SortDate, d.Issued = day, day }
}

func aliases(names ...string) func(*search.Document) {
	return func(d *search.Document) { d.Aliases = names }
}

func body(text string) func(*search.Document) {
	return func(d *search.Document) { d.Bodies = []string{text} }
}

func members(d *search.Document) { d.Public = false }
