package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSearchNearby(t *testing.T) {
	eachDemo(t, func(t *testing.T, h *testHub) {
		s := h.seeded()
		h.caughtUpNow()
		number := map[string]string{}
		for _, m := range h.all(t, "", "municipalities", "id number name kostraGroup population") {
			number[m["name"].(string)] = m["number"].(string)
		}
		ids := map[string]string{}
		for name, places := range map[string][]string{"kirkenes": {"Sør-Varanger"}, "bergen": {"Bergen"}, "both": {"Bergen", "Oslo"}, "asker": {"Asker"}, "nowhere": nil} {
			links := []any{}
			for _, place := range places {
				id := h.ask(
					`query($n: String!) { municipality(number: $n) { id } }`, map[string]any{"n": number[place]},
				).ok().at("municipality", "id")
				links = append(links, map[string]any{"municipality": id, "role": "CASE"})
			}
			ids[name] = s.put(t, "PRACTICE", map[string]any{
				"kind": "ADVICE", "municipalities": links,
				"texts": []any{
					map[string]any{"language": "NB", "title": "Sykkelkjøkken " + name, "summary": "Kort.", "ready": true},
				},
			})
		}
		h.caughtUpNow()
		found := func(arguments string) []string {
			t.Helper()
			a := h.ask(`{ search(query: "sykkelkjøkken", first: 10, `+arguments+`) { totalCount nodes { id } } }`, nil).ok()
			var names []string
			for _, id := range a.strings("id", "search", "nodes") {
				for name, of := range ids {
					if of == id {
						names = append(names, name)
					}
				}
			}
			if got := int(a.at("search", "totalCount").(float64)); got != len(names) {
				t.Errorf("%s: total %d of %v", arguments, got, names)
			}
			return names
		}
		const oslo = `{lat: 59.91, lon: 10.75}`
		for arguments, want := range map[string][]string{
			`orderBy: DISTANCE, filter: {near: ` + oslo + `}`: {
				"both", "asker", "bergen", "kirkenes", "nowhere",
			},
			`orderBy: DISTANCE, filter: {near: {lat: 60.39, lon: 5.32}}`: {
				"bergen", "both", "asker", "kirkenes", "nowhere",
			},
			`orderBy: DISTANCE, filter: {near: {lat: 59.91, lon: 10.75, km: 60}}`:                           {"both", "asker"},
			`orderBy: DISTANCE, filter: {near: ` + oslo + `, municipalities: ["` + number["Bergen"] + `"]}`: {"both", "bergen"},
			`orderBy: TITLE, filter: {within: {south: 69, west: 25, north: 71, east: 32}}`:                  {"kirkenes"},
			`orderBy: TITLE, filter: {within: {south: 0, west: 0, north: 1, east: 1}}`:                      nil,
			// it is alone in its group
			`orderBy: TITLE, filter: {likeMunicipality: "` + number["Oslo"] + `"}`:                       nil,
			`orderBy: TITLE, filter: {likeMunicipality: "` + number["Stavanger"] + `"}`:                  {"asker", "bergen", "both"},
			`orderBy: TITLE, filter: {likeMunicipality: "1103", near: {lat: 59.91, lon: 10.75, km: 60}}`: {"asker"},
		} {
			got := found(arguments)
			if strings.Contains(arguments, "TITLE") || strings.Contains(arguments, "5.32") {
				slices.Sort(got)
				want = slices.Sorted(slices.Values(want))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %v, wanted %v", arguments, got, want)
			}
		}

		t.Run("pages by distance", func(t *testing.T) {
			var seen []string
			for after := any(nil); ; {
				a := h.ask(
					`query($c: Cursor) { search(orderBy: DISTANCE, filter: {near: `+oslo+
						`}, first: 83, after: $c) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
					map[string]any{"c": after},
				).ok()
				seen = append(seen, a.strings("id", "search", "nodes")...)
				if a.at("search", "pageInfo", "hasNextPage") != true {
					if total := int(a.at("search", "totalCount").(float64)); len(seen) != total ||
						len(slices.Compact(slices.Sorted(slices.Values(seen)))) != total {
						t.Errorf("%d hits of %d", len(seen), total)
					}
					break
				}
				after = a.at("search", "pageInfo", "endCursor")
			}
		})
		for filter, why := range map[string]string{
			`near: {lat: 91, lon: 0}`: "place", `near: {lat: 0, lon: 181}`: "place", `near: {lat: 60, lon: 10, km: 0}`: "km", `near: {lat: 60, lon: 10, km: 2501}`: "km",
			`within: {south: 2, north: 1, west: 0, east: 1}`: "south", `within: {south: 1, north: 2, west: 3, east: 1}`: "west", `within: {south: -91, north: 2, west: 3, east: 1}`: "place",
		} {
			a := h.ask(`{ search(filter: {`+filter+`}) { totalCount } }`, nil)
			if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, why) {
				t.Errorf("%s: %s", filter, a.Body)
			}
		}
		if a := h.ask(`{ search(orderBy: DISTANCE) { totalCount } }`, nil); a.code() != "BAD_USER_INPUT" ||
			!strings.Contains(a.Errors[0].Message, "near") {
			t.Errorf("distance from nowhere: %s", a.Body)
		}
		t.Run("over the search protocol", func(t *testing.T) { protocolNearby(t, h.in(t), ids) })
		t.Run("did you mean", func(t *testing.T) { didYouMean(t, h.in(t)) })
		t.Run("optional words", func(t *testing.T) { optionalWords(t, h.in(t)) })
		t.Run("suggestions in groups", func(t *testing.T) { suggestionGroups(t, h.in(t)) })
	})
}

func protocolNearby(t *testing.T, h *testHub, ids map[string]string) {
	for body, want := range map[string][]string{
		`"sort": ["_geoPoint(59.91, 10.75):asc"]`: {
			"both", "asker", "bergen", "kirkenes", "nowhere",
		},
		`"sort": ["_geoPoint(59.91,10.75):asc"], "filter": "_geoRadius(59.91, 10.75, 60000)"`:                    {"both", "asker"},
		`"sort": ["title:asc"], "filter": "_geoBoundingBox([71, 32], [69, 25])"`:                                 {"kirkenes"},
		`"sort": ["title:asc"], "filter": ["_geoRadius(59.91, 10.75, 60000)", "_geoRadius(60.39, 5.32, 60000)"]`: nil,
		`"matchingStrategy": "all", "q": "sykkelkjøkken both kvantefysikk"`:                                      nil,
		`"matchingStrategy": "last", "q": "sykkelkjøkken both kvantefysikk"`:                                     {"both"},
	} {
		if !strings.Contains(body, `"q"`) {
			body += `, "q": "sykkelkjøkken"`
		}
		status, a := h.searchAPI("/indexes/hub_public/search", "{"+body+"}")
		var got []string
		hits, _ := a["hits"].([]any)
		for _, hit := range hits {
			for name, id := range ids {
				if hit := hit.(map[string]any); hit["id"] == id {
					got = append(got, name)
					if _, placed := hit["_geo"].(map[string]any); placed != (name != "nowhere") {
						t.Errorf("%s is at %v", name, hit["_geo"])
					}
				}
			}
		}
		if status != 200 || !slices.Equal(got, want) {
			t.Errorf("%s: %d %v, wanted %v: %v", body, status, got, want, a["message"])
		}
	}
}

func didYouMean(t *testing.T, h *testHub) {
	for query, want := range map[string]any{
		"sykkelkjøkkne":                "sykkelkjøkken",
		"Bergen sykkelkjkken":          "Bergen sykkelkjøkken",
		`sykelkjøkken -"i asker"`:      `sykkelkjøkken -"i asker"`,
		"sykkelkjøkken":                nil,
		"sykkelkj":                     nil,
		"sykkelkjøkkne xyzzyvanlig":    nil, // nothing to see there
		"xyzzyvanlig":                  nil,
		"sykkelkjøkkne -sykkelkjøkken": nil,
	} {
		a := h.ask(
			`query($q: String!) { search(query: $q, first: 3) { totalCount didYouMean edges { highlights { field html } } } }`,
			map[string]any{"q": query},
		).ok()
		if got := a.at("search", "didYouMean"); got != want {
			t.Errorf("%q: %v, wanted %v", query, got, want)
		}
		if want != nil && !strings.Contains(string(a.Body), "Sykkelkjøkken\\u003c/mark") &&
			!strings.Contains(string(a.Body), "Sykkelkjøkken</mark>") {
			t.Errorf("%q: nothing is marked: %s", query, a.Body)
		}
	}
}

func optionalWords(t *testing.T, h *testHub) {
	const query = `query($q: String!, $after: Cursor) { search(query: $q, first: 2, after: $after, facets: [TYPE]) {
		totalCount optionalWords nodes { id } pageInfo { hasNextPage endCursor } facets { values { value count } } } }`
	for text, want := range map[string]string{
		"sykkelkjøkken":                             "[] 5",
		"sykkelkjøkken bergen":                      "[] 2",
		"hvor er sykkelkjøkken both kvantefysikk":   "[kvantefysikk] 1",
		"sykkelkjøkken kvantefysikk xyzzyvanlig":    "[kvantefysikk xyzzyvanlig] 5",
		"kvantefysikk xyzzyvanlig langtvekkistan":   "[] 0",
		`"sykkelkjøkken both" kvantefysikk -bergen`: "[] 0",
	} {
		found := map[any]bool{}
		for after, pages := any(nil), 0; ; pages++ {
			a := h.ask(query, map[string]any{"q": text, "after": after}).ok()
			if got := fmt.Sprint(a.at("search", "optionalWords"), " ", a.at("search", "totalCount")); got != want {
				t.Errorf("%q: %s, wanted %s", text, got, want)
			}
			for _, id := range a.strings("id", "search", "nodes") {
				if found[id] {
					t.Errorf("%q: %s comes twice", text, id)
				}
				found[id] = true
			}
			if a.at("search", "pageInfo", "hasNextPage") != true || pages > 5 {
				if got := len(found); float64(got) != a.at("search", "totalCount") {
					t.Errorf("%q: %d hits on all pages of %v", text, got, a.at("search", "totalCount"))
				}
				break
			}
			after = a.at("search", "pageInfo", "endCursor")
		}
	}
}

func suggestionGroups(t *testing.T, h *testHub) {
	a := h.ask(`{ suggest(text: "o") { text group } ba: suggest(text: "b", first: 4) { group } }`, nil).ok()
	groups := a.strings("group", "suggest")
	if len(groups) != 8 || !slices.IsSortedFunc(groups, func(a, b string) int {
		order := []string{"THEME", "PLACE", "ORGANIZATION", "TITLE"}
		return slices.Index(order, a) - slices.Index(order, b)
	}) {
		t.Errorf("groups %v", groups)
	}
	if got := fmt.Sprint(a.strings("group", "ba")); got != "[THEME PLACE ORGANIZATION TITLE]" {
		t.Errorf("groups %v: one crowds out another", got)
	}
}

func TestSearchStatus(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		n.caughtUpNow()
		const query = `{ searchStatus { engine state waiting lagSeconds deadLetters { id reason at } reconciliation { at documents missing stale extra } } }`
		for _, role := range []string{"", "CONTRIBUTOR", "ADMIN", "HUB_EDITOR"} {
			if got := n.as(role, query, nil).ok().at("searchStatus"); got != nil {
				t.Errorf("%q is told %v", role, got)
			}
		}
		if _, err := n.follower.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		a := n.as("HUB_ADMIN", query, nil).ok()
		r := a.at("searchStatus", "reconciliation").(map[string]any)
		if a.at("searchStatus", "engine") != "BLEVE" || a.at("searchStatus", "state") != "READY" ||
			a.at("searchStatus", "waiting") != 0. ||
			r["missing"] != 0. || r["stale"] != 0. || r["extra"] != 0. || r["documents"].(float64) < 700 {
			t.Errorf("%s", a.Body)
		}
	})
}
