package content

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func changesOf(t *testing.T, before, after string) string {
	t.Helper()
	changes, err := Diff([]byte(before), []byte(after))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range changes {
		value := func(s *string) string {
			if s == nil {
				return "–"
			}
			return *s
		}
		all = append(all, strings.Join(c.Path, ".")+": "+value(c.Before)+" → "+value(c.After))
	}
	return strings.Join(all, "\n")
}

func TestDiff(t *testing.T) {
	for _, test := range []struct{ name, before, after, want string }{
		{"nothing", `{"kind": "ADVICE", "a": null}`, `{"kind": "ADVICE"}`, ""},
		{"a value", `{"kind": "ADVICE"}`, `{"kind": "MODEL"}`, `kind: "ADVICE" → "MODEL"`},
		{"a value that came", `{}`, `{"runningTime": 60}`, `runningTime: – → 60`},
		{"ids are one value", `{"themes": ["a", "b"]}`, `{"themes": ["b"]}`, `themes: ["a","b"] → ["b"]`},
		{
			"a text is found by its language", `{"texts": [{"language": "NB", "title": "a"}, {"language": "NN", "title": "b"}]}`,
			`{"texts": [{"language": "NN", "title": "c"}, {"language": "NB", "title": "a"}]}`, `texts.NN.title: "b" → "c"`,
		},
		{"a text that went", `{"texts": [{"language": "NB", "title": "a"}]}`, `{"texts": []}`, `texts.NB: {"title":"a"} → –`},
		{
			"an item in between", `{"keyFigures": [{"value": 1}, {"value": 2}]}`, `{"keyFigures": [{"value": 1}, {"value": 7}, {"value": 2}]}`,
			`keyFigures.1: – → {"value":7}`,
		},
		{
			"an item that changed", `{"keyFigures": [{"value": 1, "unit": "NOK"}]}`,
			`{"keyFigures": [{"value": 2, "unit": "NOK"}]}`, `keyFigures.0.value: 1 → 2`,
		},
		{
			"an item that went", `{"downloads": [{"url": "a"}, {"url": "b"}]}`, `{"downloads": [{"url": "b"}]}`,
			`downloads.0: {"url":"a"} → –`,
		},
		{
			"a label", `{"keyFigures": [{"label": [{"language": "NB", "text": "a"}]}]}`, `{"keyFigures": [{"label": [{"language": "NB", "text": "b"}]}]}`,
			`keyFigures.0.label.NB.text: "a" → "b"`,
		},
		{
			"a list of texts", `{"texts": [{"language": "NB", "steps": ["a", "b", "c"]}]}`, `{"texts": [{"language": "NB", "steps": ["a", "c"]}]}`,
			`texts.NB.steps.1: "b" → –`,
		},
		{
			"null in a list", `{"texts": [{"language": "NB", "steps": [null, "b"]}]}`,
			`{"texts": [{"language": "NB", "steps": ["a", "b"]}]}`, `texts.NB.steps.0: – → "a"`,
		},
		{"an empty list is none", `{"themes": []}`, `{"texts": []}`, ""},
		{
			"the order of languages", `{"texts": [{"language": "NB", "title": "a"}, {"language": "NN", "title": "b"}]}`,
			`{"texts": [{"language": "NN", "title": "b"}, {"language": "NB", "title": "a"}]}`, "",
		},
		{
			"files of two languages", `{"downloads": [{"url": "a", "language": "NB"}, {"url": "b", "language": "NN"}]}`,
			`{"downloads": [{"url": "b", "language": "NN"}]}`, `downloads.0: {"language":"NB","url":"a"} → –`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := changesOf(t, test.before, test.after); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func partsOf(before, after string) []TextPart {
	d := differ{words: maxWords}
	return d.text(before, after)
}

// Two edits at the ends of a long body leave nearly all of it, whether it has lines or is one.
func TestDiffOfLongTexts(t *testing.T) {
	for name, sentence := range map[string]string{
		"lines": "Kommunen busette flyktningane i lag med frivillige.\n", "words": "Kommunen busette dei. ",
	} {
		t.Run(name, func(t *testing.T) {
			body := strings.Repeat(sentence, 90_000/len(sentence))
			if name == "words" {
				body = body[:20_000]
			}
			kept := 0
			for _, p := range partsOf("Først. "+body+" Sist.", "Så. "+body+" Til slutt, og meir.") {
				if p.Kind == Kept {
					kept += len(p.Text)
				}
			}
			if kept < len(body) {
				t.Errorf("%d of %d bytes were kept", kept, len(body))
			}
		})
	}
}

func TestDiffOfTexts(t *testing.T) {
	parts := partsOf("Dei møttest kvar veke, i eitt år.", "Dei møttest kvar månad i eitt år!")
	if got := fmt.Sprint(parts); got != "[{KEPT Dei møttest kvar } {DELETED veke,} {INSERTED månad} {KEPT  i eitt år} {DELETED .} {INSERTED !}]" {
		t.Errorf("got %s", got)
	}
	random := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		letters := []rune("ab cæ.\nø👍 ")
		var b strings.Builder
		for range n {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	for i := range 500 {
		n := random.IntN(60)
		if i == 0 {
			n = 100_000 // beyond what is compared word by word
		}
		before, after := text(n), text(n)
		var old, now strings.Builder
		for _, p := range partsOf(before, after) {
			if p.Kind != Inserted {
				old.WriteString(p.Text)
			}
			if p.Kind != Deleted {
				now.WriteString(p.Text)
			}
		}
		if old.String() != before || now.String() != after {
			t.Fatalf("the parts do not make %q and %q", before, after)
		}
	}
}

func TestConflicting(t *testing.T) {
	base := `{"kind": "ADVICE", "slug": "a", "texts": [{"language": "NB", "title": "a", "body": "b"}]}`
	for _, test := range []struct {
		name, mine, theirs string
		want               []string
	}{
		{"only mine", `{"kind": "MODEL"}`, base, nil},
		{
			"other places", `{"kind": "ADVICE", "slug": "a", "texts": [{"language": "NB", "title": "x", "body": "b"}]}`,
			`{"kind": "MODEL", "slug": "a", "texts": [{"language": "NB", "title": "a", "body": "b"}]}`, nil,
		},
		{
			"one place, one value", `{"kind": "MODEL", "slug": "a", "texts": [{"language": "NB", "title": "a", "body": "b"}]}`,
			`{"kind": "MODEL", "slug": "a", "texts": [{"language": "NB", "title": "a", "body": "b"}]}`, nil,
		},
		{
			"one place, two values",
			`{"kind": "ADVICE", "slug": "a", "texts": [{"language": "NB", "title": "x", "body": "b"}]}`,
			`{"kind": "ADVICE", "slug": "b", "texts": [{"language": "NB", "title": "y", "body": "b"}]}`,
			[]string{"texts.NB.title"},
		},
		{
			"a whole text and its title", `{"kind": "ADVICE", "slug": "a"}`,
			`{"kind": "ADVICE", "slug": "a", "texts": [{"language": "NB", "title": "y", "body": "b"}]}`,
			[]string{"texts.NB"},
		},
		{"a place in a list that moved", `{"keyFigures": [1, 9]}`, `{"keyFigures": [0, 1, 8]}`, []string{"keyFigures"}},
		{
			"a language that one took away", `{"kind": "ADVICE", "slug": "a"}`,
			`{"kind": "ADVICE", "slug": "a", "texts": [{"language": "NB", "title": "a", "body": "b", "summary": "s"}]}`,
			[]string{"texts.NB"},
		},
		{
			"both added a language", `{"texts": [{"language": "SE", "title": "a", "body": "c"}]}`,
			`{"texts": [{"language": "SE", "title": "b"}]}`,
			[]string{"texts.SE.title"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.name == "only mine" {
				test.mine = strings.Replace(base, "ADVICE", "MODEL", 1)
			}
			got, err := conflicting([]byte(base), []byte(test.mine), []byte(test.theirs))
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %q, %v, wanted %q", got, err, test.want)
			}
		})
	}
}
