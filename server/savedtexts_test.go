package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// saving asks for everything that a save answers.
const saving = `{ entry { id head { number document { ... on PracticeDocument { key image themes evidence { level direction }
	texts { language title summary body challenge steps lessons ready translatedFrom translatedRevision } } } } }
	outcome problems { code severity path entry } conflict { fields } }`

// patch saves fields of a practice, on top of the revision.
func (n *newsroom) patch(id string, seen int, input map[string]any) *answer {
	n.t.Helper()
	return n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!, $seen: Int!) {
		save: updatePractice(id: $id, input: $input, expectedRevision: $seen) `+saving+` }`,
		map[string]any{"id": id, "seen": seen, "input": input}).ok()
}

// problemsAt returns the problems of a mutation, as CODE path, sorted.
func (a *answer) problemsAt(mutation string) []string {
	a.t.Helper()
	var told []string
	for _, p := range a.list(mutation, "problems") {
		problem := p.(map[string]any)
		told = append(told, strings.TrimSpace(fmt.Sprint(problem["code"])+" "+strings.Trim(fmt.Sprint(problem["path"]), "[]")))
	}
	slices.Sort(told)
	return told
}

// TestTextsAreLaidOver saves patches of texts in a row, each on top of the one before: what a patch does not name
// stays, and what is removed is told.
func TestTextsAreLaidOver(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		id := n.draft("EDITOR", "Fadderfamilie")
		nb := func(fields ...any) []any { return []any{textIn("NB", fields...)} }
		show := func(a *answer) string {
			var shown []string
			for _, v := range a.list("save", "entry", "head", "document", "texts") {
				t := v.(map[string]any)
				line := []string{fmt.Sprint(t["language"])}
				for _, field := range []string{"title", "summary", "body", "challenge", "steps", "lessons", "translatedFrom", "translatedRevision"} {
					if s := fmt.Sprint(t[field]); t[field] != nil && s != "[]" {
						line = append(line, field+"="+s)
					}
				}
				shown = append(shown, strings.Join(line, " "))
			}
			return strings.Join(shown, "; ")
		}
		seen := 1
		for _, step := range []struct {
			name  string
			input map[string]any
			want  string
			told  []string
		}{
			{
				"more of a text", object("texts", nb("body", "B", "challenge", "U", "steps", []any{"a", "b"}, "lessons", "L")),
				"NB title=Fadderfamilie summary=Kort sagt. body=B challenge=U steps=[a b] lessons=L", nil,
			},
			{
				"another language", object("texts", []any{textIn("NN", "title", "N", "translatedFrom", "NB")}),
				"NB title=Fadderfamilie summary=Kort sagt. body=B challenge=U steps=[a b] lessons=L; NN title=N translatedFrom=NB translatedRevision=3", nil,
			},
			{
				"title and summary only", object("texts", nb("title", "T", "summary", "S")),
				"NB title=T summary=S body=B challenge=U steps=[a b] lessons=L; NN title=N translatedFrom=NB translatedRevision=3", nil,
			},
			{
				"null clears", object("texts", nb("challenge", nil, "steps", nil)),
				"NB title=T summary=S body=B lessons=L; NN title=N translatedFrom=NB translatedRevision=3",
				[]string{"SHRUNK texts 0 challenge", "SHRUNK texts 0 steps"},
			},
			{
				"an empty text clears", object("texts", nb("lessons", "")),
				"NB title=T summary=S body=B lessons=; NN title=N translatedFrom=NB translatedRevision=3",
				[]string{"SHRUNK texts 0 lessons"},
			},
			{
				"null clears what is empty", object("texts", nb("lessons", nil)),
				"NB title=T summary=S body=B; NN title=N translatedFrom=NB translatedRevision=3", nil,
			},
			{
				"translated again", object("texts", []any{textIn("NN", "title", "N2", "translatedFrom", "NB")}),
				"NB title=T summary=S body=B; NN title=N2 translatedFrom=NB translatedRevision=8", nil,
			},
			{
				"no translation any more", object("texts", []any{textIn("NN", "translatedFrom", nil)}),
				"NB title=T summary=S body=B; NN title=N2", nil,
			},
			{"no texts", object("texts", []any{}, "image", nil), "NB title=T summary=S body=B; NN title=N2", nil},
			{
				"two languages at once, in another order", object("texts", []any{textIn("EN", "title", "E"), textIn("NB", "body", "B2")}),
				"NB title=T summary=S body=B2; NN title=N2; EN title=E", nil,
			},
			{
				"a language is removed, another changed", object("removeLanguages", []any{"NN"}, "texts", nb("summary", "S2")),
				"NB title=T summary=S2 body=B2; EN title=E",
				[]string{"SHRUNK texts NN"},
			},
		} {
			a := n.patch(id, seen, step.input)
			if got := show(a); got != step.want {
				t.Errorf("%s: got %s\nwanted %s", step.name, got, step.want)
			}
			if got := a.problemsAt("save"); !slices.Equal(got, step.told) {
				t.Errorf("%s: told %q, wanted %q", step.name, got, step.told)
			}
			seen = int(a.at("save", "entry", "head", "number").(float64))
		}

		refused := map[string]struct {
			input map[string]any
			told  string
		}{
			"all texts":               {object("texts", nil), "INVALID texts"},
			"not there":               {object("removeLanguages", []any{"SE"}), "INVALID removeLanguages 0"},
			"twice":                   {object("removeLanguages", []any{"EN", "EN"}), "INVALID removeLanguages 1"},
			"written and removed":     {object("removeLanguages", []any{"NB"}, "texts", nb("title", "x")), "INVALID removeLanguages 0"},
			"two texts of a language": {object("texts", []any{textIn("NN", "title", "a"), textIn("NN", "title", "b")}), "INVALID texts 3 language"},
			"the translation's source": {
				object("removeLanguages", []any{"NB"}, "texts", []any{textIn("EN", "translatedFrom", "NB")}), "INVALID texts 0 translatedFrom",
			},
		}
		for name, test := range refused {
			a := n.patch(id, seen, test.input)
			if got := a.problemsAt("save"); !slices.Equal(got, []string{test.told}) || a.at("save", "outcome") != nil {
				t.Errorf("%s: %s", name, a.Body)
			}
		}
	})
}

// TestWhatReadersLoseIsTold removes parts of a published practice in a draft: each save tells what readers still see
// and the draft has not, and publishing wants it acknowledged.
func TestWhatReadersLoseIsTold(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		id := n.draft("EDITOR", "Leksehjelp")
		theme := n.as("EDITOR", `{ themes { nodes { id } } }`, nil).ok().list("themes", "nodes")[0].(map[string]any)["id"]
		n.patch(id, 1, object("themes", []any{theme}, "evidence", object("level", 3, "direction", "POSITIVE"), "texts", []any{
			textIn("NB", "lessons", "L", "steps", []any{"a", "b"}), textIn("NN", "title", "N"),
		}))
		n.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")

		want := []string{
			"SHRUNK evidence direction", "SHRUNK texts 0 lessons", "SHRUNK texts NN", "SHRUNK themes",
		}
		a := n.patch(id, 2, object("themes", []any{}, "evidence", object("level", 3), "removeLanguages", []any{"NN"}, "texts", []any{textIn("NB", "lessons", nil)}))
		if got := a.problemsAt("save"); !slices.Equal(got, want) {
			t.Errorf("told %q, wanted %q", got, want)
		}
		// A later save does not change these, but readers still see them.
		a = n.patch(id, 3, object("texts", []any{textIn("NB", "summary", "Ny.")}))
		if got := a.problemsAt("save"); !slices.Equal(got, want) {
			t.Errorf("told %q after another save, wanted %q", got, want)
		}
		a = n.act("EDITOR", "publish", "", item(id, 4))
		if got := a.problemsAt("publish"); !slices.Equal(got, want) {
			t.Errorf("told %q at publishing, wanted %q", got, want)
		}
		acknowledged := item(id, 4)
		var all []any
		for _, told := range want {
			parts := strings.Split(told, " ")
			all = append(all, object("code", parts[0], "path", parts[1:], "reason", "skal bort"))
		}
		acknowledged["acknowledge"] = all
		n.act("EDITOR", "publish", "", acknowledged).expectCodes("publish")
		if a := n.patch(id, 4, object("texts", []any{textIn("NB", "summary", "Nyere.")})); len(a.problemsAt("save")) > 0 {
			t.Errorf("readers lose nothing any more: %s", a.Body)
		}
	})
}

// m returns a map of names and values in turn.
func object(pairs ...any) map[string]any {
	made := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		made[pairs[i].(string)] = pairs[i+1]
	}
	return made
}

func textIn(language string, fields ...any) map[string]any {
	made := object(fields...)
	made["language"] = language
	return made
}
