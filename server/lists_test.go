package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/content"
	"dugnad/schema"
)

// put publishes a new entry and returns its id.
func (s *seed) put(t *testing.T, of schema.ContentType, document map[string]any) string {
	t.Helper()
	id := s.service.NewID(prefixOf(of))
	s.change(t, id, document)
	return id
}

// change publishes the entry with the fields of the document changed.
func (s *seed) change(t *testing.T, id string, document map[string]any) {
	t.Helper()
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	draft := content.Draft{ID: id, Owner: s.organizations[0], Document: text}
	for _, of := range schema.ContentType("").Values() {
		if prefixOf(schema.ContentType(of)) == id[:3] {
			draft.Type = schema.ContentType(of)
		}
	}
	saved, problems, err := s.service.Save(s.ctx, draft)
	if err != nil || len(problems) > 0 {
		t.Fatalf("save %s: %v %v", id, err, problems)
	}
	_, problems, err = s.service.Publish(s.ctx, content.Item{ID: id, Revision: saved[0].Entry.Head})
	if err != nil || len(problems) > 0 {
		t.Fatalf("publish %s: %v %v", id, err, problems)
	}
}

// withdraw withdraws the entry.
func (s *seed) withdraw(t *testing.T, id string) {
	t.Helper()
	e, err := s.client.Entry.Get(s.ctx, id)
	if err == nil {
		_, err = s.service.Withdraw(s.ctx, content.Item{ID: id, Revision: e.Head})
	}
	if err != nil {
		t.Fatalf("withdraw %s: %v", id, err)
	}
}

// data changes a piece of reference data.
func (s *seed) data(t *testing.T, id string, document map[string]any) {
	t.Helper()
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if _, problems, err := s.service.PutData(s.ctx, content.Data{ID: id, Document: text}); err != nil || len(problems) > 0 {
		t.Fatalf("put %s: %v %v", id, err, problems)
	}
}

func TestLists(t *testing.T) {
	walker(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		s := h.seeded()
		now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
		s.service.Now = func() time.Time { return now }
		for _, one := range []struct {
			of schema.ContentType
			n  int
		}{{"REPORT", 6}, {"PROJECT", 4}, {"PRACTICE", 30}, {"PRACTICE", 15}, {"COLLECTION", 3}} {
			if err := s.add(one.of, one.n); err != nil {
				t.Fatal(err)
			}
			now = now.Add(24 * time.Hour)
		}
		t.Run("every filter of practices", func(t *testing.T) { practiceFilters(t, h.in(t)) })
		t.Run("filters of one type", func(t *testing.T) { ownFilters(t, h.in(t), s) })
		t.Run("orders", func(t *testing.T) { listOrders(t, h.in(t)) })
		t.Run("both ways", func(t *testing.T) { listsBothWays(t, h.in(t)) })
		t.Run("while rows come", func(t *testing.T) { pagesWhileRowsCome(t, h.in(t), s) })
		t.Run("the row under the cursor goes", func(t *testing.T) { rowUnderTheCursorGoes(t, h.in(t), s) })
		t.Run("plans", func(t *testing.T) { listPlans(t, h.in(t)) })
		t.Run("former slugs", func(t *testing.T) { formerSlugs(t, h.in(t), s) })
	})
}

const filteredFields = `id kind languages publishedAt issued { date } evidence { level } owner { slug } organizations { organization { slug } }
	themes { slug parent { slug parent { slug parent { slug } } } } targetGroups { slug } methods { slug } lawSections { slug }
	municipalities(first: 10) { nodes { number county { number } } }`

// valuesOf returns the values of the field in a list of objects.
func valuesOf(list any, field string) []string {
	var out []string
	items, _ := list.([]any)
	for _, item := range items {
		if v, ok := item.(map[string]any)[field].(string); ok {
			out = append(out, v)
		}
	}
	return out
}

func themesOf(p map[string]any) []string {
	var out []string
	for _, theme := range p["themes"].([]any) {
		for m, ok := theme.(map[string]any); ok; m, ok = m["parent"].(map[string]any) {
			out = append(out, m["slug"].(string))
		}
	}
	return out
}

func organizationsOf(p map[string]any) []string {
	out := []string{p["owner"].(map[string]any)["slug"].(string)}
	for _, link := range p["organizations"].([]any) {
		out = append(out, link.(map[string]any)["organization"].(map[string]any)["slug"].(string))
	}
	return out
}

func countiesOf(p map[string]any) []string {
	var out []string
	for _, m := range p["municipalities"].(map[string]any)["nodes"].([]any) {
		if c, ok := m.(map[string]any)["county"].(map[string]any); ok {
			out = append(out, c["number"].(string))
		}
	}
	return out
}

func issuedOf(p map[string]any) string {
	if i, ok := p["issued"].(map[string]any); ok {
		return i["date"].(string)
	}
	return ""
}

func levelOf(p map[string]any) float64 {
	if e, ok := p["evidence"].(map[string]any); ok {
		return e["level"].(float64)
	}
	return -1
}

func hasAny(list []string, wanted ...string) bool {
	return slices.ContainsFunc(list, func(v string) bool { return slices.Contains(wanted, v) })
}

// practiceFilters compares the filters with counts by hand.
func practiceFilters(t *testing.T, h *testHub) {
	type practice = map[string]any
	published := func(p practice) time.Time {
		at, err := time.Parse(time.RFC3339, p["publishedAt"].(string))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	places := func(p practice) []string { return valuesOf(p["municipalities"].(map[string]any)["nodes"], "number") }
	day := time.Date(2030, 1, 4, 12, 0, 0, 0, time.UTC)
	// The municipalities of the first practice with any, so that the filter has results.
	all := map[string][]practice{"": nil, "member": nil}
	for viewer := range all {
		a := h.askAs(
			viewer, `{ practices(first: 100, orderBy: [{field: TITLE}]) { totalCount nodes { `+filteredFields+` } } }`, nil,
		).ok()
		if all[viewer] = a.maps("practices", "nodes"); a.at("practices", "totalCount") != float64(len(all[viewer])) {
			t.Fatalf("%d of %v practices", len(all[viewer]), a.at("practices", "totalCount"))
		}
	}
	if len(all[""]) >= len(all["member"]) {
		t.Fatalf("%d practices for everybody, %d for members", len(all[""]), len(all["member"]))
	}
	first := slices.IndexFunc(all[""], func(p practice) bool {
		return len(places(p)) > 1 &&
			len(p["lawSections"].([]any)) > 0
	})
	one := all[""][first]
	place, county, law := places(one)[0], countiesOf(one)[0], valuesOf(one["lawSections"], "slug")[0]
	method, organization := valuesOf(one["methods"], "slug"), organizationsOf(one)[1]

	filters := map[string]func(practice) bool{
		`{}`: func(practice) bool { return true },
		`{kinds: [ADVICE, MODEL]}`: func(p practice) bool {
			return hasAny([]string{p["kind"].(string)}, "ADVICE", "MODEL")
		},
		`{kinds: []}`:                func(practice) bool { return true },
		`{themes: ["introduction"]}`: func(p practice) bool { return hasAny(themesOf(p), "introduction") },
		`{themes: ["settlement.housing", "economy"]}`: func(p practice) bool {
			return hasAny(themesOf(p), "settlement.housing", "economy")
		},
		`{themes: []}`: func(practice) bool { return true },
		`{targetGroups: ["refugees", "programme-advisers"]}`: func(p practice) bool {
			return hasAny(valuesOf(p["targetGroups"], "slug"), "refugees", "programme-advisers")
		},
		`{lawSections: ["` + law + `"]}`: func(p practice) bool {
			return hasAny(valuesOf(p["lawSections"], "slug"), law)
		},
		`{municipalities: ["` + place + `"]}`: func(p practice) bool { return hasAny(places(p), place) },
		`{municipalities: ["0417", "0220"]}`: func(p practice) bool {
			return hasAny(places(p), "3413", "0220", "3203")
		},
		`{counties: ["` + county + `"]}`: func(p practice) bool { return hasAny(countiesOf(p), county) },
		`{organizations: ["ks"]}`:        func(p practice) bool { return hasAny(organizationsOf(p), "ks") },
		`{organizations: ["` + organization + `"]}`: func(p practice) bool {
			return hasAny(organizationsOf(p), organization)
		},
		`{languages: [NN]}`: func(p practice) bool {
			return slices.Contains(p["languages"].([]any), any("NN"))
		},
		`{languages: [EN, NB]}`: func(p practice) bool {
			return slices.Contains(p["languages"].([]any), any("EN")) || slices.Contains(p["languages"].([]any), any("NB"))
		},
		`{languages: [SMA]}`:          func(practice) bool { return false },
		`{issuedAfter: "2010-01-01"}`: func(p practice) bool { return issuedOf(p) >= "2010-01-01" },
		`{issuedBefore: "2010-01-01"}`: func(p practice) bool {
			return issuedOf(p) != "" &&
				issuedOf(p) <= "2010-01-01"
		},
		`{publishedAfter: "2030-01-04T12:00:00Z"}`:       func(p practice) bool { return !published(p).Before(day) },
		`{publishedBefore: "2030-01-04T13:00:00+01:00"}`: func(p practice) bool { return !published(p).After(day) },
		`{evidenceAtLeast: 3}`:                           func(p practice) bool { return levelOf(p) >= 3 },
		`{and: [{kinds: [ADVICE]}, {languages: [NN]}]}`: func(p practice) bool {
			return p["kind"] == "ADVICE" && slices.Contains(p["languages"].([]any), any("NN"))
		},
		`{and: []}`: func(practice) bool { return true },
		`{or: [{kinds: [ADVICE]}, {evidenceAtLeast: 4}]}`: func(p practice) bool {
			return p["kind"] == "ADVICE" || levelOf(p) >= 4
		},
		`{or: []}`: func(practice) bool { return true },
		`{kinds: [MODEL], or: [{themes: ["introduction"]}, {themes: ["employment"]}]}`: func(p practice) bool {
			return p["kind"] == "MODEL" && hasAny(themesOf(p), "introduction", "employment")
		},
	}
	if len(method) > 0 {
		filters[`{methods: ["`+method[0]+`"]}`] = func(p practice) bool {
			return hasAny(valuesOf(p["methods"], "slug"), method[0])
		}
	}
	for filter, keep := range maps.Clone(filters) {
		filters[`{not: `+filter+`}`] = func(p practice) bool { return !keep(p) }
		filters[`{and: [{not: {not: `+filter+`}}], or: [`+filter+`]}`] = keep
	}
	for filter, keep := range filters {
		for viewer, list := range all {
			var want []string
			for _, p := range list {
				if keep(p) {
					want = append(want, p["id"].(string))
				}
			}
			a := h.askAs(
				viewer, `{ practices(first: 100, orderBy: [{field: TITLE}], filter: `+filter+`) { totalCount nodes { id } } }`, nil,
			).ok()
			got := a.strings("id", "practices", "nodes")
			if !slices.Equal(got, want) || a.at("practices", "totalCount") != float64(len(want)) {
				t.Errorf(
					"%s of %q finds %d (count %v), wanted %d", filter, viewer, len(got), a.at("practices", "totalCount"), len(want),
				)
			}
		}
	}
}

func ownFilters(t *testing.T, h *testHub, s *seed) {
	titled := func(title string, more map[string]any) map[string]any {
		document := map[string]any{"texts": []any{map[string]any{"language": "NB", "title": title}}}
		maps.Copy(document, more)
		return document
	}
	s.put(
		t, "EVENT", titled("Tidlig", map[string]any{"startsAt": "2031-01-01T09:00:00Z", "endsAt": "2031-01-01T15:00:00Z"}),
	)
	s.put(t, "EVENT", titled("Seint", map[string]any{"startsAt": "2031-06-01T09:00:00+02:00"}))
	s.put(t, "PROJECT", titled(
		"Avslutta", map[string]any{"period": map[string]any{"start": "2031-01-01", "end": "2031-12-31"}},
	))
	s.put(
		t, "PROJECT", titled("I drift", map[string]any{"period": map[string]any{"start": "2031-06-01", "ongoing": true}}),
	)
	secret := s.put(t, "TOOL", titled("Løynd", map[string]any{"kind": "GUIDE", "audience": "MEMBERS"}))
	open := s.put(t, "TOOL", titled("Open", map[string]any{"kind": "GUIDE"}))
	s.put(t, "COLLECTION", titled("Utval", map[string]any{"relations": []any{
		map[string]any{"to": secret, "type": "CONTAINS"}, map[string]any{"to": open, "type": "CONTAINS"},
	}}))
	s.put(t, "NETWORK", titled("Pilotane", map[string]any{"kind": "PILOT_COHORT"}))
	for _, test := range []struct {
		viewer, list, filter string
		want                 []string
	}{
		{"", "events", `{startsAfter: "2031-01-01T00:00:00Z"}`, []string{"Seint", "Tidlig"}},
		{
			"", "events", `{startsAfter: "2031-01-01T10:00:00+01:00", startsBefore: "2031-01-01T09:00:00Z"}`, []string{"Tidlig"},
		},
		{"", "events", `{startsAfter: "2031-06-01T07:00:00Z"}`, []string{"Seint"}},
		{"", "events", `{startsAfter: "2031-06-01T07:00:01Z"}`, nil},
		{"", "events", `{startsAfter: "2031-06-01T07:00:00Z", municipalities: []}`, []string{"Seint"}},
		{"", "projects", `{runningOn: "2031-06-01"}`, []string{"Avslutta", "I drift"}},
		{"", "projects", `{runningOn: "2031-12-31"}`, []string{"Avslutta", "I drift"}},
		{"", "projects", `{runningOn: "2035-01-01"}`, []string{"I drift"}},
		{"", "projects", `{runningOn: "2031-01-01"}`, []string{"Avslutta"}},
		{"", "projects", `{runningOn: "2016-04-01"}`, []string{
			"Effektiviseringsnettverk for bedre integrering av nyankomne flyktninger",
		}},
		{"", "collections", `{contains: ["` + open + `"]}`, []string{"Utval"}},
		{"", "collections", `{contains: ["` + secret + `"]}`, nil},
		{"member", "collections", `{contains: ["` + secret + `"]}`, []string{"Utval"}},
		{"", "collections", `{contains: ["` + secret + `", "` + open + `"]}`, []string{"Utval"}},
		{"", "collections", `{contains: ["x"]}`, nil},
		{"", "reports", `{series: ["Kommuneundersøkinga", "no such"]}`, []string{"Kommuneundersøkinga 2016"}},
		{"", "reports", `{series: ["Kommuneundersøkinga"], kinds: [SURVEY]}`, []string{"Kommuneundersøkinga 2016"}},
		{"", "reports", `{kinds: [ANNUAL], languages: [NB]}`, []string{"FoU-prosjekter 2017"}},
		{"", "tools", `{kinds: [GUIDE], publishedAfter: "2030-01-05T00:00:00Z"}`, []string{"Open"}},
		{"member", "tools", `{kinds: [GUIDE], publishedAfter: "2030-01-05T00:00:00Z"}`, []string{"Løynd", "Open"}},
		{"", "networks", `{kinds: [PILOT_COHORT], publishedAfter: "2030-01-01T00:00:00Z"}`, []string{"Pilotane"}},
	} {
		a := h.askAs(
			test.viewer,
			`{ list: `+test.list+`(orderBy: [{field: TITLE}], filter: `+test.filter+`) { totalCount nodes { title } } }`, nil,
		).ok()
		expect(t, test.viewer+" "+test.list+" "+test.filter, a.strings("title", "list", "nodes"), test.want...)
		if a.at("list", "totalCount") != float64(len(test.want)) {
			t.Errorf("%s %s: count %v", test.list, test.filter, a.at("list", "totalCount"))
		}
	}
	// Entries without a series match the negation of a series.
	a := h.ask(`{ all: reports { totalCount } in: reports(filter: {series: ["Kommuneundersøkinga"]}) { totalCount } out: reports(filter: {not: {series: ["Kommuneundersøkinga"]}}) { totalCount }
		p: projects { totalCount } running: projects(filter: {runningOn: "2031-06-01"}) { totalCount } notRunning: projects(filter: {not: {runningOn: "2031-06-01"}}) { totalCount } }`, nil).ok()
	n := func(alias string) float64 { return a.at(alias, "totalCount").(float64) }
	if n("in")+n("out") != n("all") || n("running")+n("notRunning") != n("p") {
		t.Errorf("a filter and its opposite are not all: %s", a.Body)
	}
	for _, bad := range []string{
		`{ practices(filter: {kind: ADVICE}) { totalCount } }`, `{ practices(filter: {series: ["x"]}) { totalCount } }`, `{ practices(filter: {kinds: [GUIDE]}) { totalCount } }`,
		`{ practices(filter: {issuedAfter: "2010-13-01"}) { totalCount } }`, `{ practices(filter: {publishedAfter: "yesterday"}) { totalCount } }`,
	} {
		if a := h.ask(bad, nil); a.code() != "BAD_USER_INPUT" && a.code() != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: %d %s", bad, a.Status, a.Body)
		}
	}
}

func listOrders(t *testing.T, h *testHub) {
	when := func(p map[string]any) string {
		if i := issuedOf(p); i != "" {
			return i
		}
		return p["publishedAt"].(string)[:10]
	}
	keys := map[string]func(map[string]any) string{
		"ISSUED": when, "PUBLISHED_AT": func(p map[string]any) string { return p["publishedAt"].(string) },
		"UPDATED_AT": func(p map[string]any) string { return p["updatedAt"].(string) },
	}
	for _, order := range [][][2]string{
		{{"ISSUED", "DESC"}}, {{"PUBLISHED_AT", "ASC"}, {"ISSUED", "DESC"}}, {{"UPDATED_AT", "DESC"}, {"ISSUED", "ASC"}}, {
			{"PUBLISHED_AT", "DESC"}, {"UPDATED_AT", "ASC"}, {"ISSUED", "ASC"},
		},
	} {
		var terms []string
		for _, o := range order {
			terms = append(terms, fmt.Sprintf("{field: %s, direction: %s}", o[0], o[1]))
		}
		list := h.pages(
			t, "practices", ", orderBy: ["+strings.Join(terms, ", ")+"]", "id publishedAt updatedAt issued { date }", 7, false,
		)
		sorted := slices.IsSortedFunc(list, func(a, b map[string]any) int {
			for _, o := range order {
				c := strings.Compare(keys[o[0]](a), keys[o[0]](b))
				if o[1] == "DESC" {
					c = -c
				}
				if c != 0 {
					return c
				}
			}
			return 0
		})
		if !sorted {
			t.Errorf("%v: is not in order", order)
		}
	}
	title := h.pages(t, "practices", ", orderBy: [{field: TITLE, direction: DESC}]", "id", 7, false)
	ascending := h.pages(t, "practices", ", orderBy: [{field: TITLE}]", "id", 100, true)
	ids := func(list []map[string]any) (out []string) {
		for _, p := range list {
			out = append(out, p["id"].(string))
		}
		return out
	}
	if len(title) != len(ascending) {
		t.Errorf("%d down, %d up", len(title), len(ascending))
	}
	seen := ids(title)
	slices.Sort(seen)
	if len(slices.Compact(seen)) != len(title) {
		t.Error("one comes twice")
	}
	if a := h.ask(`{ practices(orderBy: []) { totalCount } }`, nil); len(a.Errors) > 0 {
		t.Errorf("no orders: %s", a.Body)
	}
}

func listsBothWays(t *testing.T, h *testHub) {
	for list := range contentLists {
		for _, order := range []string{"", ", orderBy: [{field: TITLE, direction: DESC}, {field: ISSUED}]"} {
			forward := h.pages(t, list, order, "id", 4, false)
			backward := h.pages(t, list, order, "id", 3, true)
			slices.Reverse(backward)
			if !slices.EqualFunc(forward, backward, maps.Equal) {
				t.Errorf("%s%s: backwards is not forwards turned round", list, order)
			}
			seen := map[any]bool{}
			for _, n := range forward {
				seen[n["id"]] = true
			}
			if len(seen) != len(forward) {
				t.Errorf("%s%s: one comes twice", list, order)
			}
		}
	}
	for _, arguments := range []string{"first: 1, last: 1", "last: 0", "first: 0", "first: 101", "last: 101", "first: -1", `after: "x"`} {
		if a := h.ask(`{ practices(`+arguments+`) { totalCount } }`, nil); a.code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %s", arguments, a.Body)
		}
	}
}

func pagesWhileRowsCome(t *testing.T, h *testHub, s *seed) {
	for _, order := range []string{"", ", orderBy: [{field: PUBLISHED_AT}]", ", orderBy: [{field: TITLE, direction: DESC}]", ", orderBy: [{field: PUBLISHED_AT, direction: DESC}, {field: ISSUED}]"} {
		there := map[any]int{}
		for _, p := range h.pages(t, "practices", order, "id", 100, false) {
			there[p["id"]] = 0
		}
		for cursor, n := any(nil), 0; ; n++ {
			a := h.ask(
				`query($c: Cursor) { practices(first: 6, after: $c`+order+`) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
				map[string]any{"c": cursor},
			).ok()
			for _, id := range a.strings("id", "practices", "nodes") {
				if there[id]++; there[id] > 1 {
					t.Errorf("%s: %s comes twice", order, id)
				}
			}
			if a.at("practices", "pageInfo", "hasNextPage") != true || n > 100 {
				break
			}
			cursor = a.at("practices", "pageInfo", "endCursor")
			if n%3 == 0 { // one that may be of the same time and the same title as others, before or after the cursor
				s.put(t, "PRACTICE", map[string]any{
					"kind": "ADVICE", "texts": []any{map[string]any{"language": "NB", "title": []string{"Aa", "Mm", "Åå"}[n/3%3]}},
				})
			}
		}
		for id, n := range there {
			if n == 0 {
				t.Errorf("%s: %s was missed", order, id)
			}
		}
	}
}

func rowUnderTheCursorGoes(t *testing.T, h *testHub, s *seed) {
	for _, order := range []string{"", ", orderBy: [{field: TITLE}]"} {
		for _, way := range []string{"first: 5, after: $c", "last: 5, before: $c"} {
			query := `query($c: Cursor) { practices(` + way + order + `) { edges { cursor node { id } } } }`
			start := h.ask(query, map[string]any{"c": nil}).ok().maps("practices", "edges")
			under := start[len(start)-1]
			if strings.HasPrefix(way, "last") {
				under = start[0]
			}
			c := map[string]any{"c": under["cursor"]}
			before := h.ask(query, c).ok()
			s.withdraw(t, under["node"].(map[string]any)["id"].(string))
			if after := h.ask(query, c).ok(); asJSON(after.at("practices", "edges")) != asJSON(before.at("practices", "edges")) &&
				!sameNodes(after, before) {
				t.Errorf("%s%s: the next page is %s, before %s", way, order, after.Body, before.Body)
			}
		}
	}
}

// sameNodes compares lists without their cursors, which are sealed with a new nonce each time.
func sameNodes(a, b *answer) bool {
	nodes := func(x *answer) (out []any) {
		for _, e := range x.maps("practices", "edges") {
			out = append(out, e["node"])
		}
		return out
	}
	return asJSON(nodes(a)) == asJSON(nodes(b))
}

func formerSlugs(t *testing.T, h *testHub, s *seed) {
	id := s.put(t, "PRACTICE", map[string]any{
		"kind": "ADVICE", "slug": "forste-namn", "texts": []any{map[string]any{"language": "NN", "title": "Namn"}},
	})
	s.change(t, id, map[string]any{"slug": "andre-namn"})
	a := h.ask(
		`{ old: practice(slug: "forste-namn") { id slug } new: practice(slug: "andre-namn") { id slug } other: tool(slug: "andre-namn") { id } none: practice(slug: "tredje-namn") { id } }`,
		nil,
	).ok()
	for _, alias := range []string{"old", "new"} {
		equal(t, alias, a.at(alias), map[string]any{"id": id, "slug": "andre-namn"})
	}
	if a.at("other") != nil || a.at("none") != nil {
		t.Errorf("%s", a.Body)
	}
	s.change(t, id, map[string]any{"audience": "MEMBERS"})
	if a := h.ask(`{ practice(slug: "forste-namn") { id } }`, nil).ok(); a.at("practice") != nil {
		t.Errorf("a former slug tells of an entry for members: %s", a.Body)
	}
	s.withdraw(t, id)
	if a := h.askAs("member", `{ a: practice(slug: "forste-namn") { id } b: practice(slug: "andre-namn") { id } }`, nil).ok(); a.at("a") != nil || a.at("b") != nil {
		t.Errorf("a withdrawn entry answers: %s", a.Body)
	}
}
