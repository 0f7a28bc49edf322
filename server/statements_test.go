package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/content"
	"dugnad/graph/generated"
	"dugnad/schema"
)

// A list costs the same number of SQL statements whatever the number of its parents. The test walks the schema, so that
// new fields are included, and fails if a field was not queried of a hundred parents with a value.

// parentCounts are the numbers of parents that must cost the same.
var parentCounts = []int{1, 10, 100}

// notOfAHundred are the fields that cannot be queried of a hundred parents in one operation.
var notOfAHundred = map[string]string{
	"SearchConnection.edges":         "an operation has few searches; the hits are counted",
	"SearchConnection.nodes":         "an operation has few searches; the hits are counted",
	"SearchConnection.facets":        "an operation has few searches; counted with all facets",
	"SearchConnection.pageInfo":      "an operation has few searches",
	"FacetResult.values":             "a search has at most eleven facets; counted with all of them",
	"ChangeConnection.edges":         "an operation reads the log few times; the changes are counted",
	"ChangeConnection.nodes":         "an operation reads the log few times; the changes are counted",
	"ChangeConnection.pageInfo":      "an operation reads the log few times",
	"CountyEdge.node":                "there are fifteen counties",
	"DistrictEdge.node":              "there are fifteen districts",
	"SearchConnection.optionalWords": "words of the query, from the engine's answer",
	"RelationEdge.claimedBy":         "the demo content's relations are accepted; TestClaims has claims",
	"Suggestion.node":                "suggest gives at most eight; counted with one and eight",
}

// parentBudget is the cost allowed for each of a hundred parents, within the limit of 25,000.
const parentBudget = 235

var bodiesColumn = regexp.MustCompile(`\bbodies\b`)

// statements walks the schema over content in which all entries of a type have the same fields.
type statements struct {
	*testHub
	t      *testing.T
	s      *seed
	schema *ast.Schema
	lists  map[schema.ContentType]string // the collection that holds the entries of the type
	oldest map[schema.ContentType]string // the lowest id of an entry of ours
	most   map[string]int                // Type.field: the most objects of one answer that had something in it
}

func TestStatements(t *testing.T) {
	walker(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		w := &statements{
			testHub: h, t: t, s: h.seeded(), schema: generated.NewExecutableSchema(generated.Config{}).Schema(),
			lists: map[schema.ContentType]string{}, oldest: map[schema.ContentType]string{}, most: map[string]int{},
		}
		w.fill()
		h.caughtUpNow()
		walked := 0
		for _, def := range w.nodeTypes() {
			t.Run(def.Name, func(t *testing.T) {
				w := w.in(t)
				walked++
				for _, f := range objectFields(w.schema, def) {
					t.Run(f.Name, func(t *testing.T) { w.in(t).field(def, f) })
				}
				batches := w.batches(def)
				for _, way := range w.ways(def) {
					t.Run("as "+way.name, func(t *testing.T) { w.in(t).way(def, way, batches) })
				}
			})
		}
		t.Run("lists", func(t *testing.T) { w.in(t).rootLists() })
		t.Run("search", func(t *testing.T) { w.in(t).searches() })
		t.Run("suggest", func(t *testing.T) { w.in(t).suggestions() })
		if !t.Failed() && walked == len(w.nodeTypes()) { // not when -run chose some
			w.nothingLeftOut()
		}
	}, uncached)
}

func (w *statements) in(t *testing.T) *statements {
	in := *w
	in.t, in.testHub = t, w.testHub.in(t)
	return &in
}

// fill makes a hundred entries of each type and some more, because a page reads the row after it, of one form: each has
// something in every field, and is related to the same types.
func (w *statements) fill() {
	form := func(of schema.ContentType, word string, relations func(i int) []any) func(int, map[string]any) {
		return func(i int, d map[string]any) {
			d["audience"], d["relations"] = "PUBLIC", relations(i)
			text := d["texts"].([]map[string]any)[0]
			text["title"] = fmt.Sprintf("%s %s %d", word, strings.ToLower(string(of)), i)
			maps.Copy(text, map[schema.ContentType]map[string]any{
				"PRACTICE": {"goals": []string{"mål"}, "steps": []string{"steg"}}, "TOOL": {
					"steps": []string{"steg"}, "sectors": []string{"helse"},
				},
				"PROJECT": {"goals": []string{"mål"}, "needs": []string{"behov"}, "researchQuestions": []string{"kva"}}, "EVENT": {"sectors": []string{"helse"}},
			}[of])
			for _, period := range []schema.ContentType{"PRACTICE", "PROJECT", "NETWORK"} {
				if of == period {
					d["period"] = map[string]any{"start": "2020-01-01", "end": "2021-01-01"}
				}
			}
			if word != "zebrafisk" {
				d["issued"] = map[string]any{"date": "2001-01-01", "precision": "DAY"}
				return
			}
			d["issued"] = map[string]any{"date": "2031-01-01", "precision": "DAY"}
			if d["funding"] != nil {
				d["funding"].([]map[string]any)[0]["period"] = map[string]any{"start": "2020-01-01"}
			}
			some := func(of schema.ContentType, n int) (ids []string) {
				for j := range n {
					ids = append(ids, w.s.entries[of][3:][(i+j)%100])
				}
				return ids
			}
			switch of {
			case "PRACTICE":
				d["tools"], d["reports"] = some("TOOL", 5), some("REPORT", 2)
			case "TOOL":
				d["reports"] = some("REPORT", 5)
			}
		}
	}
	w.fillVocabularies()
	types := []schema.ContentType{"REPORT", "TOOL", "PROJECT"}
	for _, of := range contentTypes {
		if !slices.Contains(types, of) {
			types = append(types, of)
		}
	}
	for _, of := range types { // the first three are what the rest is related to
		if of == "COLLECTION" {
			continue
		}
		w.s.addChanged(w.t, of, 3, form(of, "sauebukk", func(int) []any { return nil }))
	}
	w.s.entries["COLLECTION"] = make([]string, 3)
	for _, of := range types {
		kinds := [2]string{"SEE_ALSO", "PART_OF"}
		if of == "COLLECTION" {
			kinds = [2]string{"CONTAINS", "CONTAINS"}
		}
		w.s.addChanged(w.t, of, 102, form(of, "zebrafisk", func(i int) []any {
			return []any{
				map[string]any{"to": w.s.entries["PRACTICE"][i%3], "type": kinds[0], "position": 1},
				map[string]any{"to": w.s.entries["PROJECT"][i%3], "type": kinds[1], "position": 2},
			}
		}))
	}
	for _, of := range types {
		w.s.entries[of] = w.s.entries[of][3:]
		w.oldest[of] = slices.Min(w.s.entries[of])
		rest := form(of, "sauebukk", func(int) []any { return nil }) // so that a hundred is not where the type ends
		w.s.addChanged(w.t, of, 2, rest)
		w.s.entries[of] = w.s.entries[of][:100]
		contains := make([]any, 100)
		for i, id := range w.s.entries[of] {
			contains[i] = map[string]any{"to": id, "type": "CONTAINS"}
		}
		w.lists[of] = w.s.put(w.t, "COLLECTION", map[string]any{
			"texts":     []any{map[string]any{"language": "NB", "title": "Alle " + string(of)}},
			"relations": contains, "issued": map[string]any{"date": "2001-01-01", "precision": "DAY"},
		})
	}
}

// fillVocabularies makes the lists of words longer than a hundred.
func (w *statements) fillVocabularies() {
	var data []content.Data
	for prefix, more := range map[string]string{"the": "", "met": "", "tgr": `, "role": "END_USER"`, "law": `, "section": "§ 1", "act": [{"language": "NN", "text": "Lov"}]`} {
		for i := range 100 {
			document := fmt.Sprintf(`{"slug": "ord-%d", "labels": [{"language": "NN", "text": "Ord %d"}]%s}`, i, i, more)
			data = append(data, content.Data{ID: w.s.service.NewID(prefix), Document: []byte(document)})
		}
	}
	if _, problems, err := w.s.service.PutData(w.s.ctx, data...); err != nil || len(problems) > 0 {
		w.t.Fatalf("put the words: %v %v", err, problems)
	}
}

// nodeTypes are the object types that have an id of their own.
func (w *statements) nodeTypes() []*ast.Definition {
	nodes := slices.DeleteFunc(slices.Clone(w.schema.GetPossibleTypes(w.schema.Types["Node"])), func(d *ast.Definition) bool {
		return d.IsAbstractType() || forEditors(d.Name)
	})
	slices.SortFunc(nodes, func(a, b *ast.Definition) int { return cmp.Compare(a.Name, b.Name) })
	return nodes
}

func isContent(def *ast.Definition) bool { return slices.Contains(def.Interfaces, "Content") }
func isNode(def *ast.Definition) bool {
	return slices.Contains(def.Interfaces, "Node") || def.Name == "Node"
}

func isConnection(def *ast.Definition) bool { return strings.HasSuffix(def.Name, "Connection") }

// objectFields are the fields that may load something: lists and objects.
func objectFields(s *ast.Schema, def *ast.Definition) ast.FieldList {
	var fields ast.FieldList
	for _, f := range def.Fields {
		if !strings.HasPrefix(f.Name, "__") && (f.Type.Elem != nil || s.Types[f.Type.Name()].IsCompositeType()) {
			fields = append(fields, f)
		}
	}
	return fields
}

// selected is a selection, and what it costs for each parent.
type selected struct {
	text string
	cost int
}

// leaves selects the scalar fields except bodies.
func (w *statements) leaves(def *ast.Definition) string {
	var names []string
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "__") || f.Name == "body" || !w.schema.Types[f.Type.Name()].IsLeafType() {
			continue
		}
		if f.Arguments.ForName("width") != nil {
			names = append(names, f.Name+"(width: 320)")
			continue
		}
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

// below gives selections of the type that together ask for all its fields down to the depth, each within the budget.
func (w *statements) below(def *ast.Definition, depth, budget int) []selected {
	all, now := []selected{}, selected{text: w.leaves(def)}
	alone := isNode(def) && !isContent(def) && def.Name != "Content" // one has what another has not
	for _, f := range objectFields(w.schema, def) {
		if depth == 0 && isNode(def) || w.schema.Types[f.Type.Name()].IsLeafType() {
			continue
		}
		one := w.of(f, depth-1, 1<<20)[0]
		if (alone || now.cost+one.cost > budget) && now.cost > 0 {
			all, now = append(all, now), selected{text: w.leaves(def)}
		}
		now.text += " " + one.text
		now.cost += one.cost
	}
	return append(all, now)
}

// of gives selections of the field that together ask for all that is below it, each within the budget.
func (w *statements) of(f *ast.FieldDefinition, depth, budget int) []selected {
	def := w.schema.Types[f.Type.Name()]
	if def.IsLeafType() {
		return []selected{{f.Name, 0}}
	}
	depth = max(depth, 0)
	var out []selected
	switch {
	case isConnection(def):
		edge := w.schema.Types[def.Fields.ForName("edges").Type.Name()]
		node := w.schema.Types[edge.Fields.ForName("node").Type.Name()]
		for _, b := range w.below(node, depth, (budget-8)/2) {
			out = append(out, selected{
				f.Name + "(first: 2) { totalCount pageInfo { hasNextPage endCursor } edges { " + w.leaves(edge) + " node { " + w.on(node, b.text) +
					" } } nodes { id } }",
				1 + 1 + 1 + 2*(2+b.cost) + 2,
			})
		}
	case f.Type.Elem != nil:
		for _, b := range w.below(def, depth, budget/10-1) {
			out = append(out, selected{f.Name + " { " + w.on(def, b.text) + " }", 10 * (1 + b.cost)})
		}
	default:
		for _, b := range w.below(def, depth, budget-1) {
			out = append(out, selected{f.Name + " { " + w.on(def, b.text) + " }", 1 + b.cost})
		}
	}
	for _, o := range out {
		if o.cost > budget {
			w.t.Fatalf("%s costs %d, there is %d", o.text, o.cost, budget)
		}
	}
	return out
}

func (w *statements) on(def *ast.Definition, text string) string {
	if def.IsAbstractType() {
		return "__typename ... on " + def.Name + " { " + text + " }"
	}
	return text
}

// run executes the query, checks that nothing forbidden is read, and records the fields with values.
func (w *statements) run(query string, variables map[string]any) *answer {
	w.t.Helper()
	a := w.ask(query, variables).ok()
	for _, text := range a.Statements {
		if bodiesColumn.MatchString(text) && !strings.Contains(query, "texts") && !strings.Contains(query, "highlights") {
			w.t.Errorf("%s reads the bodies: %s", query, text)
		}
	}
	seen := map[string]int{}
	note(w.schema, w.schema.Query, a.Data, "", func(_, field string) { seen[field]++ })
	for field, n := range seen {
		w.most[field] = max(w.most[field], n)
	}
	return a
}

// note records every field in the data that has a value, by its path and by the name of its type.
func note(s *ast.Schema, def *ast.Definition, data map[string]any, path string, seen func(path, field string)) {
	if name, ok := data["__typename"].(string); ok {
		def = s.Types[name]
	}
	for _, f := range def.Fields {
		inner := s.Types[f.Type.Name()]
		switch v := data[f.Name].(type) {
		case []any:
			if len(v) > 0 {
				seen(path+"."+def.Name+"."+f.Name, def.Name+"."+f.Name)
			}
			for _, one := range v {
				if m, ok := one.(map[string]any); ok {
					note(s, inner, m, path+"."+def.Name+"."+f.Name, seen)
				}
			}
		case map[string]any:
			if nodes, ok := v["nodes"].([]any); !ok || len(nodes) > 0 {
				seen(path+"."+def.Name+"."+f.Name, def.Name+"."+f.Name)
			}
			note(s, inner, v, path+"."+def.Name+"."+f.Name, seen)
		}
	}
}

// candidates returns ids of the type.
func (w *statements) candidates(def *ast.Definition) []string {
	if of := contentTypeOf(def); of != "" {
		return w.s.entries[of]
	}
	ids := map[string][]string{
		"Organization": w.s.organizations, "Theme": w.s.themes, "TargetGroup": w.s.targetGroups, "Method": w.s.methods, "Contact": w.s.contacts,
		"LawSection": w.s.lawSections, "District": w.s.districts, "Asset": w.s.assets,
	}[def.Name]
	if ids != nil {
		return ids
	}
	read := map[string]func() ([]string, error){
		"Municipality": func() ([]string, error) { return w.s.client.Municipality.Query().IDs(w.s.ctx) },
		"County":       func() ([]string, error) { return w.s.client.County.Query().IDs(w.s.ctx) },
	}[def.Name]
	if read == nil {
		w.t.Fatalf("no ids of %s: say here where they are", def.Name)
	}
	ids, err := read()
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

func contentTypeOf(def *ast.Definition) schema.ContentType {
	for _, of := range contentTypes {
		if typeName(of) == def.Name {
			return of
		}
	}
	return ""
}

func nodesOf(def *ast.Definition, selection string) string {
	return "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on " + def.Name + " { " + selection + " } } }"
}

// fullest gives a hundred ids, those first that have most kinds of things in the selection, over and over when fewer
// have anything; and what was answered for them together, if that is known.
func (w *statements) fullest(def *ast.Definition, field, selection string) (fullest []string, together *answer) {
	kinds := map[string]int{}
	var ids []string
	for chunk := range slices.Chunk(w.candidates(def), 100) {
		together = w.run(nodesOf(def, selection), map[string]any{"ids": chunk})
		for i, node := range together.list("nodes") {
			m, ok := node.(map[string]any)
			if !ok {
				continue
			}
			there, under := map[string]bool{}, false
			note(w.schema, def, m, "", func(path, f string) { there[path], under = true, under || f == def.Name+"."+field })
			if under || field == "" {
				ids, kinds[chunk[i]] = append(ids, chunk[i]), len(there)
			}
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int { return kinds[b] - kinds[a] })
	if len(ids) == 100 && len(w.candidates(def)) == 100 {
		return ids, together
	}
	for i := 0; len(ids) > 0 && len(ids) < 100; i++ {
		ids = append(ids, ids[i])
	}
	return ids[:min(len(ids), 100)], nil
}

// field counts the statements of a field of a type, with all that is below it, for nodes(ids:).
func (w *statements) field(def *ast.Definition, f *ast.FieldDefinition) {
	for _, part := range w.of(f, 1, parentBudget) {
		ids, all := w.fullest(def, f.Name, part.text)
		if len(ids) == 0 {
			continue // told by nothingLeftOut, unless another part or way finds some
		}
		w.same(part.text, func(n int) *answer {
			if n == 100 && all != nil {
				return all
			}
			return w.run(nodesOf(def, part.text), map[string]any{"ids": ids[:n]})
		})
	}
}

// same checks that all numbers of parents cost the same.
func (w *statements) same(what string, ask func(n int) *answer) {
	w.t.Helper()
	var counts []int
	var first, last *answer
	for _, n := range parentCounts {
		last = ask(n)
		if first == nil {
			first = last
		}
		counts = append(counts, len(last.Statements))
	}
	if len(slices.Compact(slices.Clone(counts))) != 1 {
		w.t.Errorf("%d statements for %d parents: %s%s", counts, parentCounts, what, more(first.Statements, last.Statements))
	}
}

// more shows the statements that came more often, with their list of ids cut.
func more(few, many []string) string {
	counts := map[string]int{}
	short := func(text string) string {
		text = regexp.MustCompile(`(IN|VALUES) \([^()]*\)`).ReplaceAllString(text, "$1 (…)")
		return text[:min(len(text), 400)]
	}
	for _, text := range many {
		counts[short(text)]++
	}
	for _, text := range few {
		counts[short(text)]--
	}
	var out strings.Builder
	for text, n := range counts {
		if n > 0 {
			fmt.Fprintf(&out, "\n\t%d more of %s", n, text)
		}
	}
	return out.String()
}

// way is a way to many of a type besides nodes(ids:): a query with the selection for %s.
type way struct {
	name, query string
	variables   map[string]any
	base        int  // statements when nothing but the id is asked for
	uniform     bool // all that it gives are of one form
}

func (w *statements) ways(def *ast.Definition) []way {
	var all []way
	of := contentTypeOf(def)
	for _, f := range w.schema.Query.Fields {
		inner := w.schema.Types[f.Type.Name()]
		if isConnection(inner) && inner.Fields.ForName("nodes").Type.Name() == def.Name {
			all = append(all,
				way{"nodes of " + f.Name, "query($n: Int) { " + f.Name + "(first: $n) { nodes { %s } } }", nil, 1, of != ""},
				way{
					"edges of " + f.Name, "query($n: Int) { " + f.Name + "(first: $n) { edges { node { %s } } } }", nil, 1, of != "",
				})
		}
	}
	on := "... on " + def.Name + " { %s }"
	searched := w.schema.Types["SearchType"].EnumValues.ForName(strings.ToUpper(def.Name))
	if searched != nil {
		words, after := "", any(nil)
		if of != "" {
			words, after = "zebrafisk", w.lastBefore(of)
		}
		all = append(all,
			way{
				"hits",
				"query($n: Int, $q: String) { search(first: $n, query: $q, filter: {types: [" + searched.Name + "]}) { edges { node { __typename " + on + " } } } }",
				map[string]any{"q": words},
				1,
				of != "",
			},
			way{
				"changes",
				"query($n: Int, $c: Cursor) { changes(first: $n, after: $c, filter: {types: [" + searched.Name + "]}) { nodes { node { __typename " + on + " } } } }",
				map[string]any{"c": after},
				-1,
				of != "",
			})
	}
	if of != "" {
		all = append(all, way{
			"items of a collection", "query($n: Int, $id: ID!) { collection(id: $id) { items(first: $n) { edges { node { __typename " + on + " } } } } }",
			map[string]any{"id": w.lists[of]},
			3, true,
		})
	}
	return all
}

// lastBefore is the cursor, in the log, of what comes before the first entry of ours.
func (w *statements) lastBefore(of schema.ContentType) any {
	cursor := any(nil)
	for _, e := range w.ask(`{ changes(first: 100, filter: {types: [`+string(of)+`]}) { edges { cursor node { id } } } }`, nil).ok().maps("changes", "edges") {
		if e["node"].(map[string]any)["id"].(string) >= w.oldest[of] {
			return cursor
		}
		cursor = e["cursor"]
	}
	return cursor
}

// way counts the statements of all fields of the type the way it is reached, against those of nodes(ids:).
func (w *statements) way(def *ast.Definition, by way, batches []batch) {
	ask := func(n int, selection string) *answer {
		variables := map[string]any{"n": n}
		maps.Copy(variables, by.variables)
		return w.run(fmt.Sprintf(by.query, selection), variables)
	}
	base := map[int]int{}
	for _, n := range parentCounts {
		base[n] = len(ask(n, "id "+w.leaves(def)).Statements)
		if by.base >= 0 && base[n] != by.base {
			w.t.Errorf("%d cost %d statements with no relation selected, wanted %d", n, base[n], by.base)
		}
	}
	if base[1] != base[100] || base[1] != base[10] {
		w.t.Errorf("statements by number: %v", base)
	}
	for _, b := range batches {
		var few *answer
		for _, n := range parentCounts {
			a := ask(n, "id "+b.text)
			if few == nil {
				few = a
			}
			cost := len(a.Statements) - base[n]
			if cost > b.statements || by.uniform && cost != b.statements {
				w.t.Errorf(
					"%d cost %d statements more, by nodes(ids:) %d: %s%s", n, cost, b.statements, b.text,
					more(few.Statements, a.Statements),
				)
			}
		}
	}
}

// batch is a selection, and the statements that it costs a hundred nodes(ids:) besides their own.
type batch struct {
	text       string
	statements int
}

// batches are all fields of the type, one level of each, in selections within the budget; texts, which load bodies,
// apart.
func (w *statements) batches(def *ast.Definition) (all []batch) {
	now := selected{}
	put := func(text string) {
		ids, a := w.fullest(def, "", "id "+text)
		if a == nil {
			a = w.run(nodesOf(def, "id "+text), map[string]any{"ids": ids})
		}
		all = append(all, batch{text, len(a.Statements) - 1})
	}
	for _, f := range objectFields(w.schema, def) {
		one := w.of(f, 0, parentBudget)[0]
		if f.Name == "texts" {
			put(one.text)
			continue
		}
		if now.cost+one.cost > parentBudget {
			put(now.text)
			now = selected{}
		}
		now.text += " " + one.text
		now.cost += one.cost
	}
	put(now.text)
	return all
}

// rootLists counts the statements of each list with all fields of a connection.
func (w *statements) rootLists() {
	for _, f := range w.schema.Query.Fields {
		def := w.schema.Types[f.Type.Name()]
		if !isConnection(def) || forEditors(f.Name) {
			continue
		}
		total := ""
		if def.Fields.ForName("totalCount") != nil {
			total = "totalCount"
		}
		arguments := "first: $n"
		if f.Name == "changes" { // each type costs its own
			arguments += ", filter: {types: [PRACTICE]}"
		}
		query := "query($n: Int) { " + f.Name + "(" + arguments + ") { " + total +
			" pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } nodes { id } } }"
		w.same(query, func(n int) *answer { return w.run(query, map[string]any{"n": n}) })
		if f.Name == "search" || f.Name == "changes" {
			continue
		}
		for part, want := range map[string]int{
			"totalCount": 1, "nodes { id }": 1, "pageInfo { hasNextPage }": 1, "edges { cursor } pageInfo { endCursor }": 1, "totalCount nodes { id }": 1,
		} {
			query := "{ " + f.Name + "(first: 50) { " + part + " } }"
			if n := len(w.run(query, nil).Statements); n != want {
				w.t.Errorf("%s: %d statements, wanted %d", query, n, want)
			}
		}
	}
}

func (w *statements) searches() {
	query := `query($n: Int) { search(query: "zebrafisk", first: $n, filter: {types: [PRACTICE]}, facets: [` + strings.Join(
		enumNames(w.schema, "SearchFacet"), ", ",
	) + `]) {
		totalCount pageInfo { hasNextPage } edges { cursor node { id } HIGHLIGHTS } nodes { id } facets { facet hasMore values(first: 100) { value label count parent } } } }`
	plain := strings.Replace(query, "HIGHLIGHTS", "", 1)
	w.same("search with all facets", func(n int) *answer { return w.run(plain, map[string]any{"n": n}) })
	w.same("search with highlights", func(n int) *answer { // which are made of the bodies
		return w.run(strings.Replace(query, "HIGHLIGHTS", "highlights { field html }", 1), map[string]any{"n": n})
	})
}

func enumNames(s *ast.Schema, enum string) (names []string) {
	for _, v := range s.Types[enum].EnumValues {
		names = append(names, v.Name)
	}
	return names
}

func (w *statements) suggestions() {
	query := `query($n: Int!) { suggest(text: "zebrafi", first: $n) { text type node { __typename id ... on Content { title themes { label } } } } }`
	one, eight := w.run(query, map[string]any{"n": 1}), w.run(query, map[string]any{"n": 8})
	types := map[any]bool{}
	for _, s := range eight.maps("suggest") {
		types[s["type"]] = true
	}
	if most := len(one.Statements) * len(types); len(eight.maps("suggest")) != 8 || len(eight.Statements) > most {
		w.t.Errorf(
			"%d suggestions of %d types cost %d statements, one %d", len(eight.maps("suggest")), len(types),
			len(eight.Statements), len(one.Statements),
		)
	}
}

// nothingLeftOut fails for each field that was not queried of a hundred parents with a value.
func (w *statements) nothingLeftOut() {
	nested := map[string]bool{}
	for _, def := range w.schema.Types {
		if def.Kind == ast.Object && def != w.schema.Query {
			for _, f := range def.Fields {
				nested[f.Type.Name()] = true
			}
		}
	}
	reached := forReaders(w.schema)
	for name, def := range w.schema.Types {
		if def.Kind != ast.Object || !reached[name] || strings.HasPrefix(name, "__") || def == w.schema.Query ||
			def == w.schema.Mutation || def == w.schema.Subscription {
			continue
		}
		for _, f := range objectFields(w.schema, def) {
			field := name + "." + f.Name
			_, exempt := notOfAHundred[field]
			switch n := w.most[field]; {
			case isConnection(def) && !nested[name] && f.Name != "facets" && n > 0: // only at the root: one of it, whose rows were counted
			case exempt && n >= 100:
				w.t.Errorf("%s was asked of %d parents: it needs no exemption", field, n)
			case !exempt && n < 100:
				w.t.Errorf("%s was asked of at most %d parents that have something in it", field, n)
			}
		}
	}
}
