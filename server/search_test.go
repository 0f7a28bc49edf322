package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSearch(t *testing.T) {
	concurrent(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		s := h.seeded()
		h.caughtUpNow()
		t.Run("busetting finds bosetting", func(t *testing.T) { wordsInBothNorwegians(t, h.in(t)) })
		t.Run("suggestions", func(t *testing.T) { suggestions(t, h.in(t)) })
		t.Run("facet values by letters", func(t *testing.T) { facetValuesByLetters(t, h.in(t)) })
		for range 3 {
			if err := s.add("REPORT", 8); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.add("PRACTICE", 40); err != nil {
			t.Fatal(err)
		}
		h.caughtUpNow()
		t.Run("facets", func(t *testing.T) { facetsByHand(t, h.in(t)) })
		t.Run("pages", func(t *testing.T) { searchPages(t, h.in(t)) })
		t.Run("highlights", func(t *testing.T) { highlightsAreSafe(t, h.in(t), s) })
		t.Run("a theme gets another name", func(t *testing.T) { themeGetsAnotherName(t, h.in(t), s) })
		t.Run("what is withdrawn is gone", func(t *testing.T) { withdrawnIsGone(t, h.in(t), s) })
		t.Run("former municipalities", func(t *testing.T) { searchByFormerMunicipality(t, h.in(t), s) })
	})
}

const hitFields = `nodes { __typename ... on Content { id slug title languages language } ... on Municipality { number name } ... on Organization { slug name } }`

func wordsInBothNorwegians(t *testing.T, h *testHub) {
	a := h.ask(`{ search(query: "busetting", first: 100) { totalCount totalIsExact `+hitFields+` } other: search(query: "bosetting", first: 100) { totalCount `+hitFields+` }
		themes: search(filter: {themes: ["settlement"]}) { totalCount } none: search(query: "xyzzyx") { totalCount nodes { __typename } } all: search { totalCount } }`, nil).ok()
	bokmal := slices.ContainsFunc(a.maps("search", "nodes"), func(n map[string]any) bool { return n["language"] == "NB" })
	if !bokmal {
		t.Errorf("busetting finds nothing in bokmål: %s", a.Body)
	}
	if x, y := a.at("search", "totalCount"), a.at("other", "totalCount"); x != y {
		t.Errorf("busetting finds %v, bosetting %v", x, y)
	}
	if a.at("none", "totalCount") != 0.0 || a.at("search", "totalIsExact") != true {
		t.Errorf("%s", a.Body)
	}
	total := 357 + 394
	for _, n := range contentLists {
		total += n
	}
	equal(t, "everything", a.at("all", "totalCount"), total)
}

// all reads every object of the list for the viewer.
func (h *testHub) all(t *testing.T, viewer, list, fields string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for after := any(nil); ; {
		a := h.askAs(
			viewer,
			`query($c: Cursor) { list: `+list+`(first: 100, after: $c) { nodes { `+fields+
				` } pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"c": after},
		)
		a.t = t
		a.ok()
		all = append(all, a.maps("list", "nodes")...)
		if a.at("list", "pageInfo", "hasNextPage") != true {
			return all
		}
		after = a.at("list", "pageInfo", "endCursor")
	}
}

// findable is what can be found of one thing: its facets' values.
type findable map[string][]string

// everythingFound reads by lists what search should find.
func everythingFound(t *testing.T, h *testHub, viewer string) []findable {
	var all []findable
	unique := func(f findable) findable {
		for facet, values := range f {
			slices.Sort(values)
			f[facet] = slices.Compact(values)
		}
		return f
	}
	for list := range contentLists {
		kind := " kind"
		if slices.Contains([]string{"projects", "events", "collections"}, list) {
			kind = ""
		}
		typeName := strings.ToUpper(strings.TrimSuffix(list, "s"))
		fields := strings.Replace(filteredFields, " kind", kind, 1) + " publishedAt"
		if slices.Contains([]string{"practices", "projects", "networks"}, list) {
			fields += " period { start }"
		}
		for _, p := range h.all(t, viewer, list, fields) {
			f := findable{
				"TYPE": {typeName}, "THEME": themesOf(p), "TARGET_GROUP": valuesOf(p["targetGroups"], "slug"), "METHOD": valuesOf(p["methods"], "slug"),
				"COUNTY": countiesOf(p), "MUNICIPALITY": valuesOf(p["municipalities"].(map[string]any)["nodes"], "number"), "ORGANIZATION": organizationsOf(p),
			}
			for _, l := range p["languages"].([]any) {
				f["LANGUAGE"] = append(f["LANGUAGE"], l.(string))
			}
			if kind != "" {
				f["KIND"] = []string{typeName + "." + p["kind"].(string)}
			}
			if i := issuedOf(p); i != "" {
				f["YEAR"] = []string{i[:4]}
			} else if period, ok := p["period"].(map[string]any); ok && period["start"] != nil {
				f["YEAR"] = []string{period["start"].(string)[:4]}
			} else {
				f["YEAR"] = []string{p["publishedAt"].(string)[:4]}
			}
			if n := levelOf(p); n >= 0 {
				f["EVIDENCE"] = []string{fmt.Sprint(n)}
			}
			all = append(all, unique(f))
		}
	}
	for _, m := range h.all(t, viewer, "municipalities", "number county { number }") {
		all = append(all, findable{"TYPE": {"MUNICIPALITY"}, "MUNICIPALITY": {m["number"].(string)}, "COUNTY": {
			m["county"].(map[string]any)["number"].(string),
		}})
	}
	for _, o := range h.all(t, viewer, "organizations", "slug municipality { number county { number } }") {
		f := findable{"TYPE": {"ORGANIZATION"}, "ORGANIZATION": {o["slug"].(string)}}
		if m, ok := o["municipality"].(map[string]any); ok {
			f["MUNICIPALITY"], f["COUNTY"] = []string{m["number"].(string)}, []string{
				m["county"].(map[string]any)["number"].(string),
			}
		}
		all = append(all, f)
	}
	return all
}

// filterFields are the search filter's fields by the facet.
var filterFields = map[string]string{
	"TYPE": "types", "KIND": "kinds", "THEME": "themes", "TARGET_GROUP": "targetGroups", "METHOD": "methods", "COUNTY": "counties",
	"MUNICIPALITY": "municipalities", "ORGANIZATION": "organizations", "LANGUAGE": "languages", "YEAR": "years", "EVIDENCE": "evidence",
}

func facetsByHand(t *testing.T, h *testHub) {
	parents := map[string]any{}
	for _, theme := range h.all(t, "", "themes", "slug parent { slug }") {
		parents[theme["slug"].(string)] = nil
		if p, ok := theme["parent"].(map[string]any); ok {
			parents[theme["slug"].(string)] = p["slug"]
		}
	}
	for _, viewer := range []string{"", "member"} {
		all := everythingFound(t, h, viewer)
		for _, chosen := range []map[string][]string{
			{},
			{"THEME": {"settlement.housing"}},
			{"TYPE": {"PRACTICE", "REPORT"}, "THEME": {"introduction", "employment"}},
			{"KIND": {"PRACTICE.ADVICE"}, "LANGUAGE": {"NN"}},
			{"MUNICIPALITY": {"3413"}},
			{"COUNTY": {"46", "34"}, "EVIDENCE": {"2", "3", "4"}},
			{"YEAR": {"2017", "2016"}},
			{"ORGANIZATION": {"imdi"}, "TARGET_GROUP": {"refugees"}},
			{"METHOD": {"service-design", "digital-tool"}, "TYPE": {"TOOL", "PROJECT"}},
		} {
			var filter []string
			for facet, values := range chosen {
				list := `["` + strings.Join(values, `","`) + `"]`
				if slices.Contains([]string{"TYPE", "LANGUAGE", "YEAR", "EVIDENCE"}, facet) {
					list = "[" + strings.Join(values, ",") + "]"
				}
				if len(values) == 0 {
					list = "[]"
				}
				filter = append(filter, filterFields[facet]+": "+list)
			}
			holds := func(f findable, except string) bool {
				for facet, values := range chosen {
					if facet != except && !hasAny(f[facet], values...) {
						return false
					}
				}
				return true
			}
			total, counts := 0, map[string]map[string]int{}
			for facet := range filterFields {
				counts[facet] = map[string]int{}
				for _, v := range chosen[facet] {
					counts[facet][v] = 0 // a choice is always there
				}
			}
			for _, f := range all {
				if holds(f, "") {
					total++
				}
				for facet := range filterFields {
					if holds(f, facet) {
						for _, v := range f[facet] {
							counts[facet][v]++
						}
					}
				}
			}
			a := h.askAs(viewer, `{ search(first: 1, filter: {`+strings.Join(filter, ", ")+
				`}, facets: [TYPE, KIND, THEME, TARGET_GROUP, METHOD, COUNTY, MUNICIPALITY, ORGANIZATION, LANGUAGE, YEAR, EVIDENCE]) {
				totalCount totalIsExact facets { facet hasMore values(first: 100) { value label count selected parent } } } }`, nil).ok()
			if a.at("search", "totalCount") != float64(total) || a.at("search", "totalIsExact") != true {
				t.Errorf("%q %v: %v hits, wanted %d", viewer, chosen, a.at("search", "totalCount"), total)
			}
			for i, facet := range a.maps("search", "facets") {
				name := facet["facet"].(string)
				got, last := map[string]int{}, 1<<30
				for _, v := range a.maps("search", "facets", i, "values") {
					value, count := v["value"].(string), int(v["count"].(float64))
					got[value] = count
					if v["selected"] != slices.Contains(chosen[name], value) {
						t.Errorf("%v: %s %s is selected %v", chosen, name, value, v["selected"])
					}
					if name == "THEME" && v["parent"] != parents[value] || name != "THEME" && v["parent"] != nil {
						t.Errorf("the parent of %s is %v, wanted %v", value, v["parent"], parents[value])
					}
					if count > last {
						t.Errorf("%v: %s is not in order of counts", chosen, name)
					}
					last = count
					if v["label"] == "" {
						t.Errorf("%s %s has no label", name, value)
					}
				}
				if hasMore := len(counts[name]) > 100; facet["hasMore"] != hasMore {
					t.Errorf("%v: %s has more is %v for %d values", chosen, name, facet["hasMore"], len(counts[name]))
				} else if hasMore { // the list of values is cut, what is there is right
					for v, n := range got {
						if counts[name][v] != n {
							t.Errorf("%q %v: %s %s counts %d, wanted %d", viewer, chosen, name, v, n, counts[name][v])
						}
					}
				} else if !maps.Equal(got, counts[name]) {
					t.Errorf("%q %v: %s counts\n%v, wanted\n%v", viewer, chosen, name, got, counts[name])
				}
			}
		}
	}
}

func facetValuesByLetters(t *testing.T, h *testHub) {
	for _, test := range []struct {
		arguments string
		want      []string
	}{
		{`facet: MUNICIPALITY, startingWith: "flo"`, []string{"Kinn"}},
		{`facet: MUNICIPALITY, startingWith: "guovd"`, []string{"Kautokeino"}},
		{`facet: MUNICIPALITY, startingWith: "1401"`, []string{"Kinn"}},
		{`facet: MUNICIPALITY, startingWith: "kinn"`, []string{"Kinn"}},
		{`facet: MUNICIPALITY, startingWith: "zzz"`, nil},
		{`facet: COUNTY, startingWith: "inn"`, []string{"Innlandet"}},
		{`facet: THEME, startingWith: "boveil"`, []string{"Boveiledning"}},
		{`facet: LANGUAGE, startingWith: "x"`, nil},
	} {
		a := h.ask(`{ facetValues(`+test.arguments+`) { label count selected } }`, nil).ok()
		expect(t, test.arguments, a.strings("label", "facetValues"), test.want...)
	}
	a := h.ask(
		`{ facetValues(facet: MUNICIPALITY, startingWith: "s", filter: {municipalities: ["0417"]}, first: 100) { value selected } }`,
		nil,
	).ok()
	for _, v := range a.maps("facetValues") {
		if v["selected"] != (v["value"] == "3413") {
			t.Errorf("%v", v)
		}
	}
	for _, first := range []string{"0", "101", "-1"} {
		if a := h.ask(`{ facetValues(facet: THEME, first: `+first+`) { value } }`, nil); a.code() != "BAD_USER_INPUT" {
			t.Errorf("first %s: %s", first, a.Body)
		}
	}
}

func suggestions(t *testing.T, h *testHub) {
	suggested := func(text string) []string { // titles of the typed text
		a := h.ask(`query($t: String!) { suggest(text: $t) { text type node { id } } }`, map[string]any{"t": text}).ok()
		return a.strings("text", "suggest")
	}
	tro := suggested("tro")
	place := func(name string) int { return slices.Index(tro, name) }
	if place("Tromsø") < 0 || place("Trondheim") < 0 ||
		place("Indre Østfold") >= 0 && place("Indre Østfold") < max(place("Tromsø"), place("Trondheim")) {
		t.Errorf("tro suggests %v", tro)
	}
	for text, want := range map[string]string{
		"kauto": "Kautokeino", "guovd": "Kautokeino", "TROMSO": "Tromsø", "flora": "Kinn", "digital delingstj": "Digital delingstjeneste", "boveil": "Boveiledning", "Råd om veil": "Råd om veiledning i introduksjonsprogrammet",
	} {
		if got := suggested(text); !slices.Contains(got, want) {
			t.Errorf("%q suggests %v, wanted %s among them", text, got, want)
		}
	}
	for _, text := range []string{"", " ", "zzzz", "%", "_", `"`, strings.Repeat("x", 5000)} {
		if got := suggested(text); len(got) > 0 {
			t.Errorf("%.10q suggests %v", text, got)
		}
	}
	a := h.ask(
		`{ suggest(text: "a") { text type node { __typename id } } two: suggest(text: "a", first: 2) { text } }`, nil,
	).ok()
	if n, two := len(a.list("suggest")), len(a.list("two")); n != 8 || two != 2 {
		t.Errorf("%d and %d suggestions, wanted 8 and 2", n, two)
	}
	for _, first := range []string{"0", "9"} {
		if a := h.ask(`{ suggest(text: "a", first: `+first+`) { text } }`, nil); a.code() != "BAD_USER_INPUT" {
			t.Errorf("first %s: %s", first, a.Body)
		}
	}
}

func searchPages(t *testing.T, h *testHub) {
	for _, viewer := range []string{"", "member"} {
		for _, arguments := range []string{
			`orderBy: NEWEST, filter: {types: [PRACTICE, REPORT, TOOL]}`, `orderBy: TITLE, filter: {types: [PRACTICE, REPORT, TOOL]}`, `query: "busetting rettleiing"`, ``, `query: "kommune", orderBy: TITLE`,
		} {
			seen, total := map[string]bool{}, 0.0
			var issued []string
			for after, pages := any(nil), 0; ; pages++ {
				given := arguments
				if given != "" {
					given += ", "
				}
				a := h.askAs(
					viewer,
					`query($c: Cursor) { search(`+given+
						`first: 37, after: $c) { totalCount edges { cursor node { id ... on Content { issued { date } publishedAt } } } pageInfo { hasNextPage endCursor hasPreviousPage } } }`,
					map[string]any{"c": after},
				).ok()
				total = a.at("search", "totalCount").(float64)
				for _, e := range a.maps("search", "edges") {
					node := e["node"].(map[string]any)
					if seen[node["id"].(string)] {
						t.Fatalf("%s: %v comes twice", arguments, node["id"])
					}
					seen[node["id"].(string)] = true
					if when := issuedOf(node); when != "" {
						issued = append(issued, when)
					}
				}
				if a.at("search", "pageInfo", "hasPreviousPage") != (pages > 0) {
					t.Errorf("%s: page %d has a page before it: %v", arguments, pages, a.at("search", "pageInfo", "hasPreviousPage"))
				}
				if a.at("search", "pageInfo", "hasNextPage") != true {
					break
				}
				after = a.at("search", "pageInfo", "endCursor")
			}
			if float64(len(seen)) != total || total < 10 {
				t.Errorf("%q %s: %d hits in the pages, %v in all", viewer, arguments, len(seen), total)
			}
			slices.Reverse(issued)
			if strings.Contains(arguments, "NEWEST") && !slices.IsSorted(issued) {
				t.Errorf("the newest do not come first: %v", issued)
			}
		}
	}
	a := h.ask(
		`{ a: search(orderBy: TITLE, filter: {types: [MUNICIPALITY]}, first: 3) { nodes { ... on Municipality { name } } pageInfo { endCursor } } }`,
		nil,
	).ok()
	expect(t, "by title", a.strings("name", "a", "nodes"), "Alstahaug", "Alta", "Alvdal")
	if a := h.ask(`query($c: Cursor) { search(orderBy: NEWEST, after: $c) { totalCount } }`, map[string]any{"c": a.at("a", "pageInfo", "endCursor")}); a.code() != "BAD_USER_INPUT" {
		t.Errorf("a cursor of another order: %s", a.Body)
	}
}

var onlyMarks = regexp.MustCompile(`^[^<>]*(<mark>[^<>]+</mark>[^<>]*)*$`)

func highlightsAreSafe(t *testing.T, h *testHub, s *seed) {
	s.put(t, "PRACTICE", map[string]any{"kind": "ADVICE", "texts": []any{map[string]any{
		"language": "NB", "title": `Krokodiller & <script>alert(1)</script> "x" <mark>falsk</mark>`, "summary": "<b>krokodille</b> med <img src=x onerror=alert(1)>",
		"body": "Det er **krokodille**.\n\n`<i>krokodille</i>` og <u>krokodille</u>",
	}}})
	h.caughtUpNow()
	a := h.ask(
		`{ search(query: "krokodille") { edges { node { ... on Content { title } } highlights { field html } } } none: search(first: 1) { edges { highlights { html } } } }`,
		nil,
	).ok()
	fields := map[any]bool{}
	for i := range a.list("search", "edges") {
		for _, m := range a.maps("search", "edges", i, "highlights") {
			html := m["html"].(string)
			fields[m["field"]] = true
			if !onlyMarks.MatchString(html) || !strings.Contains(html, "<mark>") {
				t.Errorf("%v: %s", m["field"], html)
			}
			if strings.Contains(html, "<mark>falsk") {
				t.Errorf("a mark of the text itself: %s", html)
			}
		}
	}
	if !fields["title"] || !fields["summary"] || !fields["body"] {
		t.Errorf("highlights are of %v", fields)
	}
	// No highlight of any of a day's words has another element.
	for _, q := range seedWords[:6] {
		a := h.ask(
			`query($q: String) { search(query: $q, first: 50) { edges { highlights { field html } } } }`, map[string]any{"q": q},
		).ok()
		for i := range a.list("search", "edges") {
			for _, m := range a.maps("search", "edges", i, "highlights") {
				if !onlyMarks.MatchString(m["html"].(string)) {
					t.Errorf("%q: %v", q, m)
				}
			}
		}
	}
}

func themeGetsAnotherName(t *testing.T, h *testHub, s *seed) {
	a := h.ask(
		`{ theme(slug: "settlement.housing") { id label labels { language name } } search(filter: {themes: ["settlement.housing"]}) { totalCount } before: search(query: "gullfiskbolle") { totalCount } }`,
		nil,
	).ok()
	if a.at("before", "totalCount") != 0.0 {
		t.Fatalf("the new name finds %v before", a.at("before", "totalCount"))
	}
	s.data(t, a.at("theme", "id").(string), map[string]any{"labels": []any{
		map[string]any{"language": "NB", "text": "Gullfiskbolle"}, map[string]any{"language": "NN", "text": "Gullfiskbolle"},
	}})
	h.caughtUpNow()
	b := h.ask(`{ theme(slug: "settlement.housing") { label } search(query: "gullfiskbolle") { totalCount } filter: search(filter: {themes: ["settlement.housing"]}, facets: [THEME]) { totalCount facets { values { value label } } }
		suggest(text: "gullf") { text type } facetValues(facet: THEME, startingWith: "gullf") { value label } practices(first: 50, filter: {themes: ["settlement.housing"]}) { nodes { themes { slug label } } } }`, nil).ok()
	if b.at("theme", "label") != "Gullfiskbolle" || b.at("search", "totalCount") != a.at("search", "totalCount") ||
		b.at("filter", "totalCount") != a.at("search", "totalCount") {
		t.Errorf(
			"with the new name %v are found, wanted the theme's %v", b.at("search", "totalCount"), a.at("search", "totalCount"),
		)
	}
	equal(t, "suggestion", b.at("suggest"), []any{map[string]any{"text": "Gullfiskbolle", "type": nil}})
	equal(
		t, "facet value", b.at("facetValues"), []any{map[string]any{"value": "settlement.housing", "label": "Gullfiskbolle"}},
	)
	if !slices.ContainsFunc(b.maps("filter", "facets", 0, "values"), func(v map[string]any) bool {
		return v["label"] == "Gullfiskbolle"
	}) {
		t.Error("the facet has the old name")
	}
}

func withdrawnIsGone(t *testing.T, h *testHub, s *seed) {
	id := s.put(t, "TOOL", map[string]any{
		"kind": "GUIDE", "texts": []any{map[string]any{"language": "NB", "title": "Marsipangris for alle"}},
	})
	h.caughtUpNow()
	count := func(viewer string) []any {
		h.caughtUpNow()
		a := h.askAs(
			viewer,
			`{ search(query: "marsipangris", facets: [KIND]) { totalCount nodes { id } facets { values { value } } } suggest(text: "marsip") { text } }`,
			nil,
		).ok()
		return []any{a.at("search", "totalCount"), len(a.list("search", "nodes")), len(a.list("suggest")), len(
			a.list("search", "facets", 0, "values"),
		)}
	}
	equal(t, "published", count(""), []any{1, 1, 1, 1})
	s.change(t, id, map[string]any{"audience": "MEMBERS"})
	equal(t, "for members", count(""), []any{0, 0, 0, 0})
	equal(t, "for members, to a member", count("member"), []any{1, 1, 1, 1})
	s.withdraw(t, id)
	equal(t, "withdrawn", count("member"), []any{0, 0, 0, 0})
	s.change(t, id, map[string]any{"audience": "PUBLIC"})
	equal(t, "published again", count(""), []any{1, 1, 1, 1})

	// Nobody has to wait for the index: what is not live any more is not shown even while the index has it.
	s.withdraw(t, id)
	a := h.ask(`{ search(query: "marsipangris") { nodes { id } } suggest(text: "marsip") { text } }`, nil).ok()
	if len(a.list("search", "nodes")) > 0 || len(a.list("suggest")) > 0 {
		t.Errorf("a stale index shows %s", a.Body)
	}
}

func searchByFormerMunicipality(t *testing.T, h *testHub, s *seed) {
	titles := func(number string) []string {
		a := h.ask(
			`query($n: [String!]) { search(filter: {municipalities: $n}, first: 100, orderBy: TITLE, facets: [MUNICIPALITY]) { nodes { id } facets { values { value selected } } } }`,
			map[string]any{"n": []string{number}},
		).ok()
		return a.strings("id", "search", "nodes")
	}
	for old, today := range map[string]string{"1401": "4602", "0417": "3413", "1601": "5001", "0220": "3203", "1534": "1580"} {
		if got, want := titles(old), titles(today); !slices.Equal(got, want) || len(got) < 2 {
			t.Errorf("%s finds %d, %s %d", old, len(got), today, len(want))
		}
	}
	if split := titles("1507"); len(split) < len(titles("1508")) || len(split) < len(titles("1580")) {
		t.Errorf("1507 finds %d", len(split))
	}
	id := h.ask(`{ municipality(number: "1401") { id } }`, nil).ok().at("municipality", "id")
	entry := s.put(t, "PRACTICE", map[string]any{
		"kind": "ADVICE", "texts": localTexts("Fra Flora", "NB"),
		"municipalities": []any{map[string]any{"municipality": id, "role": "CASE"}},
	})
	h.caughtUpNow()
	if got := titles("4602"); !slices.Contains(got, entry) {
		t.Error("an entry of Flora itself is not found by Kinn's number")
	}
	if got := titles("1401"); !slices.Contains(got, entry) {
		t.Error("an entry of Flora itself is not found by Flora's number")
	}
}

// TestSearchWhileTheIndexIsBuilt has a hub whose follower does not run yet.
func TestSearchWhileTheIndexIsBuilt(t *testing.T) {
	concurrent(t)
	h := openHub(t)
	for query, want := range map[string]string{
		`{search(query:"tolk"){totalCount}}`: "UNAVAILABLE", `{suggest(text:"t"){text}}`: "UNAVAILABLE", `{facetValues(facet:THEME){value}}`: "UNAVAILABLE",
		`{practices{totalCount}}`: "", `{municipalities{totalCount}}`: "",
	} {
		got := get(h, "/graphql?query="+strings.NewReplacer("{", "%7B", "}", "%7D", `"`, "%22").Replace(query)).Body.String()
		if want == "" && strings.Contains(got, "errors") || want != "" && !strings.Contains(got, `"code":"`+want+`"`) {
			t.Errorf("%s: %s", query, got)
		}
	}
	if status, answer := readyz(t, h); status != 503 {
		t.Errorf("ready: %d %v", status, answer)
	}
	stop := runHub(t, h)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if status, _ := readyz(t, h); status == 200 {
			break
		} else if time.Now().After(deadline) {
			t.Fatal("never ready")
		}
	}
	if got := get(h, "/graphql?query=%7Bsearch%7BtotalCount%7D%7D").Body.String(); !strings.Contains(got, `"totalCount":0`) {
		t.Errorf("a search of an empty hub: %s", got)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
