package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"dugnad/search"
)

func testInvalidQueries(t *testing.T, e *engine) {
	e.put(doc("pra_a", "A"))
	for name, q := range map[string]search.Query{
		"index":      {Index: "drafts"},
		"limit":      {Index: search.Public, Limit: -1},
		"huge limit": {Index: search.Public, Limit: 1 << 40},
		"facet":      {Index: search.Public, Facets: []search.Facet{"STAGE"}},
		"filter":     {Index: search.Public, Filter: search.Filter{Facets: map[search.Facet][]string{"_id": {"pra_a"}}}},
		"date":       {Index: search.Public, Filter: search.Filter{IssuedBefore: "2024"}},
		"order":      {Index: search.Public, OrderBy: "STAGE"},
		"language":   {Index: search.Public, OrderBy: search.Title, TitleLanguage: "../nb"},
		"other order": {
			Index: search.Public, OrderBy: search.Newest, After: &search.Position{Order: search.Title, ID: "a", Rank: 1},
		},
		"other search": {Index: search.Public, Text: "a", After: &search.Position{Order: search.Newest, ID: "a", Rank: 1}},
	} {
		if r, err := e.Search(context.Background(), q); !errors.Is(err, search.ErrInvalidQuery) {
			t.Errorf("%s: %v, %v, want ErrInvalidQuery", name, r, err)
		}
	}
}

func testOrders(t *testing.T, e *engine) {
	title := func(keys ...string) func(*search.Document) {
		return func(d *search.Document) { d.SortTitle = map[string]string{"nb": keys[0], "en": keys[1]} }
	}
	e.put(
		doc("pra_a", "Å", date("2021-05-01"), title("99", "01")), doc("pra_b", "A", date("2023-01-01"), title("01", "99")),
		doc("pra_c", "B", date("2021-05-01"), title("02", "02")),
		doc("pra_d", "C", date(""), func(d *search.Document) { d.SortTitle = nil }),
		doc("pra_e", "B", date(""), title("02", "03")),
	)
	for name, c := range map[string]struct {
		q    search.Query
		want string
	}{
		"newest, undated last": {search.Query{OrderBy: search.Newest}, "pra_b pra_a pra_c pra_d pra_e"},
		"no text is newest":    {search.Query{}, "pra_b pra_a pra_c pra_d pra_e"},
		"title, untitled last": {
			search.Query{OrderBy: search.Title, TitleLanguage: "nb"}, "pra_b pra_c pra_e pra_a pra_d",
		},
		"title of another reader": {
			search.Query{OrderBy: search.Title, TitleLanguage: "en"}, "pra_a pra_c pra_e pra_b pra_d",
		},
		"title in a language without titles": {
			search.Query{OrderBy: search.Title, TitleLanguage: "fkv"}, "pra_a pra_b pra_c pra_d pra_e",
		},
		"title within a text": {search.Query{OrderBy: search.Title, TitleLanguage: "nb", Text: "b"}, "pra_c pra_e"},
	} {
		c.q.Limit = 10
		if d := cmp.Diff(c.want, strings.Join(ids(e.find(c.q)), " ")); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func testPaging(t *testing.T, e *engine) {
	var docs []search.Document
	for i := range 300 { // many ties in score, date and title
		docs = append(docs, doc(
			fmt.Sprintf("pra_%03d", (i*7)%300), []string{"Mentor", "Mentor for nye", "Mentor og mentor"}[i%3],
			date(fmt.Sprintf("20%02d-01-01", i%10)), body(strings.Repeat("ord ", i%5)),
			func(d *search.Document) { d.SortTitle = map[string]string{"nb": fmt.Sprintf("%02d", i%20)} },
		))
	}
	for len(docs) > 0 {
		e.put(docs[:25]...)
		docs = docs[25:]
	}
	for _, q := range []search.Query{
		{Text: "mentor"}, {Text: "mentor", OrderBy: search.Newest}, {}, {OrderBy: search.Title, TitleLanguage: "nb"},
	} {
		q.Limit = 1000
		whole := ids(e.find(q))
		q.Limit = 17
		var pages []string
		for {
			r := e.find(q)
			if r.Total != 300 {
				t.Fatalf("total %d", r.Total)
			}
			pages = append(pages, ids(r)...)
			if len(r.Hits) == 0 {
				break
			}
			last := r.Hits[len(r.Hits)-1].Position
			if last.Rank != len(pages) {
				t.Fatalf("rank %d of hit %d", last.Rank, len(pages))
			}
			after, err := search.ParsePosition(last.String())
			if err != nil {
				t.Fatal(err)
			}
			q.After = after
		}
		if d := cmp.Diff(whole, pages); d != "" || len(pages) != 300 {
			t.Errorf("%q %s: %d hits in pages: %s", q.Text, q.OrderBy, len(pages), d)
		}
	}

	// Documents added and deleted before the position do not shift the hits after it.
	q := search.Query{OrderBy: search.Newest, Limit: 100}
	first := e.find(q)
	q.After = &first.Hits[99].Position
	second := ids(e.find(q))
	e.remove(first.Hits[3].ID, first.Hits[99].ID)
	e.put(doc("pra_new", "Mentor", date("2030-01-01")))
	if d := cmp.Diff(second, ids(e.find(q))); d != "" {
		t.Errorf("second page after changes on the first: %s", d)
	}
}

func testDepth(t *testing.T, e *engine) {
	var docs []search.Document
	for i := range search.MaxDepth + 50 {
		docs = append(docs, doc(fmt.Sprintf("pra_%04d", i), "Ordning"))
	}
	e.put(docs...)
	q := search.Query{Index: search.Public, Limit: 300}
	seen := 0
	for {
		r, err := e.Search(context.Background(), q)
		if errors.Is(err, search.ErrTooDeep) {
			break
		}
		if err != nil || len(r.Hits) == 0 {
			t.Fatalf("after %d: %d hits, %v", seen, len(r.Hits), err)
		}
		seen += len(r.Hits)
		q.After = &r.Hits[len(r.Hits)-1].Position
	}
	if seen != search.MaxDepth {
		t.Errorf("read %d hits, want %d", seen, search.MaxDepth)
	}
}

func testForms(t *testing.T, e *engine) {
	e.put(
		doc(
			"pra_nb", "Bosetting av flyktninger",
			body("Kommunen følger introduksjonsprogrammet. Tilskuddet dekker barnehagene, skolen og voksenopplæringen."),
		),
		doc(
			"pra_nn", "Busetjing av flyktningar",
			body("Kommunen følgjer introduksjonsprogrammet. Tilskotet dekkjer barnehagane, skulen og vaksenopplæringa."),
		),
		doc("mun_tromso", "Tromsø", aliases("Romsa", "5501")),
		doc("mun_bodo", "Bodø"),
		doc("mun_as", "Ås", aliases("Aas")),
		doc("mun_bo", "Bø", aliases("Boe")),
		doc("mun_karasjok", "Karasjok", aliases("Kárášjohka", "Karasjoki")),
		doc("pra_for", "Før og etter", body("as")),
		doc("pra_e", "E-læring for alle"),
	)
	both := "bosetting|busetting|busetjing|bosettingen|bosetning|flyktningar|flyktninger|flyktningane|" +
		"bosetting flyktninger|busetting flyktningar|bosetting av flyktninger|introduksjonsprogram|" +
		"introduksjonsordning|introprogram|tilskudd|tilskot|tilskott|barnehage|barnehager|barnehagar|skole|skule|" +
		"skolar|voksenopplæring|vaksenopplæring|voksenopplaering|vaksenopplaring|kommune|kommuner|kommunar|" +
		"BOSETTING|flyktn|introduksjonspr"
	for text := range strings.SplitSeq(both, "|") {
		e.wantText(text, "pra_nb", "pra_nn")
		e.wantText(norm.NFD.String(text), "pra_nb", "pra_nn")
	}
	for text, want := range map[string]string{
		"Tromso": "mun_tromso", "tromsø": "mun_tromso", "Tromsoe": "mun_tromso", "romsa": "mun_tromso", "5501": "mun_tromso",
		"trom": "mun_tromso", "tromsøo": "mun_tromso",
		"Bodo": "mun_bodo", "bodø": "mun_bodo", "Aas": "mun_as", "Ås": "mun_as", "Bø": "mun_bo", "boe": "mun_bo",
		"Karasjok":   "mun_karasjok",
		"Kárášjohka": "mun_karasjok", "karasjohka": "mun_karasjok", "e-læring": "pra_e", "elæring": "pra_e",
		"elaering": "pra_e",
	} {
		e.wantText(text, want)
	}
}

func testText(t *testing.T, e *engine) {
	e.put(
		doc("pra_a", "Mentor for kvinner", body("Opplæring på arbeidsplassen gir bo- og levevilkår.")),
		doc("pra_b", "Mentor for ungdom", body("Levevilkår og bo. § 14 og § 15")),
		doc("pra_c", "Norskopplæring og introduksjonsprogram"),
	)
	for text, want := range map[string]string{
		// all words must match, except stop words
		"mentor kvinner": "pra_a", "mentor": "pra_a pra_b", "mentor norskopplæring": "", "mentor og ungdom": "pra_b",
		// only the last word may be a prefix, from three letters
		"ment": "pra_a pra_b", "men": "pra_a pra_b", "me": "", "ment kvinner": "", "mentor kvin": "pra_a",
		`"mentor for kvinner"`: "pra_a", `"kvinner for mentor"`: "", `"bo og levevilkår"`: "pra_a",
		`"levevilkår og bo"`: "pra_b", `"mentor"`: "pra_a pra_b", `"ment"`: "",
		"mentor -kvinner": "pra_b", "mentor -kvinne": "pra_b", "-mentor": "pra_c", `mentor -"for ungdom"`: "pra_a",
		`mentor "for ungdom"`: "pra_b",
		// one typo from five letters, two from nine
		"introduksjonsprogramet": "pra_c", "introdukjonsprogrm": "pra_c", "mentpr": "pra_a pra_b",
		// no typos in the first two letters or in words with digits, and only one in a short word
		"nentor": "", "kvin9er": "", "mettpr": "",
		"§ 14": "pra_b", "§ 16": "", "14": "pra_b", "for": "pra_a pra_b", // nothing but stop words
		"xyzzyq": "", "opplæring": "pra_a pra_c", "program": "pra_c", "opplæring norsk": "pra_c", // parts of compounds
	} {
		e.wantText(text, strings.Fields(want)...)
	}
}

func testOddTexts(t *testing.T, e *engine) {
	e.put(doc("pra_a", "Mentor"), doc("pra_b", "Å"))
	for _, text := range []string{
		strings.Repeat("æ", 10_000), strings.Repeat("ord ", 5_000), "\x00\x01\x1b", "\xff\xfe\xc3", "…–!?*~^()[]{}:;\\/",
		`"`, `""`, "- -", "-\"", "* OR 1=1", "title:mentor",
		"og i på", strings.Repeat("a", 300), strings.Repeat("\u0301", 300), "👪", "\u202e\u200b",
	} {
		e.find(search.Query{Text: text, Limit: 5, Facets: search.Facets()})
	}
	for _, text := range []string{"", "  ", "!?*", "\x00"} {
		if r := e.find(search.Query{Text: text, Limit: 5}); r.Total != 2 || len(r.Hits) != 2 {
			t.Errorf("%q finds %d", text, r.Total)
		}
	}
	e.wantText("å", "pra_b")
	e.wantText("mentor"+strings.Repeat(" ", 300)+"ingenting", "pra_a") // cut after 256 runes
	e.wantText(strings.Repeat("mentor ", 10)+"ingenting", "pra_a")     // cut after ten words
}

func testRanking(t *testing.T, e *engine) {
	e.put(
		doc("pra_body", "Om noe annet", body("Her nevnes mentor én gang i en lengre tekst om noe ganske annet enn det.")),
		doc("pra_summary", "Noe annet", func(d *search.Document) { d.Summaries = []string{"En mentor for hver deltaker"} }),
		doc("pra_title", "Mentor i kommunen"),
		doc("pra_long", "Mentor i en lang tittel som handler om mange andre ting i kommunen også"),
		doc("pra_prefix", "Mentorordning i kommunen"),
	)
	got := e.text("mentor") // engines may rank the two titles with the word in either order
	slices.Sort(got[:min(2, len(got))])
	if d := cmp.Diff([]string{"pra_long", "pra_title", "pra_prefix", "pra_summary", "pra_body"}, got); d != "" {
		t.Error(d)
	}
	// Equal documents are ordered newest first, then by id, every time.
	e.put(
		doc("pra_2", "Tolk", date("2020-01-01")), doc("pra_1", "Tolk", date("2020-01-01")),
		doc("pra_3", "Tolk", date("2022-01-01")),
	)
	for range 5 {
		if d := cmp.Diff([]string{"pra_3", "pra_1", "pra_2"}, e.text("tolk")); d != "" {
			t.Fatal(d)
		}
	}
	// A filter does not affect scores.
	whole := e.find(search.Query{Text: "mentor", Limit: 1}).Hits[0]
	practices := search.Filter{Facets: map[search.Facet][]string{search.Type: {"PRACTICE"}}}
	some := e.find(search.Query{Text: "mentor", Limit: 1, Filter: practices}).Hits[0]
	if whole.Position.Score != some.Position.Score || whole.Position.Score <= 0 {
		t.Errorf("scores %v and %v", whole.Position.Score, some.Position.Score)
	}
}

func testContext(t *testing.T, e *engine) {
	var docs []search.Document
	for i := range 500 {
		docs = append(docs, doc(fmt.Sprintf("pra_%03d", i), "Mentor for kvinner"))
	}
	e.put(docs...)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	for _, c := range []struct {
		ctx  context.Context
		want error
	}{{ended, context.Canceled}, {late, context.DeadlineExceeded}} {
		for _, text := range []string{"", "mentor kvinner", `"mentor for"`, "ment", "-mentor"} {
			q := search.Query{Index: search.Public, Text: text, Limit: 5, Facets: search.Facets()}
			if _, err := e.Search(c.ctx, q); !errors.Is(err, c.want) {
				t.Errorf("search %q: %v, want %v", text, err, c.want)
			}
		}
		if _, err := e.Suggest(c.ctx, search.Public, "men", 0); !errors.Is(err, c.want) {
			t.Errorf("Suggest: %v, want %v", err, c.want)
		}
		if err := e.Apply(c.ctx, search.Batch{Upserts: docs[:1], Seq: 99}); !errors.Is(err, c.want) {
			t.Errorf("Apply: %v, want %v", err, c.want)
		}
	}
	if r := e.find(search.Query{}); r.AppliedSeq == 99 ||
		!slices.Contains(ids(e.find(search.Query{Limit: 1})), "pra_000") {
		t.Errorf("a failed batch moved the cursor to %d", r.AppliedSeq)
	}
}

// testOptional searches with optional words.
func testOptional(t *testing.T, e *engine) {
	e.put(
		doc("pra_abc", "Sykkel kurs barn", facet(search.Theme, "fritid"), date("2020-01-01")),
		doc("pra_ab", "Sykkel kurs", facet(search.Theme, "fritid"), date("2024-01-01")),
		doc("pra_ac", "Sykkel barn", facet(search.Theme, "skole")), doc("pra_b", "Kurs"),
		doc("pra_members", "Sykkel kurs vinter", members),
	)
	found := func(text string, optional ...string) []string {
		t.Helper()
		r := e.find(search.Query{Text: text, Optional: optional, Limit: 10, Facets: []search.Facet{search.Theme}})
		if r.Total != len(r.Hits) || !r.TotalExact {
			t.Errorf("%q: total %d of %d hits", text, r.Total, len(r.Hits))
		}
		return ids(r)
	}
	for _, test := range []struct {
		text     string
		optional []string
		want     []string
	}{
		{"sykkel kurs barn", nil, []string{"pra_abc"}},
		{"sykkel kurs barn", []string{"barn"}, []string{"pra_abc", "pra_ab"}},
		{"sykkel kurs barn", []string{"kurs"}, []string{"pra_abc", "pra_ac"}},
		{"kurs sykkel barna", []string{"kurs", "barna"}, []string{"pra_abc", "pra_ab", "pra_ac"}},
		{"sykkel kurs -barn", []string{"kurs"}, []string{"pra_ab"}},
		{`"sykkel kurs" barn`, []string{"barn"}, []string{"pra_abc", "pra_ab"}},
		{"sykkel kurs vinter", []string{"vinter"}, []string{"pra_ab", "pra_abc"}},
	} {
		got := found(test.text, test.optional...)
		if len(got) == 0 || len(got) != len(test.want) || got[0] != test.want[0] && test.optional[0] != "vinter" {
			t.Errorf("%q without %q: %v, want %v", test.text, test.optional, got, test.want)
			continue
		}
		slices.Sort(got)
		if want := slices.Sorted(slices.Values(test.want)); !slices.Equal(got, want) {
			t.Errorf("%q without %q: %v, want %v", test.text, test.optional, got, want)
		}
	}
	r := e.find(
		search.Query{
			Text:     "sykkel kurs barn",
			Optional: []string{"barn"},
			Facets:   []search.Facet{search.Theme},
			Filter:   search.Filter{Facets: map[search.Facet][]string{search.Theme: {"skole"}}},
		},
	)
	if r.Total != 0 || counts(r.Facets[search.Theme])["fritid"] != 2 {
		t.Errorf("with a filter: %+v", r)
	}
	for _, optional := range [][]string{{"sykkel", "kurs", "barn"}, {"annet"}} {
		q := search.Query{Index: search.Public, Text: "sykkel kurs barn", Optional: optional}
		if _, err := e.Search(context.Background(), q); !errors.Is(err, search.ErrInvalidQuery) {
			t.Errorf("optional %q: %v, want ErrInvalidQuery", optional, err)
		}
	}
}

// testFind searches for more words than any document has.
func testFind(t *testing.T, e *engine) {
	e.put(
		doc("pra_1", "Jobb for kvinner i barnehagen"), doc("pra_2", "Kvinner i jobb"),
		doc("pra_3", "Kvinner og jobb i Oslo"), doc("pra_4", "Jobb og jobb"),
		doc("pra_5", "Jobb igjen"), doc("pra_6", "Hemmelig vinterjobb", members),
	)
	for _, test := range []struct {
		text     string
		total    int
		first    string
		optional []string
		withAll  int
	}{
		{"jobb", 5, "", nil, 0},
		{"jobb barnehagen", 1, "pra_1", nil, 0}, // two words are not loosened
		{"jobb kvinner barnehagen", 3, "pra_1", []string{"barnehagen"}, 1},
		{"jobb kvinner kvantefysikk", 3, "", []string{"kvantefysikk"}, 0},
		{"jobb kvinner kvantefysikk xyzzyvanlig", 3, "", []string{"kvantefysikk", "xyzzyvanlig"}, 0},
		{"jobb kvantefysikk xyzzyvanlig", 5, "", []string{"kvantefysikk", "xyzzyvanlig"}, 0},
		{"xyzzyvanlig kvantefysikk kanskje", 0, "", nil, 0},
		{"hvordan gjør kvinner i barnehagen en bedre jobb, takk", 3, "pra_1", []string{"barnehagen", "bedre", "takk"}, 0},
		{"jobb kvinner vinterjobb", 3, "", []string{"vinterjobb"}, 0}, // the hidden document has no effect
	} {
		r, err := search.Find(context.Background(), e, search.Query{Index: search.Public, Text: test.text, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if r.Total != test.total || !slices.Equal(r.Optional, test.optional) || r.WithAll != test.withAll ||
			test.first != "" && (len(r.Hits) == 0 || r.Hits[0].ID != test.first) {
			t.Errorf(
				"%q: %d hits %v, optional %q, %d with all; want %+v", test.text, r.Total, ids(r), r.Optional, r.WithAll, test,
			)
		}
	}
}
