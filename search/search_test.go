package search

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParseText(t *testing.T) {
	for in, want := range map[string]Text{
		"":                         {},
		" \t!!! ":                  {},
		"bosetting av flyktninger": {Words: []Term{{"bosetting", false}, {"flyktninger", true}}},
		"av og til":                {Words: []Term{{"av", false}, {"og", false}, {"til", true}}},
		"Å":                        {Words: []Term{{"å", true}}},
		`"bo- og levevilkår" oslo`: {Words: []Term{{"oslo", true}}, Phrases: []Phrase{{"bo", "og", "levevilkår"}}},
		"«norsk som andrespråk»":   {Phrases: []Phrase{{"norsk", "som", "andrespråk"}}},
		`mentor -oslo -"ny start"`: {Words: []Term{{"mentor", false}}, Exclude: []Phrase{{"oslo"}, {"ny", "start"}}},
		"e-læring":                 {Words: []Term{{"e", false}, {"læring", true}}},
		"§14":                      {Words: []Term{{"§", false}, {"14", true}}},
		`"uten slutt`:              {Phrases: []Phrase{{"uten", "slutt"}}},
		"- -- -":                   {},
	} {
		if d := cmp.Diff(want, ParseText(in)); d != "" {
			t.Errorf("ParseText(%q): %s", in, d)
		}
	}
	if n := len(ParseText(strings.Repeat("ord ", 100)).Words); n != maxTextWords {
		t.Errorf("parsed %d of 100 words, want %d", n, maxTextWords)
	}
}

func TestHighlight(t *testing.T) {
	for _, c := range []struct{ text, query, want string }{
		{"Busetting av flyktningar", "bosetting flyktninger", "<mark>Busetting</mark> av <mark>flyktningar</mark>"},
		{"<b>intro</b> & \"mentor\"", "mentor", "&lt;b&gt;intro&lt;/b&gt; &amp; &#34;<mark>mentor</mark>&#34;"},
		{
			"Om <mark>introduksjonsprogrammet</mark>", "introduksjonsordning",
			"Om &lt;mark&gt;<mark>introduksjonsprogrammet</mark>&lt;/mark&gt;",
		},
		{"Tromsø kommune", "tromso", "<mark>Tromsø</mark> kommune"},
		{"Tromsø kommune", "komm", "Tromsø <mark>kommune</mark>"},
		{"Ås og Bø", "ås", "<mark>Ås</mark> og Bø"},
		{"bad\xff mentor", "mentor", "bad\uFFFD <mark>mentor</mark>"},
	} {
		got := Highlight(c.text, c.query)
		if len(got) != 1 || got[0].HTML != c.want {
			t.Errorf("Highlight(%q, %q) = %q, want %q", c.text, c.query, got, c.want)
		}
	}
	if got := Highlight("ingenting her", "mentor"); got != nil {
		t.Errorf("Highlight without a match = %q, want none", got)
	}
}

func TestHighlight_crops_at_words(t *testing.T) {
	long := strings.Repeat("æøå lange ord & <tegn> ", 60)
	text := long + "her er mentorordningen vår. " + long + "og en mentor til " + long
	got := Highlight(text, "mentor")
	if len(got) != 2 {
		t.Fatalf("%d fragments, want 2: %q", len(got), got)
	}
	for _, f := range got {
		plain := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(f.HTML)
		if !utf8.ValidString(plain) || !strings.Contains(f.HTML, "<mark>mentor") || strings.Contains(plain, "<") {
			t.Errorf("fragment %q", f.HTML)
		}
		if !strings.HasPrefix(plain, "…") || !strings.HasSuffix(plain, "…") {
			t.Errorf("fragment without an ellipsis at both ends: %q", plain)
		}
		unescaped := strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(plain)
		if n := utf8.RuneCountInString(unescaped); n > fragmentRunes+20 {
			t.Errorf("fragment of %d runes, want at most %d", n, fragmentRunes+20)
		}
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add("Busetting <b>", "bosetting")
	f.Add("\xffa\u0301 &<mark>", "\"a\" -b")
	f.Fuzz(func(t *testing.T, text, query string) {
		for _, fr := range Highlight(text, query) {
			rest := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(fr.HTML)
			if !utf8.ValidString(fr.HTML) || strings.ContainsAny(rest, "<>\"") {
				t.Errorf("%q", fr.HTML)
			}
		}
	})
}

func TestPosition(t *testing.T) {
	p := Position{Order: Relevance, Score: 1.2345, Date: 20240131, ID: "pra_1", Rank: 20}
	back, err := ParsePosition(p.String())
	if err != nil || *back != p {
		t.Errorf("ParsePosition = %v, %v, want %v", back, err, p)
	}
	if _, err := ParsePosition("tull"); !errors.Is(err, ErrInvalidQuery) {
		t.Errorf("ParsePosition of an invalid text: %v, want ErrInvalidQuery", err)
	}
	in := []Position{{Order: Title, Title: "01", ID: "b"}, {Order: Title, Title: "02", ID: "a"}, {Order: Title, ID: "a"}}
	for i := range in {
		for j := range in {
			if got := in[i].Compare(in[j]); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("Compare of %d and %d = %d", i, j, got)
			}
		}
	}
}

func TestParseDate(t *testing.T) {
	for in, want := range map[string]Date{"": 0, "2024-01-31": 20240131} {
		if got, err := ParseDate(in); err != nil || got != want {
			t.Errorf("ParseDate(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"2024", "2024-13-01", "2024-1-1", "20240101", "x024-01-01", "2024-00-10"} {
		if _, err := ParseDate(in); err == nil {
			t.Errorf("ParseDate(%q) succeeded", in)
		}
	}
}

func TestFacetTree(t *testing.T) {
	parents := map[string]string{
		"kval/intro":       "kval",
		"kval/intro/norsk": "kval/intro",
		"arbeid/mentor":    "arbeid",
		"x":                "y",
		"y":                "x",
	}
	counts := []FacetCount{
		{"kval", 5},
		{"kval/intro", 4},
		{"arbeid/mentor", 3},
		{"kval/intro/norsk", 2},
		{"x", 1},
		{"y", 1},
		{"none", 0},
	}
	got := FacetTree(counts, func(v string) string { return parents[v] })
	var write func([]FacetNode) string
	write = func(nodes []FacetNode) string {
		var b strings.Builder
		for _, n := range nodes {
			fmt.Fprintf(&b, "%s=%d(%s)", n.Value, n.Count, write(n.Children))
		}
		return b.String()
	}
	if s := write(got); s != "kval=5(kval/intro=4(kval/intro/norsk=2()))arbeid/mentor=3()x=1()y=1()" {
		t.Error(s)
	}
}

func TestQuery_Validate(t *testing.T) {
	ok := Query{Index: Public}
	for name, change := range map[string]func(*Query){
		"index":         func(q *Query) { q.Index = "drafts" },
		"limit":         func(q *Query) { q.Limit = -1 },
		"huge limit":    func(q *Query) { q.Limit = MaxDepth + 1 },
		"facet":         func(q *Query) { q.Facets = []Facet{"STAGE"} },
		"filter":        func(q *Query) { q.Filter.Facets = map[Facet][]string{"STAGE": {"DRAFT"}} },
		"date":          func(q *Query) { q.Filter.IssuedAfter = "i går" },
		"order":         func(q *Query) { q.OrderBy = "RANDOM" },
		"title":         func(q *Query) { q.OrderBy = Title },
		"other cursor":  func(q *Query) { q.After = &Position{Order: Title, ID: "a", Rank: 1} },
		"forged cursor": func(q *Query) { q.After = &Position{Order: Newest, Rank: -3} },
	} {
		q := ok
		change(&q)
		if err := q.Validate(); !errors.Is(err, ErrInvalidQuery) {
			t.Errorf("%s: %v, want ErrInvalidQuery", name, err)
		}
	}
	q := ok
	q.After = &Position{Order: Newest, ID: "a", Rank: MaxDepth}
	if err := q.Validate(); !errors.Is(err, ErrTooDeep) {
		t.Errorf("beyond MaxDepth: %v, want ErrTooDeep", err)
	}
}
