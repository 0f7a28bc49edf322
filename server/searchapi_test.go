package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// searchAPI posts to a route of the search protocol, with a header's value where one is given.
func (h *testHub) searchAPI(route, body string, headers ...string) (int, map[string]any) {
	h.t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.url+"/search-api"+route, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a := h.send(r)
	answer := map[string]any{}
	if err := json.Unmarshal(a.Body, &answer); err != nil {
		h.t.Fatalf("%s answers what is no JSON object: %.200s", route, a.Body)
	}
	if a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Access-Control-Allow-Credentials") != "" ||
		!strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		h.t.Errorf("%s: headers %v", route, a.Header)
	}
	return a.Status, answer
}

func TestSearchAPI(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		s := n.seeded()
		put := func(title string, change func(map[string]any)) string {
			d := map[string]any{"kind": "ADVICE", "texts": []any{
				map[string]any{"language": "NB", "title": title, "summary": "Kort <b>om</b> det.", "ready": true},
				map[string]any{"language": "NN", "title": title + " på nynorsk", "ready": true},
			}}
			if change != nil {
				change(d)
			}
			return s.put(t, "PRACTICE", d)
		}
		visible := put("Kvantesykkel for alle", nil)
		hidden := put("Kvantesykkel for medlemmer", func(d map[string]any) { d["audience"] = "MEMBERS" })
		withdrawn := put("Kvantesykkel som er trukket", nil)
		n.draft("EDITOR", "Kvantesykkel i utkast")
		n.caughtUpNow()
		s.withdraw(t, withdrawn) // the index need not know yet

		search := func(body string, headers ...string) map[string]any {
			t.Helper()
			status, a := n.searchAPI("/indexes/hub_public/search", body, headers...)
			if status != 200 {
				t.Fatalf("%s: %d %v", body, status, a)
			}
			return a
		}
		found := func(a map[string]any) (ids []string) {
			for _, h := range a["hits"].([]any) {
				ids = append(ids, h.(map[string]any)["id"].(string))
			}
			return ids
		}
		t.Run("shows what everybody may see", func(t *testing.T) {
			for _, headers := range [][]string{nil, {viewerHeader, "member"}, {"Authorization", "Bearer " + n.people["HUB_ADMIN"]}, {"Authorization", "Bearer nonsense"}} {
				a := search(`{"q": "kvantesykkel", "facets": ["*"], "attributesToRetrieve": ["*"]}`, headers...)
				if got := found(a); !slices.Equal(got, []string{visible}) {
					t.Errorf("with %v: %v", headers, got)
				}
				if text := fmt.Sprint(a); strings.Contains(text, "medlemmer") || strings.Contains(text, hidden) ||
					strings.Contains(text, "utkast") {
					t.Errorf("with %v: %s", headers, text)
				}
			}
			n.caughtUpNow()
			if a := search(`{"q": "kvantesykkel"}`); a["estimatedTotalHits"] != 1. {
				t.Errorf("total %v", a["estimatedTotalHits"])
			}
		})
		t.Run("documents", func(t *testing.T) {
			a := search(`{"q": "kvantesykkelen", "attributesToHighlight": ["title", "summary"], "highlightPreTag": "[", "highlightPostTag": "]", "attributesToCrop": ["title"], "cropLength": 2}`)
			d := a["hits"].([]any)[0].(map[string]any)
			equal(t, "title", d["title"], "Kvantesykkel for alle")
			equal(t, "summary", d["summary"], "Kort <b>om</b> det.")
			equal(t, "marked", d["_formatted"], map[string]any{"title": "[Kvantesykkel] for…", "summary": "Kort <b>om</b> det."})
			equal(t, "kind", d["kind"], "PRACTICE.ADVICE")
			if d["url"] != n.url+"/id/"+visible {
				t.Errorf("url %v", d["url"])
			}
			_, nn := n.searchAPI("/indexes/hub_public_nn/search", `{"q": "kvantesykkel", "attributesToRetrieve": ["title"]}`)
			equal(t, "in nynorsk", nn["hits"], []any{map[string]any{"title": "Kvantesykkel for alle på nynorsk"}})
		})
		t.Run("counts as GraphQL does", func(t *testing.T) {
			a := search(`{"facets": ["type", "year"], "filter": [["type = REPORT", "\"type\"=\"TOOL\""], "year >= 2017", "year 2000 TO 2018"], "limit": 0}`)
			g := n.ask(`{ search(filter: {types: [REPORT, TOOL], years: [2017, 2018]}) { totalCount } }`, nil).ok()
			equal(t, "total", a["estimatedTotalHits"], g.at("search", "totalCount"))
			total := 0.
			for _, c := range a["facetDistribution"].(map[string]any)["type"].(map[string]any) {
				total += c.(float64)
			}
			equal(t, "sum of the types", total, a["estimatedTotalHits"])
			stats := a["facetStats"].(map[string]any)["year"].(map[string]any)
			if stats["min"].(float64) < 2017 || stats["max"].(float64) > 2018 {
				t.Errorf("years %v", stats)
			}
			both := search(`{"filter": "(type IN [REPORT, TOOL] OR type = PRACTICE) AND themes = settlement"}`)
			g = n.ask(`{ search(filter: {types: [REPORT, TOOL, PRACTICE], themes: ["settlement"]}) { totalCount } }`, nil).ok()
			equal(t, "a nested filter", both["estimatedTotalHits"], g.at("search", "totalCount"))
			equal(
				t, "a value that nothing has", search(`{"filter": "type = \"a\\\" OR type = REPORT\""}`)["estimatedTotalHits"], 0,
			)
			equal(t, "an empty list", search(`{"filter": "type IN []"}`)["estimatedTotalHits"], 0)
		})
		t.Run("pages", func(t *testing.T) {
			_, a := n.searchAPI(
				"/multi-search",
				`{"queries": [{"indexUid": "hub_public", "page": 2, "hitsPerPage": 7}, {"indexUid": "hub_public:title:asc", "limit": 7, "offset": 7}, {"indexUid": "hub_public", "offset": 5000}]}`,
			)
			results := a["results"].([]any)
			first := results[0].(map[string]any)
			if len(found(first)) != 7 || first["page"] != 2. || first["totalPages"].(float64) < 100 ||
				first["totalHits"].(float64) > 1000 {
				t.Errorf("page 2: %v", first)
			}
			if got := found(results[2].(map[string]any)); len(got) != 0 {
				t.Errorf("beyond the end: %v", got)
			}
			g := n.ask(`{ search(orderBy: TITLE, first: 14) { nodes { id } } }`, nil).ok()
			equal(t, "by title", found(results[1].(map[string]any)), g.strings("id", "search", "nodes")[7:])
		})
		t.Run("facet search", func(t *testing.T) {
			for typed, want := range map[string]string{"folkehelse": "fhi", "FHI": "fhi"} {
				_, a := n.searchAPI("/indexes/hub_public/facet-search", fmt.Sprintf(
					`{"facetName": "organizations", "facetQuery": %q, "q": ""}`, typed,
				))
				if !strings.Contains(fmt.Sprint(a["facetHits"]), want) {
					t.Errorf("%q: %v", typed, a)
				}
			}
		})
		t.Run("refuses", func(t *testing.T) { searchAPIRefuses(t, n.testHub) })
	})
}

func searchAPIRefuses(t *testing.T, h *testHub) {
	const search = "/indexes/hub_public/search"
	for _, test := range []struct {
		route, body string
		status      int
		code        string
	}{
		{"/indexes/hub_members/search", `{}`, 404, "index_not_found"},
		{"/indexes/hub_public/documents", `[{"id": "x"}]`, 404, "not_found"},
		{"/indexes/hub_public/settings", ``, 404, "not_found"},
		{"/indexes", ``, 404, "not_found"},
		{"/keys", ``, 404, "not_found"},
		{"/", ``, 404, "not_found"},
		{"/stats", ``, 404, "not_found"},
		{search, ``, 404, "not_found"}, // GET
		{search, `{`, 400, "malformed_payload"},
		{search, `{} {}`, 400, "malformed_payload"},
		{search, `"x"`, 400, "bad_request"},
		{search, "{\"q\": \"\xff\"}", 400, "malformed_payload"},
		{search, `{"wat": 1}`, 400, "bad_request"},
		{search, `{"limit": "x"}`, 400, "bad_request"},
		{search, `{"limit": -1}`, 400, "invalid_search_limit"},
		{search, `{"limit": 102}`, 400, "invalid_search_limit"},
		{search, `{"hitsPerPage": 1000}`, 400, "invalid_search_limit"},
		{search, `{"offset": -1}`, 400, "invalid_search_offset"},
		{search, `{"vector": [1]}`, 400, "invalid_search_vector"},
		{search, `{"hybrid": {}}`, 400, "invalid_search_hybrid"},
		{search, `{"retrieveVectors": true}`, 400, "invalid_search_retrieve_vectors"},
		{search, `{"facets": ["secret"]}`, 400, "invalid_search_facets"},
		{search, `{"sort": ["secret:asc"]}`, 400, "invalid_search_sort"},
		{search, `{"sort": ["date:desc", "title:asc"]}`, 400, "invalid_search_sort"},
		{search, `{"filter": "secret = 1"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "type"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "type ="}`, 400, "invalid_search_filter"},
		{search, `{"filter": "type != REPORT"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "NOT type = REPORT"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "type = REPORT OR year = 2017"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "themes = a AND themes = b"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "(type = REPORT"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "type = REPORT)"}`, 400, "invalid_search_filter"},
		{search, `{"filter": 7}`, 400, "invalid_search_filter"},
		{search, `{"filter": "type CONTAINS R"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "_geoRadius(1, 2)"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "_geoRadius(91, 2, 3)"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "_geoRadius(1, 2, -3)"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "_geoRadius(1, 2, 3"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "_geoRadius(1, x, 3)"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "_geoBoundingBox([1, 2], [3, 4])"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "type = REPORT OR _geoRadius(59, 10, 1000)"}`, 400, "invalid_search_filter"},
		{search, `{"filter": [["_geoRadius(59, 10, 1000)", "_geoRadius(60, 10, 1000)"]]}`, 400, "invalid_search_filter"},
		{search, `{"sort": ["_geoPoint(59, 10):desc"]}`, 400, "invalid_search_sort"},
		{search, `{"sort": ["_geoPoint(59, 190):asc"]}`, 400, "invalid_search_sort"},
		{search, `{"sort": ["_geoPoint(a, b):asc"]}`, 400, "invalid_search_sort"},
		{search, `{"matchingStrategy": "some"}`, 400, "invalid_search_matching_strategy"},
		{search, `{"filter": "type > 3"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "` + strings.Repeat("(", 100) + `"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "` + strings.Repeat("type = a OR ", 101) + `type = b"}`, 400, "invalid_search_filter"},
		{search, `{"filter": "type IN [` + strings.Repeat("a,", 500) + `]"}`, 400, "invalid_search_filter"},
		{search, `{"filter": [[["type = a"]]]}`, 400, "invalid_search_filter"},
		{search, `{"highlightPreTag": "` + strings.Repeat("x", 61) + `"}`, 400, "invalid_search_highlight_pre_tag"},
		{search, `{"q": "` + strings.Repeat("x", 70_000) + `"}`, 413, "payload_too_large"},
		{"/multi-search", `{"queries": [], "federation": {}}`, 400, "bad_request"},
		{
			"/multi-search",
			`{"queries": [` + strings.Repeat(`{"indexUid": "hub_public"},`, 10) + `{"indexUid": "hub_public"}]}`, 400,
			"bad_request",
		},
		{"/indexes/hub_public/facet-search", `{}`, 400, "missing_facet_search_facet_name"},
		{"/indexes/hub_public/facet-search", `{"facetName": "secret"}`, 400, "invalid_facet_search_facet_name"},
		{"/indexes/hub_members/facet-search", `{"facetName": "type"}`, 404, "index_not_found"},
	} {
		status, a := h.searchAPI(test.route, test.body)
		if status != test.status || a["code"] != test.code || a["message"] == "" || a["type"] == nil || a["link"] == nil {
			t.Errorf("%s %.80s: %d %v; wanted %d %s", test.route, test.body, status, a, test.status, test.code)
		}
	}
	for _, q := range []string{strings.Repeat("æ", 10_000), `\u0000\u0001`, "og i på", `\"`, "- -"} {
		if status, a := h.searchAPI(search, `{"q": "`+q+`", "attributesToHighlight": ["*"]}`); status != 200 {
			t.Errorf("%.20q: %d %v", q, status, a)
		}
	}
	if status, a := h.searchAPI("/health", ""); status != 200 || a["status"] != "available" {
		t.Errorf("health: %d %v", status, a)
	}
	if status, a := h.searchAPI("/version", ""); status != 200 || a["pkgVersion"] != "1.50.0" {
		t.Errorf("version: %d %v", status, a)
	}
}
