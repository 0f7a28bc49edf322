package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestLanguages(t *testing.T) {
	concurrent(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		s := h.seeded()
		t.Run("chains", func(t *testing.T) { languageChains(t, h.in(t), s) })
		t.Run("a title is never null", func(t *testing.T) { titlesAreNeverNull(t, h.in(t)) })
		t.Run("texts in several languages", func(t *testing.T) { severalTexts(t, h.in(t), s) })
		t.Run("labels", func(t *testing.T) { labelsFollowTheReader(t, h.in(t)) })
		t.Run("the order of titles", func(t *testing.T) { titlesInOrder(t, h.in(t), s) })
		t.Run("bodies", func(t *testing.T) { bodies(t, h.in(t), s) })
		t.Run("wrong languages", func(t *testing.T) { wrongLanguages(t, h.in(t)) })
	})
}

// localTexts are the texts of a document: the title "x NB" and so on in each language.
func localTexts(title string, languages ...string) []any {
	var out []any
	for _, l := range languages {
		out = append(out, map[string]any{"language": l, "title": title + " " + l, "summary": "summary " + l})
	}
	return out
}

func inContext(languages string) string {
	if languages == "" {
		return ""
	}
	return " @inContext(languages: [" + languages + "])"
}

func languageChains(t *testing.T, h *testHub, s *seed) {
	for i, test := range []struct {
		has, wanted, gets string
		fallback          bool
	}{
		{"NB NN EN", "", "NB", false},
		{"NN EN", "", "NN", true},
		{"EN", "", "EN", true},
		{"NB NN EN", "NN", "NN", false},
		{"NB EN", "NN", "NB", true},
		{"EN SE", "NN", "EN", true},
		{"NB NN", "EN", "NB", true},
		{"NN SE", "EN", "NN", true},
		{"NB SE", "SE, NB", "SE", false},
		{"NB EN", "SE, EN", "EN", true},
		{"NB NN", "SE", "NB", true},
		{"SMA", "NB", "SMA", true},
		{"FKV SMJ", "NB, EN", "SMJ", true},
		{"NN EN", "EN, NN", "EN", false},
	} {
		document := map[string]any{
			"kind": "ADVICE", "texts": localTexts(fmt.Sprint("Kjede ", i), strings.Fields(test.has)...),
		}
		document["keyFigures"] = []any{map[string]any{
			"label": []any{
				map[string]any{"language": "NB", "text": "tal NB"}, map[string]any{"language": "NN", "text": "tal NN"},
			},
			"value": 1,
			"unit":  "count",
		}}
		id := s.put(t, "PRACTICE", document)
		a := h.ask(
			`query($id: ID!)`+inContext(test.wanted)+
				` { practice(id: $id) { title summary language isFallback languages } node(id: $id) { ... on Content { title } } }`,
			map[string]any{"id": id},
		).ok()
		p := a.at("practice").(map[string]any)
		equal(t, fmt.Sprintf("%s wanted of %s", test.wanted, test.has), []any{
			p["title"], p["summary"], p["language"], p["isFallback"], a.at("node", "title"),
		},
			[]any{
				fmt.Sprintf("Kjede %d %s", i, test.gets), "summary " + test.gets, test.gets, test.fallback,
				fmt.Sprintf("Kjede %d %s", i, test.gets),
			})
		has := strings.Fields(test.has)
		got := []string{}
		for _, l := range p["languages"].([]any) {
			got = append(got, l.(string))
		}
		slices.Sort(got)
		slices.Sort(has)
		expect(t, "languages", got, has...)
	}
}

func titlesAreNeverNull(t *testing.T, h *testHub) {
	for _, wanted := range []string{"", "NB", "NN", "EN", "SE", "SMA", "SMJ", "FKV", "FKV, EN"} {
		var query strings.Builder
		for list := range contentLists {
			query.WriteString(" " + list + "(first: 40) { nodes { slug title language languages texts { language title } } }")
		}
		a := h.ask("query"+inContext(wanted)+" {"+query.String()+" }", nil).ok()
		for list := range contentLists {
			for _, n := range a.maps(list, "nodes") {
				title := ""
				for _, in := range n["texts"].([]any) {
					if in := in.(map[string]any); in["language"] == n["language"] {
						title = in["title"].(string)
					}
				}
				if title == "" || n["title"] != title || !slices.Contains(n["languages"].([]any), n["language"]) {
					t.Errorf("%s: %v", wanted, n)
				}
			}
		}
	}
}

func severalTexts(t *testing.T, h *testHub, s *seed) {
	id := s.put(t, "REPORT", map[string]any{"kind": "SURVEY", "texts": []any{
		map[string]any{"language": "NN", "title": "Nynorsk", "body": "**nn**"}, map[string]any{
			"language": "EN", "title": "English", "body": "**en**",
		},
	}})
	a := h.ask(`query($id: ID!) @inContext(languages: [EN]) { report(id: $id) {
		all: texts { language title summary body } some: texts(languages: [SE, EN, NB]) { language title body(format: TEXT) } none: texts(languages: [SE]) { title } empty: texts(languages: []) { title } } }`,
		map[string]any{"id": id}).ok()
	equal(t, "all", a.at("report", "all"), []any{
		map[string]any{"language": "NN", "title": "Nynorsk", "summary": nil, "body": "<p><strong>nn</strong></p>"},
		map[string]any{"language": "EN", "title": "English", "summary": nil, "body": "<p><strong>en</strong></p>"},
	})
	equal(t, "some", a.at("report", "some"), []any{map[string]any{"language": "EN", "title": "English", "body": "en"}})
	equal(t, "none", a.at("report", "none"), []any{})
	equal(t, "no language is all", len(a.list("report", "empty")), 2)
}

func labelsFollowTheReader(t *testing.T, h *testHub) {
	for wanted, want := range map[string][6]string{
		"": {
			"Bosetting", "Kommuneledere og andre ledere", "Pilotkommuner", "Bosetting",
			"Integrerings- og mangfoldsdirektoratet", "Start her",
		},
		"NN": {"Busetjing", "", "Pilotkommunar", "Busetjing", "Integrerings- og mangfaldsdirektoratet", "Start her"},
		"EN": {"Settlement", "", "Pilotkommuner", "Settlement", "Integrerings- og mangfoldsdirektoratet", "Start here"},
		"SE": {"Bosetting", "", "Pilotkommuner", "Bosetting", "Integrerings- og mangfoldsdirektoratet", "Start her"},
	} {
		h.caughtUpNow()
		a := h.ask(`query`+inContext(wanted)+
			` { theme(slug: "settlement") { label labels { language name } } targetGroup(slug: "municipal-managers") { label labels { language name } }
			tool(slug: "digital-delingstjeneste") { keyFigures { label } unnamedMunicipalities { note } }
			search(facets: [THEME]) { facets { values { value label } } } organization(slug: "imdi") { name }
			collection(slug: "forside") { items(first: 1) { edges { section note } } } facetValues(facet: THEME, first: 100) { value label } }`, nil).ok()
		facet := func(list []map[string]any) string {
			for _, v := range list {
				if v["value"] == "settlement" {
					return v["label"].(string)
				}
			}
			return ""
		}
		group := a.at("targetGroup", "label").(string)
		for _, l := range a.maps("targetGroup", "labels") {
			language := strings.Split(wanted+",NB", ",")[0]
			if wanted == "" {
				language = "NB"
			}
			if l["language"] == language {
				want[1] = l["name"].(string)
			}
		}
		if want[1] == "" {
			want[1] = group
		}
		got := [6]string{
			a.at("theme", "label").(string), group, a.at("tool", "keyFigures", 0, "label").(string), facet(
				a.maps("search", "facets", 0, "values"),
			),
			a.at("organization", "name").(string), a.at("collection", "items", "edges", 0, "section").(string),
		}
		if got != want {
			t.Errorf("%q: %q, wanted %q", wanted, got, want)
		}
		if label := facet(a.maps("facetValues")); label != want[3] {
			t.Errorf("%q: facetValues has %q", wanted, label)
		}
	}
}

func titlesInOrder(t *testing.T, h *testHub, s *seed) {
	for _, title := range [][2]string{
		{"Ødegård", "A deserted farm"}, {"Ås", "Hill"}, {"Ærfugl", "Eider"}, {"Zebra", "Zebra"}, {"Aasen", "Ivar"}, {"Apple", "Åpen"}, {"Øy", "Ørret"},
	} {
		s.put(t, "NETWORK", map[string]any{"kind": "PROFESSIONAL", "texts": []any{
			map[string]any{"language": "NB", "title": title[0]}, map[string]any{"language": "EN", "title": title[1]},
		}})
	}
	for wanted, want := range map[string][]string{
		"":   {"Apple", "Zebra", "Ærfugl", "Ødegård", "Øy", "Ås", "Aasen"},
		"EN": {"A deserted farm", "Åpen", "Eider", "Hill", "Ivar", "Ørret", "Zebra"},
		"NN": {"Apple", "Zebra", "Ærfugl", "Ødegård", "Øy", "Ås", "Aasen"},
	} {
		h.caughtUpNow()
		a := h.ask(`query`+inContext(wanted)+
			` { networks(orderBy: [{field: TITLE}]) { nodes { title } } down: networks(orderBy: [{field: TITLE, direction: DESC}]) { nodes { title } }
			search(filter: {types: [NETWORK]}, orderBy: TITLE) { nodes { ... on Network { title } } } }`, nil).ok()
		ours := func(titles []string) []string {
			return slices.DeleteFunc(titles, func(title string) bool { return !slices.Contains(want, title) })
		}
		expect(t, wanted, ours(a.strings("title", "networks", "nodes")), want...)
		expect(t, wanted+" by search", ours(a.strings("title", "search", "nodes")), want...)
		down := ours(a.strings("title", "down", "nodes"))
		slices.Reverse(down)
		expect(t, wanted+" down", down, want...)
	}
}

func bodies(t *testing.T, h *testHub, s *seed) {
	id := s.put(t, "PRACTICE", map[string]any{"kind": "ADVICE", "texts": []any{map[string]any{"language": "NB", "title": "<b>T</b>", "body": "## Steg\n\nSe [den andre](hub:too_01m8000000000000000000000) og [vev](https://example.org/?a=1&b=2).\n\n" +
		"- ein\n- to\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![y](data:text/html,x) <img src=x onerror=alert(1)>"}}})
	a := h.ask(`query($id: ID!) { practice(id: $id) { title html: body(format: HTML) body markdown: body(format: MARKDOWN) text: body(format: TEXT) } tool(slug: "digital-delingstjeneste") { body(format: HTML) } }`,
		map[string]any{"id": id}).ok()
	html, _ := a.at("practice", "html").(string)
	if a.at("practice", "body") != html {
		t.Error("HTML is not the default")
	}
	for _, wanted := range []string{"<h2", `href="` + h.baseURL + `/id/too_01m8000000000000000000000"`, `href="https://example.org/?a=1&amp;b=2"`, "<li>ein</li>"} {
		if !strings.Contains(html, wanted) {
			t.Errorf("the HTML has no %s: %s", wanted, html)
		}
	}
	for _, unwanted := range []string{"<script", "javascript:", "onerror=alert(1)>", "data:text", "<img src=x"} {
		if strings.Contains(strings.ReplaceAll(html, "&lt;", ""), unwanted) {
			t.Errorf("the HTML has %s: %s", unwanted, html)
		}
	}
	if markdown, _ := a.at("practice", "markdown").(string); !strings.HasPrefix(markdown, "## Steg\n\nSe [den andre](hub:too_") {
		t.Errorf("the Markdown is not as it was written: %q", markdown)
	}
	if plain, _ := a.at("practice", "text").(string); !strings.HasPrefix(plain, "Steg\n\nSe den andre og vev.\n\n") {
		t.Errorf("the text is %q", plain)
	}
	if a.at("practice", "title") != "<b>T</b>" {
		t.Errorf("the title is %v", a.at("practice", "title"))
	}
}

func wrongLanguages(t *testing.T, h *testHub) {
	for _, wanted := range []string{`[XX]`, `["NB"]`, `null`, `[]`} {
		if a := h.ask(`query @inContext(languages: `+wanted+`) { practices(first: 1) { totalCount } }`, nil); a.code() != "GRAPHQL_VALIDATION_FAILED" &&
			a.code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %d %s", wanted, a.Status, a.Body)
		}
	}
	a := h.ask(
		`query($l: [Language!]!) @inContext(languages: $l) { theme(slug: "settlement") { label } }`,
		map[string]any{"l": []string{"EN"}},
	).ok()
	equal(t, "languages by variable", a.at("theme", "label"), "Settlement")
}
