package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entgo.io/ent/dialect"

	"dugnad/schema"
)

// listPlans holds how the database reads lists: for every content type, each filter by reference data, alone, joined
// with another, negated and in an or, for the first page and for one behind a cursor, with the total and without, in
// each order. Each is one statement. On SQLite no table and no index is read from end to end for it, except that
// a page reads the index of its order.
func listPlans(t *testing.T, h *testHub) {
	if err := h.db.Analyze(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h.db.Dialect() == dialect.SQLite {
		h.enlarge(t)
	}
	demands := []string{
		`themes: ["introduction"]`, `targetGroups: ["refugees"]`, `methods: ["interview"]`, `lawSections: []`,
		`municipalities: ["0301"]`, `counties: ["46"]`, `organizations: ["ks"]`,
	}
	demands[2] = fmt.Sprintf("methods: [%q]", h.ask(`{ methods(first: 1) { nodes { slug } } }`, nil).ok().at("methods", "nodes", 0, "slug"))
	demands[3] = fmt.Sprintf("lawSections: [%q]",
		h.ask(`{ lawSections(first: 1) { nodes { slug } } }`, nil).ok().at("lawSections", "nodes", 0, "slug"))
	filters := []string{"", demands[0] + ", " + demands[5], fmt.Sprintf("and: [{%s}, {%s}]", demands[1], demands[6])}
	for _, d := range demands {
		filters = append(filters, d, fmt.Sprintf("not: {%s}", d), fmt.Sprintf("or: [{%s}, {%s}]", d, demands[0]))
	}
	orders := []string{"ISSUED", "PUBLISHED_AT", "UPDATED_AT", "TITLE"}
	for i, filter := range filters {
		for _, of := range schema.ContentTypes() {
			order, total := orders[(i+len(of.Plural))%len(orders)], "totalCount"
			if strings.HasPrefix(filter, "or") {
				total = ""
			}
			t.Run(of.Plural+" "+filter, func(t *testing.T) {
				list := func(after string) *answer {
					return h.in(t).ask(fmt.Sprintf(
						`{ %s(first: 2%s, filter: {%s}, orderBy: [{field: %s, direction: DESC}]) { %s pageInfo { endCursor } nodes { id title } } }`,
						of.Plural, after, filter, order, total,
					), nil).ok()
				}
				first := list("")
				h.planned(t, first, of, filter, total != "")
				if end, ok := first.at(of.Plural, "pageInfo", "endCursor").(string); ok {
					h.planned(t, list(fmt.Sprintf(", after: %q", end)), of, filter, total != "" || len(first.at(of.Plural, "nodes").([]any)) == 0)
				}
			})
		}
	}
}

// enlarge makes SQLite plan as if each table had a thousand times as many rows, and each value of an index a hundred
// times as many.
func (h *testHub) enlarge(t *testing.T) {
	t.Helper()
	rows, err := h.db.DB().QueryContext(t.Context(), "SELECT rowid, stat FROM sqlite_stat1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	stats := make(map[int]string)
	for rows.Next() {
		var id int
		var stat string
		if err := rows.Scan(&id, &stat); err != nil {
			t.Fatal(err)
		}
		numbers := strings.Fields(stat)
		for i, n := range numbers {
			switch v, err := strconv.Atoi(n); {
			case err != nil:
			case i == 0:
				numbers[i] = strconv.Itoa(v * 1000)
			case v > 1:
				numbers[i] = strconv.Itoa(v * 100)
			}
		}
		stats[id] = strings.Join(numbers, " ")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for id, stat := range stats {
		if _, err := h.db.DB().ExecContext(t.Context(), "UPDATE sqlite_stat1 SET stat = ? WHERE rowid = ?", stat, id); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.db.DB().ExecContext(t.Context(), "ANALYZE sqlite_schema"); err != nil { // it reads them again
		t.Fatal(err)
	}
}

var parameter = regexp.MustCompile(`\$\d+|\?`)

// planned fails the test if the answer did not come from one statement with a good plan.
func (h *testHub) planned(t *testing.T, a *answer, of schema.ContentInfo, filter string, counted bool) {
	t.Helper()
	most := 1
	if counted && len(a.at(of.Plural, "nodes").([]any)) == 0 { // no row tells the count
		most = 2
	}
	if n := len(a.Statements); n < 1 || n > most {
		t.Fatalf("%d statements: %q", len(a.Statements), a.Statements)
	}
	text := a.Statements[0]
	if h.db.Dialect() == dialect.Postgres {
		if filter != "" && !strings.Contains(text, `"terms" && $`) {
			t.Errorf("not found by its terms: %s", text)
		}
		return
	}
	rows, err := h.db.DB().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, len(parameter.FindAllString(text, -1)))...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var what string
		if err := rows.Scan(&id, &parent, &unused, &what); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, what)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(plan, func(what string) bool {
		return strings.HasPrefix(what, "SCAN ") && !strings.HasPrefix(what, "SCAN matching") && !strings.HasPrefix(what, "SCAN (subquery")
	}) {
		t.Errorf("reads a whole table:\n%s\n%s", strings.Join(plan, "\n"), text)
	}
}
