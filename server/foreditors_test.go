package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/access"
	"dugnad/graph/generated"
)

// What editors have is not in the walks over what readers have: TestEditorsStatements and TestEditing have it. A
// version is one document, read as a whole: TestPublishedVersions has it.
var (
	editorFields = []string{
		"viewer", "entry", "entries", "diff", "administration", "auditEvents", "release", "releases", "searchStatus",
		"unmetSearches", "pausedWebhooks", "deliveries", "upload", "feedback", "embeds",
	}
	editorTypes = []string{
		"Entry", "Account", "AuditEvent", "Release", "PublishedVersion", "SearchStatus", "UnmetSearch", "Webhook",
		"Delivery", "Upload", "FeedbackCount", "EmbedUse",
	}
)

func forEditors(name string) bool {
	return slices.Contains(editorFields, name) || slices.Contains(editorTypes, name)
}

// forReaders are the types that queries of readers lead to.
func forReaders(s *ast.Schema) map[string]bool {
	reached := make(map[string]bool)
	var follow func(name string)
	follow = func(name string) {
		if reached[name] || forEditors(name) {
			return
		}
		reached[name] = true
		for _, def := range append([]*ast.Definition{s.Types[name]}, s.GetPossibleTypes(s.Types[name])...) {
			if def == nil || forEditors(def.Name) {
				continue
			}
			reached[def.Name] = true
			for _, f := range def.Fields {
				follow(f.Type.Name())
			}
		}
	}
	for _, f := range s.Query.Fields {
		if !forEditors(f.Name) {
			follow(f.Type.Name())
		}
	}
	return reached
}

// Every list and object of entries, and of what belongs to them, costs as many statements for a hundred entries as for
// one.
func TestEditorsStatements(t *testing.T) {
	walker(t)
	eachNewsroom(t, func(n *newsroom) {
		var ids []string
		for i := range 101 {
			id := n.draft("CONTRIBUTOR", fmt.Sprintf("Nummer %03d", i))
			to := id
			if i > 0 {
				to = ids[0]
			}
			n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!) { updatePractice(id: $id, expectedRevision: 1, input: $input) { problems { code } } }`, map[string]any{"id": id, "input": map[string]any{
				"relations": related(id, to), "texts": []any{
					map[string]any{"language": "NB", "title": fmt.Sprintf("Nummer %03d", i), "body": "Ring 91234567."},
					map[string]any{"language": "NN", "title": "Omsett", "translatedFrom": "NB"},
				},
			}}).ok()
			ids = append(ids, id)
		}
		// A draft that all point at, and that points at one that readers do not see.
		hidden := n.draft("EDITOR", "Ikkje publisert")
		for _, id := range ids {
			n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!) { updatePractice(id: $id, expectedRevision: 2, input: $input) { problems { code } } }`, map[string]any{"id": id, "input": map[string]any{
				"relations": []any{map[string]any{"to": hidden, "type": "SEE_ALSO"}, map[string]any{
					"to": ids[(slices.Index(ids, id)+1)%len(ids)], "type": "SEE_ALSO",
				}},
			}}).ok()
		}
		items, acks := make([]any, len(ids)), []any{
			map[string]any{"code": "PHONE", "path": []any{"texts", "0", "body"}, "reason": "vakttelefonen"},
			map[string]any{"code": "DEAD_LINK", "path": []any{"relations", "0", "to"}, "reason": "kjem snart"},
		}
		for i, id := range ids {
			items[i] = item(id, 3)
			items[i].(map[string]any)["acknowledge"] = acks
		}
		n.act("EDITOR", "publish", "", items...).expectCodes("publish")
		for half := range slices.Chunk(ids, 60) { // what another organisation states of them
			stated := make([]any, len(half))
			for i, id := range half {
				stated[i] = map[string]any{"to": id, "type": "SEE_ALSO"}
			}
			_, published := n.practice("stranger", "imdi", "Om andre", map[string]any{"relations": stated})
			published.expectCodes("publish")
		}
		for i, id := range ids {
			n.client.Slug.Create().SetType("PRACTICE").SetSlug(fmt.Sprintf("gammal-%d", i)).SetEntryID(id).
				ExecX(access.WithViewer(t.Context(), access.System("test")))
		}
		n.act("EDITOR", "assign", fmt.Sprintf("account: %q", n.ids["CONTRIBUTOR"]), items...).expectCodes("assign")
		n.act("EDITOR", "approve", "", item(hidden, 1)).expectCodes("approve")
		for _, id := range ids {
			n.as(
				"CONTRIBUTOR", `mutation($id: ID!) { comment(id: $id, text: "Sagt") { comment { id } } }`, map[string]any{"id": id},
			).ok()
		}
		n.redact("HUB_ADMIN", "Sagt", false).expectCodes("redact")
		n.now = n.now.Add(time.Hour)

		s := generated.NewExecutableSchema(generated.Config{}).Schema()
		depth := map[string]string{
			"formerSlugs": "",
			"owner":       "{ name }", "assignee": "{ name }", "head": "{ number document { __typename } author { name } }", "published": "{ number document { __typename } author { name } }",
			"live": "{ id ... on Practice { title themes { label } } }", "acts": "", "problems": "{ code path }", "languages": "{ language stale }",
			"revisions": "(first: 2) { number document { __typename } author { name } }", "steps": "(first: 2) { act actor { name } acknowledged { code path } }",
			"comments": "{ text author { name } }", "usedBy": "{ id field entry { title owner { name } } }", "dangling": "{ id field entry { title owner { name } } }",
			"breaksIfWithdrawn": "{ fields node { id ... on Practice { title themes { label } } } }",
			"redactions":        "{ reason actor { name } }",
			"claims":            "{ type note standing organization { name } from { id ... on Practice { title } } }",
		}
		var all strings.Builder
		for _, f := range objectFields(s, s.Types["Entry"]) {
			selection, ok := depth[f.Name]
			if !ok {
				t.Errorf("Entry.%s is not looked at", f.Name)
			}
			all.WriteString(f.Name + selection + " ")
		}
		for _, f := range append(objectFields(s, s.Types["Entry"]), &ast.FieldDefinition{Name: ""}) {
			selection := f.Name + depth[f.Name]
			if f.Name == "" {
				selection = all.String()
			}
			want := -1
			for _, count := range []int{1, 10, 100} {
				if f.Name == "" && count == 100 {
					continue // beyond the cost that one operation may have
				}
				a := n.as("EDITOR", fmt.Sprintf(
					`{ entries(first: %d, filter: {search: "nummer"}) { totalCount nodes { id %s } } }`, count, selection,
				), nil).ok()
				if got := len(a.list("entries", "nodes")); got != count {
					t.Fatalf("%d entries, not %d", got, count)
				}
				for i, node := range a.list("entries", "nodes") {
					if v := node.(map[string]any)[f.Name]; f.Name != "" && (v == nil || fmt.Sprint(v) == "[]") {
						t.Fatalf("%s of entry %d has nothing in it", f.Name, i)
					}
				}
				statements := len(a.Statements)
				if want < 0 {
					want = statements
				}
				if statements != want {
					t.Errorf(
						"%s costs %d statements for %d entries, %d for one:\n%s", f.Name, statements, count, want,
						strings.Join(a.Statements, "\n"),
					)
				}
			}
		}
	})
}

func related(id, to string) []any {
	if id == to {
		return []any{}
	}
	return []any{map[string]any{"to": to, "type": "SEE_ALSO"}}
}
