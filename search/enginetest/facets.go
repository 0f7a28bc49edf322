package enginetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dugnad/search"
)

func testFilterValues(t *testing.T, e *engine) {
	odd := []string{
		`a" OR 1=1`, `x' TO y`, `c:\\d`, `kval/intro`, `key:value`, `æøå`, `👪 familie`, "mellom rom", ` `, "ord\nlinje", `*`,
		`-x`, "3413", "03413", "null",
		"UPPER", "upper", string(make([]byte, 3)), longValue(search.MaxFacetValue),
		strings.Repeat("Å", search.MaxFacetValue/2),
	}
	for i, v := range odd {
		e.put(doc(fmt.Sprintf("pra_%02d", i), "T", facet(search.Method, v, "alle")))
	}
	for i, v := range odd {
		r := e.find(search.Query{Limit: 10, Filter: search.Filter{Facets: map[search.Facet][]string{search.Method: {v}}}})
		if d := cmp.Diff([]string{fmt.Sprintf("pra_%02d", i)}, ids(r)); d != "" {
			t.Errorf("%q: %s", v, d)
		}
	}
	for _, c := range []struct {
		filter map[search.Facet][]string
		want   int
	}{
		{map[search.Facet][]string{search.Method: {"alle"}}, len(odd)},
		{map[search.Facet][]string{search.Method: {}}, len(odd)},
		{map[search.Facet][]string{search.Method: {"ukjent"}}, 0},
		{map[search.Facet][]string{search.Method: {"ukjent", odd[0], odd[1]}}, 2},
		{map[search.Facet][]string{search.Method: {"alle"}, search.Type: {"PRACTICE"}}, len(odd)},
		{map[search.Facet][]string{search.Method: {"alle"}, search.Type: {"REPORT"}}, 0},
		{map[search.Facet][]string{search.Year: {"2024"}}, 0},
		{map[search.Facet][]string{search.Method: {""}}, 0},
	} {
		if r := e.find(search.Query{Filter: search.Filter{Facets: c.filter}}); r.Total != c.want {
			t.Errorf("%v: %d, want %d", c.filter, r.Total, c.want)
		}
	}
}

func longValue(n int) string {
	return string(slices.Repeat([]byte("v"), n))
}

func testIssued(t *testing.T, e *engine) {
	e.put(
		doc("pra_a", "A", date("2020-01-01")), doc("pra_b", "B", date("2020-12-31")), doc("pra_c", "C", date("2021-01-01")),
		doc("pra_none", "D", func(d *search.Document) { d.SortDate, d.Issued = "2020-06-01", "" }),
	)
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{"", "", []string{"pra_c", "pra_b", "pra_none", "pra_a"}},
		{"2020-01-01", "2020-12-31", []string{"pra_b", "pra_a"}},
		{"2020-01-02", "", []string{"pra_c", "pra_b"}},
		{"", "2020-01-01", []string{"pra_a"}},
		{"2022-01-01", "2021-01-01", []string{}},
	} {
		q := search.Query{
			Limit:  10,
			Filter: search.Filter{IssuedAfter: c.from, IssuedBefore: c.to},
			Facets: []search.Facet{search.Type},
		}
		r := e.find(q)
		if d := cmp.Diff(c.want, ids(r)); d != "" || r.Total != len(c.want) ||
			counts(r.Facets[search.Type])["PRACTICE"] != r.Total {
			t.Errorf("%s..%s: total %d, %v %s", c.from, c.to, r.Total, r.Facets, d)
		}
		q.Filter.Facets = map[search.Facet][]string{search.Type: {"TOOL"}}
		if r := e.find(q); counts(r.Facets[search.Type])["PRACTICE"] != len(c.want) {
			t.Errorf("%s..%s: a facet without its own choice ignores the range: %v", c.from, c.to, r.Facets)
		}
	}
}

// vocabulary is the words of the random documents. Each has a stem of its own, so that a document matches exactly if it
// contains the word.
var vocabulary = []string{"bosetting", "mentor", "norskprøve", "barnehage", "tolketjeneste", "kvalifisering"}

func randomDocuments(r *rand.Rand, n int) []search.Document {
	some := func(prefix string, of, most int) []string {
		var out []string
		for range r.IntN(most + 1) {
			out = append(out, fmt.Sprintf("%s%d", prefix, r.IntN(of)))
		}
		return out
	}
	var docs []search.Document
	for i := range n {
		var text strings.Builder
		for range r.IntN(4) {
			text.WriteString(vocabulary[r.IntN(len(vocabulary))] + " ")
		}
		docs = append(docs, doc(fmt.Sprintf("pra_%04d", i), text.String(), func(d *search.Document) {
			d.Type = []string{"PRACTICE", "REPORT", "TOOL"}[r.IntN(3)]
			d.Public = r.IntN(4) > 0
			d.Facets = map[search.Facet][]string{
				search.Theme: some("tema", 30, 4), search.Municipality: some("kommune", 357, 3),
				search.County: some("fylke", 15, 2),
				search.Year:   {fmt.Sprint(2000 + r.IntN(25))}, search.TargetGroup: some("gruppe", 5, 3), search.Language: {"nb"},
			}
			d.SortDate = fmt.Sprintf("20%02d-01-01", r.IntN(25))
		}))
	}
	return docs
}

func testFacetsBruteForce(t *testing.T, e *engine) {
	r := rand.New(rand.NewPCG(1, 2))
	docs := randomDocuments(r, 500)
	all := map[string]search.Document{}
	for len(docs) > 0 {
		n := min(1+r.IntN(90), len(docs))
		e.put(docs[:n]...)
		for _, d := range docs[:n] {
			all[d.ID] = d
		}
		docs = docs[n:]
	}
	check := func() {
		t.Helper()
		for range 60 {
			q := search.Query{
				Index:  search.Public,
				Facets: search.Facets(),
				Filter: search.Filter{Facets: map[search.Facet][]string{}},
				Limit:  1000,
			}
			if r.IntN(2) == 0 {
				q.Index = search.Members
			}
			for range r.IntN(3) {
				q.Text += vocabulary[r.IntN(len(vocabulary))] + " "
			}
			for _, f := range []search.Facet{search.Theme, search.County, search.Year, search.Type} {
				if r.IntN(2) == 0 {
					for range 1 + r.IntN(4) {
						d := slices.Collect(maps.Values(all))[r.IntN(len(all))]
						if values := d.FacetValues()[f]; len(values) > 0 {
							q.Filter.Facets[f] = append(q.Filter.Facets[f], values[0])
						}
					}
				}
			}
			e.compare(q, all)
		}
	}
	check()
	for id := range all { // again with deletions and changes in the segments
		switch r.IntN(3) {
		case 0:
			e.remove(id)
			delete(all, id)
		case 1:
			d := randomDocuments(r, 1)[0]
			d.ID = id
			e.put(d)
			all[id] = d
		}
		if r.IntN(40) == 0 {
			break
		}
	}
	check()
}

// compare checks the result of a query against counts over all documents.
func (e *engine) compare(q search.Query, all map[string]search.Document) {
	e.t.Helper()
	got := e.find(q)
	words := search.ParseText(q.Text).Words
	matches := func(d search.Document, skip search.Facet) bool {
		if q.Index == search.Public && !d.Public {
			return false
		}
		for _, w := range words {
			if !slices.ContainsFunc(search.ParseText(d.Titles[0]).Words, func(t search.Term) bool { return t.Word == w.Word }) {
				return false
			}
		}
		for f, any := range q.Filter.Facets {
			if f != skip && !slices.ContainsFunc(d.FacetValues()[f], func(v string) bool { return slices.Contains(any, v) }) {
				return false
			}
		}
		return true
	}
	total := 0
	want := map[search.Facet]map[string]int{}
	for _, f := range search.Facets() {
		want[f] = map[string]int{}
	}
	for _, d := range all {
		if matches(d, "") {
			total++
		}
		for _, f := range search.Facets() {
			if matches(d, f) {
				for _, v := range d.FacetValues()[f] {
					want[f][v]++
				}
			}
		}
	}
	if got.Total != total || len(got.Hits) != total {
		e.t.Errorf("%q %v: total %d, %d hits, want %d", q.Text, q.Filter.Facets, got.Total, len(got.Hits), total)
	}
	for _, f := range search.Facets() {
		if d := cmp.Diff(want[f], counts(got.Facets[f])); d != "" {
			e.t.Errorf("%q %v %s: %s", q.Text, q.Filter.Facets, f, d)
		}
		if !slices.IsSortedFunc(got.Facets[f], func(a, b search.FacetCount) int { return b.Count - a.Count }) {
			e.t.Errorf("counts of %s are not sorted: %v", f, got.Facets[f])
		}
	}
}

func testThemes(t *testing.T, e *engine) {
	theme := func(slugs ...string) func(*search.Document) { return facet(search.Theme, slugs...) }
	e.put(
		// in two branches, counted once in their parent
		doc("pra_a", "A", theme("kval", "kval.intro")), doc("pra_b", "B", theme("kval", "kval.intro", "kval.norsk")),
		doc("pra_c", "C", theme("kval")), doc("pra_d", "D", theme("arbeid", "arbeid.mentor")),
	)
	parent := func(v string) string {
		if i := slices.Index([]byte(v), '.'); i >= 0 {
			return v[:i]
		}
		return ""
	}
	r := e.find(
		search.Query{
			Facets: []search.Facet{search.Theme},
			Filter: search.Filter{Facets: map[search.Facet][]string{search.Theme: {"kval"}}},
		},
	)
	if r.Total != 3 {
		t.Errorf("a theme matches %d documents, want 3 including its descendants", r.Total)
	}
	want := []search.FacetNode{
		{FacetCount: search.FacetCount{Value: "kval", Count: 3}, Children: []search.FacetNode{
			{FacetCount: search.FacetCount{Value: "kval.intro", Count: 2}},
			{FacetCount: search.FacetCount{Value: "kval.norsk", Count: 1}},
		}},
		{
			FacetCount: search.FacetCount{Value: "arbeid", Count: 1},
			Children:   []search.FacetNode{{FacetCount: search.FacetCount{Value: "arbeid.mentor", Count: 1}}},
		},
	}
	if d := cmp.Diff(want, search.FacetTree(r.Facets[search.Theme], parent)); d != "" {
		t.Error(d)
	}
}

func testFacetValues(t *testing.T, e *engine) {
	var docs []search.Document
	for i := range 400 {
		number := fmt.Sprintf("%04d", 3000+i)
		docs = append(docs, doc(fmt.Sprintf("pra_%03d", i), "Kommunal ordning",
			facet(search.Municipality, number, "0301"), facet(search.County, "03")))
	}
	e.put(docs...)
	r := e.find(search.Query{Facets: []search.Facet{search.Municipality}})
	if got := r.Facets[search.Municipality]; len(got) != 401 || got[0] != (search.FacetCount{Value: "0301", Count: 400}) ||
		got[1].Value != "3000" {
		t.Errorf("%d values, first %v", len(got), got[:2])
	}
	for name, c := range map[string]struct {
		q    search.FacetQuery
		want []string
	}{
		"prefix": {search.FacetQuery{Prefix: "339"}, strings.Fields("3390 3391 3392 3393 3394 3395 3396 3397 3398 3399")},
		"among":  {search.FacetQuery{Among: []string{"3005", "9999", "0301"}}, []string{"0301", "3005"}},
		"none":   {search.FacetQuery{Among: []string{}}, nil},
		"limit":  {search.FacetQuery{Limit: 2}, []string{"0301", "3000"}},
		"text":   {search.FacetQuery{Text: "ingenting"}, nil},
		"selection": {
			search.FacetQuery{Limit: 2, Filter: search.Filter{Facets: map[search.Facet][]string{search.Municipality: {"3001"}}}},
			[]string{"0301", "3000"},
		},
		"filter": {
			search.FacetQuery{Filter: search.Filter{Facets: map[search.Facet][]string{search.County: {"11"}}}}, nil,
		},
	} {
		c.q.Index, c.q.Facet = search.Public, search.Municipality
		got, err := e.FacetValues(context.Background(), c.q)
		var values []string
		for _, v := range got {
			values = append(values, v.Value)
		}
		if d := cmp.Diff(c.want, values); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	_, err := e.FacetValues(context.Background(), search.FacetQuery{Index: search.Public, Facet: "STAGE"})
	if !errors.Is(err, search.ErrInvalidQuery) {
		t.Errorf("FacetValues of an unknown facet: %v, want ErrInvalidQuery", err)
	}
}
