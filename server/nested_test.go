package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/networkmember"
	"dugnad/ent/relation"
	"dugnad/schema"
)

// child is an element of a connection.
type child struct{ place, id string }

// nested is a connection of a type, with all children of its parents according to the database, visible or not.
type nested struct {
	of, field string
	entries   schema.ContentType
	parents   []string // 30 of them
	children  map[string][]child
}

func (n nested) name() string { return n.of + "." + n.field }

// truth holds the content of the database, read without the API.
type truth struct {
	public map[string]bool // of every live entry
	all    []nested
}

// want returns the ids that the viewer should get of the parent, in order.
func (tr *truth) want(n nested, viewer, parent string) []string {
	ids := []string{}
	for _, c := range tr.visible(n, viewer, parent) {
		ids = append(ids, c.id)
	}
	return ids
}

func (tr *truth) visible(n nested, viewer, parent string) []child {
	return slices.DeleteFunc(slices.Clone(n.children[parent]), func(c child) bool {
		public, entry := tr.public[c.id]
		return entry && !public && viewer == ""
	})
}

func byID(ids []string) []child {
	out := make([]child, len(ids))
	for i, id := range ids {
		out[i] = child{id, id}
	}
	slices.SortFunc(out, func(a, b child) int { return strings.Compare(a.place, b.place) })
	return out
}

// must returns a function that returns its first argument, and fails the test if the second is an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// truthOf reads the children of the entries of seed and demo from the database.
func truthOf(t *testing.T, s *seed) *truth {
	tr := &truth{public: map[string]bool{}}
	add := func(of, field string, entries schema.ContentType, children map[string][]child) {
		tr.all = append(tr.all, nested{of, field, entries, s.entries[entries][:30], children})
	}
	practices := must[[]*ent.Practice](t)(s.client.Practice.Query().WithTools().WithReports().All(s.ctx))
	tools := must[[]*ent.Tool](t)(s.client.Tool.Query().WithReports().All(s.ctx))
	toolsOf, reportsOf, basisOf := map[string][]string{}, map[string][]string{}, map[string][]string{}
	practicesOfTool, practicesOfReport, toolsOfReport := map[string][]string{}, map[string][]string{}, map[string][]string{}
	for _, p := range practices {
		for _, tool := range p.Edges.Tools {
			toolsOf[p.ID], practicesOfTool[tool.ID] = append(toolsOf[p.ID], tool.ID), append(practicesOfTool[tool.ID], p.ID)
		}
		for _, r := range p.Edges.Reports {
			reportsOf[p.ID], practicesOfReport[r.ID] = append(reportsOf[p.ID], r.ID), append(practicesOfReport[r.ID], p.ID)
		}
	}
	for _, tool := range tools {
		for _, r := range tool.Edges.Reports {
			basisOf[tool.ID], toolsOfReport[r.ID] = append(basisOf[tool.ID], r.ID), append(toolsOfReport[r.ID], tool.ID)
		}
	}
	edges := func(of map[string][]string) map[string][]child {
		out := map[string][]child{}
		for id, ids := range of {
			out[id] = byID(ids)
		}
		return out
	}
	add("Practice", "tools", "PRACTICE", edges(toolsOf))
	add("Practice", "reports", "PRACTICE", edges(reportsOf))
	add("Tool", "reports", "TOOL", edges(basisOf))
	add("Tool", "practices", "TOOL", edges(practicesOfTool))
	add("Report", "practices", "REPORT", edges(practicesOfReport))
	add("Report", "tools", "REPORT", edges(toolsOfReport))

	places := map[string][]child{}
	for _, l := range must[[]*ent.ContentMunicipality](t)(s.client.ContentMunicipality.Query().Order(contentmunicipality.BySeq()).All(s.ctx)) {
		places[l.ContentID] = append(places[l.ContentID], child{fmt.Sprintf("%010d", l.Seq), l.MunicipalityID})
	}
	members := map[string][]child{}
	for _, l := range must[[]*ent.NetworkMember](t)(s.client.NetworkMember.Query().Order(networkmember.BySeq()).All(s.ctx)) {
		members[l.ContentID] = append(members[l.ContentID], child{fmt.Sprintf("%010d", l.Seq), l.MunicipalityID})
	}
	live := map[string]bool{}
	for _, e := range must[[]*ent.Entry](t)(s.client.Entry.Query().All(s.ctx)) {
		if e.Live {
			live[e.ID], tr.public[e.ID] = true, *e.LiveAudience == schema.Public
		}
	}
	related, items := map[string][]child{}, map[string][]child{}
	for _, r := range must[[]*ent.Relation](t)(s.client.Relation.Query().Order(relation.ByID()).All(s.ctx)) {
		if !live[r.FromID] || !live[r.ToID] {
			continue
		}
		position := math.MaxInt32
		if r.Position != nil {
			position = *r.Position
		}
		out := child{fmt.Sprintf("out %010d %s", r.Seq, r.FromID), r.ToID}
		related[r.FromID] = append(related[r.FromID], out)
		related[r.ToID] = append(
			related[r.ToID], child{fmt.Sprintf("then in %010d %s %010d", position, r.FromID, r.Seq), r.FromID},
		)
		if r.Type == schema.Contains {
			items[r.FromID] = append(items[r.FromID], out)
		}
	}
	for _, of := range []map[string][]child{related, items} {
		for _, children := range of {
			slices.SortFunc(children, func(a, b child) int { return strings.Compare(a.place, b.place) })
		}
	}
	for _, of := range contentTypes {
		add(typeName(of), "municipalities", of, places)
		add(typeName(of), "related", of, related)
	}
	add("Network", "members", "NETWORK", members)
	add("Collection", "items", "COLLECTION", items)
	return tr
}

// addNested adds content in which every connection has parents with no, few and many children.
func addNested(t *testing.T, s *seed) {
	t.Helper()
	types := []schema.ContentType{"REPORT", "TOOL", "PROJECT", "PRACTICE"} // what others are related to comes first
	for _, of := range contentTypes {
		if !slices.Contains(types, of) {
			types = append(types, of)
		}
	}
	for _, of := range types {
		n := map[schema.ContentType]int{"REPORT": 40, "TOOL": 40, "PRACTICE": 60}[of]
		s.addChanged(t, of, cmp.Or(n, 30), func(_ int, document map[string]any) { delete(document, "files") })
	}
	// Ids in the order of the rows would hide a missing ORDER BY: some rows are rewritten, with their children reversed.
	for i, id := range s.entries["PRACTICE"] {
		if i%4 == 0 {
			continue
		}
		document := s.document("PRACTICE", i)
		delete(document, "relations") // as they were
		tools := s.pick(s.entries["TOOL"], i%7)
		slices.Sort(tools)
		slices.Reverse(tools)
		document["tools"] = tools
		s.change(t, id, document)
	}
	for i, id := range s.entries["COLLECTION"][:6] {
		var relations []any
		for j, to := range s.pick(slices.Concat(s.entries["TOOL"], s.entries["EVENT"], s.entries["NETWORK"]), 2+5*i) {
			relations = append(relations, map[string]any{"to": to, "type": "CONTAINS", "position": 100 - j})
		}
		document := s.document("COLLECTION", i)
		document["relations"] = relations
		s.change(t, id, document)
	}
}

// addChanged is add with a function that changes each document before it is saved.
func (s *seed) addChanged(t *testing.T, of schema.ContentType, n int, change func(i int, document map[string]any)) {
	t.Helper()
	drafts := make([]content.Draft, n)
	for i := range drafts {
		document := s.document(of, len(s.entries[of]))
		change(i, document)
		text, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		drafts[i] = content.Draft{
			ID: s.service.NewID(prefixOf(of)), Type: of, Owner: s.organizations[i%len(s.organizations)], Document: text,
		}
		s.entries[of] = append(s.entries[of], drafts[i].ID)
	}
	saved, problems, err := s.service.Save(s.ctx, drafts...)
	if err != nil || len(problems) > 0 {
		t.Fatalf("save: %v %v", err, problems)
	}
	items := make([]content.Item, n)
	for i, one := range saved {
		items[i] = content.Item{ID: one.Entry.ID, Revision: one.Entry.Head}
	}
	if _, problems, err := s.service.Publish(s.ctx, items...); err != nil || len(problems) > 0 {
		t.Fatalf("publish: %v %v", err, problems)
	}
}

func TestNested(t *testing.T) {
	walker(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		s := h.seeded()
		addNested(t, s)
		h.caughtUpNow()
		tr := truthOf(t, s)
		for _, n := range tr.all {
			if (n.of == "Network" || n.of == "Event" || n.of == "Collection") && n.field == "municipalities" {
				continue // one resolver for all types
			}
			t.Run(n.name(), func(t *testing.T) {
				h := h.in(t)
				for _, viewer := range viewers {
					t.Run("viewer "+viewer, func(t *testing.T) {
						h := h.in(t)
						pagesOfEveryParent(t, h, tr, n, viewer)
						cursorOfOneForAll(t, h, tr, n, viewer)
						parentByParent(t, h, tr, n, viewer)
						aliasesOfOneField(t, h, tr, n, viewer)
						partsOfAConnection(t, h, tr, n, viewer)
						sideBySide(t, h, tr, n, viewer)
						directivesAndVariables(t, h, tr, n, viewer)
						fragments(t, h, tr, n, viewer)
						listsOfParents(t, h, tr, n, viewer)
					})
				}
			})
		}
		for _, viewer := range viewers {
			t.Run("one key, two types, viewer "+viewer, func(t *testing.T) { oneKeyTwoTypes(t, h.in(t), s, tr, viewer) })
			t.Run("below each other, viewer "+viewer, func(t *testing.T) {
				typesBelowEachOther(t, h.in(t), s, tr, viewer, 1, 3)
				typesBelowEachOther(t, h.in(t), s, tr, viewer, 3, 1)
			})
			t.Run("one key in nodes and edges, viewer "+viewer, func(t *testing.T) { oneKeyInNodesAndEdges(t, h.in(t), viewer) })
			t.Run("one to one under two names, viewer "+viewer, func(t *testing.T) { oneUnderTwoNames(t, h.in(t), s, viewer) })
		}
		t.Run("members see more", func(t *testing.T) { membersSeeMore(t, tr) })
	})
}

// membersSeeMore checks that members see children that others do not.
func membersSeeMore(t *testing.T, tr *truth) {
	for _, n := range tr.all {
		most, hidden := 0, 0
		for _, parent := range n.parents {
			most = max(most, len(n.children[parent]))
			hidden += len(n.children[parent]) - len(tr.want(n, "", parent))
		}
		switch {
		case most == 0 && n.field == "related" && n.of == "Network" || n.field == "municipalities" || n.field == "members":
		case most < 2:
			t.Errorf("%s: no parent has two", n.name())
		case hidden == 0:
			t.Errorf("%s: nothing is for members", n.name())
		}
	}
}

// ofParents queries the selection of the parents that the viewer sees, in one operation, and returns the answer of
// each.
func (h *testHub) ofParents(n nested, viewer, selection string, tr *truth) map[string]map[string]any {
	h.t.Helper()
	return h.of(n, viewer, `query($ids: [ID!]!) { nodes(ids: $ids) { ... on `+n.of+` { id `+selection+` } } }`, nil, tr)
}

// of sends the query with the parents that the viewer sees as $ids, and returns the answer of each.
func (h *testHub) of(n nested, viewer, query string, variables map[string]any, tr *truth) map[string]map[string]any {
	h.t.Helper()
	var ids []string
	for _, id := range n.parents {
		if viewer != "" || tr.public[id] {
			ids = append(ids, id)
		}
	}
	given := map[string]any{"ids": ids}
	maps.Copy(given, variables)
	out := map[string]map[string]any{}
	for _, node := range h.askAs(viewer, query, given).ok().maps("nodes") {
		if id, ok := node["id"].(string); ok {
			out[id] = node
		}
	}
	if len(out) != len(ids) || len(ids) < 15 {
		h.t.Fatalf("%s: %d of %d parents", n.name(), len(out), len(ids))
	}
	return out
}

// idsIn returns the ids of a connection's nodes or of the nodes of its edges.
func idsIn(connection any, list string) []string {
	ids := []string{}
	items, _ := connection.(map[string]any)[list].([]any)
	for _, item := range items {
		node, _ := item.(map[string]any)
		if list == "edges" {
			node, _ = node["node"].(map[string]any)
		}
		id, _ := node["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

func firstOf(ids []string, n int) []string { return ids[:min(n, len(ids))] }

const wholeConnection = `{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } nodes { id } }`

// is compares a whole connection.
func is(t *testing.T, what string, connection any, total int, ids []string, next, previous bool) {
	t.Helper()
	c, ok := connection.(map[string]any)
	if !ok {
		t.Errorf("%s: no connection", what)
		return
	}
	for _, list := range []string{"nodes", "edges"} {
		if got := idsIn(c, list); !slices.Equal(got, ids) {
			t.Errorf("%s: %s are %v, wanted %v", what, list, got, ids)
		}
	}
	info := c["pageInfo"].(map[string]any)
	equal(t, what+" totalCount", c["totalCount"], any(float64(total)))
	equal(t, what+" hasNextPage", info["hasNextPage"], any(next))
	equal(t, what+" hasPreviousPage", info["hasPreviousPage"], any(previous))
	for _, end := range []string{"startCursor", "endCursor"} {
		if (info[end] == nil) != (len(ids) == 0) {
			t.Errorf("%s: %s is %v", what, end, info[end])
		}
	}
}

func pagesOfEveryParent(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	for _, size := range []int{0, 1, 2, 4, 100} {
		arguments, most := "", 20
		if size > 0 {
			arguments, most = fmt.Sprintf("(first: %d)", size), size
		}
		for parent, got := range h.ofParents(n, viewer, n.field+arguments+wholeConnection, tr) {
			all := tr.want(n, viewer, parent)
			is(
				t, fmt.Sprintf("%s%s of %s", n.field, arguments, parent), got[n.field], len(all), firstOf(all, most),
				len(all) > most, false,
			)
		}
	}
}

// cursorOfOneForAll continues all parents after the cursor of one of them: with keys, each goes on after that key.
func cursorOfOneForAll(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	all := h.ofParents(n, viewer, n.field+`(first: 3) { edges { cursor node { id } } }`, tr)
	tried := 0
	for _, parent := range n.parents {
		mine := tr.visible(n, viewer, parent)
		if len(mine) < 2 || all[parent] == nil || tried == 2 {
			continue
		}
		tried++
		edges := all[parent][n.field].(map[string]any)["edges"].([]any)
		at := min(len(mine), 3) - 2
		after := edges[at].(map[string]any)["cursor"]
		for _, arguments := range []string{"first: 2, after: $c", "after: $c, first: $n"} {
			query := `query($ids: [ID!]!, $c: Cursor!, $n: Int = 2) { nodes(ids: $ids) { ... on ` + n.of + ` { id ` + n.field + `(` + arguments + `) ` + wholeConnection + ` } } }`
			if !strings.Contains(arguments, "$n") {
				query = strings.Replace(query, ", $n: Int = 2", "", 1)
			}
			for other, got := range h.of(n, viewer, query, map[string]any{"c": after}, tr) {
				theirs, rest := tr.visible(n, viewer, other), []string{}
				for _, c := range theirs {
					if c.place > mine[at].place {
						rest = append(rest, c.id)
					}
				}
				is(
					t, fmt.Sprintf("%s(%s) of %s after one of %s", n.field, arguments, other, parent), got[n.field], len(theirs),
					firstOf(rest, 2), len(rest) > 2, true,
				)
			}
		}
	}
}

// parentByParent pages through the children of each parent, with node.
func parentByParent(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	paged := 0
	for _, parent := range n.parents {
		all := tr.want(n, viewer, parent)
		if viewer == "" && !tr.public[parent] || len(all) < 2 || paged == 5 {
			continue
		}
		paged++
		got := []string{}
		for cursor := any(nil); ; {
			a := h.askAs(viewer, `query($id: ID!, $c: Cursor) { node(id: $id) { ... on `+n.of+` { `+n.field+`(first: 2, after: $c) `+wholeConnection+` } } }`,
				map[string]any{"id": parent, "c": cursor}).ok()
			page := idsIn(a.at("node", n.field), "nodes")
			got = append(got, page...)
			is(
				t, fmt.Sprintf("%s of %s, a page", n.field, parent), a.at("node", n.field), len(all), page, len(got) < len(all),
				cursor != nil,
			)
			if a.at("node", n.field, "pageInfo", "hasNextPage") != true || len(page) == 0 {
				break
			}
			cursor = a.at("node", n.field, "pageInfo", "endCursor")
		}
		if !slices.Equal(got, all) {
			t.Errorf("%s of %s in pages: %v, wanted %v", n.field, parent, got, all)
		}
	}
}

func aliasesOfOneField(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	selection := fmt.Sprintf(`a: %[1]s(first: 1) { nodes { id } } b: %[1]s(first: 3) { edges { node { id } } } c: %[1]s { totalCount }
		d: %[1]s(first: 2) { e: edges { n: node { x: id } } m: nodes { y: id } } %[1]s(first: 4) { nodes { id } }`, n.field)
	for parent, got := range h.ofParents(n, viewer, selection, tr) {
		all := tr.want(n, viewer, parent)
		for what, list := range map[string]struct{ got, want []string }{
			"a":     {idsIn(got["a"], "nodes"), firstOf(all, 1)},
			"b":     {idsIn(got["b"], "edges"), firstOf(all, 3)},
			"plain": {idsIn(got[n.field], "nodes"), firstOf(all, 4)},
		} {
			if !slices.Equal(list.got, list.want) {
				t.Errorf("alias %s of %s of %s: %v, wanted %v", what, n.field, parent, list.got, list.want)
			}
		}
		equal(t, "alias c of "+n.field, got["c"].(map[string]any)["totalCount"], any(float64(len(all))))
		d, edges, nodes := got["d"].(map[string]any), []string{}, []string{}
		for _, e := range d["e"].([]any) {
			edges = append(edges, e.(map[string]any)["n"].(map[string]any)["x"].(string))
		}
		for _, n := range d["m"].([]any) {
			nodes = append(nodes, n.(map[string]any)["y"].(string))
		}
		if !slices.Equal(edges, firstOf(all, 2)) || !slices.Equal(nodes, firstOf(all, 2)) {
			t.Errorf("aliased edges of %s of %s: %v and %v, wanted %v", n.field, parent, edges, nodes, firstOf(all, 2))
		}
	}
}

// partsOfAConnection queries each part of a connection alone: none depends on another.
func partsOfAConnection(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	for part, check := range map[string]func(all []string, c map[string]any) bool{
		"totalCount": func(all []string, c map[string]any) bool { return c["totalCount"] == float64(len(all)) },
		"pageInfo { hasNextPage }": func(all []string, c map[string]any) bool {
			return c["pageInfo"].(map[string]any)["hasNextPage"] == (len(all) > 2)
		},
		"pageInfo { hasPreviousPage endCursor }": func(all []string, c map[string]any) bool {
			info := c["pageInfo"].(map[string]any)
			return info["hasPreviousPage"] == false && (info["endCursor"] == nil) == (len(all) == 0)
		},
		"edges { cursor }": func(
			all []string, c map[string]any,
		) bool {
			return len(c["edges"].([]any)) == min(2, len(all))
		},
		"nodes { id }": func(
			all []string, c map[string]any,
		) bool {
			return slices.Equal(idsIn(c, "nodes"), firstOf(all, 2))
		},
		"edges { node {id}}": func(
			all []string, c map[string]any,
		) bool {
			return slices.Equal(idsIn(c, "edges"), firstOf(all, 2))
		},
	} {
		for parent, got := range h.ofParents(n, viewer, n.field+"(first: 2) { "+part+" }", tr) {
			if c := got[n.field].(map[string]any); !check(tr.want(n, viewer, parent), c) {
				t.Errorf("%s { %s } of %s is %s; it has %d", n.field, part, parent, asJSON(c), len(tr.want(n, viewer, parent)))
			}
		}
	}
}

// sideBySide queries nodes and edges together, several times, each with other fields of the node.
func sideBySide(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	content := "... on Content"
	if n.field == "municipalities" || n.field == "members" {
		content = "... on Municipality"
	}
	name := map[bool]string{true: "title", false: "name"}[content == "... on Content"]
	below := map[bool][2]string{true: {"municipalities(first: 1) { nodes { id } }", "municipalities(first: 3) { nodes { id } }"}, false: {"numbers { number }", "numbers { name }"}}[name == "title"]
	alone := h.ofParents(
		n, viewer, fmt.Sprintf(`%s(first: 3) { nodes { id %s { %s x: %s } } }`, n.field, content, name, below[0]), tr,
	)
	other := h.ofParents(
		n, viewer, fmt.Sprintf(`%s(first: 3) { nodes { id %s { slug: %s x: %s } } }`, n.field, content, name, below[1]), tr,
	)
	both := h.ofParents(n, viewer, fmt.Sprintf(`%[1]s(first: 3) { nodes { id %[2]s { %[3]s x: %[4]s } } edges { cursor } again: edges { other: node { id %[2]s { slug: %[3]s x: %[5]s } } } }`,
		n.field, content, name, below[0], below[1]), tr)
	for parent, got := range both {
		c := got[n.field].(map[string]any)
		if one, want := asJSON(c["nodes"]), asJSON(alone[parent][n.field].(map[string]any)["nodes"]); one != want {
			t.Errorf("%s of %s: nodes beside edges are %s, alone %s", n.field, parent, one, want)
		}
		nodes := []any{}
		for _, e := range c["again"].([]any) {
			nodes = append(nodes, e.(map[string]any)["other"])
		}
		if one, want := asJSON(nodes), asJSON(other[parent][n.field].(map[string]any)["nodes"]); one != want {
			t.Errorf("%s of %s: edges beside nodes are %s, alone %s", n.field, parent, one, want)
		}
	}
}

func directivesAndVariables(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	query := `query($ids: [ID!]!, $n: Int = 1, $yes: Boolean!, $no: Boolean!) { nodes(ids: $ids) { ... on ` + n.of + ` { id
		shown: ` + n.field +
		`(first: $n) @include(if: $yes) { totalCount @skip(if: $yes) nodes @include(if: $yes) { id } edges @include(if: $no) { node { id } } }
		hidden: ` + n.field + `(first: $n) @include(if: $no) { nodes { id } }
		skipped: ` + n.field + `(first: $n) @skip(if: $yes) { nodes { id } }
		count: ` + n.field + ` { totalCount @include(if: $yes) nodes @skip(if: $yes) { id } }
		... @include(if: $no) { inside: ` + n.field + ` { totalCount } }
		... @include(if: $yes) { kept: ` + n.field + `(first: 2) { nodes { id } } } } } }`
	for _, size := range []any{nil, 2, 3} {
		variables, most := map[string]any{"yes": true, "no": false}, 1
		if size != nil {
			variables["n"], most = size, size.(int)
		}
		for parent, got := range h.of(n, viewer, query, variables, tr) {
			all := tr.want(n, viewer, parent)
			what := fmt.Sprintf("%s of %s with $n %v", n.field, parent, size)
			if !slices.Equal(idsIn(got["shown"], "nodes"), firstOf(all, most)) || len(got["shown"].(map[string]any)) != 1 {
				t.Errorf("%s: shown is %s, wanted %v", what, asJSON(got["shown"]), firstOf(all, most))
			}
			if !slices.Equal(idsIn(got["kept"], "nodes"), firstOf(all, 2)) {
				t.Errorf("%s: kept is %s", what, asJSON(got["kept"]))
			}
			if asJSON(got["count"]) != fmt.Sprintf(`{"totalCount":%d}`, len(all)) || len(got) != 4 {
				t.Errorf("%s: %s", what, asJSON(got))
			}
		}
	}
}

func fragments(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	connection := connectionOf(n)
	query := `query($ids: [ID!]!, $n: Int!) { nodes(ids: $ids) { id ...Parent } }
		fragment Parent on ` + n.of + ` { c: ` + n.field + `(first: $n) { ...Count ...Rows ... on ` + connection +
		` { pageInfo { ...Info } } ... { nodes { id } } } }
		fragment Count on ` + connection + ` { totalCount }
		fragment Rows on ` + connection + ` { edges { ...Edge } }
		fragment Edge on ` + strings.TrimSuffix(connection, "Connection") + `Edge { cursor ... { node { ...Node } } }
		fragment Node on Node { id }
		fragment Info on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }`
	for parent, got := range h.of(n, viewer, query, map[string]any{"n": 2}, tr) {
		all := tr.want(n, viewer, parent)
		is(t, n.field+" by fragments of "+parent, got["c"], len(all), firstOf(all, 2), len(all) > 2, false)
	}
}

func connectionOf(n nested) string {
	switch n.field {
	case "related", "items":
		return "RelationConnection"
	case "municipalities":
		return "ContentMunicipalityConnection"
	case "members":
		return "NetworkMemberConnection"
	default:
		return strings.ToUpper(n.field[:1]) + n.field[1:len(n.field)-1] + "Connection"
	}
}

// listsOfParents reads the parents from their own list and from the search, through nodes and through edges.
func listsOfParents(t *testing.T, h *testHub, tr *truth, n nested, viewer string) {
	_, list := asked(n.entries)
	part := n.field + `(first: 2) { totalCount nodes { id } }`
	for what, read := range map[string]struct {
		query string
		path  []string
	}{
		"nodes": {`{ l: ` + list + `(first: 100) { nodes { id ` + part + ` } } }`, []string{"nodes"}},
		"edges": {
			`{ l: ` + list + `(first: 100) { edges { node { id ` + part + ` } } } }`, []string{"edges", "node"},
		},
		"aliased edges": {
			`{ l: ` + list + `(first: 100) { x: edges { y: node { id ` + part + ` } } } }`, []string{"x", "y"},
		},
		"nodes and edges": {
			`{ l: ` + list + `(first: 50) { edges { node { title } } nodes { id ` + part + ` } } }`, []string{"nodes"},
		},
		"hits": {
			`{ l: search(first: 100, filter: {types: [` + string(n.entries) + `]}) { edges { node { id ... on ` + n.of + ` { ` + part + ` } } } } }`,
			[]string{"edges", "node"},
		},
		"hits' nodes": {
			`{ l: search(first: 100, filter: {types: [` + string(n.entries) + `]}) { totalCount n: nodes { ... on ` + n.of + ` { id ` + part + ` } } } }`,
			[]string{"n"},
		},
	} {
		a := h.askAs(viewer, read.query, nil).ok()
		rows := a.maps("l", read.path[0])
		if len(rows) < 20 {
			t.Errorf("%s: %d parents", what, len(rows))
		}
		for _, row := range rows {
			if len(read.path) == 2 {
				row = row[read.path[1]].(map[string]any)
			}
			parent := row["id"].(string)
			all, c := tr.want(n, viewer, parent), row[n.field].(map[string]any)
			if !slices.Equal(idsIn(c, "nodes"), firstOf(all, 2)) || c["totalCount"] != float64(len(all)) {
				t.Errorf("%s: %s of %s is %s, wanted %v of %d", what, n.field, parent, asJSON(c), firstOf(all, 2), len(all))
			}
		}
	}
}

func (tr *truth) of(of, field string) nested {
	return tr.all[slices.IndexFunc(tr.all, func(n nested) bool { return n.of == of && n.field == field })]
}

// oneKeyTwoTypes uses one response key for different fields and arguments of different types.
func oneKeyTwoTypes(t *testing.T, h *testHub, s *seed, tr *truth, viewer string) {
	fragments := `__typename ... on Practice { id r: reports(first: 1) { nodes { id } totalCount } x: tools(first: 3) { nodes { id } } }
		... on Tool { id r: reports(first: 3) { nodes { id } totalCount } x: practices(first: 1) { nodes { id } } }
		... on Content { m: municipalities(first: 2) { nodes { id } } }`
	ids := slices.Concat(s.entries["PRACTICE"][:30], s.entries["TOOL"][:30])
	contains := make([]any, len(ids))
	for i, id := range ids {
		contains[i] = map[string]any{"to": id, "type": "CONTAINS"}
	}
	all := s.put(t, "COLLECTION", map[string]any{
		"texts": []any{map[string]any{"language": "NB", "title": "Alt"}}, "relations": contains,
	})
	h.caughtUpNow()
	for what, read := range map[string]struct {
		query string
		path  []any
	}{
		"nodes": {`query($ids: [ID!]!) { nodes(ids: $ids) { ` + fragments + ` } }`, []any{"nodes"}},
		"search": {
			`{ search(first: 100, filter: {types: [PRACTICE, TOOL]}) { nodes { ` + fragments + ` } } }`,
			[]any{"search", "nodes"},
		},
		"items": {`query($id: ID!) { collection(id: $id) { items(first: 100) { nodes { ` + fragments + ` } } } }`, []any{
			"collection", "items", "nodes",
		}},
	} {
		variables := map[string]any{}
		if strings.Contains(read.query, "$ids") {
			variables["ids"] = ids
		} else if strings.Contains(read.query, "$id:") {
			variables["id"] = all
		}
		kinds := map[string]int{}
		for _, node := range h.askAs(viewer, read.query, variables).ok().list(read.path...) {
			node, ok := node.(map[string]any)
			if !ok {
				continue // not for the viewer
			}
			parent, of := node["id"].(string), node["__typename"].(string)
			kinds[of]++
			r, x, most := tr.of("Practice", "reports"), tr.of("Practice", "tools"), [2]int{1, 3}
			if of == "Tool" {
				r, x, most = tr.of("Tool", "reports"), tr.of("Tool", "practices"), [2]int{3, 1}
			}
			reports, others, places := tr.want(r, viewer, parent), tr.want(x, viewer, parent), tr.want(
				tr.of(of, "municipalities"), viewer, parent,
			)
			if !slices.Equal(idsIn(node["r"], "nodes"), firstOf(reports, most[0])) ||
				node["r"].(map[string]any)["totalCount"] != float64(len(reports)) {
				t.Errorf(
					"%s: reports of %s are %s, wanted %v of %d", what, parent, asJSON(node["r"]), firstOf(reports, most[0]),
					len(reports),
				)
			}
			if !slices.Equal(idsIn(node["x"], "nodes"), firstOf(others, most[1])) {
				t.Errorf("%s: x of %s is %s, wanted %v", what, parent, asJSON(node["x"]), firstOf(others, most[1]))
			}
			if !slices.Equal(idsIn(node["m"], "nodes"), firstOf(places, 2)) {
				t.Errorf("%s: municipalities of %s are %s, wanted %v", what, parent, asJSON(node["m"]), firstOf(places, 2))
			}
		}
		if kinds["Practice"] < 10 || kinds["Tool"] < 10 {
			t.Errorf("%s: %v", what, kinds)
		}
	}
}

// typesBelowEachOther has fragments on both types, by way of the interface, in what lies below one of them.
func typesBelowEachOther(t *testing.T, h *testHub, s *seed, tr *truth, viewer string, ofPractice, ofTool int) {
	fragments := fmt.Sprintf(
		`id ... on Content { ... on Practice { r: reports(first: %d) { nodes { id } } } ... on Tool { r: reports(first: %d) { nodes { id } } } }`,
		ofPractice,
		ofTool,
	)
	a := h.askAs(viewer, `query($ids: [ID!]!) { nodes(ids: $ids) { `+fragments+` ... on Practice { tools(first: 2) { nodes { `+fragments+` } } } ... on Tool { practices(first: 2) { nodes { `+fragments+` } } } } }`,
		map[string]any{"ids": slices.Concat(s.entries["PRACTICE"][:15], s.entries["TOOL"][:15])}).ok()
	check := func(node map[string]any) {
		n, most := tr.of("Practice", "reports"), ofPractice
		if strings.HasPrefix(node["id"].(string), "too_") {
			n, most = tr.of("Tool", "reports"), ofTool
		}
		if want := firstOf(tr.want(n, viewer, node["id"].(string)), most); !slices.Equal(idsIn(node["r"], "nodes"), want) {
			t.Errorf("reports of %v are %s, wanted %v", node["id"], asJSON(node["r"]), want)
		}
	}
	for _, node := range a.list("nodes") {
		node, ok := node.(map[string]any)
		if !ok {
			continue
		}
		check(node)
		for _, below := range []string{"tools", "practices"} {
			if c, ok := node[below].(map[string]any); ok {
				for _, n := range c["nodes"].([]any) {
					check(n.(map[string]any))
				}
			}
		}
	}
}

// oneKeyInNodesAndEdges uses one key for different things in nodes, in edges, and under two names of one object.
func oneKeyInNodesAndEdges(t *testing.T, h *testHub, viewer string) {
	for _, test := range []struct{ list, a, b string }{
		{"practices", "x: tools(first: 1) { nodes { id } }", "x: tools(first: 3) { totalCount nodes { title } }"},
		{"practices", "x: tools(first: 3) { totalCount nodes { title } }", "x: tools(first: 1) { nodes { id } }"},
		{"practices", "x: tools { totalCount }", "x: tools(first: 2) { nodes { id title } pageInfo { hasNextPage } }"},
		{"practices", "x: tools(first: 3) { nodes { id } }", "x: reports(first: 3) { nodes { id } }"},
		{
			"tools", "x: practices(first: 2) { nodes { y: reports(first: 1) { nodes { id } } } }",
			"x: practices(first: 2) { nodes { y: reports(first: 3) { nodes { id } } } }",
		},
		{"practices", "x: themes { slug }", "x: themes { label parent { label } }"},
		{"practices", "x: owner { name }", "x: image { url }"},
		{"practices", "x: owner { y: municipality { name } }", "x: owner { y: name }"},
		{"practices", "x: contacts { y: organization { name } }", "x: contacts { y: function organization { slug } }"},
		{"municipalities", "x: successors { name }", "x: predecessors { number }"},
		{"municipalities", "x: organization { slug }", "x: organization { name municipality { name } }"},
	} {
		ask := func(selection string) *answer {
			return h.askAs(viewer, `{ list: `+test.list+`(first: 30) { `+selection+` } }`, nil).ok()
		}
		both := ask(`nodes { ` + test.a + ` } edges { node { ` + test.b + ` } } more: edges { node { ` + test.a + ` } }`)
		a, b := ask(`nodes { `+test.a+` }`).list("list", "nodes"), ask(`nodes { `+test.b+` }`).list("list", "nodes")
		if asJSON(a) == asJSON(b) || len(a) < 10 {
			t.Errorf("%s { %s }: shows nothing", test.list, test.a)
		}
		var edges, more []any
		for i := range both.list("list", "edges") {
			edges, more = append(edges, both.at("list", "edges", i, "node")), append(more, both.at("list", "more", i, "node"))
		}
		for what, pair := range map[string][2][]any{"nodes": {both.list("list", "nodes"), a}, "edges": {edges, b}, "more edges": {more, a}} {
			for i := range pair[0] {
				if got, want := asJSON(pair[0][i]), asJSON(pair[1][i]); got != want {
					t.Errorf(
						"%s { nodes { %s } edges { node { %s } } }: %s are %s, alone %s", test.list, test.a, test.b, what, got, want,
					)
					break
				}
			}
		}
		few, many := strings.ReplaceAll(`{ list: L(first: 1) { nodes { A } edges { node { B } } } }`, "L", test.list), ""
		few = strings.NewReplacer("A", test.a, "B", test.b).Replace(few)
		many = strings.Replace(few, "first: 1", "first: 50", 1)
		if test.list == "practices" {
			equal(t, "statements of "+many, len(h.askAs(viewer, many, nil).ok().Statements), len(
				h.askAs(viewer, few, nil).ok().Statements,
			))
		}
	}
}

// oneUnderTwoNames queries one object under two aliases, each with other fields.
func oneUnderTwoNames(t *testing.T, h *testHub, s *seed, viewer string) {
	for _, one := range []struct{ of, field, a, b string }{
		{"Practice", "owner", "id name", "id kind slug municipality { name }"},
		{"Practice", "owner", "municipality { name }", "municipality { number }"},
		{"Practice", "image", "url", "mediaType alt"},
		{"Practice", "evidence", "rater { name }", "rater { slug }"},
		{"Tool", "files", "url", "bytes"},
		{"Practice", "themes", "label", "slug parent { label }"},
		{"Practice", "contacts", "organization { name }", "organization { slug }"},
		{"Practice", "organizations", "organization { name }", "role organization { slug }"},
		{"Practice", "districts", "district { name }", "district { municipality { name } }"},
		{"Report", "funding", "funder { name }", "amount funder { kind }"},
		{"Municipality", "county", "name", "number"},
		{"Municipality", "organization", "name", "slug"},
		{"Organization", "municipality", "name", "county { name }"},
		{"Theme", "parent", "label", "slug parent { slug }"},
		{"District", "municipality", "name", "number"},
	} {
		ids := map[string][]string{
			"Practice": s.entries["PRACTICE"], "Tool": s.entries["TOOL"], "Report": s.entries["REPORT"], "Municipality": s.municipalities,
			"Organization": s.organizations, "Theme": s.themes, "District": s.districts,
		}[one.of]
		ask := func(selection string) []any {
			return h.askAs(
				viewer, `query($ids: [ID!]!) { nodes(ids: $ids) { ... on `+one.of+` { `+selection+` } } }`,
				map[string]any{"ids": firstOf(ids, 10)},
			).ok().list("nodes")
		}
		selection := func(a, fields string) string { return a + ": " + one.field + " { " + fields + " }" }
		both, a, b := ask(selection("a", one.a)+selection("b", one.b)), ask(selection("a", one.a)), ask(selection("b", one.b))
		there := 0
		for i := range both {
			got, ok := both[i].(map[string]any)
			if !ok {
				continue
			}
			if got["a"] != nil {
				there++
			}
			if asJSON(got["a"]) != asJSON(a[i].(map[string]any)["a"]) || asJSON(got["b"]) != asJSON(b[i].(map[string]any)["b"]) {
				t.Errorf("%s: both are %s, alone %s and %s", one.of+"."+one.field, asJSON(got), asJSON(a[i]), asJSON(b[i]))
			}
		}
		if there == 0 {
			t.Errorf("%s.%s: none has it", one.of, one.field)
		}
	}
}
