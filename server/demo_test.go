package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"dugnad/access"
	"dugnad/content"
	"dugnad/demo"
)

// contentLists are the root fields of the content types, and how many the demo content has of each.
var contentLists = map[string]int{
	"practices": 15, "tools": 6, "reports": 23, "projects": 6, "networks": 2, "events": 4, "collections": 1,
}

// maps are the items of the list at the path, as objects.
func (a *answer) maps(path ...any) []map[string]any {
	a.t.Helper()
	var out []map[string]any
	for _, item := range a.list(path...) {
		m, _ := item.(map[string]any)
		out = append(out, m)
	}
	return out
}

// in is the hub for a test within its own.
func (h *testHub) in(t *testing.T) *testHub {
	inner := *h
	inner.t = t
	return &inner
}

func TestFirstQuery(t *testing.T) {
	eachDemo(t, func(t *testing.T, h *testHub) {
		h.caughtUpNow()
		a := h.ask(
			`{ practices(first: 5) { totalCount nodes { title owner { name } themes { label } municipalities { nodes { name } } } } search(query: "busetting") { totalCount } }`,
			nil,
		).ok()
		if n := a.at("practices", "totalCount"); n != 15.0 {
			t.Errorf("%v practices, wanted 15", n)
		}
		if n := len(a.list("practices", "nodes")); n != 5 {
			t.Errorf("%d nodes, wanted 5", n)
		}
		if n, _ := a.at("search", "totalCount").(float64); n < 10 {
			t.Errorf("%v hits", n)
		}

		t.Run("the catalogue is complete", func(t *testing.T) { catalogueIsComplete(t, h.in(t)) })
		t.Run("the digital sharing service", func(t *testing.T) { digitalSharingService(t, h.in(t)) })
		t.Run("the research project", func(t *testing.T) { researchProject(t, h.in(t)) })
		t.Run("the development workshops", func(t *testing.T) { developmentWorkshops(t, h.in(t)) })
		t.Run("the research catalogue", func(t *testing.T) { researchCatalogue(t, h.in(t)) })
		t.Run("the advice tool", func(t *testing.T) { adviceTool(t, h.in(t)) })
		t.Run("loading again changes nothing", func(t *testing.T) { loadingAgainChangesNothing(t, h.in(t)) })
	})
}

func catalogueIsComplete(t *testing.T, h *testHub) {
	totals := map[string]int{}
	for list, want := range contentLists {
		a := h.ask(fmt.Sprintf(`{ list: %s(first: 30) { totalCount nodes {
			title slug summary themes { slug } organizations { role }
			keyFigures { label value upper operator unit n population before } findings recommendations evidence { level direction }
			downloads { title format url note } related(direction: OUT) { totalCount edges { type node { id } } }
			municipalities { totalCount edges { role nameThen numberThen node { number active } } }
			unnamedMunicipalities { count role note } } } }`, list), nil).ok()
		if n := a.at("list", "totalCount"); n != float64(want) {
			t.Errorf("%v %s, wanted %d", n, list, want)
		}
		for _, item := range a.maps("list", "nodes") {
			title := item["title"]
			for _, field := range []string{"themes", "organizations"} {
				if len(item[field].([]any)) == 0 {
					t.Errorf("%v has no %s", title, field)
				}
			}
			if item["summary"] == nil {
				t.Errorf("%v has no summary", title)
			}
			for _, field := range []string{"keyFigures", "findings", "recommendations", "downloads", "unnamedMunicipalities"} {
				totals[field] += len(item[field].([]any))
			}
			if item["evidence"] != nil {
				totals["evidence"]++
			}
			for _, d := range item["downloads"].([]any) {
				if d := d.(map[string]any); d["url"] != nil || d["note"] == nil {
					t.Errorf("%v: the download %v should say where it can be asked for", title, d)
				}
			}
			related := item["related"].(map[string]any)
			totals["relations"] += len(related["edges"].([]any))
			if related["totalCount"] != float64(len(related["edges"].([]any))) {
				t.Errorf("%v: %v relations of %v", title, len(related["edges"].([]any)), related["totalCount"])
			}
			for _, e := range item["municipalities"].(map[string]any)["edges"].([]any) {
				e := e.(map[string]any)
				totals["municipalities"]++
				if e["nameThen"] == nil || e["numberThen"] == nil || e["node"].(map[string]any)["active"] != true {
					t.Errorf("%v: the municipality %v should have its name and number then, and be one of today", title, e)
				}
			}
		}
	}
	for what, want := range map[string]int{
		"keyFigures": 103, "findings": 76, "recommendations": 24, "downloads": 16, "relations": 61, "municipalities": 96,
		"unnamedMunicipalities": 10, "evidence": 47,
	} {
		if totals[what] != want {
			t.Errorf("%d %s, wanted %d", totals[what], what, want)
		}
	}
}

// figures are the key figures' values by the unit, with what they were before: 20 after 0 is "0→20".
func figures(t *testing.T, item map[string]any, unit string) []string {
	t.Helper()
	var out []string
	for _, f := range item["keyFigures"].([]any) {
		f := f.(map[string]any)
		switch {
		case f["unit"] != unit:
		case f["before"] != nil:
			out = append(out, fmt.Sprintf("%v→%v", f["before"], f["value"]))
		default:
			out = append(out, fmt.Sprint(f["value"]))
		}
	}
	return out
}

func expect[T comparable](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, wanted %v", what, got, want)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := asJSON(got), asJSON(want); g != w {
		t.Errorf("%s: %s, wanted %s", what, g, w)
	}
}

// asJSON is a value as JSON.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func digitalSharingService(t *testing.T, h *testHub) {
	a := h.ask(`{ project(slug: "bedre-kvalifiseringslop-hos-imdi") {
		problemStatement needs suppliers: organizations(roles: [SUPPLIER]) { organization { name } }
		unnamedMunicipalities { count role } keyFigures { label value unit before }
		parts: related(types: [PART_OF], direction: IN) { edges { node { __typename title } } } } }`, nil).ok()
	project := a.at("project").(map[string]any)
	expect(t, "before and after", figures(t, project, "percent"), "0→20", "30→50", "50→70")
	expect(t, "participants", figures(t, project, "persons"), "200", "600", "360")
	expect(t, "areas and rounds", figures(t, project, "count"), "6", "3")
	equal(t, "pilots", project["unnamedMunicipalities"], []any{map[string]any{"count": 17, "role": "PILOT"}})
	if project["problemStatement"] == nil {
		t.Error("there is no problem statement")
	}
	if n := len(a.list("project", "needs")); n != 2 {
		t.Errorf("%d needs, wanted 2", n)
	}
	var suppliers, parts []string
	for i := range a.list("project", "suppliers") {
		suppliers = append(suppliers, a.at("project", "suppliers", i, "organization", "name").(string))
	}
	slices.Sort(suppliers)
	expect(t, "suppliers", suppliers, "Comte Bureau", "Sopra Steria")
	for i := range a.list("project", "parts", "edges") {
		parts = append(parts, a.at("project", "parts", "edges", i, "node", "__typename").(string))
	}
	if !slices.Contains(parts, "Tool") || !slices.Contains(parts, "Event") {
		t.Errorf("its parts are %v, wanted the service and the workshops", parts)
	}
}

func researchProject(t *testing.T, h *testHub) {
	a := h.ask(`{ project(slug: "effektiviseringsnettverk-for-bedre-integrering-av-nyankomne-flyktninger") {
		researchQuestions value currency projectNumber period { start end } method funding { funder { shortName } amount }
		related { edges { node { __typename } } } } }`, nil).ok()
	p := a.at("project").(map[string]any)
	if n := len(a.list("project", "researchQuestions")); n != 3 {
		t.Errorf("%d research questions, wanted 3", n)
	}
	equal(t, "value", []any{p["value"], p["currency"], p["projectNumber"]}, []any{700000, "NOK", "3560"})
	equal(t, "period", p["period"], map[string]any{"start": "2016-04-01", "end": "2017-12-31"})
	equal(
		t, "funding", p["funding"], []any{map[string]any{"funder": map[string]any{"shortName": "FARVE"}, "amount": 700000}},
	)
	var types []string
	for i := range a.list("project", "related", "edges") {
		types = append(types, a.at("project", "related", "edges", i, "node", "__typename").(string))
	}
	if p["method"] == nil || !slices.Contains(types, "Network") || !slices.Contains(types, "Report") {
		t.Errorf("the method is %v, the related are %v; wanted a method, the network and the report", p["method"], types)
	}
}

func developmentWorkshops(t *testing.T, h *testHub) {
	a := h.ask(`{ tool(slug: "modell-for-lokalt-utviklingsverksted") {
		languages body(format: MARKDOWN) steps sectors recommendations contacts { function organization { name } }
		municipalities(roles: [PILOT]) { edges { nameThen numberThen node { number name } } }
		reports { nodes { title } } film: related(types: [ILLUSTRATES], direction: IN) { nodes { __typename ... on Tool { kind } } } } }`, nil).ok()
	var pilots []string
	for i := range a.list("tool", "municipalities", "edges") {
		edge := func(path ...any) any { return a.at(append([]any{"tool", "municipalities", "edges", i}, path...)...) }
		pilots = append(pilots, fmt.Sprintf(
			"%v %v, now %v %v", edge("numberThen"), edge("nameThen"), edge("node", "number"), edge("node", "name"),
		))
	}
	slices.Sort(pilots)
	expect(
		t, "pilots", pilots, "0403 Hamar, now 3403 Hamar", "0704 Tønsberg, now 3905 Tønsberg", "1401 Flora, now 4602 Kinn",
	)
	equal(t, "languages", a.at("tool", "languages"), []string{"NB", "NN", "EN"})
	if n := len(a.list("tool", "recommendations")); n != 3 {
		t.Errorf("%d recommendations, wanted 3", n)
	}
	if len(a.list("tool", "steps")) == 0 || len(a.list("tool", "sectors")) != 4 ||
		len(a.list("tool", "reports", "nodes")) != 1 {
		t.Errorf("steps, sectors or the report are missing: %s", a.Body)
	}
	equal(t, "film", a.at("tool", "film", "nodes"), []any{map[string]any{"__typename": "Tool", "kind": "FILM"}})
	if org := a.at("tool", "contacts", 0, "organization", "name"); org != "Agenda Kaupang" {
		t.Errorf("the contact is of %v", org)
	}
}

func researchCatalogue(t *testing.T, h *testHub) {
	a := h.ask(`{ report(slug: "fou-prosjekter-2017") { kind editionYear related(types: [PART_OF], direction: IN) {
		totalCount edges { position section node { title keyFigures { n } ... on Report { series parts: related(types: [PART_OF], direction: IN) { totalCount } } } } } } }`, nil).ok()
	equal(
		t, "report", []any{a.at("report", "kind"), a.at("report", "editionYear"), a.at("report", "related", "totalCount")},
		[]any{"ANNUAL", 2017, 16},
	)
	var sections, series []string
	withN, parts := 0, 0
	for i, e := range a.maps("report", "related", "edges") {
		if e["position"] != float64(i+1) {
			t.Errorf("the entry at place %d has the position %v", i+1, e["position"])
		}
		sections = append(sections, e["section"].(string))
		node := e["node"].(map[string]any)
		if s, ok := node["series"].(string); ok {
			series = append(series, s)
		}
		for _, f := range node["keyFigures"].([]any) {
			if f.(map[string]any)["n"] != nil {
				withN++
			}
		}
		if p, ok := node["parts"].(map[string]any); ok && node["series"] == "Oppsummert forskning" {
			parts = int(p["totalCount"].(float64))
		}
	}
	chapters := slices.Compact(slices.Clone(sections))
	expect(
		t, "chapters", chapters, "Bosetting av flyktninger", "Kvalifisering og sysselsetting",
		"Folkehelse, deltakelse og holdninger", "Serier",
	)
	if len(series) < 4 || withN == 0 || parts != 5 {
		t.Errorf("series %v, %d figures with n, %d parts of the summary; wanted four, some, five", series, withN, parts)
	}
}

func adviceTool(t *testing.T, h *testHub) {
	a := h.ask(`{ tool(slug: "rad-om-veiledning-i-introduksjonsprogrammet") {
		municipalities(roles: [CASE]) { nodes { name } } reports { nodes { slug } }
		advice: related(types: [PART_OF], direction: IN) { edges { position node { title ... on Practice { kind reports { nodes { slug } } } } } }
		film: related(types: [ILLUSTRATES], direction: IN) { nodes { title } }
		government: related(types: [SEE_ALSO], direction: OUT) { nodes { title } } }
		practices(filter: {kinds: [SUCCESS_STORY], municipalities: ["0228"]}) { nodes { title } } }`, nil).ok()
	expect(
		t, "municipalities", a.strings("name", "tool", "municipalities", "nodes"), "Volda", "Stange", "Rælingen", "Asker",
		"Trondheim",
	)
	expect(
		t, "the study", a.strings("slug", "tool", "reports", "nodes"),
		"arbeidsretting-og-differensiering-av-introduksjonsprogrammet",
	)
	expect(t, "film", a.strings("title", "tool", "film", "nodes"), "Videohilsen om råd i introduksjonsprogrammet")
	expect(
		t, "to the government", a.strings("title", "tool", "government", "nodes"), "KS' anbefalinger til integreringsløftet",
	)
	expect(t, "story", a.strings("title", "practices", "nodes"), "Integreringsarbeidet i Rælingen kommune")
	var places []float64
	for i, e := range a.maps("tool", "advice", "edges") {
		if e["node"].(map[string]any)["kind"] != "ADVICE" {
			continue
		}
		places = append(places, e["position"].(float64))
		expect(t, "the study behind a piece of advice", a.strings(
			"slug", "tool", "advice", "edges", i, "node", "reports", "nodes",
		),
			"arbeidsretting-og-differensiering-av-introduksjonsprogrammet")
	}
	expect(t, "pieces of advice", places, 1, 2, 3, 4, 5, 6, 7, 8, 9)
}

func loadingAgainChangesNothing(t *testing.T, h *testHub) {
	ctx := access.WithViewer(t.Context(), access.System("test"))
	count := func() [4]int {
		return [4]int{
			h.client.Revision.Query().CountX(ctx), h.client.Change.Query().CountX(ctx), h.client.Entry.Query().CountX(ctx), h.client.Relation.Query().CountX(ctx),
		}
	}
	before := count()
	if err := demo.Load(ctx, content.New(h.client, h.waker, h.files), func(int, int, string) {}); err != nil {
		t.Fatal(err)
	}
	if after := count(); after != before {
		t.Errorf("revisions, changes, entries, relations: %v, before %v", after, before)
	}
}
