package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/access"
	"dugnad/graph"
	"dugnad/graph/generated"
)

// freeValues are the fields of filters that take any text: words, and what tells of content or people whether it
// exists.
var freeValues = []string{
	"AuditFilter.actor", "AuditFilter.action", "AuditFilter.subject", "CollectionFilter.contains", "DeliveryFilter.nodeID",
	"EntryFilter.search", "EntryFilter.assignees", "MunicipalityFilter.name", "OrganizationFilter.name", "ReleaseFilter.entry",
	"ReportFilter.series",
}

// knownValue is a value of demo content for each checked field.
var knownValue = map[string]any{
	"themes": "settlement", "targetGroups": "refugees", "methods": "", "lawSections": "", "municipalities": "0301", "numbers": "0417",
	"counties": "03", "organizations": "ks", "slugs": "ks", "likeMunicipality": "0301", "evidenceAtLeast": 1, "evidence": 1, "years": 2019,
	"kinds": "PRACTICE.ADVICE", "kostraGroups": "", "centralities": 1,
}

// TestFilterValues asks every filter of the schema for values that there are and for others: those are refused where
// the value stands. An empty list is no restriction.
func TestFilterValues(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		s := generated.NewExecutableSchema(generated.Config{})
		checks := &graph.FilterValues{}
		if err := checks.Validate(s); err != nil {
			t.Fatal(err)
		}
		first := n.ask(`{ methods(first: 1) { nodes { slug } } lawSections(first: 1) { nodes { slug } } targetGroups(first: 1) { nodes { slug } }
			municipality(number: "0301") { kostraGroup } organization(slug: "ks") { id kind } }`, nil).ok()
		for _, f := range s.Schema().Query.Fields {
			filter := f.Arguments.ForName("filter")
			if filter == nil || f.Name == "deliveries" { // that needs a webhook
				continue
			}
			lists := filterLists{newsroom: n, query: f, filter: s.Schema().Types[filter.Type.Name()]}
			for _, field := range lists.filter.Fields {
				name := lists.filter.Name + "." + field.Name
				text := slices.Contains([]string{"String", "ID"}, field.Type.Name())
				switch free := slices.Contains(freeValues, name); {
				case checks.Checks(name):
					known := knownValue[field.Name]
					switch {
					case field.Name == "methods", field.Name == "lawSections", field.Name == "targetGroups":
						known = first.at(field.Name, "nodes", 0, "slug")
					case field.Name == "kostraGroups":
						known = first.at("municipality", "kostraGroup")
					case name == "OrganizationFilter.kinds":
						known = first.at("organization", "kind")
					case field.Type.Name() == "ID":
						known = first.at("organization", "id")
					}
					lists.takes(t, field, known)
				case text && !free:
					t.Errorf("%s takes any text: check its values, or list it", name)
				}
				if field.Type.Elem != nil {
					lists.takesNothing(t, field)
				}
			}
		}
		for query, path := range map[string]string{
			`{ themes(below: "bosetting") { totalCount } }`:      "themes below",
			`{ similarMunicipalities(number: "9999") { name } }`: "similarMunicipalities number",
			`{ practices(first: 1) { nodes { tools(first: 1) { totalCount } } } x: practices(filter: {or: [{themes: ["housing"]}]}) { totalCount } }`: "x filter or 0 themes 0",
			`{ facetValues(facet: THEME, filter: {themes: ["health", "helse"]}) { value } }`:                                                          "facetValues filter themes 1",
			`{ search(filter: {kinds: ["advice"]}) { totalCount } }`:                                                                                  "search filter kinds 0",
			`query A { ...f } fragment f on Query { changes(filter: {organizations: ["nobody"]}) { nodes { id } } }`:                                  "changes filter organizations 0",
		} {
			a := n.ask(query, nil)
			if a.code() != badInput || pathOf(a) != path {
				t.Errorf("%s is answered at %q: %s", query, pathOf(a), a.Body)
			}
		}
		for value, hint := range map[string]string{"Settlement": "settlement", "setlement": "settlement", "zzz": "themes lists them"} {
			a := n.ask(`query($t: [String!]) { practices(filter: {themes: $t}) { totalCount } }`, map[string]any{"t": []string{value}})
			if len(a.Errors) == 0 || !strings.Contains(a.Errors[0].Message, hint) || pathOf(a) != "variable t 0" {
				t.Errorf("%s: %s", value, a.Body)
			}
		}
		created := n.as("ADMIN", `mutation($o: ID!) { createWebhook(input: {organization: $o, name: "x", url: "https://a.example/", filter: {themes: ["bosetting"]}}) { problems { code } } }`,
			map[string]any{"o": n.org["ks"]})
		if created.code() != badInput || pathOf(created) != "createWebhook input filter themes 0" {
			t.Errorf("a webhook is answered %s", created.Body)
		}
		theme := n.as("HUB_EDITOR", `mutation { createTheme(input: {slug: "heilt-nytt", labels: [{language: NN, text: "Nytt"}]}) { problems { code } } }`, nil).ok()
		theme.expectCodes("createTheme")
		n.ask(`{ practices(filter: {themes: ["heilt-nytt"]}) { totalCount } }`, nil).ok()
	})
}

// filterLists asks one list of the schema with filters.
type filterLists struct {
	*newsroom
	query  *ast.FieldDefinition
	filter *ast.Definition
}

func (l *filterLists) ask(t *testing.T, filter map[string]any) *answer {
	t.Helper()
	arguments, selection := "", "{ totalCount }"
	switch l.query.Name {
	case "changes":
		selection = "{ nodes { id } }"
	case "facetValues":
		arguments, selection = ", facet: TYPE", "{ value count }"
	}
	return l.as("HUB_ADMIN", fmt.Sprintf(`query($f: %s) { %s(filter: $f%s) %s }`, l.filter.Name, l.query.Name, arguments, selection),
		map[string]any{"f": filter})
}

// takes expects that the field takes a known value and no other one, also where the filter has branches.
func (l *filterLists) takes(t *testing.T, field *ast.FieldDefinition, known any) {
	t.Helper()
	unknown := any("finst-ikkje")
	if field.Type.Name() == "Int" {
		unknown = 9999
	}
	path := "variable f " + field.Name
	if field.Type.Elem != nil {
		known, unknown, path = []any{known}, []any{known, unknown}, path+" 1"
	}
	l.ask(t, map[string]any{field.Name: known}).ok()
	filters := map[string]map[string]any{path: {field.Name: unknown}}
	if l.filter.Fields.ForName("and") != nil && field.Name == "themes" {
		filters["variable f not "+field.Name+" 1"] = map[string]any{"not": map[string]any{field.Name: unknown}}
		filters["variable f and 0 or 0 "+field.Name+" 1"] = map[string]any{"and": []any{map[string]any{"or": []any{map[string]any{field.Name: unknown}}}}}
	}
	for path, filter := range filters {
		if a := l.ask(t, filter); a.code() != badInput || pathOf(a) != path || len(a.Errors) != 1 {
			t.Errorf("%s of %v is answered at %q, wanted %q: %s", l.query.Name, filter, pathOf(a), path, a.Body)
		}
	}
}

// takesNothing expects that an empty list is as if there were none.
func (l *filterLists) takesNothing(t *testing.T, field *ast.FieldDefinition) {
	t.Helper()
	all, none := l.ask(t, map[string]any{field.Name: nil}).ok(), l.ask(t, map[string]any{field.Name: []any{}}).ok()
	if asJSON(all.Data) != asJSON(none.Data) {
		t.Errorf("%s without %s: %s, with an empty list: %.200s", l.query.Name, field.Name, all.Body, none.Body)
	}
}

// pathOf returns the path of the first error, with spaces.
func pathOf(a *answer) string {
	if len(a.Errors) == 0 {
		return ""
	}
	parts := make([]string, len(a.Errors[0].Path))
	for i, p := range a.Errors[0].Path {
		parts[i] = fmt.Sprint(p)
	}
	return strings.Join(parts, " ")
}

// TestVariables sends values of variables in the forms that clients use.
func TestVariables(t *testing.T) {
	h := demoHub(t, anyDialect()).newsroom()
	s := generated.NewExecutableSchema(generated.Config{}).Schema()

	t.Run("every value of every order", func(t *testing.T) {
		for _, f := range s.Query.Fields {
			order := f.Arguments.ForName("orderBy")
			if order == nil {
				continue
			}
			input := s.Types[order.Type.Name()]
			if input.Kind == ast.Enum {
				continue // of search: it takes them as they are
			}
			for _, v := range s.Types[input.Fields.ForName("field").Type.Name()].EnumValues {
				query := fmt.Sprintf(`query($o: [%s!]) { %s(first: 2, orderBy: $o) { totalCount edges { cursor } pageInfo { endCursor } } }`, input.Name, f.Name)
				for _, direction := range []string{"ASC", "DESC"} {
					a := h.as("HUB_ADMIN", query, map[string]any{"o": []any{map[string]any{"field": v.Name, "direction": direction}}}).ok()
					after := strings.Replace(query, "first: 2", fmt.Sprintf("first: 2, after: %q", a.at(f.Name, "pageInfo", "endCursor")), 1)
					if a.at(f.Name, "totalCount") != 0.0 {
						h.as("HUB_ADMIN", after, map[string]any{"o": []any{map[string]any{"field": v.Name, "direction": direction}}}).ok()
					}
				}
			}
		}
	})

	t.Run("enums", func(t *testing.T) {
		// Every enum that an argument of a query takes, directly or inside, in a variable of its own type.
		seen := map[string]bool{}
		var walk func(name string)
		walk = func(name string) {
			def := s.Types[name]
			if seen[name] {
				return
			}
			seen[name] = true
			for _, f := range def.Fields {
				if def.Kind == ast.InputObject {
					walk(f.Type.Name())
				}
			}
			if def.Kind != ast.Enum {
				return
			}
			for variable, v := range map[string]any{name: "lower", "[" + name + "!]": "list"} {
				given := any(strings.ToLower(def.EnumValues[0].Name))
				want := "variable v"
				if v == "list" {
					given, want = []any{given}, "variable v 0"
				}
				a := h.ask(fmt.Sprintf(`query($v: %s) { a: __typename @include(if: false) }`, variable), map[string]any{"v": given})
				if a.code() != badInput || pathOf(a) != want || !strings.Contains(a.Errors[0].Message, def.EnumValues[0].Name) {
					t.Errorf("%s %v: %s", variable, given, a.Body)
				}
			}
		}
		for _, root := range []*ast.Definition{s.Query, s.Mutation, s.Subscription} {
			for _, f := range root.Fields {
				for _, a := range f.Arguments {
					walk(a.Type.Name())
				}
			}
		}
		if !seen["PracticeKind"] || !seen["Language"] || !seen["OrderDirection"] {
			t.Errorf("enums that were looked at: %v", seen)
		}
	})

	t.Run("origins of keys, as browsers send them", func(t *testing.T) {
		create := func(origins string) *answer {
			t.Helper()
			return h.as("ADMIN", `mutation($o: ID!) { createKey(input: {organization: $o, name: "x", kind: PUBLISHABLE, origins: [`+origins+`]}) { secret problems { code } } }`,
				map[string]any{"o": h.org["ks"]}).ok()
		}
		create(`"https://*.a.example"`).expectCodes("createKey", "INVALID")
		made := create(`"https://Rådhus.example:443", "http://localhost:80"`)
		made.expectCodes("createKey")
		for origin, want := range map[string]int{
			"https://xn--rdhus-mra.example": 200, "http://localhost": 200, "": 200, "https://xn--rdhus-mra.example:8443": 401, "http://localhost:3000": 401,
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/graphql?query={__typename}", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", fmt.Sprint("bearer ", made.at("createKey", "secret"))) // a scheme is in any letter case
			r.Header.Set("Origin", origin)
			if a := h.send(r); a.Status != want {
				t.Errorf("a key with %s is answered %d: %s", origin, a.Status, a.Body)
			}
		}
	})

	t.Run("a key while the database takes no writes", func(t *testing.T) { // its first use cannot be noted
		key := h.as("ADMIN", `mutation($o: ID!) { createKey(input: {organization: $o, name: "x", kind: SECRET, role: EDITOR, scopes: [READ]}) { secret } }`,
			map[string]any{"o": h.org["ks"]}).ok().at("createKey", "secret").(string)
		busy, err := h.client.Tx(access.WithViewer(t.Context(), access.System("test")))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := busy.ExecContext(t.Context(), "UPDATE api_keys SET name = name"); err != nil {
			t.Fatal(err)
		}
		if a := h.askAs(key, `{ practices(first: 1) { nodes { id } } }`, nil).ok(); len(a.list("practices", "nodes")) != 1 {
			t.Errorf("it reads %s", a.Body)
		}
		if err := busy.Rollback(); err != nil {
			t.Fatal(err)
		}
	})

	for name, c := range map[string]struct {
		query     string
		variables string
		want      string // code; "" for none
		path      string
		message   []string
	}{
		"an enum in lower case":        {`query($f: PracticeFilter) { practices(filter: $f) { totalCount } }`, `{"f": {"kinds": ["advice"]}}`, badInput, "variable f kinds 0", []string{`"advice"`, "ADVICE"}},
		"an enum in a nested filter":   {`query($f: PracticeFilter) { practices(filter: $f) { totalCount } }`, `{"f": {"or": [{"not": {"languages": ["nb"]}}]}}`, badInput, "variable f or 0 not languages 0", []string{"NB, "}},
		"one enum for a list":          {`query($k: [PracticeKind!]) { practices(filter: {kinds: $k}) { totalCount } }`, `{"k": "ADVICE"}`, "", "", nil},
		"an enum as a number":          {`query($k: [PracticeKind!]) { practices(filter: {kinds: $k}) { totalCount } }`, `{"k": [1]}`, badInput, "variable k 0", []string{"ADVICE"}},
		"languages of the reader":      {`query($l: [Language!]!) @inContext(languages: $l) { practices(first: 1) { nodes { title } } }`, `{"l": ["nn"]}`, badInput, "variable l 0", []string{"NN"}},
		"an enum in the document":      {`{ practices(filter: {kinds: [advice]}) { totalCount } }`, `null`, invalid, "", []string{"ADVICE"}},
		"an enum as a string in it":    {`{ practices(filter: {kinds: ["ADVICE"]}) { totalCount } }`, `null`, invalid, "", []string{"use EXPERIENCE", "ADVICE"}},
		"2.0":                          {`query($n: Int) { practices(first: $n) { totalCount } }`, `{"n": 2.0}`, "", "", nil},
		"2e0":                          {`query($n: Int) { practices(first: $n) { totalCount } }`, `{"n": 2e0}`, "", "", nil},
		"2.0 in a filter":              {`query($f: MunicipalityFilter) { municipalities(filter: $f) { totalCount } }`, `{"f": {"populationAtLeast": 1e3, "centralities": [1.0]}}`, "", "", nil},
		"2.5":                          {`query($n: Int) { practices(first: $n) { totalCount } }`, `{"n": 2.5}`, badInput, "variable n", []string{"2.5", "whole number"}},
		"more than 32 bits":            {`query($n: Int) { practices(first: $n) { totalCount } }`, `{"n": 4294967296}`, badInput, "variable n", []string{"2147483647"}},
		"1e99":                         {`query($f: MunicipalityFilter) { municipalities(filter: $f) { totalCount } }`, `{"f": {"populationAtLeast": 1e99}}`, badInput, "variable f populationAtLeast", nil},
		"1e999":                        {`query($f: MunicipalityFilter) { municipalities(filter: $f) { totalCount } }`, `{"f": {"populationAtLeast": 1e999}}`, badInput, "variable f populationAtLeast", nil},
		"an unknown field":             {`query($f: PracticeFilter) { practices(filter: $f) { totalCount } }`, `{"f": {"theme": ["x"]}}`, badInput, "variable f theme", []string{"PracticeFilter", "themes"}},
		"an unknown field inside":      {`query($f: PracticeFilter) { practices(filter: $f) { totalCount } }`, `{"f": {"and": [{"knd": "x"}]}}`, badInput, "variable f and 0 knd", []string{"kinds"}},
		"a field like none":            {`query($p: GeoPoint) { search(filter: {near: $p}) { totalCount } }`, `{"p": {"bredde": 1}}`, badInput, "variable p bredde", []string{"lat, lon, km"}},
		"an unknown field of an input": {`mutation($i: PracticeInput!) { updatePractice(id: "pra_1", expectedRevision: 1, input: $i) { problems { code } } }`, `{"i": {"texts": [{"language": "NB", "titel": "x"}]}}`, badInput, "variable i texts 0 titel", []string{"title"}},
		"a day for a time":             {`query($t: Time) { practices(filter: {publishedAfter: $t}) { totalCount } }`, `{"t": "2027-01-01"}`, badInput, "practices filter publishedAfter", []string{"2026-12-01T08:30:00Z"}},
		"no time":                      {`{ practices(filter: {publishedAfter: ""}) { totalCount } }`, `null`, badInput, "practices filter publishedAfter", []string{"2026-12-01T08:30:00Z"}},
		"a time for a day":             {`query($d: Date) { practices(filter: {issuedAfter: $d}) { totalCount } }`, `{"d": "01.02.2026"}`, badInput, "practices filter issuedAfter", []string{"2019-09-30"}},
		"a day that there is not":      {`query($d: Date) { practices(filter: {issuedAfter: $d}) { totalCount } }`, `{"d": "2026-02-30"}`, badInput, "practices filter issuedAfter", []string{"2026-02-30"}},
	} {
		t.Run(name, func(t *testing.T) {
			body := fmt.Sprintf(`{"query": %s, "variables": %s}`, asJSON(c.query), c.variables)
			a := posted(t, h.testHub, json.RawMessage(body), "Authorization", "Bearer "+h.people["HUB_ADMIN"])
			if a.Status != http.StatusOK || a.code() != c.want || pathOf(a) != c.path {
				t.Errorf("%d %q at %q, wanted %q at %q: %s", a.Status, a.code(), pathOf(a), c.want, c.path, a.Body)
			}
			for _, part := range c.message {
				if len(a.Errors) == 0 || !strings.Contains(a.Errors[0].Message, part) {
					t.Errorf("the message lacks %s: %s", part, a.Body)
				}
			}
		})
	}
}
