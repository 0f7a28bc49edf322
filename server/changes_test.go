package main

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/changes"
	"dugnad/schema"
)

func TestChanges(t *testing.T) {
	concurrent(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		s := h.seeded()
		t.Run("the state, then what happens", func(t *testing.T) { stateThenChanges(t, h.in(t), s) })
		t.Run("filters", func(t *testing.T) { changesByFilter(t, h.in(t), s) })
		t.Run("a copy is the state", func(t *testing.T) { copiesAreTheState(t, h.in(t), s) })
		t.Run("reference data", func(t *testing.T) { referenceChangesReachFollowers(t, h.in(t), s) })
		t.Run("wrong cursors", func(t *testing.T) { wrongChangeCursors(t, h.in(t)) })
		t.Run("an expired cursor", func(t *testing.T) { expiredCursor(t, h.in(t), s) })
	})
}

// copyOf is what a client keeps of what it has read of the changes: the things by id, as JSON, and its place.
type copyOf struct {
	h      *testHub
	viewer string
	filter string
	fields string // that it holds of each thing; "" means a few
	size   int
	after  any
	things map[string]string
	gone   []string // ids, in the order of their tombstones
	seen   int
}

func (h *testHub) copy(viewer, filter string, size int) *copyOf {
	return &copyOf{h: h, viewer: viewer, filter: filter, size: size, things: map[string]string{}}
}

// page reads one page of changes and reports whether there are more.
func (c *copyOf) page() bool {
	filter := ""
	if c.filter != "" {
		filter = ", filter: {" + c.filter + "}"
	}
	fields := cmp.Or(c.fields,
		`... on Content { title slug audience themes { slug } related(direction: OUT, first: 5) { nodes { id } } } ... on Theme { label } ... on Municipality { name }`)
	a := c.h.askAs(c.viewer, `query($n: Int, $c: Cursor) { changes(first: $n, after: $c`+filter+`) {
		edges { cursor node { id action at node { __typename id `+fields+` } } }
		pageInfo { hasNextPage endCursor } } }`, map[string]any{"n": c.size, "c": c.after}).ok()
	for _, e := range a.maps("changes", "edges") {
		c.seen++
		n := e["node"].(map[string]any)
		id := n["id"].(string)
		switch {
		case n["action"] == "GONE" && n["node"] == nil:
			delete(c.things, id)
			c.gone = append(c.gone, id)
		case n["action"] == "UPSERT" && n["node"] != nil && n["node"].(map[string]any)["id"] == id:
			c.things[id] = asJSON(n["node"])
		default:
			c.h.t.Fatalf("a change is %v", n)
		}
	}
	if end := a.at("changes", "pageInfo", "endCursor"); end != nil {
		c.after = end
	}
	return a.at("changes", "pageInfo", "hasNextPage") == true
}

// follow reads to the end.
func (c *copyOf) follow() *copyOf {
	c.h.t.Helper()
	for c.page() {
	}
	return c
}

// same compares the copy that the client keeps with the state read afresh.
func (c *copyOf) same(what string) {
	c.h.t.Helper()
	fresh := c.h.copy(c.viewer, c.filter, 100)
	fresh.fields = c.fields
	fresh.follow()
	if maps.Equal(fresh.things, c.things) {
		return
	}
	for id, now := range fresh.things {
		if kept := c.things[id]; kept != now {
			c.h.t.Errorf("%s %q %q: of %s is kept\n%s, there is\n%s", what, c.viewer, c.filter, id, kept, now)
		}
	}
	for id, kept := range c.things {
		if fresh.things[id] == "" {
			c.h.t.Errorf("%s %q %q: %s is kept, but is gone", what, c.viewer, c.filter, kept)
		}
	}
}

func stateThenChanges(t *testing.T, h *testHub, s *seed) {
	public, member := h.copy("", "", 100).follow(), h.copy("member", "", 100).follow()
	want := 15 + 476 + 15 + 394
	for _, list := range []string{"themes", "targetGroups", "methods", "lawSections"} {
		a := h.ask(`{ `+list+`(first: 1) { totalCount } }`, nil).ok()
		want += int(a.at(list, "totalCount").(float64))
	}
	for _, n := range contentLists {
		want += n
	}
	types := map[string]int{}
	for id := range public.things {
		types[id[:3]]++
	}
	want += types["con"] + types["ast"] // which have no list
	if len(public.things) != want || public.seen != want || len(public.gone) > 0 || types["pra"] != 15 ||
		types["mun"] != 476 {
		t.Errorf("the state is %d things in %d changes (%v), wanted %d", len(public.things), public.seen, types, want)
	}
	if public.page() || public.seen != want {
		t.Error("at the end there is more")
	}

	id := s.put(t, "PRACTICE", map[string]any{"kind": "ADVICE", "texts": localTexts("Ny", "NB")})
	if public.follow(); !strings.Contains(public.things[id], "Ny NB") {
		t.Errorf("after publishing: %s", public.things[id])
	}
	s.change(t, id, map[string]any{"audience": "MEMBERS"})
	public.follow()
	member.follow()
	if public.things[id] != "" || !slices.Contains(public.gone, id) || !strings.Contains(member.things[id], "MEMBERS") ||
		slices.Contains(member.gone, id) {
		t.Errorf("for members: everybody has %q, members %q", public.things[id], member.things[id])
	}
	before := public.seen
	s.change(t, id, map[string]any{"texts": localTexts("Løynd", "NB")})
	if public.follow(); public.seen != before {
		t.Error("everybody is told that an entry for members changed")
	}
	if member.follow(); !strings.Contains(member.things[id], "Løynd") {
		t.Errorf("a member has %s", member.things[id])
	}
	s.change(t, id, map[string]any{"audience": "PUBLIC"})
	if public.follow(); public.things[id] == "" {
		t.Error("for everybody again, but nobody is told")
	}
	s.withdraw(t, id)
	public.follow()
	member.follow()
	if public.things[id] != "" || member.things[id] != "" || !slices.Contains(member.gone, id) {
		t.Error("a withdrawn entry is kept")
	}
	public.same("at the end")
	member.same("at the end")
}

func changesByFilter(t *testing.T, h *testHub, s *seed) {
	kinn := h.ask(
		`{ municipality(number: "4602") { id } theme(slug: "settlement.housing") { id } other: theme(slug: "health") { id } organization(slug: "ks") { id } }`,
		nil,
	).ok()
	id := func(alias string) any { return kinn.at(alias, "id") }
	document := map[string]any{
		"kind": "ADVICE", "texts": localTexts("Filter", "NB"), "themes": []any{id("theme")},
		"municipalities": []any{map[string]any{"municipality": id("municipality"), "role": "CASE"}},
		"organizations":  []any{map[string]any{"organization": id("organization"), "role": "PARTNER"}},
	}
	var copies []*copyOf
	for _, filter := range []string{`types: [PRACTICE]`, `types: [TOOL]`, `themes: ["settlement"]`, `municipalities: ["1401"]`, `organizations: ["ks"]`, `types: [PRACTICE], themes: ["settlement"], municipalities: ["4602"], organizations: ["ks"]`, `types: [TOOL], themes: []`, `types: [MUNICIPALITY]`} {
		copies = append(copies, h.copy("", filter, 7).follow())
	}
	if n := len(copies[7].things); n != 476 {
		t.Errorf("%d municipalities", n)
	}
	if len(copies[6].things) == 0 || len(copies[6].things) != len(copies[1].things) {
		t.Errorf("no themes give %d tools of %d", len(copies[6].things), len(copies[1].things))
	}
	entry := s.put(t, "PRACTICE", document)
	has := func(what string, want ...bool) {
		t.Helper()
		for i, c := range copies {
			if got := c.follow().things[entry] != ""; got != want[i] {
				t.Errorf("%s: %q has it: %v, wanted %v", what, c.filter, got, want[i])
			}
			c.same(what)
		}
	}
	has("published", true, false, true, true, true, true, false, false)
	s.change(t, entry, map[string]any{"themes": []any{id("other")}})
	has("another theme", true, false, false, true, true, false, false, false)
	s.change(t, entry, map[string]any{"municipalities": nil, "themes": []any{id("theme")}})
	has("no municipality", true, false, true, false, true, false, false, false)
	s.change(t, entry, map[string]any{"organizations": nil, "municipalities": document["municipalities"]})
	has("no organisation", true, false, true, true, false, false, false, false)
	s.withdraw(t, entry)
	has("withdrawn", false, false, false, false, false, false, false, false)
}

// copiesAreTheState has clients follow while things happen at random: each has the whole truth whenever it is at the
// end.
func copiesAreTheState(t *testing.T, h *testHub, s *seed) {
	random := rand.New(rand.NewPCG(7, 7))
	var copies []*copyOf
	for _, viewer := range []string{"", "member"} {
		for _, filter := range []string{"", `types: [PRACTICE, REPORT]`, `themes: ["introduction", "settlement"]`} {
			copies = append(copies, h.copy(viewer, filter, []int{100, 3, 10}[len(copies)%3]))
		}
	}
	live, hidden := []string{}, []string{} // published; withdrawn
	for step := range 60 {
		switch n := random.IntN(10); {
		case n < 4 || len(live) < 3:
			of := [][2]string{{"PRACTICE", "ADVICE"}, {"REPORT", "SURVEY"}, {"TOOL", "GUIDE"}}[random.IntN(3)]
			document := map[string]any{
				"kind": of[1], "texts": localTexts(fmt.Sprint("Nummer ", step), "NB"), "themes": s.pick(s.themes, 3),
				"audience": []string{"PUBLIC", "MEMBERS"}[random.IntN(2)],
			}
			var to []any
			for _, id := range s.pick(append(slices.Clone(live), hidden...), 2) {
				to = append(to, map[string]any{"to": id, "type": "SEE_ALSO"})
			}
			document["relations"] = to
			live = append(live, s.put(t, schema.ContentType(of[0]), document))
		case n < 6:
			s.change(t, live[random.IntN(len(live))], map[string]any{
				"audience": []string{"PUBLIC", "MEMBERS"}[random.IntN(2)], "themes": s.pick(s.themes, 2),
			})
		case n < 7:
			s.change(
				t, live[random.IntN(len(live))], map[string]any{"texts": localTexts(fmt.Sprint("Endra ", step), "NN", "EN")},
			)
		case n < 9 || len(hidden) == 0:
			i := random.IntN(len(live))
			s.withdraw(t, live[i])
			hidden, live = append(hidden, live[i]), slices.Delete(live, i, i+1)
		default:
			i := random.IntN(len(hidden))
			s.change(t, hidden[i], map[string]any{"texts": localTexts(fmt.Sprint("Att ", step), "NB")})
			live, hidden = append(live, hidden[i]), slices.Delete(hidden, i, i+1)
		}
		for _, c := range copies {
			if random.IntN(3) == 0 { // each at its own pace, also in the middle of the state
				c.page()
			}
		}
		if step%20 == 19 {
			for _, c := range copies {
				c.follow().same(fmt.Sprint("step ", step))
			}
		}
	}
}

func wrongChangeCursors(t *testing.T, h *testHub) {
	other := h.ask(`{ practices(first: 1) { pageInfo { endCursor } } }`, nil).ok().at("practices", "pageInfo", "endCursor")
	members := h.askAs("member", `{ changes(first: 1) { pageInfo { endCursor } } }`, nil).ok().
		at("changes", "pageInfo", "endCursor")
	for what, cursor := range map[string]any{"nonsense": "x", "of another list": other, "of a member": members, "empty": ""} {
		if a := h.ask(`query($c: Cursor) { changes(after: $c) { nodes { id } } }`, map[string]any{"c": cursor}); a.code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %s", what, a.Body)
		}
	}
	for _, first := range []string{"0", "101", "-1"} {
		if a := h.ask(`{ changes(first: `+first+`) { nodes { id } } }`, nil); a.code() != "BAD_USER_INPUT" {
			t.Errorf("first %s: %s", first, a.Body)
		}
	}
}

func expiredCursor(t *testing.T, h *testHub, s *seed) {
	old := h.copy("", "", 100).follow()
	half := h.copy("", "", 100)
	half.page()
	for range 3 {
		s.put(t, "PRACTICE", map[string]any{"kind": "ADVICE", "texts": localTexts("Meir", "NB")})
	}
	now := h.copy("", "types: [PRACTICE]", 100).follow()
	// The pruning takes what is older than some day; the last change stays.
	if _, err := changes.Prune(s.ctx, s.client, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.put(t, "PRACTICE", map[string]any{"kind": "ADVICE", "texts": localTexts("Etter", "NB")})
	expired := func(what string, cursor any) {
		t.Helper()
		if a := h.ask(`query($c: Cursor) { changes(after: $c) { nodes { id } } }`, map[string]any{"c": cursor}); a.code() != "CURSOR_EXPIRED" {
			t.Errorf("%s: %s", what, a.Body)
		}
	}
	expired("a cursor of before", old.after)
	if n := len(now.things); now.follow() == nil || len(now.things) != n+1 {
		t.Errorf("a cursor at the end has %d things, before %d", len(now.things), n)
	}
	now.same("after the pruning")
	// The state may be read on, but the log after it is not there any more.
	for deadline := time.Now().Add(time.Minute); ; {
		a := h.ask(
			`query($c: Cursor) { changes(first: 100, after: $c) { pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"c": half.after},
		)
		if a.code() == "CURSOR_EXPIRED" {
			break
		}
		if a.ok(); a.at("changes", "pageInfo", "hasNextPage") != true || time.Now().After(deadline) {
			t.Errorf("a state begun before the pruning ends as if nothing were missing: %s", a.Body)
			break
		}
		half.after = a.at("changes", "pageInfo", "endCursor")
	}
	h.copy("", "", 100).follow().same("begun again")
}
