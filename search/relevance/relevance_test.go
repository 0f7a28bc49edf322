// Package relevance measures how well the search engines rank: 120 documents like the hub's content, queries as people
// type them, and grades for the documents that answer them. scripts/relevance prints the figures.
package relevance

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dugnad/search"
	"dugnad/search/bleve"
	"dugnad/search/meilisearch"
)

// The NDCG that both engines must reach.
const (
	minMean = .90
	minEach = .50
)

// depth is how many hits a reader looks at.
const depth = 10

// judged is a query with the grades of the documents that answer it: 3 exactly what was meant, 2 on the topic, 1
// related. All others are 0.
type judged struct {
	N      int            `json:"n"`
	Query  string         `json:"query"`
	Exact  bool           `json:"exact"` // the best must come first, and no ungraded hits may follow
	Grades map[string]int `json:"grades"`
}

// written is a search document in testdata.
type written struct {
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Title    string   `json:"title"`
	TitleNn  string   `json:"titleNn"`
	Summary  string   `json:"summary"`
	Body     string   `json:"body"`
	Keywords []string `json:"keywords"`
	Aliases  []string `json:"aliases"`
	Date     string   `json:"date"`
}

func (w written) document() search.Document {
	some := func(texts ...string) []string {
		return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	}
	return search.Document{
		ID: w.ID, Type: w.Type, Public: true, Titles: some(w.Title, w.TitleNn), Summaries: some(w.Summary),
		Bodies: some(w.Body), Keywords: w.Keywords,
		Aliases: w.Aliases, Suggest: some(w.Title), SortDate: w.Date,
	}
}

func read[T any](t *testing.T, name string) (all []T) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v", name, err)
	}
	return all
}

func TestRelevance(t *testing.T) {
	t.Run("bleve", func(t *testing.T) {
		e, err := bleve.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = e.Close() }()
		judge(t, e)
	})
	t.Run("meilisearch", func(t *testing.T) {
		url := os.Getenv("HUB_TEST_MEILI_URL")
		if url == "" {
			t.Skip("NOT RUN: HUB_TEST_MEILI_URL is not set")
		}
		e := meilisearch.Open(
			meilisearch.Options{
				URL:    url,
				Key:    os.Getenv("HUB_TEST_MEILI_KEY"),
				Prefix: "relevance-" + strings.ToLower(rand.Text()[:10]),
			},
		)
		defer func() {
			if err := e.Remove(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
			_ = e.Close()
		}()
		judge(t, e)
	})
}

// judge fills an engine and runs all queries.
func judge(t *testing.T, e search.Engine) {
	fill(t, e)
	var table strings.Builder
	var sum float64
	queries := read[judged](t, "judgements.json")
	for _, q := range queries {
		r, err := search.Find(t.Context(), e, search.Query{Index: search.Public, Text: q.Query, Limit: depth})
		if err != nil {
			t.Fatalf("%q: %v", q.Query, err)
		}
		found := []string{}
		for _, h := range r.Hits {
			found = append(found, h.ID)
		}
		got := ndcg(q.Grades, found)
		sum += got
		verdict := ""
		if got < minEach {
			verdict = "  too low"
			t.Errorf("%q: NDCG@%d %.2f, want at least %.2f: %s", q.Query, depth, got, minEach, shown(q.Grades, found))
		}
		if q.Exact && !exact(q.Grades, found) {
			verdict = "  not exact"
			t.Errorf("%q must be answered exactly: %s", q.Query, shown(q.Grades, found))
		}
		fmt.Fprintf(&table, "%3d  %.3f  %3d hits  %s%s\n", q.N, got, r.Total, q.Query, verdict)
		if got < .8 && testing.Verbose() {
			fmt.Fprintf(&table, "              %s\n", shown(q.Grades, found))
		}
	}
	mean := sum / float64(len(queries))
	t.Logf("NDCG@%d of %d queries, mean %.3f:\n%s", depth, len(queries), mean, &table)
	if mean < minMean {
		t.Errorf("mean %.3f, want at least %.2f", mean, minMean)
	}
}

func fill(t *testing.T, e search.Engine) {
	t.Helper()
	r, err := e.Rebuild(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := search.Batch{Seq: 1}
	for _, w := range read[written](t, "documents.json") {
		b.Upserts = append(b.Upserts, w.document())
	}
	if err := r.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// ndcg returns the normalized discounted cumulative gain of the first hits: 1 if they could not be better, which
// includes finding nothing when there is nothing to find.
func ndcg(grades map[string]int, found []string) float64 {
	if len(grades) == 0 {
		if len(found) == 0 {
			return 1
		}
		return 0
	}
	gain := func(grade, rank int) float64 { return (math.Exp2(float64(grade)) - 1) / math.Log2(float64(rank)+2) }
	var got, best float64
	for rank, id := range found[:min(depth, len(found))] {
		got += gain(grades[id], rank)
	}
	ideal := slices.SortedFunc(maps.Values(grades), func(a, b int) int { return cmp.Compare(b, a) })
	for rank, grade := range ideal[:min(depth, len(ideal))] {
		best += gain(grade, rank)
	}
	return got / best
}

// exact reports whether the best hit comes first and no ungraded hit is found.
func exact(grades map[string]int, found []string) bool {
	if len(grades) == 0 {
		return len(found) == 0
	}
	return len(found) > 0 && grades[found[0]] == 3 &&
		!slices.ContainsFunc(found, func(id string) bool { return grades[id] == 0 })
}

func shown(grades map[string]int, found []string) string {
	var out []string
	for _, id := range found {
		out = append(out, fmt.Sprintf("%d %s", grades[id], id))
	}
	for id, grade := range grades {
		if grade == 3 && !slices.Contains(found, id) {
			out = append(out, "missing "+id)
		}
	}
	return strings.Join(out, ", ")
}

// TestNDCG pins the formula.
func TestNDCG(t *testing.T) {
	grades := map[string]int{"a": 3, "b": 2, "c": 1}
	for want, found := range map[float64][]string{1: {"a", "b", "c"}, 0: {"x", "y"}} {
		if got := ndcg(grades, found); got != want {
			t.Errorf("%v: %f, want %f", found, got, want)
		}
	}
	// 1/log2(2) + 3/log2(3) + 7/log2(4) over 7/log2(2) + 3/log2(3) + 1/log2(4)
	if got := ndcg(grades, []string{"c", "b", "a"}); math.Abs(got-.6806) > .0001 {
		t.Errorf("reversed: %f", got)
	}
	if ndcg(nil, nil) != 1 || ndcg(nil, []string{"x"}) != 0 {
		t.Error("nothing to find")
	}
}
