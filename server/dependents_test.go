package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/graph"
	"dugnad/schema"
)

// shownByEntries is what copies hold of an entry: everything of reference data that it shows.
const shownByEntries = `... on Content { slug owner { slug name municipality { name } } themes { slug label parent { slug label } }
	targetGroups { label role } methods { label } lawSections { label act section } image { alt credit }
	contacts { function email organization { name } } }
	... on Practice { municipalities(first: 5) { nodes { name number county { name } successors { name } } } districts { district { name municipality { name } } }
		organizations { organization { name municipality { name } } } }
	... on Theme { label parent { label } children { slug } } ... on Municipality { name county { name } successors { name } predecessors { name } }
	... on Organization { name municipality { name } district { name } } ... on District { name of: municipality { name } } ... on Contact { organization { name } }`

// referenceChangesReachFollowers changes each kind of reference data and has every kind of follower compare its copy
// with the state.
func referenceChangesReachFollowers(t *testing.T, h *testHub, s *seed) {
	h.serveLive()
	found := h.ask(`{ housing: theme(slug: "settlement.housing") { id } settlement: theme(slug: "settlement") { id } health: theme(slug: "health") { id }
		kinn: municipality(number: "4602") { id county { id } } flora: municipality(number: "1401") { id number }
		oslo: municipality(number: "0301") { id } ks: organization(slug: "ks") { id }
		of: organizations(filter: {municipalities: ["0301"]}, first: 1) { nodes { id } } }`, nil).ok()
	id := func(path ...any) string { return found.at(append(path, "id")...).(string) }
	names := func(text string) []any { return []any{map[string]any{"language": "NB", "text": text}} }
	s.data(t, s.contacts[0], map[string]any{"organization": id("ks")})
	entry := s.put(t, "PRACTICE", map[string]any{
		"kind": "ADVICE", "texts": localTexts("Viser alt", "NB"), "themes": []any{id("housing")}, "image": s.assets[0],
		"targetGroups": s.targetGroups[:1], "methods": s.methods[:1], "lawSections": s.lawSections[:1], "contacts": s.contacts[:1],
		"municipalities": []any{map[string]any{"municipality": id("kinn"), "role": "CASE"}},
		"districts":      []any{map[string]any{"district": s.districts[0], "role": "CASE"}},
		"organizations": []any{
			map[string]any{"organization": id("ks"), "role": "PARTNER"},
			map[string]any{"organization": id("of", "nodes", 0), "role": "PARTNER"},
		},
	})
	var copies []*copyOf
	for _, filter := range []string{
		``, `themes: ["settlement"]`, `themes: ["health"]`, `organizations: ["ks"]`, `municipalities: ["4602"]`, `municipalities: ["1401"]`,
	} {
		if filter != "" {
			filter = `types: [PRACTICE, EVENT], ` + filter
		}
		c := h.copy("", filter, 100)
		c.fields = shownByEntries
		copies = append(copies, c.follow())
	}
	hasIt := func(c *copyOf) bool { return c.things[entry] != "" }
	for _, c := range copies {
		if want := c != copies[2]; hasIt(c) != want {
			t.Fatalf("%q has the entry: %v", c.filter, !want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	themed := map[string]any{"filter": map[string]any{"types": []any{"PRACTICE"}, "themes": []any{"settlement"}}}
	streamed := h.events(ctx, "", themed)
	webhook, err := json.Marshal(themed["filter"])
	if err != nil {
		t.Fatal(err)
	}
	shown := func() string {
		return asJSON(h.ask(`query($id: ID!) { node(id: $id) { __typename id `+shownByEntries+` } }`, map[string]any{"id": entry}).ok().at("node"))
	}
	numbers := []any{map[string]any{"number": "1401", "name": "Flora"}}

	for _, row := range []struct {
		what, id string
		change   map[string]any
		leaves   []string // filters whose followers lose the entry
		enters   []string
	}{
		{"a theme is renamed", id("housing"), map[string]any{"labels": names("Hus")}, nil, nil},
		{"the theme above is renamed", id("settlement"), map[string]any{"labels": names("Busetjing")}, nil, nil},
		{"a theme moves", id("housing"), map[string]any{"parent": id("health")}, []string{`themes: ["settlement"]`}, []string{`themes: ["health"]`}},
		{"the theme above moves", id("health"), map[string]any{"parent": id("settlement")}, nil, []string{`themes: ["settlement"]`}},
		{"the theme above moves away", id("health"), map[string]any{"parent": nil}, []string{`themes: ["settlement"]`}, nil},
		{"a theme moves back", id("housing"), map[string]any{"parent": id("settlement")}, []string{`themes: ["health"]`}, []string{`themes: ["settlement"]`}},
		{"a target group is renamed", s.targetGroups[0], map[string]any{"labels": names("Ei gruppe")}, nil, nil},
		{"a method is renamed", s.methods[0], map[string]any{"labels": names("Ein metode")}, nil, nil},
		{"an act is renamed", s.lawSections[0], map[string]any{"act": names("Ei lov")}, nil, nil},
		{"a section is renumbered", s.lawSections[0], map[string]any{"section": "§ 99"}, nil, nil},
		{"a contact is renamed", s.contacts[0], map[string]any{"functions": names("Nokon å spørje")}, nil, nil},
		{"a contact's address", s.contacts[0], map[string]any{"email": "ny@ks.example"}, nil, nil},
		{"an alt text", s.assets[0], map[string]any{"alt": names("Eit anna bilete")}, nil, nil},
		{"a credit", s.assets[0], map[string]any{"credit": "Foto: Ingen"}, nil, nil},
		{"a participant is renamed", id("ks"), map[string]any{"names": names("KS no")}, nil, nil},
		{"the owner is renamed", s.organizations[0], map[string]any{"names": names("Ein eigar")}, nil, nil},
		{"a municipality is renamed", id("kinn"), map[string]any{"name": "Kinn no"}, nil, nil},
		{"a county is renamed", id("kinn", "county"), map[string]any{"name": "Vestlandet"}, nil, nil},
		{"a municipality moves", id("kinn"), map[string]any{"county": nil}, nil, nil},
		{"a district is renamed", s.districts[0], map[string]any{"name": "Bydelen"}, nil, nil},
		{"the district's municipality is renamed", id("oslo"), map[string]any{"name": "Christiania"}, nil, nil},
		{"a former number is taken", id("oslo"), map[string]any{"numbers": append([]any{map[string]any{"number": "0301", "name": "Oslo"}}, numbers...)}, []string{`municipalities: ["1401"]`}, nil},
		{"a former municipality gets its number back", id("flora"), map[string]any{"numbers": append(numbers, map[string]any{"number": "9401", "name": "Flora"})}, nil, []string{`municipalities: ["1401"]`}},
		{"a merger is undone", id("flora"), map[string]any{"successors": nil}, []string{`municipalities: ["1401"]`}, nil},
		{"a merger", id("flora"), map[string]any{"successors": []any{id("kinn")}}, nil, []string{`municipalities: ["1401"]`}},
	} {
		before, head := shown(), s.head(t)
		s.data(t, row.id, row.change)
		now := shown()
		if renamed := len(row.leaves)+len(row.enters) == 0; renamed && now == before {
			t.Fatalf("%s: the entry shows %s as before", row.what, before) // else the row looks at nothing
		}
		for _, c := range copies[1:] {
			had := hasIt(c)
			c.follow()
			if hasIt(c) && c.things[entry] != now { // the other things are compared at the end
				t.Errorf("%s: %q keeps\n%s, there is\n%s", row.what, c.filter, c.things[entry], now)
			}
			by := strings.TrimPrefix(c.filter, `types: [PRACTICE, EVENT], `)
			want := had && !slices.Contains(row.leaves, by) || slices.Contains(row.enters, by)
			if hasIt(c) != want {
				t.Errorf("%s: %q has the entry: %v, wanted %v", row.what, c.filter, !want, want)
			}
		}
		action, inTheme := schema.Upsert, hasIt(copies[1])
		if !inTheme {
			action = schema.Gone
		}
		if !inTheme && !slices.Contains(row.leaves, `themes: ["settlement"]`) {
			continue // it was not in the filter
		}
		visible, err := graph.VisibleChanges(access.WithViewer(t.Context(), access.Viewer{}), h.client, head, string(webhook), 500)
		told := false
		for _, c := range visible {
			told = told || c.NodeID == entry && c.Action == action
		}
		if err != nil || !told {
			t.Errorf("%s: a webhook is not told %s of the entry: %v %v", row.what, action, visible, err)
		}
		for told = false; !told; {
			select {
			case event := <-streamed:
				change, _ := event["data"].(map[string]any)["changes"].(map[string]any)
				told = change["id"] == entry && change["action"] == string(action)
			case <-ctx.Done():
				t.Fatalf("%s: a subscription is not told %s of the entry", row.what, action)
			}
		}
	}
	for _, c := range copies {
		c.follow().same("at the end")
	}
	h.caughtUpNow() // also where the search index leaves out what only shows something
}

// head returns the sequence of the last change.
func (s *seed) head(t *testing.T) int {
	t.Helper()
	head, err := changes.Head(s.ctx, s.client)
	if err != nil {
		t.Fatal(err)
	}
	return head
}
