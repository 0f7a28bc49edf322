package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/graph/generated"
)

// TestConflictsAreProblems calls every mutation that takes a revision with one that is not the newest, as a program
// does that looks at problems only.
func TestConflictsAreProblems(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		revised := func() string {
			id := n.draft("EDITOR", "Språkkafé")
			n.update("EDITOR", id, "Språkkafeen", 1)
			return id
		}
		acted := func(acts ...string) string {
			id := revised()
			for _, act := range acts {
				n.act("EDITOR", act, "", item(id, 2)).expectCodes(act)
			}
			return id
		}
		edited := n.draft("EDITOR", "Språkkafé")
		n.act("EDITOR", "publish", "", item(edited, 1)).expectCodes("publish")
		n.update("EDITOR", edited, "Språkkafeen", 1)
		release := n.as("EDITOR", `mutation { createRelease(name: "Vår") { release { id } } }`, nil).ok().
			at("createRelease", "release", "id").(string)

		draft, live, inReview, archived := revised(), acted("publish"), acted("submit"), acted("archive")
		const item = `items: [{id: %q, expectedRevision: 1}]`
		const at = `, at: "2099-01-01T10:00:00Z"`
		calls := map[string][]string{ // arguments and the entry, of each mutation
			"publish": {item, draft, item + at, draft}, "withdraw": {item, live, item + at, live},
			"submit": {item, draft}, "approve": {item, draft}, "delete": {item, draft}, "archive": {item, draft},
			"requestChanges": {item + `, comment: "mer"`, inReview}, "unschedule": {item, draft},
			"unarchive": {item, archived}, "transfer": {item + fmt.Sprintf(", organization: %q", n.org["imdi"]), draft},
			"assign":         {item, draft},
			"restore":        {"id: %q, revision: 1, expectedRevision: 1", draft},
			"discardChanges": {"id: %q, expectedRevision: 1", edited},
			"addToRelease":   {fmt.Sprintf("id: %q, ", release) + item, draft},
		}
		for _, ct := range ent.Types {
			if ct.Content {
				texts := `texts: [{language: NB, title: "Tittel"}]`
				a := n.as("EDITOR", fmt.Sprintf(`mutation { make: create%s(input: {%s}, organization: %q) { entry { id } problems { code } } }`,
					ct.Name, texts, n.org["ks"]), nil).ok()
				id := a.at("make", "entry", "id").(string)
				update := "id: %q, expectedRevision: 1, input: {" + strings.Replace(texts, "Tittel", "Ny tittel", 1) + "}"
				calls["update"+ct.Name] = []string{update, id}
				n.as("EDITOR", fmt.Sprintf(`mutation { update%s(`+update+`) { problems { code } } }`, ct.Name, id), nil).ok()
			}
		}

		for _, f := range generated.NewExecutableSchema(generated.Config{}).Schema().Mutation.Fields {
			if f.Arguments.ForName("expectedRevision") == nil &&
				!slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.Name() == "PublishItem" }) {
				continue
			}
			if len(calls[f.Name]) == 0 {
				t.Errorf("%s takes a revision, and this test has no call of it", f.Name)
			}
			for i := 0; i+1 < len(calls[f.Name]); i += 2 {
				id := calls[f.Name][i+1]
				a := n.as("EDITOR", fmt.Sprintf(`mutation { act: %s(`+calls[f.Name][i]+`) { problems { code severity path entry } } }`, f.Name, id), nil).ok()
				problems := a.list("act", "problems")
				if len(problems) != 1 {
					t.Errorf("%s: %s", f.Name, a.Body)
					continue
				}
				p := problems[0].(map[string]any)
				if p["code"] != "CONFLICT" || p["severity"] != "ERROR" || p["entry"] != id {
					t.Errorf("%s: %s", f.Name, a.Body)
				}
			}
		}
	})
}

// TestCreatingWithAKey creates with a key again: the same content is the same entry, other content is refused, and only
// one of many at once makes an entry.
func TestCreatingWithAKey(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		create := func(key string, input map[string]any) *answer {
			input["key"] = key
			return n.as("EDITOR", `mutation($input: PracticeInput!, $org: ID) { save: createPractice(input: $input, organization: $org) `+saving+` }`,
				map[string]any{"input": input, "org": n.org["ks"]}).ok()
		}
		content := func() map[string]any {
			return object("kind", "MODEL", "texts", []any{
				textIn("NB", "title", "Jobbsjansen", "body", "Slik *gjør* vi."), textIn("EN", "title", "Job chance", "translatedFrom", "NB"),
			})
		}
		id := ""
		expect := func(name string, a *answer, outcome any, told ...string) {
			t.Helper()
			if a.at("save", "outcome") != outcome || !slices.Equal(a.problemsAt("save"), told) || id != "" && a.at("save", "entry", "id") != id {
				t.Errorf("%s: %s", name, a.Body)
			}
		}
		first := create("vår-1", content())
		expect("new", first, "CREATED")
		id = first.at("save", "entry", "id").(string)
		expect("the same", create("vår-1", content()), "UNCHANGED")
		spelt := content()
		spelt["audience"], spelt["themes"], spelt["removeLanguages"], spelt["image"] = "PUBLIC", []any{}, []any{}, nil
		spelt["texts"].([]any)[0].(map[string]any)["ready"] = true
		expect("the same with defaults", create("vår-1", spelt), "UNCHANGED")
		for _, key := range []string{"", " ", "\u200b", "a\nb", " a", strings.Repeat("å", 201)} {
			if a := create(key, content()); !slices.Equal(a.problemsAt("save"), []string{"INVALID key"}) {
				t.Errorf("key %q: %s", key, a.Body)
			}
		}
		for name, change := range map[string]func(map[string]any){
			"another title":   func(c map[string]any) { c["texts"] = []any{textIn("NB", "title", "Jobbsjansen 2")} },
			"another kind":    func(c map[string]any) { c["kind"] = "ADVICE" },
			"less":            func(c map[string]any) { delete(c, "texts") },
			"more":            func(c map[string]any) { c["audience"] = "MEMBERS" },
			"an invalid slug": func(c map[string]any) { c["slug"] = strings.Repeat("x", 500) },
		} {
			other := content()
			change(other)
			expect(name, create("vår-1", other), nil, "KEY_TAKEN key")
		}
		n.patch(id, 1, object("kind", "ADVICE"))
		expect("changed since", create("vår-1", content()), nil, "KEY_TAKEN key")
		now := content()
		now["kind"] = "ADVICE"
		expect("as it is now", create("vår-1", now), "UNCHANGED")
		if a := n.patch(id, 2, now); a.at("save", "outcome") != "UNCHANGED" || a.at("save", "entry", "head", "number") != 2.0 {
			t.Errorf("an update that changes nothing: %s", a.Body)
		}
		if a := n.patch(id, 2, object("kind", "MODEL")); a.at("save", "outcome") != "UPDATED" {
			t.Errorf("an update: %s", a.Body)
		}

		var made sync.WaitGroup
		outcomes := make([]string, 6)
		for i := range outcomes {
			made.Go(func() {
				other := content()
				other["kind"] = []string{"MODEL", "ADVICE"}[i%2]
				a := create("samtidig", other)
				outcomes[i] = fmt.Sprintf("%v%v", a.at("save", "outcome"), a.codes("save"))
			})
		}
		made.Wait()
		slices.Sort(outcomes)
		if got := strings.Join(outcomes, " "); got != "<nil>[KEY_TAKEN] <nil>[KEY_TAKEN] <nil>[KEY_TAKEN] CREATED[] UNCHANGED[] UNCHANGED[]" {
			t.Errorf("six at once: %s", got)
		}
	})
}

// TestRepeatedActsLeaveNoTrace does acts again whose result is there already: no version, no history, no time, nothing
// in the change log.
func TestRepeatedActsLeaveNoTrace(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		id, other := n.draft("EDITOR", "Kvalifisering"), n.draft("EDITOR", "Mentor")
		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		state := func() string {
			a := n.as("EDITOR", fmt.Sprintf(`{ practice(id: %[1]q) { updatedAt version } entry(id: %[1]q) { updatedAt stage steps(first: 50) { act at } } }`, id), nil)
			seq, err := n.client.Change.Query().Count(access.WithViewer(t.Context(), access.System("test")))
			return fmt.Sprint(string(a.Body), seq, err)
		}
		if strings.Contains(state(), "errors") {
			t.Fatal(state())
		}
		for _, c := range []struct{ act, arguments string }{
			{"publish", ""},
			{"transfer", fmt.Sprintf("organization: %q", n.org["ks"])},
			{"assign", ""},
			{"unschedule", ""},
			{"withdraw", `at: "2099-01-01T11:00:00+01:00", reason: "slutt"`},
		} {
			if c.act == "withdraw" {
				n.act("EDITOR", "withdraw", `at: "2099-01-01T10:00:00Z", reason: "slutt"`, item(id, 1)).expectCodes("withdraw")
			}
			before := state()
			n.now = n.now.Add(1e9)
			call := fmt.Sprintf(`mutation($items: [PublishItem!]!) { act: %s(items: $items %s) { outcome entries { id } problems { code } } }`, c.act, c.arguments)
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					a := n.as("EDITOR", call, map[string]any{"items": []any{item(id, 1)}}).ok()
					if a.at("act", "outcome") != "UNCHANGED" || len(a.list("act", "entries")) != 1 || len(a.codes("act")) > 0 {
						t.Errorf("%s: %s", c.act, a.Body)
					}
				})
			}
			all.Wait()
			if now := state(); now != before {
				t.Errorf("%s: from %s\nto %s", c.act, before, now)
			}
		}
		a := n.as("EDITOR", `mutation($items: [PublishItem!]!) { act: publish(items: $items) { outcome entries { id } problems { code } } }`,
			map[string]any{"items": []any{item(id, 1), item(other, 1)}}).ok()
		entries := a.list("act", "entries")
		if a.at("act", "outcome") != "UPDATED" || len(entries) != 2 || entries[0].(map[string]any)["id"] != id || !n.isRead(other) {
			t.Errorf("one of two published: %s", a.Body)
		}
	})
}

// TestTimesOfFourDigits gives times and dates in years that databases and RFC 3339 do not agree about: they are refused
// where they are given.
func TestTimesOfFourDigits(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		id := n.draft("EDITOR", "Tid")
		for _, far := range []string{"9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "10000-01-01T00:00:00Z"} {
			for name, operation := range map[string]string{
				"a field":    fmt.Sprintf(`mutation { createEvent(input: {startsAt: %q}) { problems { code } } }`, far),
				"a schedule": fmt.Sprintf(`mutation { publish(items: [{id: %q, expectedRevision: 1}], at: %q) { problems { code } } }`, id, far),
				"a filter":   fmt.Sprintf(`{ practices(filter: {publishedAfter: %q}) { totalCount } }`, far),
				"a date":     fmt.Sprintf(`{ practices(filter: {issuedAfter: %q}) { totalCount } }`, strings.Replace(far[:len("9999-12-31")], "9999", "0000", 1)),
			} {
				if a := n.as("EDITOR", operation, nil); a.code() != "BAD_USER_INPUT" {
					t.Errorf("%s in %s: %s", far, name, a.Body)
				}
			}
		}
	})
}
