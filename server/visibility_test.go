package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/graph/generated"
	"dugnad/schema"
)

var viewers = []string{"", "member"}

// probe is one way of reading.
type probe struct {
	name string
	// loose is set if the answer has cursors of relations or of the log, which count rows that the viewer may not see. The
	// cursors are sealed.
	loose bool
	// log is set if the answer includes the past, in which entries that are hidden now may have been public.
	log bool
	// public is set if every caller is answered as an anonymous reader.
	public bool
	read   func(w *world, viewer string) string
}

var cursors = regexp.MustCompile(`"(cursor|startCursor|endCursor)":"[^"]*"`)

func withoutCursors(s string) string { return cursors.ReplaceAllString(s, `"$1":""`) }

// probes returns every way of reading: for every type and, if it concerns one entry, every state.
func probes() []probe {
	var all []probe
	add := func(name, query string) {
		all = append(all, probe{name: name, read: func(w *world, viewer string) string { return w.raw(viewer, query) }})
	}
	loose := func(name, query string) {
		add(name, query)
		all[len(all)-1].loose = true
	}
	s := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, t := range contentTypes {
		one, many := asked(t)
		def := s.Types[typeName(t)]
		few := "totalCount nodes {id title slug} edges {cursor node {id}} pageInfo {hasNextPage hasPreviousPage startCursor endCursor}"
		loose(many+": every field", fmt.Sprintf(`{%s(first: 20) {totalCount nodes {%s}}}`, many, selection(s, def, 2)))
		add(many+": every field in the other language", fmt.Sprintf(
			`query @inContext(languages: [SE]) {%s(first: 100) {nodes {%s}}}`, many, selection(s, def, 0),
		))
		add(many+": list", fmt.Sprintf(`{%s(first: 100) {%s}}`, many, few))
		add(many+": only the count", fmt.Sprintf(`{%s {totalCount}}`, many))
		add(many+": from the end", fmt.Sprintf(`{%s(last: 2) {%s}}`, many, few))
		for _, field := range s.Types[typeName(t)+"OrderField"].EnumValues {
			for _, direction := range []string{"ASC", "DESC"} {
				order := fmt.Sprintf("{field: %s, direction: %s}", field.Name, direction)
				add(many+": order "+field.Name+" "+direction, fmt.Sprintf(`{%s(first: 100, orderBy: [%s]) {%s}}`, many, order, few))
				all = append(
					all, probe{name: many + ": pages by " + field.Name + " " + direction, read: pages(many, "orderBy: ["+order+"]")},
				)
			}
		}
		for _, f := range filters(s, t) {
			for _, form := range []string{"{%s}", "{not: {%s}}", "{and: [{%s}]}", "{or: [{%s}]}"} {
				filter := fmt.Sprintf(form, f)
				add(many+": filter "+filter, fmt.Sprintf(`{%s(first: 100, filter: %s) {%s}}`, many, filter, few))
			}
		}
		for _, field := range def.Fields {
			if strings.HasSuffix(field.Type.Name(), "Connection") {
				inner := "totalCount nodes {__typename " + named(s, field.Type.Name()) +
					"} edges {cursor node {id}} pageInfo {hasNextPage endCursor}"
				loose(many+": nested "+field.Name, fmt.Sprintf(
					`{%s(first: 20) {nodes {id %s(first: 100) {%s}}}}`, many, field.Name, inner,
				))
				loose(many+": one by one "+field.Name, fmt.Sprintf(
					`{%s(first: 20) {nodes {id %s(first: 1) {%s}}}}`, many, field.Name, inner,
				))
				loose(one+": "+field.Name, fmt.Sprintf(`{%s(id: %q) {%s(first: 100) {%s}}}`, one, openID(t), field.Name, inner))
			}
		}
		for _, direction := range []string{"IN", "OUT", "BOTH"} {
			for _, kind := range []string{"SEE_ALSO", "CONTAINS", "BASED_ON"} {
				loose(one+": related "+direction+" "+kind, fmt.Sprintf(
					`{%s(id: %q) {related(first: 100, direction: %s, types: [%s]) {totalCount nodes {id title} edges {cursor type direction position section note}}}}`,
					one, openID(t), direction, kind))
			}
		}
		add(one+": similar to the open one", fmt.Sprintf(`{similar(id: %q, first: 20) {__typename id title}}`, openID(t)))
		loose(one+": the open one, every field", fmt.Sprintf(
			`{node(id: %q) {__typename ...on %s {%s}}}`, openID(t), def.Name, selection(s, def, 2),
		))
		for _, st := range states() {
			name := one + " " + string(st)
			for n, query := range oneQueries(s, t, hiddenID(t, st), slugOf(t, st)) {
				loose(name+": "+n, query)
			}
			all = append(all, addresses(name, hiddenID(t, st), idOf("ast", "hidden "+string(t)+string(st)))...)
			if t != "COLLECTION" {
				add(name+": collections that contain it", fmt.Sprintf(
					`{collections(filter: {contains: [%q]}) {totalCount nodes {id}}}`, hiddenID(t, st),
				))
			}
			add(name+": search", fmt.Sprintf(`{search(query: %q, facets: [TYPE, KIND, YEAR]) {totalCount totalIsExact
				edges {node {id} highlights {field html}} facets {facet values {value label count}}}}`, canary(t, st)))
			add(name+": suggest", fmt.Sprintf(`{suggest(text: %q) {text type node {id}}}`, canary(t, st)[:len(canary(t, st))-1]))
		}
	}
	add("nodes", fmt.Sprintf(
		`query {nodes(ids: [%s]) {__typename id ...on Content {title} ...on Asset {alt credit url}}}`,
		strings.Join(everyID(), ", "),
	))
	all = append(all, searches(s)...)
	for _, reference := range []string{
		`organization(slug: "lukket")`, `municipality(number: "4601")`, `county(number: "46")`, `district(number: "030102")`,
		`theme(slug: "lukket")`, `targetGroup(slug: "lukket")`, `method(slug: "lukket")`, `lawSection(slug: "lukket")`,
	} {
		field, _, _ := strings.Cut(reference, "(")
		def := s.Types[s.Query.Fields.ForName(field).Type.Name()]
		add("reference data "+field, fmt.Sprintf(`{%s {%s}}`, reference, selection(s, def, 2)))
	}
	all = append(all,
		probe{name: "changes: the state", loose: true, read: func(w *world, viewer string) string {
			return w.changes(viewer, "", "")
		}},
		probe{name: "changes: the log", loose: true, log: true, read: func(w *world, viewer string) string {
			return w.changes(viewer, w.log[viewer], "")
		}},
		probe{name: "changes: the state of a filter", loose: true, read: func(w *world, viewer string) string {
			return w.changes(viewer, "", `filter: {organizations: ["open", "lukket"], themes: ["lukket"]}`)
		}},
		probe{name: "changes: the log of a filter", loose: true, log: true, read: func(w *world, viewer string) string {
			return w.changes(viewer, w.log[viewer], `filter: {types: [PRACTICE, TOOL], municipalities: ["4601"]}`)
		}})
	return all
}

// named returns a selection of the id and the name of a connection's nodes.
func named(s *ast.Schema, connection string) string {
	node := s.Types[s.Types[connection].Fields.ForName("nodes").Type.Name()]
	if node.Fields.ForName("title") != nil {
		return "id title summary"
	}
	return "id name"
}

// selection returns a selection of every field of the type, down to the depth.
func selection(s *ast.Schema, def *ast.Definition, depth int) string {
	var b strings.Builder
	for _, f := range def.Fields {
		inner := s.Types[f.Type.Name()]
		required := ""
		for _, a := range f.Arguments {
			if a.Type.NonNull && a.DefaultValue == nil {
				required = "(" + a.Name + ": 320)"
			}
		}
		switch {
		case strings.HasPrefix(f.Name, "__"):
		case inner.IsLeafType():
			fmt.Fprintf(&b, "%s%s ", f.Name, required)
		case depth == 0:
		case strings.HasSuffix(inner.Name, "Connection"):
			edge := s.Types[inner.Fields.ForName("edges").Type.Name()]
			fmt.Fprintf(&b, "%s {totalCount nodes {%s} edges {%s}} ", f.Name, named(s, inner.Name), selection(s, edge, 0))
		case inner.IsAbstractType():
			fmt.Fprintf(&b, "%s {__typename ...on Node {id} ...on Content {title summary}} ", f.Name)
		default:
			fmt.Fprintf(&b, "%s%s {%s} ", f.Name, required, selection(s, inner, depth-1))
		}
	}
	return b.String()
}

// filters returns filters that match hidden entries and open ones, for every field of the type's filter. An unknown
// field fails the test, because the matrix would not cover it.
func filters(s *ast.Schema, t schema.ContentType) []string {
	values := map[string][]string{
		"themes": {`["lukket"]`, `["open"]`}, "targetGroups": {`["lukket"]`, `["open"]`}, "methods": {`["lukket"]`, `["open"]`},
		"lawSections": {`["lukket"]`, `["open"]`}, "organizations": {`["lukket"]`, `["open"]`},
		"municipalities": {`["4601"]`, `["3301"]`}, "counties": {`["46"]`, `["33"]`}, "languages": {"[SE]", "[NB]"},
		"issuedAfter": {`"2021-06-01"`, `"2000-01-01"`}, "issuedBefore": {`"2021-06-01"`, `"2020-01-01"`},
		"publishedAfter": {`"2026-03-01T13:30:00Z"`, `"2026-01-01T00:00:00Z"`}, "publishedBefore": {`"2027-01-01T00:00:00Z"`},
		"evidenceAtLeast": {"5", "1"}, "runningOn": {`"2021-06-01"`, `"2015-06-01"`},
		"startsAfter": {`"2021-01-01T00:00:00Z"`}, "startsBefore": {`"2021-12-31T00:00:00Z"`},
		"contains": {"[" + strings.Join(everyID(), ", ") + "]"},
	}
	if kinds := s.Types[typeName(t)+"Kind"]; kinds != nil {
		values["kinds"] = []string{"[" + kinds.EnumValues[1].Name + "]", "[" + kinds.EnumValues[0].Name + "]"}
	}
	for _, st := range states() {
		values["series"] = append(values["series"], fmt.Sprintf("[%q]", canary(t, st)))
	}
	var out []string
	for _, f := range s.Types[typeName(t)+"Filter"].Fields {
		switch given := values[f.Name]; {
		case slices.Contains([]string{"and", "or", "not"}, f.Name):
		case given == nil:
			panic("the matrix has no value for " + typeName(t) + "Filter." + f.Name)
		default:
			for _, v := range given {
				out = append(out, f.Name+": "+v)
			}
		}
	}
	return out
}

// everyID returns the quoted ids of all entries, hidden or not, and of the files of the hidden ones.
func everyID() []string {
	var ids []string
	for _, t := range contentTypes {
		ids = append(ids, fmt.Sprintf("%q", openID(t)))
		for _, s := range states() {
			ids = append(ids, fmt.Sprintf("%q", hiddenID(t, s)), fmt.Sprintf("%q", idOf("ast", "hidden "+string(t)+string(s))))
		}
	}
	return ids[:min(len(ids), 100)]
}

// slugOf returns the slug that the entry has when it is published.
func slugOf(t schema.ContentType, s state) string { return canary(t, s) + "-tittel" }

// oneQueries returns the ways of querying one entry.
func oneQueries(s *ast.Schema, t schema.ContentType, id, slug string) map[string]string {
	one, _ := asked(t)
	def := s.Types[typeName(t)]
	asset := strings.Replace(id, id[:3], "ast", 1)
	return map[string]string{
		"by id":   fmt.Sprintf(`{%s(id: %q) {%s}}`, one, id, selection(s, def, 2)),
		"by slug": fmt.Sprintf(`{%s(slug: %q) {%s}}`, one, slug, selection(s, def, 0)),
		"node": fmt.Sprintf(
			`{node(id: %q) {__typename id ...on Content {slug title body updatedAt related {totalCount}}}}`, id,
		),
		"nodes":   fmt.Sprintf(`{nodes(ids: [%q, %q]) {__typename id ...on Content {title}}}`, id, asset),
		"similar": fmt.Sprintf(`{similar(id: %q, first: 20) {__typename id}}`, id),
	}
}

// addresses returns the routes of one entry and of its file.
func addresses(name, id, asset string) []probe {
	var all []probe
	for _, path := range []string{"/id/" + id, "/id/" + asset, "/files/" + asset, "/files/" + asset + "/320"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			all = append(all, probe{name: name + ": " + method + " " + path, read: func(w *world, viewer string) string {
				return w.page(method, path, viewer)
			}})
		}
	}
	query := fmt.Sprintf(
		`{node(id: %q) {__typename id ...on Asset {url mediaType bytes alt credit width height image(width: 320)}}}`, asset,
	)
	return append(all, probe{
		name: name + ": its file's node", read: func(w *world, viewer string) string { return w.raw(viewer, query) },
	})
}

func searches(s *ast.Schema) []probe {
	var all []probe
	add := func(name, query string) {
		all = append(all, probe{name: name, read: func(w *world, viewer string) string { return w.raw(viewer, query) }})
	}
	var facets []string
	for _, f := range s.Types["SearchFacet"].EnumValues {
		facets = append(facets, f.Name)
	}
	every := "facets: [" + strings.Join(facets, ", ") + "]"
	hits := "totalCount totalIsExact didYouMean nodes {id} edges {cursor node {id} highlights {field html}} " +
		"facets {facet hasMore values {value label count selected parent}} pageInfo {hasNextPage endCursor}"
	for _, words := range []string{"", "busetting", "kanari", "tittel", "lukket", `\"tekst om\"`, "busetting -open", "kanarri", "lukkett"} {
		add("search "+words, fmt.Sprintf(`{search(query: "%s", first: 100, %s) {%s}}`, words, every, hits))
		for _, order := range s.Types["SearchOrder"].EnumValues {
			near := ""
			if order.Name == "DISTANCE" {
				near = ", filter: {near: {lat: 60.4, lon: 5.3}}"
			}
			add("search "+words+" by "+order.Name, fmt.Sprintf(
				`{search(query: "%s", first: 5, orderBy: %s%s) {%s}}`, words, order.Name, near, hits,
			))
		}
	}
	values := map[string]string{
		"types": "[PRACTICE]", "kinds": `["PRACTICE.APPROACH", "TOOL.CHECKLIST", "REPORT.EVALUATION", "NETWORK.PILOT_COHORT"]`, "themes": `["lukket"]`,
		"targetGroups": `["lukket"]`, "methods": `["lukket"]`, "counties": `["46"]`, "municipalities": `["4601"]`, "organizations": `["lukket"]`,
		"languages": "[SE]", "years": "[2021]", "evidence": "[5]", "issuedAfter": `"2021-01-01"`, "issuedBefore": `"2021-12-31"`,
		"near": "{lat: 60.4, lon: 5.3, km: 30}", "within": "{south: 60, west: 5, north: 61, east: 6}", "likeMunicipality": `"4601"`,
	}
	for _, f := range s.Types["SearchFilter"].Fields {
		v := values[f.Name]
		if v == "" {
			panic("the matrix has no value for SearchFilter." + f.Name)
		}
		add("search filter "+f.Name, fmt.Sprintf(`{search(first: 100, filter: {%s: %s}, %s) {%s}}`, f.Name, v, every, hits))
		add("search filter and word "+f.Name, fmt.Sprintf(
			`{search(query: "busetting", first: 100, filter: {%s: %s}, %s) {%s}}`, f.Name, v, every, hits,
		))
	}
	for _, f := range facets {
		add("facet values "+f, fmt.Sprintf(`{facetValues(facet: %s, first: 100) {value label count selected parent}}`, f))
		for _, letters := range []string{"luk", "kan", "46"} {
			add("facet values "+f+" "+letters, fmt.Sprintf(
				`{facetValues(facet: %s, startingWith: %q) {value label count}}`, f, letters,
			))
		}
		add("facet values of a search "+f, fmt.Sprintf(
			`{facetValues(facet: %s, query: "kanari", filter: {organizations: ["open"]}) {value label count}}`, f,
		))
	}
	for _, letters := range []string{"k", "kan", "kanari", "luk", "op", "tit", "bus"} {
		add("suggest "+letters, fmt.Sprintf(`{suggest(text: %q, first: 8) {text type node {__typename id}}}`, letters))
	}
	for _, body := range []string{
		`{"facets": ["*"], "limit": 100, "attributesToHighlight": ["*"]}`, `{"q": "kanari", "facets": ["*"]}`, `{"q": "lukkett"}`, `{"filter": "themes = lukket", "facets": ["*"]}`,
		`{"filter": "municipalities = 4601", "facets": ["*"]}`, `{"filter": "year = 2021"}`, `{"sort": ["title:asc"], "limit": 100}`, `{"sort": ["date:desc"], "limit": 100}`,
	} {
		all = append(all, probe{name: "search protocol " + body, public: true, read: func(w *world, viewer string) string {
			return w.protocol(viewer, "search", body)
		}})
	}
	for _, facet := range []string{"themes", "municipalities", "organizations", "kind", "languages"} {
		for _, letters := range []string{"", "luk", "berg"} {
			body := fmt.Sprintf(`{"facetName": %q, "facetQuery": %q}`, facet, letters)
			all = append(all, probe{name: "search protocol " + body, public: true, read: func(w *world, viewer string) string {
				return w.protocol(viewer, "facet-search", body)
			}})
		}
	}
	return all
}

// protocol returns an answer of /search-api without its processing time.
func (w *world) protocol(viewer, route, body string) string {
	w.t.Helper()
	status, a := w.searchAPI("/indexes/hub_public/"+route, body, viewerHeader, viewer)
	delete(a, "processingTimeMs")
	text, err := json.Marshal(a)
	if err != nil || status != http.StatusOK {
		w.t.Errorf("%s %s: %d %s %v", route, body, status, text, err)
	}
	return string(text)
}

// raw returns the body of the answer, and fails the test if it has errors.
func (w *world) raw(viewer, query string) string {
	w.t.Helper()
	a := w.askAs(viewer, query, nil)
	if len(a.Errors) > 0 || a.Status != http.StatusOK {
		w.t.Errorf("%s\nis answered with %d %.500s", query, a.Status, a.Body)
	}
	return string(a.Body)
}

// pages reads a list in pages of one, forwards and backwards.
func pages(many, arguments string) func(w *world, viewer string) string {
	return func(w *world, viewer string) string {
		var b strings.Builder
		for _, way := range [][]string{{"first", "after", "hasNextPage", "endCursor"}, {"last", "before", "hasPreviousPage", "startCursor"}} {
			cursor := ""
			for {
				a := w.askAs(viewer, fmt.Sprintf(`query($at: Cursor) {%s(%s: 1, %s: $at, %s) {totalCount nodes {id} pageInfo {%s %s}}}`,
					many, way[0], way[1], arguments, way[2], way[3]), atOrNone(cursor)).ok()
				b.Write(a.Body)
				cursor, _ = a.at(many, "pageInfo", way[3]).(string)
				if a.at(many, "pageInfo", way[2]) == false || b.Len() > 100_000 {
					break
				}
			}
		}
		return b.String()
	}
}

func atOrNone(cursor string) map[string]any {
	if cursor == "" {
		return nil
	}
	return map[string]any{"at": cursor}
}

// changes reads the state and the log to the end.
func (w *world) changes(viewer, cursor, filter string) string {
	w.t.Helper()
	var b strings.Builder
	for b.Len() < 1_000_000 {
		a := w.askAs(viewer, `query($after: Cursor) {changes(first: 10, after: $after, `+filter+`) {
			nodes {id action at node {__typename id ...on Content {title summary body audience updatedAt}}} edges {cursor} pageInfo {hasNextPage endCursor}}}`,
			afterOrNone(cursor)).ok()
		b.Write(a.Body)
		if next, ok := a.at("changes", "pageInfo", "endCursor").(string); ok {
			cursor = next
		}
		if a.at("changes", "pageInfo", "hasNextPage") == false {
			break
		}
	}
	return b.String()
}

// page returns the whole response of a page without its time and request id.
func (w *world) page(method, path, viewer string) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set(viewerHeader, viewer)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"Date", statementsHeader} {
		res.Header.Del(name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", res.StatusCode)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		if !strings.Contains(strings.ToLower(name), "request-id") {
			fmt.Fprintf(&b, "%s: %q\n", name, res.Header[name])
		}
	}
	return b.String() + "\n" + string(body)
}

// TestVisibility checks with every way of reading that what the viewer may not see does not exist: a hub with hidden
// entries answers as a hub without them does. What members see is what all readers see in a hub where it is public.
func TestVisibility(t *testing.T) {
	walker(t)
	eachWorld(t, []worldKind{everything, nothing, nothingShown}, func(t *testing.T, worlds []*world) {
		full, plain, shown := worlds[0], worlds[1], worlds[2]
		told := make(map[string]bool)
		for _, p := range probes() {
			anonymous, member := p.read(full, ""), p.read(full, "member")
			noCanary(t, p, "an anonymous reader", anonymous, states()...)
			noCanary(t, p, "a member", member, neverPublished, newerDraft, withdrawn)
			if strings.Contains(member, "kanari") {
				told[p.name] = true
			}
			if p.log {
				continue // what was public is told of; see TestNonInterference
			}
			sameAnswer(t, p, "an anonymous reader is told of what is hidden", timeless(anonymous), timeless(p.read(plain, "")))
			if p.public {
				sameAnswer(t, p, "a member is told more than everybody is", timeless(member), timeless(anonymous))
				continue
			}
			if !strings.Contains(p.name, " "+string(withdrawn)) && !strings.Contains(p.name, ": GET") &&
				!strings.Contains(p.name, ": HEAD") {
				sameAnswer(t, loosened(p), "a member does not see what is for members",
					timeless(asPublic(member)), timeless(asPublic(p.read(shown, ""))))
			}
		}
		if len(told) < 300 {
			t.Errorf("members find what is for them by only %d ways: %v", len(told), sortedKeys(told))
		}
		t.Run("what is hidden is as what never was", func(t *testing.T) { hiddenIsNothing(t, full) })
		t.Run("the log", func(t *testing.T) { logTellsOfThePast(t, full) })
		t.Run("a stale index", func(t *testing.T) { staleIndex(t, shown) })
	})
}

var changeTimes = regexp.MustCompile(`"at":"[^"]*"`)

// timeless removes the times of changes, which differ where an entry was published and withdrawn.
func timeless(s string) string { return changeTimes.ReplaceAllString(s, "") }

func loosened(p probe) probe {
	p.loose = true
	return p
}

func asPublic(s string) string { return strings.ReplaceAll(s, `"MEMBERS"`, `"PUBLIC"`) }

func noCanary(t *testing.T, p probe, who, answer string, of ...state) {
	t.Helper()
	for _, ct := range contentTypes {
		for _, s := range of {
			if i := strings.Index(answer, canary(ct, s)); i >= 0 {
				t.Errorf("%s: %s reads a %s %s: %s", p.name, who, s, ct, answer[max(0, i-100):min(len(answer), i+100)])
				return
			}
			hides := s != newerDraft && !p.log
			if i := strings.Index(answer, hiddenID(ct, s)); i >= 0 && hides {
				t.Errorf("%s: %s learns the id of a %s %s: %s", p.name, who, s, ct, answer[max(0, i-100):min(len(answer), i+100)])
				return
			}
		}
	}
}

func sameAnswer(t *testing.T, p probe, complaint, got, want string) {
	t.Helper()
	if p.loose {
		got, want = withoutCursors(got), withoutCursors(want)
	}
	if got == want {
		return
	}
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	t.Errorf("%s: %s\n got …%s\nwant …%s", p.name, complaint,
		got[max(0, i-150):min(len(got), i+150)], want[max(0, i-150):min(len(want), i+150)])
}

// hiddenIsNothing compares the answers for hidden entries with those for ids, slugs and addresses of nothing.
func hiddenIsNothing(t *testing.T, w *world) {
	s := generated.NewExecutableSchema(generated.Config{}).Schema()
	for viewer, hides := range map[string][]state{"": {neverPublished, forMembers, withdrawn, madeMembers}, "member": {neverPublished, withdrawn}} {
		for _, ct := range contentTypes {
			nothing := oneQueries(s, ct, randomID(ct), "there-is-no-such")
			for _, st := range hides {
				for name, query := range oneQueries(s, ct, hiddenID(ct, st), slugOf(ct, st)) {
					got, want := w.raw(viewer, query), w.raw(viewer, nothing[name])
					if got != want || !strings.Contains(got, "null") {
						t.Errorf("%s %s %s: %q gets %s, and for nothing %s", name, ct, st, viewer, got, want)
					}
				}
				asset, no := idOf("ast", "hidden "+string(ct)+string(st)), idOf("ast", "none")
				for path, none := range map[string]string{
					"/id/" + hiddenID(ct, st): "/id/" + randomID(ct), "/id/" + asset: "/id/" + no,
					"/files/" + asset: "/files/" + no, "/files/" + asset + "/320": "/files/" + no + "/320",
				} {
					got, want := w.page("GET", path, viewer), w.page("GET", none, viewer)
					if got != want || !strings.HasPrefix(got, "404") {
						t.Errorf("%s: %q gets %s, and for nothing %s", path, viewer, got, want)
					}
				}
			}
			if viewer == "member" {
				if got := w.page("GET", "/files/"+idOf("ast", "hidden "+string(ct)+string(forMembers)), viewer); !strings.HasPrefix(got, "200") {
					t.Errorf("a member does not get the file of a %s: %s", ct, got)
				}
				if got := w.page("GET", "/id/"+hiddenID(ct, forMembers), viewer); !strings.HasPrefix(got, "302") {
					t.Errorf("a member is not led to a %s: %s", ct, got)
				}
			}
		}
	}
	for _, id := range []string{"pra_", "pra_%00", "pra_%ff", "x", "%00", "%ff", "ast_%00aaaaaaaaaaaaaaaaaaaaaaaa", "ast_%ffaaaaaaaaaaaaaaaaaaaaaaaa", "%F0%9F%8C%8D", strings.Repeat("a", 5000), url.PathEscape("../../etc/passwd")} {
		want := "404"
		if strings.Contains(id, "%00") || strings.Contains(id, "%ff") { // no text
			want = "400"
		}
		for _, path := range []string{"/id/", "/files/"} {
			if got := w.page("GET", path+id, ""); !strings.HasPrefix(got, want) {
				t.Errorf("%s%.50s: %.300s", path, id, got)
			}
		}
		if got := w.page("GET", "/files/"+id+"/320", ""); !strings.HasPrefix(got, want) {
			t.Errorf("/files/%.50s/320: %.300s", id, got)
		}
	}
}

// logTellsOfThePast reads the log from its beginning: anonymous readers get GONE for entries that were public, and
// nothing about others.
func logTellsOfThePast(t *testing.T, w *world) {
	a := w.ask(
		`query($after: Cursor) {changes(first: 100, after: $after) {nodes {id action node {id}}}}`,
		map[string]any{"after": w.log[""]},
	).ok()
	gone := make(map[string]bool)
	for _, n := range a.list("changes", "nodes") {
		change := n.(map[string]any)
		id := change["id"].(string)
		if (change["action"] == "GONE") != (change["node"] == nil) {
			t.Errorf("%v", change)
		}
		gone[id] = change["action"] == "GONE"
	}
	for _, one := range w.hidden {
		told, known := gone[one.id]
		switch one.state {
		case newerDraft:
			if !known || told {
				t.Errorf("the live %s %s is not told of", one.t, one.state)
			}
		case neverPublished, forMembers:
			if known {
				t.Errorf("the log tells of the %s %s", one.t, one.state)
			}
		default:
			if !told {
				t.Errorf("the log does not tell that the %s %s is gone", one.t, one.state)
			}
		}
	}
	for id := range gone {
		if strings.HasPrefix(id, "ast_") && gone[id] {
			t.Errorf("the log tells of the file %s of a hidden entry", id)
		}
	}
}

// staleIndex hides entries without updating the search index: answers must not show what the index still finds.
func staleIndex(t *testing.T, w *world) {
	ctx := access.WithViewer(t.Context(), access.System("test"))
	for _, ct := range contentTypes {
		if err := ent.DeleteRow(ctx, w.client, hiddenID(ct, forMembers)); err != nil {
			t.Fatal(err)
		}
	}
	// A hit that is not in the database is removed from the index at once, so each way of searching gets its own entry.
	for i, want := range []string{
		`{nodes {id}}=>{"nodes":[]}`, `{edges {node {id}}}=>{"edges":[]}`, `{edges {cursor}}=>{"edges":[]}`,
		`{edges {highlights {html}}}=>{"edges":[]}`, `{edges {__typename}}=>{"edges":[]}`,
		`{pageInfo {startCursor endCursor}}=>{"pageInfo":{"startCursor":null,"endCursor":null}}`,
	} {
		selected, answer, _ := strings.Cut(want, "=>")
		query := fmt.Sprintf(`{search(query: %q) %s}`, canary(contentTypes[i], forMembers), selected)
		if got := w.raw("", query); !strings.Contains(got, answer) {
			t.Errorf("%s: %s", query, got)
		}
	}
	word := canary("COLLECTION", forMembers)
	for _, selected := range []string{"text type node {id}", "text type", "text"} {
		if got := w.raw("", `{suggest(text: "`+word+`") {`+selected+`}}`); !strings.Contains(got, "[]") {
			t.Errorf("suggest {%s}: %s", selected, got)
		}
	}
}

// TestNonInterference compares two hubs whose databases differ only in rows that anonymous readers may never see:
// drafts, entries for members, and withdrawn entries.
func TestNonInterference(t *testing.T) {
	walker(t)
	eachWorld(t, []worldKind{neverPublic, nothing}, func(t *testing.T, worlds []*world) {
		for _, p := range probes() {
			sameAnswer(t, p, "what is hidden is told of", p.read(worlds[0], ""), p.read(worlds[1], ""))
		}
	})
}

func tellsOfOpen(answer string) bool {
	return slices.ContainsFunc(
		contentTypes, func(t schema.ContentType) bool { return strings.Contains(answer, openID(t)) },
	)
}

// TestRepublish withdraws and republishes an entry of each type: it disappears from every list, and reappears
// unchanged, with its edges in both directions.
func TestRepublish(t *testing.T) {
	walker(t)
	eachWorld(t, []worldKind{nothing}, func(t *testing.T, worlds []*world) {
		w := worlds[0]
		w.now = at(1) // as when it was published first, so that the order by change is as before too
		var ways []probe
		for _, p := range probes() {
			if !p.log && !strings.Contains(p.name, "{and") && !strings.Contains(p.name, "{or") && tellsOfOpen(p.read(w, "")) {
				ways = append(ways, p)
			}
		}
		times := regexp.MustCompile(`"(updatedAt|at|permalink)":"[^"]*"|"version":[0-9]+`) // and what counts the times
		read := func() []string {
			answers := make([]string, len(ways))
			for i, p := range ways {
				answers[i] = times.ReplaceAllString(withoutCursors(p.read(w, "")), "")
			}
			return answers
		}
		before := read()
		for _, ct := range contentTypes {
			t.Run(string(ct), func(t *testing.T) {
				w.t = t
				log := w.endOfState("")
				w.withdraw(openID(ct))
				w.caughtUpNow()
				seen := 0
				for i, answer := range read() {
					if strings.Contains(answer, openID(ct)) {
						t.Errorf("%s: still tells of the %s: %.300s", ways[i].name, ct, answer)
					}
					if strings.Contains(before[i], openID(ct)) {
						seen++
					}
				}
				if seen < 60 {
					t.Errorf("the %s was seen by only %d ways", ct, seen)
				}
				told := w.changes("", log, "")
				if !strings.Contains(told, `"id":"`+openID(ct)+`","action":"GONE"`) {
					t.Errorf("the log does not tell that it went: %s", told)
				}
				w.publish(openID(ct))
				w.caughtUpNow()
				for i, answer := range read() {
					sameAnswer(t, ways[i], "is not as before", answer, before[i])
				}
				told = w.changes("", log, "")
				for _, other := range contentTypes {
					if !strings.Contains(told, `"id":"`+openID(other)+`","action":"UPSERT"`) {
						t.Errorf("the log does not tell of the %s, which points at it or is it", other)
					}
				}
			})
		}
	})
}
