package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// referenceMunicipality is one of demo/reference/municipalities.json.
type referenceMunicipality struct {
	Number, Name string
	Active       bool
	Numbers      []struct{ Number, Name string }
	Successors   []string
}

func referenceMunicipalities(t *testing.T) []referenceMunicipality {
	t.Helper()
	text, err := os.ReadFile("../demo/reference/municipalities.json")
	if err != nil {
		t.Fatal(err)
	}
	var files []struct{ Document referenceMunicipality }
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	all := make([]referenceMunicipality, len(files))
	for i, f := range files {
		all[i] = f.Document
	}
	return all
}

func TestPlaces(t *testing.T) {
	walker(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		s := h.seeded()
		for _, n := range []struct {
			name string
			test func(*testing.T, *testHub)
		}{
			{"counts", placesAreCounted},
			{"every number answers", everyNumberAnswers},
			{"decisive numbers", decisiveNumbers},
			{"names", placesHaveNames},
			{"the name filter is folded", nameFilterIsFolded},
			{"the other filters", municipalityFilters},
			{"every municipality has an organisation", everyMunicipalityHasAnOrganization},
			{"pages", municipalitiesArePaged},
		} {
			t.Run(n.name, func(t *testing.T) { n.test(t, h.in(t)) })
		}
		t.Run("filters by an old number", func(t *testing.T) { filtersByOldNumbers(t, h.in(t), s) })
	})
}

func placesAreCounted(t *testing.T, h *testHub) {
	a := h.ask(`{ municipalities { totalCount } all: municipalities(includeFormer: true) { totalCount } counties(first: 20) { totalCount nodes { number name } }
		districts(first: 20) { totalCount nodes { number name municipality { number } } } }`, nil).ok()
	equal(t, "counts", []any{
		a.at("municipalities", "totalCount"), a.at("all", "totalCount"), a.at("counties", "totalCount"), a.at("districts", "totalCount"),
	}, []any{357, 476, 15, 15})
	if n := len(a.list("counties", "nodes")); n != 15 {
		t.Errorf("%d counties are listed", n)
	}
	for _, d := range a.maps("districts", "nodes") {
		if d["municipality"].(map[string]any)["number"] != "0301" {
			t.Errorf("the district %v is not of Oslo", d)
		}
	}
}

func everyNumberAnswers(t *testing.T, h *testHub) {
	type one struct {
		number string
		of     referenceMunicipality
	}
	var all []one
	for _, m := range referenceMunicipalities(t) {
		for _, n := range m.Numbers {
			all = append(all, one{n.Number, m})
		}
	}
	if len(all) != 838 {
		t.Fatalf("%d numbers, wanted 838", len(all))
	}
	for chunk := range slices.Chunk(all, 20) { // as many root fields as an operation may have
		var query strings.Builder
		for i, o := range chunk {
			fmt.Fprintf(
				&query, ` m%d: municipality(number: "%s") { number name active numbers { number } successors { number } }`, i,
				o.number,
			)
		}
		a := h.ask("{"+query.String()+" }", nil).ok()
		for i, o := range chunk {
			key := fmt.Sprint("m", i)
			equal(t, o.number, []any{a.at(key, "number"), a.at(key, "name"), a.at(key, "active")}, []any{
				o.of.Number, o.of.Name, o.of.Active,
			})
			var numbers, successors []string
			for _, n := range o.of.Numbers {
				numbers = append(numbers, n.Number)
			}
			for _, n := range o.of.Successors {
				successors = append(successors, strings.TrimPrefix(n, "municipality:"))
			}
			same := func(what string, got, want []string) {
				slices.Sort(got)
				slices.Sort(want)
				expect(t, o.number+" "+what, got, want...)
			}
			same("numbers", a.strings("number", key, "numbers"), numbers)
			same("successors", a.strings("number", key, "successors"), successors)
		}
	}
	a := h.ask(
		`{ a: municipality(number: "9999") { name } b: municipality(number: "") { name } c: municipality(number: "301") { name } }`,
		nil,
	).ok()
	equal(t, "numbers that nobody had", a.Data, map[string]any{"a": nil, "b": nil, "c": nil})
}

func decisiveNumbers(t *testing.T, h *testHub) {
	const fields = `{ number name active successors { number name } predecessors { number } numbers { number from to } }`
	a := h.ask(`{ stange: municipality(number: "0417") `+fields+` trondheim: municipality(number: "1601") `+fields+` flora: municipality(number: "1401") `+fields+
		` alesund: municipality(number: "1507") `+fields+` haram: municipality(number: "1534") `+fields+` asker: municipality(number: "0220") `+fields+
		` kinn: municipality(number: "4602") `+fields+` newAsker: municipality(number: "3203") `+fields+` }`, nil).ok()
	one := func(alias string, want ...any) {
		t.Helper()
		got := []any{a.at(alias, "number"), a.at(alias, "name"), a.at(alias, "active")}
		for _, s := range a.strings("number", alias, "successors") {
			got = append(got, s)
		}
		equal(t, alias, got, want)
	}
	one("stange", "3413", "Stange", true)
	one("trondheim", "5001", "Trondheim", true)
	one("flora", "1401", "Flora", false, "4602")
	one("alesund", "1507", "Ålesund", false, "1508", "1580")
	one("haram", "1534", "Haram", false, "1580")
	one("asker", "0220", "Asker", false, "3203")
	one("kinn", "4602", "Kinn", true)
	one("newAsker", "3203", "Asker", true)
	expect(t, "predecessors of Kinn", a.strings("number", "kinn", "predecessors"), "1401", "1439")
	if before := a.strings("number", "newAsker", "predecessors"); !slices.Contains(before, "0220") {
		t.Errorf("the predecessors of Asker are %v", before)
	}
	if before := a.strings("number", "flora", "predecessors"); len(before) > 0 {
		t.Errorf("Flora has the predecessors %v", before)
	}
	if n := a.maps("stange", "numbers"); len(n) != 2 || n[0]["number"] != "0417" || n[0]["to"] != "2019-12-31" ||
		n[1]["from"] != "2020-01-01" {
		t.Errorf("the numbers of Stange are %v", n)
	}
	both := h.ask(`{ municipality(number: "0417", id: "mun_x") { name } }`, nil)
	neither := h.ask(`{ municipality { name } }`, nil)
	if both.code() != "BAD_USER_INPUT" || neither.code() != "BAD_USER_INPUT" {
		t.Errorf("both: %s; neither: %s", both.Body, neither.Body)
	}
}

func placesHaveNames(t *testing.T, h *testHub) {
	for number, want := range map[string]struct{ language, name string }{
		"5612": {"SE", "Guovdageaidnu"}, "5610": {"SE", "Kárášjohka"}, "5503": {"SE", "Hárstták"}, "5622": {"FKV", "Porsanki"}, "5628": {"SE", "Deatnu"},
		"1875": {"SMJ", "Hábmer"}, "1826": {"SMA", "Aarborte"}, "0301": {"SMA", "Oslove"},
	} {
		a := h.ask(
			`query($n: String!) { municipality(number: $n) { name officialName names { language name } } }`,
			map[string]any{"n": number},
		).ok()
		if !slices.ContainsFunc(a.maps("municipality", "names"), func(n map[string]any) bool {
			return n["language"] == want.language && n["name"] == want.name
		}) {
			t.Errorf("%s: %s, wanted %s in %s", number, a.Body, want.name, want.language)
		}
	}
	a := h.ask(
		`{ counties(first: 20) { nodes { number name names { language name } } } county(number: "55") { names { name } } }`,
		nil,
	).ok()
	if names := a.strings("name", "county", "names"); !slices.Contains(names, "Romsa") {
		t.Errorf("the names of Troms are %v", names)
	}
}

func nameFilterIsFolded(t *testing.T, h *testHub) {
	for name, want := range map[string]string{
		"tromso": "Tromsø", "TROMSØ": "Tromsø", "Tromsoe": "", "guovd": "Kautokeino", "kautokeino": "Kautokeino", "karas": "Karasjok", "Kárášj": "Karasjok",
		"alesund": "Ålesund", "land": "Nordre Land,Søndre Land", "zzz": "", "gaivuotna": "Kåfjord", "omasvuotna": "Storfjord", " ": "",
	} {
		a := h.ask(
			`query($n: String!) { municipalities(first: 5, filter: {name: $n}) { totalCount nodes { name } } }`,
			map[string]any{"n": name},
		).ok()
		got := strings.Join(a.strings("name", "municipalities", "nodes"), ",")
		if got != want {
			t.Errorf("%q finds %q, wanted %q", name, got, want)
		}
	}
}

func municipalityFilters(t *testing.T, h *testHub) {
	type one struct {
		number, county, kostra string
		centrality, population int
	}
	var all []one
	for after := any(nil); ; {
		a := h.ask(`query($after: Cursor) { municipalities(first: 100, after: $after) { nodes { number county { number } kostraGroup centrality population } pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}).ok()
		for _, m := range a.maps("municipalities", "nodes") {
			all = append(all, one{
				m["number"].(string), m["county"].(map[string]any)["number"].(string), m["kostraGroup"].(string), int(m["centrality"].(float64)), int(m["population"].(float64)),
			})
		}
		if a.at("municipalities", "pageInfo", "hasNextPage") != true {
			break
		}
		after = a.at("municipalities", "pageInfo", "endCursor")
	}
	for filter, keep := range map[string]func(one) bool{
		`counties: ["56", "55"]`: func(m one) bool { return m.county == "56" || m.county == "55" },
		`counties: []`:           func(one) bool { return true },
		`kostraGroups: ["EKG12", "EKG13"]`: func(m one) bool {
			return m.kostra == "EKG12" ||
				m.kostra == "EKG13"
		},
		`centralities: [1]`:        func(m one) bool { return m.centrality == 1 },
		`populationAtLeast: 50000`: func(m one) bool { return m.population >= 50000 },
		`populationAtMost: 1000, counties: ["18"]`: func(m one) bool {
			return m.population <= 1000 && m.county == "18"
		},
		`numbers: ["0417", "1401", "0301", "1507"]`: func(m one) bool {
			return slices.Contains([]string{"3413", "4602", "0301", "1508", "1580"}, m.number)
		},
		`{}`: func(one) bool { return true },
	} {
		a := h.ask(
			`{ municipalities(first: 100, filter: {`+strings.Trim(filter, "{}")+`}) { totalCount nodes { number } } }`, nil,
		).ok()
		var want []string
		for _, m := range all {
			if keep(m) {
				want = append(want, m.number)
			}
		}
		if a.at("municipalities", "totalCount") != float64(len(want)) {
			t.Errorf("%s: %v, wanted %d", filter, a.at("municipalities", "totalCount"), len(want))
		}
		expect(t, filter, a.strings("number", "municipalities", "nodes"), want[:min(100, len(want))]...)
	}
}

func everyMunicipalityHasAnOrganization(t *testing.T, h *testHub) {
	seen := map[any]bool{}
	for after := any(nil); ; {
		a := h.ask(`query($after: Cursor) { municipalities(first: 100, after: $after) { nodes { name organization { slug kind municipality { number } } number } pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}).ok()
		for _, m := range a.maps("municipalities", "nodes") {
			o, ok := m["organization"].(map[string]any)
			if !ok || o["kind"] != "municipality" ||
				o["municipality"].(map[string]any)["number"] != m["number"] || seen[o["slug"]] {
				t.Errorf("%v has the organisation %v", m["name"], m["organization"])
				continue
			}
			seen[o["slug"]] = true
		}
		if a.at("municipalities", "pageInfo", "hasNextPage") != true {
			break
		}
		after = a.at("municipalities", "pageInfo", "endCursor")
	}
	if len(seen) != 357 {
		t.Errorf("%d organisations, wanted 357", len(seen))
	}
}

func municipalitiesArePaged(t *testing.T, h *testHub) {
	var want []string
	alphabet := collate.New(language.Make("nn"))
	for _, m := range referenceMunicipalities(t) {
		if m.Active {
			want = append(want, m.Name)
		}
	}
	slices.SortFunc(want, alphabet.CompareString)
	if first, last := want[0], want[len(want)-1]; first != "Alstahaug" || last != "Åsnes" {
		t.Fatalf("the alphabet goes from %s to %s", first, last)
	}
	for _, size := range []int{100, 51} {
		forward := h.pages(t, "municipalities", "", "name number", size, false)
		backward := h.pages(t, "municipalities", "", "name number", size, true)
		names, numbers := []string{}, map[any]bool{}
		for _, m := range forward {
			names = append(names, m["name"].(string))
			numbers[m["number"]] = true
		}
		expect(t, "names in order", names, want...)
		if len(numbers) != 357 {
			t.Errorf("%d different ones, wanted 357", len(numbers))
		}
		slices.Reverse(backward)
		if !slices.EqualFunc(forward, backward, maps.Equal) {
			t.Errorf("backwards in pages of %d is not forwards turned round", size)
		}
	}
}

// pages reads the whole list, page by page: onwards from the beginning, or back from the end, then in that order.
func (h *testHub) pages(t *testing.T, list, arguments, fields string, size int, back bool) []map[string]any {
	t.Helper()
	query := fmt.Sprintf(
		`query($n: Int!, $c: Cursor) { list: %s(first: $n, after: $c%s) { totalCount nodes { %s } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
		list,
		arguments,
		fields,
	)
	if back {
		query = strings.Replace(query, "first: $n, after: $c", "last: $n, before: $c", 1)
	}
	var all []map[string]any
	for cursor, total := any(nil), -1.0; ; {
		a := h.ask(query, map[string]any{"n": size, "c": cursor})
		a.t = t
		a.ok()
		if n, _ := a.at("list", "totalCount").(float64); total >= 0 && n != total {
			t.Fatalf("%s has %v, then %v", list, total, n)
		} else {
			total = n
		}
		page := a.maps("list", "nodes")
		info := a.at("list", "pageInfo").(map[string]any)
		if edges := a.maps("list", "edges"); len(edges) != len(page) ||
			len(edges) > 0 && (edges[0]["cursor"] != info["startCursor"] || edges[len(edges)-1]["cursor"] != info["endCursor"]) {
			t.Fatalf("the cursors of the edges are not those of the page: %s", a.Body)
		}
		before, after, end := info["hasPreviousPage"], info["hasNextPage"], "endCursor"
		if back {
			slices.Reverse(page)
			before, after, end = after, before, "startCursor"
		}
		if before != (len(all) > 0) {
			t.Errorf("%s after %d: there are ones before is %v", list, len(all), before)
		}
		all = append(all, page...)
		if after != (len(all) < int(total)) {
			t.Errorf("%s after %d of %v: there are more is %v", list, len(all), total, after)
		}
		if after != true || len(page) == 0 {
			return all
		}
		cursor = info[end]
	}
}

func filtersByOldNumbers(t *testing.T, h *testHub, s *seed) {
	const names = `{ nodes { title } }`
	a := h.ask(`{ practices(filter: {municipalities: ["0417"]}) `+names+` today: practices(filter: {municipalities: ["3413"]}) `+names+
		` tools(filter: {municipalities: ["1401"]}) `+names+` kinn: tools(filter: {municipalities: ["4602"]}) `+names+
		` events(filter: {municipalities: ["1401"]}) `+names+
		` organizations(filter: {municipalities: ["1401"]}) { nodes { name } }
		search(query: "utviklingsverksted", filter: {municipalities: ["1401"], types: [TOOL]}) { nodes { ... on Tool { title } } } }`, nil).ok()
	expect(t, "by Stange's old number", a.strings("title", "practices", "nodes"), a.strings("title", "today", "nodes")...)
	expect(t, "tools by Flora's", a.strings("title", "tools", "nodes"), a.strings("title", "kinn", "nodes")...)
	if len(a.list("practices", "nodes")) == 0 || len(a.list("tools", "nodes")) == 0 {
		t.Error("the old numbers find nothing")
	}
	expect(t, "events by Flora's", a.strings("title", "events", "nodes"), "Lokalt utviklingsverksted i Flora")
	expect(t, "organisations by Flora's", a.strings("name", "organizations", "nodes"), "Kinn kommune")

	id := func(number string) string {
		return h.ask(
			`query($n: String!) { municipality(number: $n) { id } }`, map[string]any{"n": number},
		).ok().at("municipality", "id").(string)
	}
	s.put(t, "NETWORK", map[string]any{
		"kind": "PROFESSIONAL", "texts": []any{map[string]any{"language": "NB", "title": "Kystnettverket"}},
		"members": []any{
			map[string]any{"municipality": id("4602"), "from": "2021-01-01"}, map[string]any{"municipality": id("1580")},
		},
	})
	for number, want := range map[string][]string{
		"1401": {"Kystnettverket"}, "4602": {"Kystnettverket"}, "1534": {"Kystnettverket"}, "1507": {"Kystnettverket"}, "1508": nil, "0301": nil,
	} {
		a := h.ask(
			`query($n: String!) { networks(filter: {municipalities: [$n]}) { totalCount nodes { title } } }`,
			map[string]any{"n": number},
		).ok()
		expect(t, "networks by "+number, a.strings("title", "networks", "nodes"), want...)
	}
	a = h.ask(
		`{ networks(filter: {counties: ["46"]}) { nodes { title members { totalCount edges { from node { name } } } } } }`,
		nil,
	).ok()
	expect(t, "networks by county", a.strings("title", "networks", "nodes"), "Kystnettverket")

	// An entry that is tied to a former municipality itself is found by both numbers.
	s.put(t, "PRACTICE", map[string]any{
		"kind": "EXPERIENCE", "texts": []any{map[string]any{"language": "NB", "title": "Fra gamle Flora"}},
		"municipalities": []any{map[string]any{"municipality": id("1401"), "role": "CASE"}},
	})
	a = h.ask(
		`{ old: practices(filter: {municipalities: ["1401"]}) `+names+` new: practices(filter: {municipalities: ["4602"]}) `+names+` }`,
		nil,
	).ok()
	if !slices.Contains(a.strings("title", "old", "nodes"), "Fra gamle Flora") {
		t.Error("an entry of Flora itself is not found by Flora's number")
	}
	t.Logf("by the number of today: %v", a.strings("title", "new", "nodes"))
}
