package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/graph"
	"dugnad/graph/cursor"
	"dugnad/graph/generated"
)

// Codes of errors, and the codes that a case may get.
const (
	badInput   = "BAD_USER_INPUT"
	invalid    = "GRAPHQL_VALIDATION_FAILED"
	noParse    = "GRAPHQL_PARSE_FAILED"
	tooComplex = "TOO_COMPLEX"
)

var closedList = []string{
	badInput, invalid, noParse, tooComplex, "NOT_FOUND", "UNAUTHENTICATED", "FORBIDDEN", "CONFLICT", "RATE_LIMITED", "UNAVAILABLE",
	"CURSOR_EXPIRED", "INTERNAL", "PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED",
}

// inside matches what no answer may contain: messages of the database, of Go and of the file system, and suggestions of
// names.
var inside = []string{
	"did you mean", "select ", "sqlite", "pq:", "sql:", "syntax error at or near", "constraint", ".go:", "goroutine", "panic", "/work/", "/tmp/",
	"runtime error", "interface {}", "dugnad/", "invalid byte sequence",
}

// posted sends a body to /graphql, and checks what every answer to bad input must keep to.
func posted(t *testing.T, h *testHub, body []byte, headers ...string) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return sent(t, h, r)
}

func sent(t *testing.T, h *testHub, r *http.Request) *answer {
	t.Helper()
	begun := time.Now()
	a := h.send(r)
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the answer took %s", took)
	}
	for _, word := range inside {
		if strings.Contains(strings.ToLower(string(a.Body)), word) {
			t.Errorf("the answer tells of the inside (%q): %.500s", word, a.Body)
		}
	}
	if a.Status >= 500 {
		t.Errorf("status %d: %.500s", a.Status, a.Body)
	}
	for _, e := range a.Errors {
		if !slices.Contains(closedList, e.Extensions.Code) || e.Extensions.Code == "INTERNAL" {
			t.Errorf("code %q: %.500s", e.Extensions.Code, a.Body)
		}
	}
	return a
}

// refusedQuery asks under both media types and expects one of the codes, "" for none: under application/json with
// status 200, under application/graphql-response+json with 400, or 200 where there is data.
func refusedQuery(t *testing.T, h *testHub, query string, variables any, codes ...string) {
	t.Helper()
	refusedBody(t, h, rawBody(query, variables), codes...)
}

func rawBody(query string, variables any) []byte {
	b := map[string]any{"query": query}
	if variables != nil {
		b["variables"] = variables
	}
	text, err := json.Marshal(b)
	if err != nil {
		panic(err)
	}
	return text
}

func refusedBody(t *testing.T, h *testHub, body []byte, codes ...string) {
	t.Helper()
	for _, media := range []string{"application/json", "application/graphql-response+json"} {
		a := posted(t, h, body, "Accept", media)
		status := http.StatusOK
		if media != "application/json" && !bytes.Contains(a.Body, []byte(`"data":`)) {
			status = http.StatusBadRequest
		}
		if a.Status != status || !slices.Contains(codes, a.code()) ||
			!strings.HasPrefix(a.Header.Get("Content-Type"), media) {
			t.Errorf(
				"%s: %d %q %s; want %d and %v: %.300s\nto %.300s", media, a.Status, a.code(), a.Header.Get("Content-Type"),
				status, codes, a.Body, body,
			)
		}
	}
}

// stillAnswers checks that the hub answers a valid query.
func stillAnswers(t *testing.T, h *testHub) {
	t.Helper()
	a := h.ask(
		`{practices(first: 1) {totalCount nodes {id title themes {label}}} search(query: "open") {totalCount}}`, nil,
	)
	if len(a.Errors) > 0 || a.at("practices", "totalCount") == float64(0) || a.at("search", "totalCount") == float64(0) {
		t.Errorf("a good query is answered with %s", a.Body)
	}
}

// TestBadInput sends invalid input of every known kind: the answer is an error with a code, fast and without internals,
// and the hub continues to answer.
func TestBadInput(t *testing.T) {
	walker(t)
	eachWorld(t, []worldKind{nothing}, func(t *testing.T, worlds []*world) {
		h := worlds[0].testHub
		h.t = t
		t.Run("queries", func(t *testing.T) { badQueries(t, h) })
		t.Run("arguments", func(t *testing.T) { badArguments(t, h) })
		t.Run("ids", func(t *testing.T) { badIDs(t, h) })
		t.Run("cursors", func(t *testing.T) { badCursors(t, h) })
		t.Run("pages", func(t *testing.T) { badPages(t, h) })
		t.Run("filters that match nothing", func(t *testing.T) { emptyFilters(t, h) })
		t.Run("search", func(t *testing.T) { oddSearches(t, h) })
		t.Run("bodies", func(t *testing.T) { badBodies(t, h) })
		t.Run("by GET", func(t *testing.T) { badGets(t, h) })
		stillAnswers(t, h)
	})
}

func badQueries(t *testing.T, h *testHub) {
	nested := func(n int) string {
		return "{theme(slug: \"open\") {" + strings.Repeat("parent {", n) + "id" + strings.Repeat("}", n) + "}}"
	}
	aliases := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "a%d: practices {totalCount} ", i)
		}
		return "{" + b.String() + "}"
	}
	for name, c := range map[string]struct {
		query     string
		variables any
		codes     []string
	}{
		"only a comment":           {"# nothing", nil, []string{noParse, badInput, invalid}},
		"no end":                   {"{practices {totalCount}", nil, []string{noParse}},
		"two in one without names": {"{__typename} {__typename}", nil, []string{invalid, badInput}},
		"two of one name":          {"query a {__typename} query a {__typename}", nil, []string{invalid, badInput}},
		"control characters":       {"{practices\x01 {totalCount}}", nil, []string{noParse}},
		"an unknown field":         {"{practise {totalCount}}", nil, []string{invalid}},
		"an unknown field inside":  {"{practices {nodes {titel}}}", nil, []string{invalid}},
		"a hidden column":          {"{practices {nodes {sortTitleNb revision}}}", nil, []string{invalid}},
		"the editorial record":     {"{entries {id}}", nil, []string{invalid}},
		"a back-reference":         {`{theme(slug: "open") {practices {totalCount}}}`, nil, []string{invalid}},
		"a leaf with fields":       {"{practices {totalCount {x}}}", nil, []string{invalid}},
		"an object without fields": {"{practices}", nil, []string{invalid}},
		"an unknown fragment":      {"{practices {...f}}", nil, []string{invalid}},
		"an unused fragment":       {"{__typename} fragment f on Practice {id}", nil, []string{invalid}},
		"a fragment in itself": {
			"{practices {...f}} fragment f on PracticeConnection {...f}", nil, []string{invalid},
		},
		"a fragment on nothing":        {"{practices {...on Nothing {id}}}", nil, []string{invalid}},
		"an unknown directive":         {"{practices @hide {totalCount}}", nil, []string{invalid}},
		"a directive out of place":     {"{practices @inContext(languages: [NB]) {totalCount}}", nil, []string{invalid}},
		"the same name for two things": {"{a: practices {totalCount} a: tools {totalCount}}", nil, []string{invalid}},
		"an unknown argument":          {"{practices(draft: true) {totalCount}}", nil, []string{invalid}},
		"a status":                     {"{practices(status: DRAFT) {totalCount}}", nil, []string{invalid}},
		"an unknown filter":            {`{practices(filter: {title: "x"}) {totalCount}}`, nil, []string{invalid}},
		"a forbidden filter":           {"{practices(filter: {audience: MEMBERS}) {totalCount}}", nil, []string{invalid}},
		"a filter of a filter": {
			`{practices(filter: {not: {owner: {slug: "x"}}}) {totalCount}}`, nil, []string{invalid},
		},
		"an unknown filter, variable": {
			"query($f: PracticeFilter) {practices(filter: $f) {totalCount}}",
			map[string]any{"f": map[string]any{"audience": "MEMBERS"}},
			[]string{invalid, badInput},
		},
		"a deep unknown one, variable": {
			"query($f: PracticeFilter) {practices(filter: $f) {totalCount}}",
			map[string]any{"f": map[string]any{"not": map[string]any{"title": "x"}}},
			[]string{invalid, badInput},
		},
		"an unknown order":      {"{practices(orderBy: [{field: OWNER}]) {totalCount}}", nil, []string{invalid}},
		"a column as order":     {"{practices(orderBy: [{field: REVISION}]) {totalCount}}", nil, []string{invalid}},
		"an unknown enum value": {"{practices(filter: {kinds: [NOTHING]}) {totalCount}}", nil, []string{invalid}},
		"an enum as a string":   {`{practices(filter: {kinds: ["ADVICE"]}) {totalCount}}`, nil, []string{invalid}},
		"an enum value, variable": {
			"query($k: [PracticeKind!]) {practices(filter: {kinds: $k}) {totalCount}}",
			map[string]any{"k": []string{"NOTHING"}},
			[]string{invalid, badInput},
		},
		"an unknown language":     {"query @inContext(languages: [XX]) {__typename}", nil, []string{invalid}},
		"a text for a number":     {`{practices(first: "2") {totalCount}}`, nil, []string{invalid}},
		"a number for a text":     {"{municipality(number: 301) {id}}", nil, []string{invalid}},
		"a fraction for a number": {"{practices(first: 1.5) {totalCount}}", nil, []string{invalid}},
		"a list for a number":     {"{practices(first: [1]) {totalCount}}", nil, []string{invalid}},
		"an object for a list":    {"{practices(filter: {themes: {a: 1}}) {totalCount}}", nil, []string{invalid}},
		"null for what is needed": {"{node(id: null) {id}}", nil, []string{invalid}},
		"null in a list":          {"{nodes(ids: [null]) {id}}", nil, []string{invalid}},
		"a missing argument":      {"{node {id}}", nil, []string{invalid}},
		"a missing variable":      {"query($id: ID!) {node(id: $id) {id}}", nil, []string{invalid, badInput}},
		"null for a variable": {
			"query($id: ID!) {node(id: $id) {id}}", map[string]any{"id": nil}, []string{invalid, badInput},
		},
		"a variable of a wrong type": {
			"query($n: Int) {practices(first: $n) {totalCount}}", map[string]any{"n": "x"}, []string{invalid, badInput},
		},
		"an object for a variable": {
			"query($n: Int) {practices(first: $n) {totalCount}}",
			map[string]any{"n": map[string]any{}},
			[]string{invalid, badInput},
		},
		"a variable nobody declared":  {"{practices(first: $n) {totalCount}}", map[string]any{"n": 1}, []string{invalid}},
		"an unused variable":          {"query($n: Int) {__typename}", map[string]any{"n": 1}, []string{invalid}},
		"an unknown type of variable": {"query($n: Nothing) {practices(first: $n) {totalCount}}", nil, []string{invalid}},
		"a type that does not fit":    {"query($n: String) {practices(first: $n) {totalCount}}", nil, []string{invalid}},
		"variables of no one":         {"{__typename}", map[string]any{"x": map[string]any{"y": []int{1}}}, []string{""}},
		"a huge number": {
			"{practices(first: 99999999999999999999) {totalCount}}", nil, []string{invalid, badInput},
		},
		"a number of 40 bits": {"{practices(first: 1099511627776) {totalCount}}", nil, []string{invalid, badInput}},
		"a huge number, variable": {
			"query($n: Int) {practices(first: $n) {totalCount}}",
			map[string]any{"n": json.Number("99999999999999999999")},
			[]string{invalid, badInput},
		},
		"a huge population": {
			"{municipalities(filter: {populationAtLeast: 99999999999999999999}) {totalCount}}", nil, []string{invalid, badInput},
		},
		"a huge population, 40 bits": {
			"{municipalities(filter: {populationAtLeast: 1099511627776}) {totalCount}}", nil, []string{"", invalid, badInput},
		},
		"a mutation":                {"mutation {publish {id}}", nil, []string{invalid}},
		"a subscription to nothing": {"subscription {nothing {id}}", nil, []string{invalid}},
		"too deep":                  {nested(20), nil, []string{tooComplex}},
		"very deep":                 {nested(600), nil, []string{tooComplex, noParse}},
		"too many aliases":          {aliases(21), nil, []string{tooComplex}},
		"very many aliases":         {aliases(900), nil, []string{tooComplex, noParse}},
		"too costly": {
			"{practices(first: 100) {nodes {tools(first: 100) {nodes {reports(first: 100) {nodes {id}}}}}}}", nil,
			[]string{tooComplex},
		},
		"too costly by variables": {
			"query($n: Int) {practices(first: $n) {nodes {tools(first: $n) {nodes {reports(first: $n) {nodes {id}}}}}}}", map[string]any{"n": 100}, []string{tooComplex},
		},
		"too costly by fragments": {
			"{practices(first: 100) {...c}} fragment c on PracticeConnection {nodes {related(first: 100) {nodes {related(first: 100) {nodes {id}}}}}}", nil, []string{tooComplex},
		},
		"too many tokens": {"{" + strings.Repeat("__typename ", 5001) + "}", nil, []string{tooComplex, noParse}},
		"too many directives": {
			"{__typename " + strings.Repeat("@a", 3000) + "}", nil, []string{tooComplex, noParse, invalid},
		},
		"costly introspection": {
			"{__schema {types {fields {type {fields {type {fields {type {fields {name}}}}}}}}}}", nil, []string{tooComplex},
		},
		"an unknown type there": {`{__type(name: "Nothing") {name}}`, nil, []string{""}},
	} {
		t.Run(name, func(t *testing.T) { refusedQuery(t, h, c.query, c.variables, c.codes...) })
	}
	t.Run("an unknown operationName", func(t *testing.T) {
		refusedBody(t, h, []byte(`{"query": "query a {__typename}", "operationName": "b"}`), invalid, badInput)
	})
}

func badArguments(t *testing.T, h *testHub) {
	filter := func(s string) string { return "{practices(filter: {" + s + "}) {totalCount}}" }
	quoted := func(n int) string { return strings.TrimSuffix(strings.Repeat(`"open", `, n), ", ") }
	for name, c := range map[string]struct {
		query string
		codes []string
	}{
		"first 0":        {"{practices(first: 0) {totalCount}}", []string{"", badInput}},
		"first below 0":  {"{practices(first: -1) {totalCount}}", []string{badInput}},
		"first 101":      {"{practices(first: 101) {totalCount}}", []string{badInput}},
		"first 1000":     {"{practices(first: 1000) {totalCount}}", []string{badInput}},
		"last 1000":      {"{practices(last: 1000) {totalCount}}", []string{badInput}},
		"first and last": {"{practices(first: 1, last: 1) {totalCount}}", []string{badInput}},
		"nested first 101": {
			"{practices(first: 1) {nodes {tools(first: 101) {totalCount}}}}", []string{badInput},
		},
		"nested first below 0": {
			"{practices(first: 1) {nodes {tools(first: -1) {totalCount}}}}", []string{badInput},
		},
		"neither id nor slug":   {"{practice {id}}", []string{badInput}},
		"id and slug":           {`{practice(id: "pra_1", slug: "x") {id}}`, []string{badInput}},
		"id and number":         {`{municipality(id: "mun_1", number: "0301") {id}}`, []string{badInput}},
		"neither id nor number": {"{municipality {id}}", []string{badInput}},
		"null and null":         {"{practice(id: null, slug: null) {id}}", []string{badInput}},
		"a day that is not":     {filter(`issuedAfter: "2019-02-30"`), []string{badInput, invalid}},
		"no day":                {filter(`issuedAfter: "x"`), []string{badInput, invalid}},
		"an empty day":          {filter(`issuedAfter: ""`), []string{badInput, invalid}},
		"a day as a number":     {filter(`issuedAfter: 2019`), []string{badInput, invalid}},
		"a time as a day":       {filter(`issuedAfter: "2019-01-01T00:00:00Z"`), []string{badInput, invalid}},
		"a day as a time":       {filter(`publishedAfter: "2019-01-01"`), []string{badInput, invalid}},
		"no time":               {filter(`publishedAfter: "x"`), []string{badInput, invalid}},
		"an empty time":         {filter(`publishedAfter: ""`), []string{"", badInput, invalid}},
		"a year of five digits": {filter(`publishedAfter: "12019-01-01T00:00:00Z"`), []string{badInput, invalid}},
		"the last time":         {filter(`publishedAfter: "9999-12-31T23:59:59Z"`), []string{""}},
		"the first time":        {filter(`publishedAfter: "0001-01-01T00:00:00Z"`), []string{""}},
		"the year 0":            {filter(`publishedAfter: "0000-01-01T00:00:00Z"`), []string{"", badInput}},
		"evidence 99":           {filter(`evidenceAtLeast: 99`), []string{"", badInput}},
		"evidence below 0":      {filter(`evidenceAtLeast: -1`), []string{"", badInput}},
		"200 themes":            {filter("themes: [" + quoted(200) + "]"), []string{""}},
		"201 themes":            {filter("themes: [" + quoted(201) + "]"), []string{badInput}},
		"2000 themes":           {filter("themes: [" + quoted(2000) + "]"), []string{badInput}},
		"filters in filters": {
			filter(strings.Repeat("not: {", 6) + `themes: ["open"]` + strings.Repeat("}", 6)), []string{badInput},
		},
		"many branches": {
			filter("or: [" + strings.Repeat(`{themes: ["open"]} `, 21) + "]"), []string{badInput},
		},
		"100 filters in filters": {
			filter(strings.Repeat("and: [{", 100) + `themes: ["open"]` + strings.Repeat("}]", 100)), []string{badInput},
		},
		"NUL in a filter":              {filter(`themes: ["a\u0000b"]`), []string{badInput}},
		"half a surrogate in a filter": {filter(`themes: ["a\ud800b"]`), []string{"", badInput, noParse, invalid}},
		"a text of 10,001 characters":  {filter(`themes: ["` + strings.Repeat("a", 10_001) + `"]`), []string{badInput}},
		"an order of nothing":          {"{practices(orderBy: []) {totalCount}}", []string{"", badInput}},
		"the same order twice": {
			"{practices(orderBy: [{field: TITLE}, {field: TITLE, direction: DESC}]) {nodes {id} pageInfo {endCursor}}}",
			[]string{"", badInput},
		},
		"101 ids": {
			"{nodes(ids: [" + strings.Repeat(`"pra_1" `, 101) + "]) {id}}", []string{badInput},
		},
		"no ids": {"{nodes(ids: []) {id}}", []string{""}},
		"no languages": {
			"query @inContext(languages: []) {practices(first: 1) {nodes {title}}}", []string{"", badInput},
		},
		"the same language often": {
			"query @inContext(languages: [NB, NB, NB, NN, NB]) {practices(first: 1) {nodes {title}}}", []string{""},
		},
		"201 languages": {
			"query @inContext(languages: [" + strings.Repeat("NB ", 201) + "]) {practices(first: 1) {nodes {title}}}",
			[]string{badInput},
		},
		"suggest 0":        {`{suggest(text: "a", first: 0) {text}}`, []string{badInput}},
		"suggest 9":        {`{suggest(text: "a", first: 9) {text}}`, []string{badInput}},
		"suggest below 0":  {`{suggest(text: "a", first: -5) {text}}`, []string{badInput}},
		"suggest null":     {`{suggest(text: "a", first: null) {text}}`, []string{invalid}},
		"search 101":       {`{search(first: 101) {totalCount}}`, []string{badInput}},
		"search 0":         {`{search(first: 0) {totalCount}}`, []string{"", badInput}},
		"facet values 101": {`{facetValues(facet: THEME, first: 101) {value}}`, []string{badInput}},
		"facet values 0":   {`{facetValues(facet: THEME, first: 0) {value}}`, []string{"", badInput}},
		"values 0 of a facet": {
			`{search(facets: [THEME]) {facets {values(first: 0) {value}}}}`, []string{badInput},
		},
		"values 1001 of a facet": {
			`{search(facets: [THEME]) {facets {values(first: 1001) {value}}}}`, []string{badInput},
		},
		"changes 101":                      {`{changes(first: 101) {nodes {id}}}`, []string{badInput}},
		"changes of a type that is not":    {`{changes(filter: {types: [NOTHING]}) {nodes {id}}}`, []string{invalid}},
		"changes of no types":              {`{changes(filter: {types: []}) {nodes {id}}}`, []string{""}},
		"changes of a number that is none": {`{changes(filter: {municipalities: ["x"]}) {nodes {id}}}`, []string{badInput}},
	} {
		t.Run(name, func(t *testing.T) { refusedQuery(t, h, c.query, nil, c.codes...) })
	}
}

// oddTexts are texts with characters that are special in SQL, HTML, paths, numbers or Unicode.
var oddTexts = []string{
	"", " ", "'", `"`, `\`, "%", "_", "*", "?", "--", "'; DROP TABLE practices; --", "${x}", "{{x}}", "<script>", "../../etc/passwd", "\n", "\t", "\x01\x1f\x7f",
	"\u200b", "\u202e", "\ufeff", "\ufffd", "🌍", "e\u0301", "Ǆ", "ﬁ", "İ", "ß", strings.Repeat("a", 9000), strings.Repeat("æ ", 400), "null", "true", "-1", "1e999", "NaN",
}

func badIDs(t *testing.T, h *testHub) {
	ids := append([]string{
		"pra_", "pra", "pra_x", "PRA_01J00000000000000000000000", "xxx_01j00000000000000000000000", "_", "____", "pra_01j00000000000000000000000 ",
		"too_" + openID("PRACTICE")[4:], openID("TOOL"), idOf("the", "open"), idOf("ast", "open"), strings.ToUpper(openID("PRACTICE")),
		openID("PRACTICE") + "x", "pra_" + strings.Repeat("0", 5000), "pra_🌍", "pra_' OR 1=1 --", "pra_%",
	}, oddTexts...)
	for _, id := range ids {
		variables := map[string]any{"id": id, "ids": []string{id, id}}
		for _, query := range []string{
			"query($id: ID!) {node(id: $id) {__typename}}", "query($ids: [ID!]!) {nodes(ids: $ids) {__typename}}",
			"query($id: ID) {practice(id: $id) {id}}", "query($id: String) {practice(slug: $id) {id}}",
			"query($id: ID) {municipality(id: $id) {id}}", "query($id: String) {municipality(number: $id) {id}}",
			"query($id: ID) {theme(id: $id) {id}}", "query($id: String) {organization(slug: $id) {id}}",
			"query($ids: [ID!]) {collections(filter: {contains: $ids}) {totalCount}}",
		} {
			a := posted(t, h, rawBody(query, given(query, variables)))
			if code := a.code(); a.Status != http.StatusOK || code != "" {
				t.Errorf("%s with %.50q: %d %.300s", query, id, a.Status, a.Body)
			}
		}
	}
	for _, query := range []string{
		"query($id: ID!) {node(id: $id) {__typename}}", "query($id: ID) {practice(id: $id) {id}}", "query($id: String) {practice(slug: $id) {id}}",
		"query($id: String) {municipality(number: $id) {id}}", "query($id: String!) {suggest(text: $id) {text}}", "query($id: String) {search(query: $id) {totalCount}}",
		"query($id: Cursor) {practices(after: $id) {totalCount}}", "query($id: Date) {practices(filter: {issuedAfter: $id}) {totalCount}}",
	} {
		refusedQuery(t, h, query, map[string]any{"id": "pra_\x00"}, badInput, invalid)
		refusedQuery(t, h, query, map[string]any{"id": strings.Repeat("a", 10_001)}, badInput, invalid)
	}
	for _, id := range []string{`"pra_\ud800"`, "123", "1.5", "true", "[]", "{}"} {
		a := posted(t, h, []byte(`{"query": "query($id: ID!) {node(id: $id) {id}}", "variables": {"id": `+id+`}}`))
		if len(a.Errors) == 0 && !bytes.Contains(a.Body, []byte(`"node":null`)) {
			t.Errorf("id %s: %s", id, a.Body)
		}
	}
}

// given returns the variables that the query declares.
func given(query string, variables map[string]any) map[string]any {
	out := make(map[string]any)
	for name, v := range variables {
		if strings.Contains(query, "$"+name+":") {
			out[name] = v
		}
	}
	return out
}

// cursorList is a list that takes a cursor: the text before and after its arguments, and its path in the answer.
type cursorList struct {
	name, before, after string
	path                []any
	backwards           bool
}

func (l cursorList) query(arguments string) string {
	declared := ""
	if strings.Contains(arguments, "$at") {
		declared = "query($at: Cursor) "
	}
	return declared + "{" + l.before + "(" + arguments + ") {edges {cursor} pageInfo {endCursor}}" + l.after + "}"
}

// cursorLists returns all lists of the schema that take a cursor, at the root and inside entries.
func cursorLists() []cursorList {
	s := generated.NewExecutableSchema(generated.Config{}).Schema()
	takes := func(f *ast.FieldDefinition) bool { return f.Arguments.ForName("after") != nil }
	var all []cursorList
	for _, f := range s.Query.Fields {
		if takes(f) && !forEditors(f.Name) {
			all = append(
				all, cursorList{name: f.Name, before: f.Name, path: []any{f.Name}, backwards: f.Arguments.ForName("before") != nil},
			)
		}
	}
	for _, t := range contentTypes {
		one, many := asked(t)
		for _, f := range s.Types[typeName(t)].Fields {
			if takes(f) {
				all = append(all,
					cursorList{
						name: one + "." + f.Name, before: fmt.Sprintf("%s(id: %q) {%s", one, openID(t), f.Name), after: "}",
						path: []any{one, f.Name},
					},
					cursorList{
						name: many + "." + f.Name, before: fmt.Sprintf("%s(first: 5) {nodes {%s", many, f.Name), after: "}}",
						path: []any{many, "nodes", 1, f.Name},
					})
			}
		}
	}
	return all
}

func badCursors(t *testing.T, h *testHub) {
	lists, mark := cursorLists(), ""
	if len(lists) < 40 {
		t.Fatalf("only %d lists take a cursor", len(lists))
	}
	one := func(l cursorList, viewer string) string {
		a := h.askAs(viewer, l.query("first: 1")+mark, nil).ok()
		c, _ := a.at(append(l.path, "pageInfo", "endCursor")...).(string)
		if c == "" {
			t.Fatalf("%s gives no cursor: %s", l.name, a.Body)
		}
		return c
	}
	good := make(map[string]string)
	foreign := make(map[string]string)
	for _, l := range lists {
		good[l.name] = one(l, "")
	}
	own := h.sealer
	other, err := cursor.NewSealer([]byte("the key of another hub"))
	if err != nil {
		t.Fatal(err)
	}
	h.sealer, mark = other, " # by another hub, which has kept no answer of this one"
	for _, l := range lists {
		foreign[l.name] = one(l, "")
	}
	h.sealer, mark = own, ""
	flip := func(c string, at int) string {
		raw, err := base64.RawURLEncoding.DecodeString(c)
		if err != nil {
			t.Fatal(err)
		}
		raw[(at+len(raw))%len(raw)] ^= 1
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	for _, l := range lists {
		mine := good[l.name]
		if a := h.ask(l.query("first: 2, after: $at"), map[string]any{"at": mine}); len(a.Errors) > 0 {
			t.Errorf("%s does not take its own cursor: %s", l.name, a.Body)
		}
		bad := map[string]string{
			"nothing": "", "garbage": "abc", "no base64": "!!!", "an id": openID("PRACTICE"), "a number": "1", "long": strings.Repeat("A", 9000),
			"truncated": mine[:len(mine)-4], "half": mine[:len(mine)/2], "a character": mine[:1], "more": mine + "AAAA", "padded": mine + "==", "spaced": " " + mine,
			"first bit": flip(mine, 0), "middle bit": flip(mine, 100), "last bit": flip(mine, -1), "another key": foreign[l.name], "another viewer": one(l, "member"),
			"entgql's own": base64.RawURLEncoding.EncodeToString([]byte("\x82\xa1i\xa3pra\xa1v\xc0")), "unicode": "🌍",
		}
		for name, c := range good {
			if parts := strings.Split(name, "."); parts[len(parts)-1] != l.name[strings.LastIndex(l.name, ".")+1:] && len(bad) < 22 {
				bad["of "+name] = c
			}
		}
		for name, c := range bad {
			for _, arguments := range []string{"after: $at", "first: 1, after: $at", "last: 1, before: $at"} {
				if strings.HasPrefix(arguments, "last") && !l.backwards {
					continue
				}
				a := posted(t, h, rawBody(l.query(arguments), map[string]any{"at": c}))
				if a.code() != badInput {
					t.Errorf("%s takes a cursor that is %s (%s): %.300s", l.name, name, arguments, a.Body)
				}
			}
		}
		refusedQuery(t, h, l.query("after: 12"), nil, badInput, invalid)
		refusedQuery(
			t, h, strings.Replace(l.query("after: [$at]"), "$at: Cursor", "$at: Cursor!", 1), map[string]any{"at": mine},
			badInput, invalid,
		)
	}
	for _, ct := range contentTypes {
		_, many := asked(ct)
		by := func(order string) string {
			return "query($at: Cursor) {" + many + "(first: 1, after: $at, orderBy: [" + order + "]) {pageInfo {endCursor}}}"
		}
		a := h.ask(by("{field: TITLE}"), nil).ok()
		title := a.at(many, "pageInfo", "endCursor")
		for _, order := range []string{"{field: TITLE, direction: DESC}", "{field: ISSUED}", "{field: TITLE}, {field: ISSUED}"} {
			refusedQuery(t, h, by(order), map[string]any{"at": title}, badInput)
		}
		refusedQuery(
			t, h, strings.Replace(by("{field: TITLE}"), ") {", ") @inContext(languages: [EN]) {", 1),
			map[string]any{"at": title}, badInput,
		)
	}
}

func badPages(t *testing.T, h *testHub) {
	for _, l := range cursorLists() {
		refusedQuery(t, h, l.query("first: 101"), nil, badInput)
		refusedQuery(t, h, l.query("first: -1"), nil, badInput)
		refusedQuery(t, h, l.query("first: 2147483648"), nil, badInput, invalid)
		refusedQuery(t, h, l.query("first: 0"), nil, "", badInput)
		if l.backwards {
			for _, arguments := range []string{"last: 101", "last: -1", "first: 1, last: 1"} {
				refusedQuery(t, h, l.query(arguments), nil, badInput)
			}
		}
	}
}

// emptyFilters sets every text of every filter to values that match nothing.
func emptyFilters(t *testing.T, h *testHub) {
	es := generated.NewExecutableSchema(generated.Config{})
	s := es.Schema()
	values := &graph.FilterValues{}
	if err := values.Validate(es); err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Query.Fields {
		argument := f.Arguments.ForName("filter")
		// that has search's; these are null for readers
		if argument == nil || f.Name == "facetValues" || f.Name == "auditEvents" || f.Name == "deliveries" {
			continue
		}
		count := "totalCount"
		if f.Name == "changes" {
			count = "pageInfo {hasNextPage}"
		}
		for _, field := range s.Types[argument.Type.Name()].Fields {
			text := slices.Contains([]string{"String", "ID"}, field.Type.Name())
			list := field.Type.Elem != nil
			if list && !slices.Contains([]string{"and", "or"}, field.Name) {
				a := posted(
					t, h, rawBody(fmt.Sprintf("{%s(filter: {%s: []}) {%s nodes {__typename}}}", f.Name, field.Name, count), nil),
				)
				if len(a.Errors) > 0 {
					t.Errorf("%s of no %s: %s", f.Name, field.Name, a.Body)
				}
			}
			if !text {
				continue
			}
			query := fmt.Sprintf(
				"query($v: %s) {%s(filter: {%s: $v}) {%s nodes {__typename}}}", field.Type.String(), f.Name, field.Name, count,
			)
			for _, odd := range oddTexts {
				var v any = odd
				if list {
					v = []string{odd}
				}
				a := posted(t, h, rawBody(query, map[string]any{"v": v}))
				if values.Checks(argument.Type.Name() + "." + field.Name) { // TestFilterValues has more of them
					if a.code() != badInput {
						t.Errorf("%s of %s %.30q: %.300s", f.Name, field.Name, odd, a.Body)
					}
					continue
				}
				if len(a.Errors) > 0 || list && !bytes.Contains(a.Body, []byte(`"nodes":[]`)) {
					t.Errorf("%s of %s %.30q: %.300s", f.Name, field.Name, odd, a.Body)
				}
			}
		}
	}
}

func oddSearches(t *testing.T, h *testHub) {
	words := append([]string{
		strings.Repeat("a", 10_000), strings.Repeat("æ", 10_000), strings.Repeat("ab ", 3333), strings.Repeat(`"a" `, 2500), strings.Repeat(`"`, 10_000),
		strings.Repeat("-", 10_000), strings.Repeat("-a ", 3333), `"`, `""`, `"""`, `-`, `--`, `-"`, `-""`, `+ - && || ! ( ) { } [ ] ^ " ~ * ? : \ /`, "title:open", "open~5",
		"open^9", "/open/", "[a TO z]", "a AND b OR NOT c", "*", "o*", strings.Repeat("🌍", 2500), strings.Repeat("a\u0301", 3000),
	}, oddTexts...)
	for _, w := range words {
		for _, query := range []string{
			"query($w: String) {search(query: $w, facets: [TYPE, THEME]) {totalCount edges {highlights {html}} facets {facet values {value count}}}}",
			"query($w: String) {facetValues(facet: THEME, query: $w) {value}}", "query($w: String) {facetValues(facet: MUNICIPALITY, startingWith: $w) {value}}",
			"query($w: String!) {suggest(text: $w) {text}}", "query($w: String) {organizations(filter: {name: $w}) {totalCount}}",
			"query($w: String) {municipalities(filter: {name: $w}) {totalCount}}",
		} {
			a := posted(t, h, rawBody(query, map[string]any{"w": w}))
			if code := a.code(); a.Status != http.StatusOK || code != "" && code != badInput {
				t.Errorf("%s with %.40q: %d %.300s", query, w, a.Status, a.Body)
			}
		}
	}
	for _, query := range []string{
		"query($v: [String!]) {search(filter: {themes: $v, organizations: $v, methods: $v, targetGroups: $v, counties: $v, municipalities: $v, kinds: $v}, facets: [THEME, ORGANIZATION, COUNTY, MUNICIPALITY, KIND]) {totalCount facets {values {value label count selected}}}}",
		"query($v: [String!]) {facetValues(facet: THEME, filter: {themes: $v, organizations: $v}) {value label}}",
	} {
		for _, odd := range oddTexts {
			if a := posted(t, h, rawBody(query, map[string]any{"v": []string{odd}})); a.code() != badInput {
				t.Errorf("%s with %.30q: %.300s", query, odd, a.Body)
			}
		}
	}
	for _, query := range []string{
		`{search(filter: {issuedAfter: "1000-01-01", issuedBefore: "1000-01-01"}) {totalCount}}`,
		"{search(filter: {types: []}) {totalCount}}", "{search(facets: []) {totalCount facets {facet}}}", "{search(facets: [TYPE, TYPE, TYPE]) {totalCount facets {facet}}}", "{search(filter: {}) {totalCount}}",
	} {
		if a := posted(t, h, rawBody(query, nil)); len(a.Errors) > 0 {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
}

func badBodies(t *testing.T, h *testHub) {
	large := []byte(`{"query": "{__typename}", "x": "` + strings.Repeat("a", 5<<20) + `"}`)
	good := []byte(`{"query": "{__typename}"}`)
	for name, c := range map[string]struct {
		body    []byte
		status  int
		headers []string
	}{
		"nothing":                  {nil, 400, nil},
		"spaces":                   {[]byte("  \n"), 400, nil},
		"no JSON":                  {[]byte("{practices {totalCount}}"), 400, nil},
		"half":                     {[]byte(`{"query": "{__type`), 400, nil},
		"something after it":       {[]byte(`{"query": "{__typename}"} {}`), 400, nil},
		"a batch":                  {[]byte(`[{"query": "{__typename}"}]`), 400, nil},
		"an empty batch":           {[]byte("[]"), 400, nil},
		"null":                     {[]byte("null"), 400, nil},
		"a text":                   {[]byte(`"{__typename}"`), 400, nil},
		"a number":                 {[]byte("1"), 400, nil},
		"no query":                 {[]byte("{}"), 400, nil},
		"spaces for the query":     {[]byte(`{"query": "  \n "}`), 400, nil},
		"null for the query":       {[]byte(`{"query": null}`), 400, nil},
		"a number for the query":   {[]byte(`{"query": 1}`), 400, nil},
		"an object for the query":  {[]byte(`{"query": {}}`), 400, nil},
		"a list of variables":      {[]byte(`{"query": "{__typename}", "variables": []}`), 400, nil},
		"a text of variables":      {[]byte(`{"query": "{__typename}", "variables": "{}"}`), 400, nil},
		"a number of an operation": {[]byte(`{"query": "{__typename}", "operationName": 1}`), 400, nil},
		"a list of extensions":     {[]byte(`{"query": "{__typename}", "extensions": []}`), 400, nil},
		"a persisted query": {
			[]byte(`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}}`), 0, nil,
		},
		"a NUL":       {[]byte("{\"query\": \"{__typename\x00}\"}"), 400, nil},
		"wrong UTF-8": {[]byte("{\"query\": \"{practice(slug: \\\"\xff\\\") {id}}\"}"), 400, nil},
		"wrong UTF-8 in a variable": {[]byte(
			"{\"query\": \"query($s: String) {practice(slug: $s) {id}}\", \"variables\": {\"s\": \"\xc3\x28\"}}",
		), 400, nil},
		"UTF-16":            {[]byte("\xff\xfe{\x00}\x00"), 400, nil},
		"a byte order mark": {append([]byte("\xef\xbb\xbf"), good...), 400, nil},
		"a deep one": {[]byte(
			`{"query": "{__typename}", "variables": ` + strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000) + "}",
		), 0, nil},
		"5 MB":               {large, 413, nil},
		"5 MB of a member":   {large, 413, []string{viewerHeader, "member"}},
		"65 KB":              {large[:65<<10], 413, nil},
		"text/plain":         {good, 415, []string{"Content-Type", "text/plain"}},
		"no media type":      {good, 415, []string{"Content-Type", ""}},
		"a wrong media type": {good, 415, []string{"Content-Type", "json"}},
		"a form": {
			[]byte("query={__typename}"), 415, []string{"Content-Type", "application/x-www-form-urlencoded"},
		},
		"application/graphql": {[]byte("{__typename}"), 415, []string{"Content-Type", "application/graphql"}},
		"multipart": {
			[]byte("--x\r\n\r\n--x--"), 415, []string{"Content-Type", "multipart/form-data; boundary=x"},
		},
		"latin1":           {good, 415, []string{"Content-Type", "application/json; charset=latin1"}},
		"said to be gzip":  {good, 415, []string{"Content-Encoding", "gzip"}},
		"an answer in XML": {good, 406, []string{"Accept", "text/xml"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := posted(t, h, c.body, c.headers...)
			if c.status != 0 && a.Status != c.status {
				t.Errorf("status %d, want %d: %.300s", a.Status, c.status, a.Body)
			}
			if len(a.Errors) == 0 && name != "a deep one" || bytes.Contains(a.Body, []byte(`"data":`)) && name != "a deep one" {
				t.Errorf("no error: %.300s", a.Body)
			}
			if len(a.Body) > 10_000 {
				t.Errorf("the answer has %d bytes", len(a.Body))
			}
		})
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		r, err := http.NewRequestWithContext(t.Context(), method, h.url+"/graphql", bytes.NewReader(good))
		if err != nil {
			t.Fatal(err)
		}
		if a := sent(t, h, r); a.Status != http.StatusMethodNotAllowed || len(a.Errors) == 0 {
			t.Errorf("%s: %d %.300s", method, a.Status, a.Body)
		}
	}
}

func badGets(t *testing.T, h *testHub) {
	for name, c := range map[string]struct {
		query  string
		status int
	}{
		"no query":       {"", 400},
		"an empty query": {"query=", 400},
		"a mutation":     {"query=" + url.QueryEscape("mutation {publish {id}}"), 0},
		"a mutation beside": {"query=" + url.QueryEscape("query a {__typename} mutation b {publish {id}}") +
			"&operationName=b", 0},
		"wrong escapes":          {"query=%zz", 400},
		"wrong UTF-8":            {"query=%7B__typename%ff%7D", 400},
		"a NUL":                  {"query=%7B__typename%00%7D", 400},
		"variables are no JSON":  {"query=%7B__typename%7D&variables=x", 400},
		"variables are a list":   {"query=%7B__typename%7D&variables=[]", 400},
		"extensions are no JSON": {"query=%7B__typename%7D&extensions=x", 400},
		"an unknown field":       {"query=%7Bx%7D", 400},
		"an unknown operation":   {"query=" + url.QueryEscape("query a {__typename}") + "&operationName=b", 400},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/graphql?"+c.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "application/graphql-response+json")
			a := sent(t, h, r)
			if c.status != 0 && a.Status != c.status || a.Status < 400 || len(a.Errors) == 0 {
				t.Errorf("%d %.300s", a.Status, a.Body)
			}
		})
	}
}
