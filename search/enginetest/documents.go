package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dugnad/search"
)

func (e *engine) wantText(text string, want ...string) {
	e.t.Helper()
	got := e.text(text)
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(append([]string{}, want...), got); d != "" {
		e.t.Errorf("%q: %s", text, d)
	}
}

func testDocuments(t *testing.T, e *engine) {
	e.put(doc("pra_a", "Mentorordning for kvinner", facet(search.Theme, "arbeid")))
	e.wantText("mentorordning", "pra_a")

	e.put(doc("pra_a", "Leksehjelp", facet(search.Theme, "skole")))
	e.wantText("mentorordning")
	e.wantText("leksehjelp", "pra_a")
	r := e.find(search.Query{Facets: []search.Facet{search.Theme}})
	if d := cmp.Diff(map[string]int{"skole": 1}, counts(r.Facets[search.Theme])); d != "" {
		t.Errorf("facets after a change: %s", d)
	}
	if r.Total != 1 || len(r.Hits) != 0 {
		t.Errorf("total %d, %d hits with limit 0", r.Total, len(r.Hits))
	}

	for range 2 {
		e.remove("pra_a", "pra_unknown")
		e.wantText("leksehjelp")
		if r := e.find(search.Query{Facets: []search.Facet{search.Theme}}); r.Total != 0 || len(r.Facets[search.Theme]) != 0 {
			t.Errorf("after removal: %+v", r)
		}
	}
}

func testBatches(t *testing.T, e *engine) {
	var docs []search.Document
	for i := range 1000 {
		docs = append(docs, doc(fmt.Sprintf("pra_%04d", i), fmt.Sprintf("Tiltak nummer %d", i)))
	}
	e.put(docs...)
	if r := e.find(search.Query{Text: "tiltak"}); r.Total != 1000 || !r.TotalExact {
		t.Errorf("total %d, exact %t", r.Total, r.TotalExact)
	}
	e.wantText(`"nummer 999"`, "pra_0999")
	e.put()
	if r := e.find(search.Query{}); r.Total != 1000 {
		t.Errorf("after an empty batch: %d", r.Total)
	}
	e.put(doc("pra_twice", "Først"), doc("pra_twice", "Sist"))
	e.wantText("først")
	e.wantText("sist", "pra_twice")
	b := search.Batch{Upserts: []search.Document{doc("pra_gone", "Borte")}, Deletes: []string{"pra_gone"}, Seq: 10}
	if err := e.Apply(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	e.wantText("borte")
}

func testSequence(t *testing.T, e *engine) {
	ctx := context.Background()
	at := func() int64 {
		t.Helper()
		seq, err := e.Seq(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range []search.Index{search.Public, search.Members} {
			if r := e.find(search.Query{Index: i}); r.AppliedSeq != seq {
				t.Errorf("AppliedSeq of %s = %d, Seq = %d", i, r.AppliedSeq, seq)
			}
		}
		return seq
	}
	if seq := at(); seq != 0 {
		t.Errorf("Seq of a new index = %d", seq)
	}
	for _, step := range []struct{ apply, want int64 }{{7, 7}, {12, 12}, {9, 12}, {13, 13}} {
		b := search.Batch{Upserts: []search.Document{doc("pra_a", "A", members)}, Seq: step.apply}
		if err := e.Apply(ctx, b); err != nil {
			t.Fatal(err)
		}
		if seq := at(); seq != step.want {
			t.Errorf("Seq = %d after a batch with %d, want %d", seq, step.apply, step.want)
		}
	}
	if err := e.Apply(ctx, search.Batch{Seq: 20}); err != nil {
		t.Fatal(err)
	}
	if seq := at(); seq != 20 {
		t.Errorf("Seq = %d after an empty batch with 20", seq)
	}
}

func testInvalidDocuments(t *testing.T, e *engine) {
	for name, d := range map[string]search.Document{
		"no id":         doc("", "A"),
		"dot in id":     doc("pra.1", "A"),
		"long id":       doc(strings.Repeat("a", 512), "A"),
		"no type":       doc("pra_1", "A", func(d *search.Document) { d.Type = "" }),
		"unknown facet": doc("pra_1", "A", facet("STAGE", "DRAFT")),
		"empty value":   doc("pra_1", "A", facet(search.Theme, "")),
		"no date":       doc("pra_1", "A", date("i fjor")),
	} {
		err := e.Apply(context.Background(), search.Batch{Upserts: []search.Document{doc("pra_ok", "B"), d}, Seq: 1})
		if !errors.Is(err, search.ErrInvalidDocument) {
			t.Errorf("%s: %v, want ErrInvalidDocument", name, err)
		}
	}
	if r := e.find(search.Query{Index: search.Members}); r.Total != 0 || r.AppliedSeq != 0 {
		t.Errorf("a rejected batch left %d documents at sequence %d", r.Total, r.AppliedSeq)
	}
}

func testAudience(t *testing.T, e *engine) {
	e.put(
		doc("pra_open", "Åpen ordning", facet(search.Theme, "arbeid")),
		doc("pra_shut", "Hemmelig ordning", members, facet(search.Theme, "vold"), aliases("skjult")),
		doc("pra_was", "Tidligere ordning", facet(search.Theme, "helse")),
	)
	e.put(doc("pra_was", "Tidligere ordning", facet(search.Theme, "helse"), members))

	for _, text := range []string{"", "ordning", "hemmelig", "hemmeli", "skjult", "tidligere", "hemmelik"} {
		for _, h := range e.find(search.Query{Text: text, Limit: 10}).Hits {
			if h.ID != "pra_open" {
				t.Errorf("%q finds %s in public", text, h.ID)
			}
		}
	}
	r := e.find(search.Query{Facets: search.Facets()})
	if d := cmp.Diff(map[string]int{"arbeid": 1}, counts(r.Facets[search.Theme])); d != "" || r.Total != 1 {
		t.Errorf("public counts, total %d: %s", r.Total, d)
	}
	values, err := e.FacetValues(context.Background(), search.FacetQuery{Index: search.Public, Facet: search.Theme})
	if err != nil || len(values) != 1 {
		t.Errorf("public facet values %v, %v", values, err)
	}
	for _, text := range []string{"hemmelig", "ordning", "skjult", "tid"} {
		for _, s := range e.suggest(search.Public, text) {
			if s.ID != "pra_open" {
				t.Errorf("%q suggests %s in public", text, s.ID)
			}
		}
	}
	r = e.find(search.Query{Index: search.Members, Facets: []search.Facet{search.Theme}})
	if d := cmp.Diff(map[string]int{"arbeid": 1, "vold": 1, "helse": 1}, counts(r.Facets[search.Theme])); d != "" ||
		r.Total != 3 {
		t.Errorf("members' counts, total %d: %s", r.Total, d)
	}
	if got := e.suggest(search.Members, "skjult"); len(got) != 1 || got[0].ID != "pra_shut" {
		t.Errorf("members' suggestions: %v", got)
	}

	// Hidden documents do not affect the scores of public ones.
	before := e.find(search.Query{Text: "ordning", Limit: 1}).Hits[0].Position.Score
	for i := range 20 {
		e.put(doc(fmt.Sprintf("pra_hidden%d", i), "Enda en ordning", members))
	}
	if after := e.find(search.Query{Text: "ordning", Limit: 1}).Hits[0].Position.Score; after != before {
		t.Errorf("hidden documents changed a public score from %v to %v", before, after)
	}
	e.remove("pra_open", "pra_shut")
	if r := e.find(search.Query{}); r.Total != 0 {
		t.Errorf("public has %d after removal", r.Total)
	}
}

func (e *engine) suggest(i search.Index, text string) []search.Suggestion {
	e.t.Helper()
	s, err := e.Suggest(context.Background(), i, text, 0)
	if err != nil {
		e.t.Fatal(err)
	}
	return s
}

func testSuggest(t *testing.T, e *engine) {
	municipality := func(id, name string, names ...string) search.Document {
		return doc(id, name, func(d *search.Document) { d.Type, d.Aliases = "MUNICIPALITY", names })
	}
	e.put(
		municipality("mun_tromso", "Tromsø", "Romsa", "5501", "5401"),
		municipality("mun_karasjok", "Karasjok", "Kárášjohka"), municipality("mun_as", "Ås", "Aas"),
		doc("pra_a", "Bosetting i Tromsø kommune"), doc("pra_b", "Trommekurs"),
		doc("pra_c", "Norskopplæring på arbeidsplassen", func(d *search.Document) {
			d.Suggest = append(d.Suggest, "Norskopplæring på arbeidsplassen (nynorsk)")
		}),
	)
	for text, want := range map[string][]string{
		"tromso": {"Tromsø", "Bosetting i Tromsø kommune"}, "TROMSØ ": {"Tromsø", "Bosetting i Tromsø kommune"},
		"trom": {"Trommekurs", "Tromsø", "Bosetting i Tromsø kommune"},
		"roms": {"Tromsø"}, "kárá": {"Karasjok"}, "karasjoh": {"Karasjok"}, "540": {"Tromsø"}, "as": {"Ås"},
		"på arb":          {"Norskopplæring på arbeidsplassen"},
		"norskopplaering": {"Norskopplæring på arbeidsplassen"}, "romsø": {}, "": {}, "  ": {}, "\xff": {},
	} {
		got := []string{}
		for _, s := range e.suggest(search.Public, text) {
			got = append(got, s.Text)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
	if s := e.suggest(search.Public, "roms")[0]; s.Type != "MUNICIPALITY" || s.ID != "mun_tromso" {
		t.Errorf("got %+v", s)
	}
	e.put(doc("pra_b", "Sangkurs"))
	e.remove("mun_as")
	for _, gone := range []string{"trommek", "ås"} {
		if got := e.suggest(search.Public, gone); len(got) != 0 {
			t.Errorf("%q still suggests %v", gone, got)
		}
	}
	var many []search.Document
	for i := range 700 {
		many = append(many, doc(fmt.Sprintf("pra_m%03d", i), fmt.Sprintf("Mangfold %03d", i)))
	}
	e.put(many...)
	if got := e.suggest(search.Public, "mang"); len(got) != search.MaxSuggestions || got[0].Text != "Mangfold 000" {
		t.Errorf("suggestions among many: %v", got)
	}
	if _, err := e.Suggest(context.Background(), search.Public, "a", -1); !errors.Is(err, search.ErrInvalidQuery) {
		t.Errorf("Suggest with a negative limit: %v, want ErrInvalidQuery", err)
	}
}

// testScan compares what an engine holds with what it was given.
func testScan(t *testing.T, e *engine) {
	held := func(i search.Index) map[string]string {
		t.Helper()
		all := map[string]string{}
		err := e.Scan(context.Background(), i, func(id, hash string) error {
			all[id] = hash
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	one, two := doc("pra_one", "Mentor"), doc("pra_two", "Tolk", facet(search.Theme, "a", "b"))
	secret := doc("pra_secret", "Hemmelig", members)
	e.put(one, two, secret)
	two.Titles = []string{"Tolk på skjerm"}
	e.put(two)
	want := map[string]string{"pra_one": one.Hash(), "pra_two": two.Hash(), "pra_secret": secret.Hash()}
	if d := cmp.Diff(want, held(search.Members)); d != "" {
		t.Error(d)
	}
	e.remove("pra_one")
	if d := cmp.Diff(map[string]string{"pra_two": two.Hash()}, held(search.Public)); d != "" {
		t.Error(d)
	}
	stop := errors.New("stop")
	err := e.Scan(context.Background(), search.Members, func(string, string) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("Scan with a failing callback: %v, want its error", err)
	}
	if err := e.Check(context.Background()); err != nil {
		t.Errorf("Check: %v", err)
	}
}
