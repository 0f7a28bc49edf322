package content

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// Everything that is gone is told, whatever its field and language; readers are told of less.
func TestLost(t *testing.T) {
	long := strings.Repeat("Ord og fleire ord. ", 20)
	before := fmt.Sprintf(`{
		"key": "k", "slug": "ein-slug", "kind": "MODEL", "audience": "MEMBERS", "image": "ast_1", "themes": ["the_1", "the_2", "the_3"],
		"period": {"start": "2020-01-01", "end": "2021-01-01"}, "evidence": {"level": 3, "direction": "POSITIVE"},
		"municipalities": [{"municipality": "mun_1", "role": "OWNER", "nameThen": "Flora"}],
		"keyFigures": [{"label": [{"language": "NB", "text": "tall"}, {"language": "NN", "text": "tal"}], "value": 1, "unit": "percent", "n": 12, "year": 2020}],
		"texts": [
			{"language": "NB", "title": "T", "summary": "S", "body": %[1]q, "steps": ["a", "b", "c"], "lessons": "L"},
			{"language": "NN", "title": "T", "body": "kort"},
			{"language": "EN", "title": "T", "ready": false}
		]}`, long)
	const nb = `{"language": "NB", "title": "T", "summary": "S", "body": %[1]q, "steps": ["a", "b", "c"], "lessons": "L"}`
	const nn = `{"language": "NN", "title": "T", "body": "kort"}`
	const en = `{"language": "EN", "title": "T", "ready": false}`
	const rest = `"key": "k", "slug": "ein-slug", "kind": "MODEL", "audience": "MEMBERS", "image": "ast_1", "themes": ["the_1", "the_2", "the_3"],
		"period": {"start": "2020-01-01", "end": "2021-01-01"}, "evidence": {"level": 3, "direction": "POSITIVE"},
		"municipalities": [{"municipality": "mun_1", "role": "OWNER", "nameThen": "Flora"}],
		"keyFigures": [{"label": [{"language": "NB", "text": "tall"}, {"language": "NN", "text": "tal"}], "value": 1, "unit": "percent", "n": 12, "year": 2020}]`
	document := func(fields string, texts ...string) string {
		all := "{" + fields + `, "texts": [` + strings.Join(texts, ", ") + "]}"
		return strings.ReplaceAll(all, "%[1]q", strconv.Quote(long))
	}
	for _, test := range []struct{ name, now, writer, reader string }{
		{"nothing", before, "", ""},
		{"a language", document(rest, nb, en), "texts.NN", "texts.NN"},
		{"a draft of a language", document(rest, nb, nn), "texts.EN", ""},
		{"two languages", document(rest, nb), "texts.NN texts.EN", "texts.NN"},
		{
			"readiness", document(rest, strings.Replace(nb, "{", `{"ready": false, `, 1), nn, en), "",
			"texts.NB",
		},
		{
			"texts", document(rest, `{"language": "NB", "title": "T"}`, nn, en),
			"texts.0.summary texts.0.body texts.0.steps texts.0.lessons", "texts.0.summary texts.0.body texts.0.steps texts.0.lessons",
		},
		{
			"most of a text", document(rest, `{"language": "NB", "title": "T", "summary": "S", "body": "kort", "steps": ["a", "b"], "lessons": "L"}`, nn, en),
			"texts.0.body texts.0.steps", "texts.0.body",
		},
		{
			"fields", document(`"kind": "MODEL"`, nb, nn, en),
			"key slug municipalities audience evidence image keyFigures period themes", "municipalities audience evidence image keyFigures period themes",
		},
		{
			"parts", strings.NewReplacer(`, "end": "2021-01-01"`, "", `, "direction": "POSITIVE"`, "", `"the_1", "the_2", `, "").Replace(before),
			"evidence.direction period.end themes", "evidence.direction period.end themes",
		},
		{"one of three", strings.Replace(before, `"the_1", `, "", 1), "themes", ""},
		{"one replaced by another", strings.Replace(before, `"the_1"`, `"the_9"`, 1), "themes", ""},
		{"all replaced by others", strings.NewReplacer(`"the_1"`, `"the_7"`, `"the_2"`, `"the_8"`, `"the_3"`, `"the_9"`).Replace(before), "themes", "themes"},
		{"in another order", strings.Replace(before, `"the_1", "the_2"`, `"the_2", "the_1"`, 1), "", ""},
		{
			"inside a figure", strings.NewReplacer(`, {"language": "NN", "text": "tal"}`, "", `, "n": 12, "year": 2020`, "").Replace(before),
			"keyFigures.0.label keyFigures.0.n keyFigures.0.year", "keyFigures.0.label keyFigures.0.n keyFigures.0.year",
		},
		{
			"inside a part", strings.Replace(before, `"role": "OWNER", "nameThen": "Flora"`, `"role": "OWNER"`, 1),
			"municipalities", "municipalities",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			was, err := decode("PRACTICE", []byte(before))
			if err != nil {
				t.Fatal(err)
			}
			is, err := decode("PRACTICE", []byte(test.now))
			if err != nil {
				t.Fatal(err)
			}
			for readers, want := range map[bool]string{false: test.writer, true: test.reader} {
				var paths []string
				for _, p := range (losses{entry: "pra_1", revision: 3, readers: readers}).lost(was, is) {
					if p.Code != WarningShrunk || p.Severity != SeverityWarning || p.Entry != "pra_1" {
						t.Errorf("got %+v", p)
					}
					paths = append(paths, strings.Join(p.Path, "."))
				}
				if got := sortedPaths(paths); got != sortedPaths(strings.Fields(want)) {
					t.Errorf("to readers %t: got %s, wanted %s", readers, got, want)
				}
			}
		})
	}
}

func sortedPaths(list []string) string { return strings.Join(unique(list), " ") }
