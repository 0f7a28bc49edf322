package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/access"
	"dugnad/graph/generated"
	"dugnad/schema"
)

// matrixRoles are the callers of the matrix, in the order of its columns.
var matrixRoles = []string{
	"anonymous", "publishable", "preview", "stranger", "readkey", "draftkey", "CONTRIBUTOR", "EDITOR", "ADMIN", "HUB_EDITOR", "HUB_ADMIN",
}

// matrixLetters stand for the states in a cell.
var matrixLetters = map[state]string{
	neverPublished: "D", newerDraft: "N", forMembers: "M", withdrawn: "W", madeMembers: "X",
}

const matrixHead = `# What each role sees of hidden content: a letter for each state in which something of it is seen, - for nothing.
# D a draft that was never published. N what is live of an entry with a newer draft, of a field what the draft says. M published for members.
# W withdrawn. X published for members after it had been public. preview is a token for D, N and W; stranger an ADMIN of another organisation;
# readkey and draftkey SECRET keys with the scopes READ, and READ and DRAFTS.
# Fields that hold nothing by which a state could be told are not listed. UPDATE=1 go test ./server -run VisibilityMatrix
`

// matrix queries every field of every type as every role, in every way of reading.
type matrix struct {
	*world
	s        *ast.Schema
	callers  map[string]string                        // what each role sends
	previews map[schema.ContentType]string            // the token for each type
	rows     map[string]map[string]map[state]struct{} // by what was asked and role
}

func TestVisibilityMatrix(t *testing.T) {
	walker(t)
	const golden = "testdata/matrix.txt"
	var logged lockedBuffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	// Not beside other tests: the log is everybody's.
	bothDialects(t, func(t *testing.T, dialect string) {
		m := newMatrix(newWorld(newTestHub(t, emptyOptions(t, dialect)), everything))
		for _, ct := range matrixTypes() {
			m.fields(ct)
			m.lists(ct)
			m.records(ct)
		}
		got := m.String()
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
			t.Errorf("what is seen is not what %s says:\n%s", golden, d)
		}
		m.leavesNothing(t, logged.String())
	})
}

// matrixTypes returns the types that the matrix is about: all, or the one that scripts/newtype has added.
func matrixTypes() []schema.ContentType {
	if added := os.Getenv("HUB_TEST_MATRIX_TYPE"); added != "" {
		return []schema.ContentType{schema.ContentType(added)}
	}
	return contentTypes
}

// leavesNothing searches for canaries outside answers: in the log, which has every request of the matrix, and in the
// files of the public index.
func (m *matrix) leavesNothing(t *testing.T, logged string) {
	t.Helper()
	if !strings.Contains(logged, "msg=request") {
		t.Error("the log shows no requests")
	}
	for line := range strings.Lines(logged) {
		if strings.Contains(line, "kanari") || strings.Contains(line, "dugnad_") {
			t.Errorf("the log has what is hidden, or a secret: %.1000s", line)
			break
		}
	}
	held := map[bool]int{}
	err := filepath.WalkDir(filepath.Join(m.config.Data, searchFolder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		public := strings.Contains(path, "/public/")
		if bytes.Contains(text, []byte("kanari")) {
			held[public]++
			if public {
				t.Errorf("%s has a canary in it", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if held[false] == 0 {
		t.Error("no canary is found in the members' index: the files do not show what they hold")
	}
}

// lockedBuffer is a buffer for concurrent writers.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newMatrix(w *world) *matrix {
	w.t.Helper()
	m := &matrix{
		world: w, s: generated.NewExecutableSchema(generated.Config{}).Schema(), callers: map[string]string{"anonymous": ""},
		previews: make(map[schema.ContentType]string), rows: make(map[string]map[string]map[state]struct{}),
	}
	ctx := access.WithViewer(w.t.Context(), access.System("test"))
	open, other := idOf("org", "open"), idOf("org", "lukket")
	n := &newsroom{testHub: w.testHub}
	for name, a := range people(open, other) {
		id, err := w.makeAccount(ctx, name, a)
		if err != nil {
			w.t.Fatal(err)
		}
		m.callers[name] = n.token(id)
	}
	for name, k := range map[string]access.NewKey{
		"publishable": {Kind: schema.PublishableKey, Origins: []string{"https://partner.example"}},
		"readkey":     {Kind: schema.SecretKey, Role: schema.Editor, Scopes: []access.KeyScope{access.ScopeRead}},
		"draftkey": {
			Kind: schema.SecretKey, Role: schema.Editor, Scopes: []access.KeyScope{access.ScopeRead, access.ScopeDrafts},
		},
	} {
		k.Organization, k.Name = open, name
		_, secret, err := w.accounts.CreateKey(ctx, k)
		if err != nil {
			w.t.Fatal(err)
		}
		m.callers[name] = secret
	}
	for _, t := range contentTypes {
		_, secret, err := w.accounts.CreatePreview(ctx, access.Previewed{Entries: []string{
			hiddenID(t, neverPublished), hiddenID(t, newerDraft), hiddenID(t, withdrawn),
		}}, 0)
		if err != nil {
			w.t.Fatal(err)
		}
		m.previews[t] = secret
	}
	return m
}

func (m *matrix) caller(role string, t schema.ContentType) string {
	if role == "preview" {
		return m.previews[t]
	}
	return m.callers[role]
}

// sees records that the role sees something of the state.
func (m *matrix) sees(row, role string, s state) {
	m.asked(row)
	if m.rows[row][role] == nil {
		m.rows[row][role] = make(map[state]struct{})
	}
	m.rows[row][role][s] = struct{}{}
}

func (m *matrix) asked(row string) {
	if m.rows[row] == nil {
		m.rows[row] = make(map[string]map[state]struct{})
	}
}

func (m *matrix) String() string {
	var b strings.Builder
	b.WriteString(matrixHead)
	width := 0
	for row := range m.rows {
		width = max(width, len(row))
	}
	fmt.Fprintf(&b, "%-*s", width, "")
	for _, role := range matrixRoles {
		fmt.Fprintf(&b, "  %-*s", max(5, len(role)), role)
	}
	for _, row := range slices.Sorted(maps.Keys(m.rows)) {
		fmt.Fprintf(&b, "\n%-*s", width, row)
		for _, role := range matrixRoles {
			cell := ""
			for _, s := range states() {
				if _, seen := m.rows[row][role][s]; seen {
					cell += matrixLetters[s]
				}
			}
			if cell == "" {
				cell = "-"
			}
			fmt.Fprintf(&b, "  %-*s", max(5, len(role)), cell)
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// marked reports whether a value contains text that only the hidden document has.
func marked(text string, t schema.ContentType, s state) bool {
	marks := []string{canary(t, s), "lukket", "2021-", idOf("ast", "hidden "+string(t)+string(s))}
	for _, prefix := range []string{"org", "mun", "dis", "the", "tgr", "met", "law", "con"} {
		marks = append(marks, idOf(prefix, "lukket"))
	}
	if s != newerDraft { // of that a live row is for everybody
		marks = append(marks, `"`+hiddenID(t, s)+`"`, "/id/"+hiddenID(t, s))
	}
	return slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(text, mark) })
}

// unmarked are the fields whose values cannot identify a hidden document.
var unmarked = map[string]string{
	"language": "of the reader", "isFallback": "of the reader", "languages": "a closed list", "audience": "a closed list", "version": "a number",
	"publishedAt": "a time of the hub", "updatedAt": "a time of the hub", "owner": "the same for all", "kind": "a closed list",
	"editionYear": "not filled", "sampleSize": "not filled", "value": "not filled", "currency": "not filled", "online": "not filled",
	"participants": "not filled", "runningTime": "not filled", "key": "not filled", "slug": "not filled in documents",
	"practices": "of others", "tools": "of others", "reports": "of others", "items": "of others",
}

// askAll queries root fields as the role, a few at a time, and returns the answer of each as JSON. In a preview, fields
// that know published content only are null.
func (m *matrix) askAll(role string, t schema.ContentType, roots map[string]string) map[string]string {
	m.t.Helper()
	answers := make(map[string]string, len(roots))
	for rows := range slices.Chunk(slices.Sorted(maps.Keys(roots)), 15) {
		var b strings.Builder
		aliases := make(map[string]string, len(rows))
		for i, row := range rows {
			field, _, _ := strings.Cut(roots[row], "(")
			if role == "preview" &&
				slices.Contains([]string{"search", "suggest", "similar", "changes", "publishedVersion"}, field) {
				answers[row] = "null"
				continue
			}
			alias := fmt.Sprintf("a%d", i)
			aliases[alias] = row
			fmt.Fprintf(&b, "%s: %s ", alias, roots[row])
		}
		if b.Len() == 0 {
			continue
		}
		a := m.askAs(m.caller(role, t), "{"+b.String()+"}", nil)
		if a.Status != http.StatusOK || len(a.Errors) > 0 {
			m.t.Fatalf("%s as %s: %d %.300s", b.String(), role, a.Status, a.Body)
		}
		for alias, row := range aliases {
			text, err := json.Marshal(a.Data[alias])
			if err != nil {
				m.t.Fatal(err)
			}
			answers[row] = string(text)
		}
	}
	return answers
}

// fields queries every field of the type: as readers do, by node, in the newest revision as editors do, and in the
// published version.
func (m *matrix) fields(t schema.ContentType) {
	m.t.Helper()
	one, _ := asked(t)
	def, document := m.s.Types[typeName(t)], m.s.Types[typeName(t)+"Document"]
	all, written := selection(m.s, def, 2), selection(m.s, document, 3)
	written = fmt.Sprintf("{document {...on %s {%s}}}", document.Name, written)
	for _, role := range matrixRoles {
		for _, s := range states() {
			id := hiddenID(t, s)
			answers := m.askAll(role, t, map[string]string{
				"read": fmt.Sprintf(`%s(id: %q) {%s}`, one, id, all), "node": fmt.Sprintf(
					`node(id: %q) {...on %s {%s}}`, id, def.Name, all,
				),
				"revision":  fmt.Sprintf(`entry(id: %q) {head %s}`, id, written),
				"version 1": fmt.Sprintf(`publishedVersion(entry: %q, version: 1) %s`, id, written),
				"version 2": fmt.Sprintf(`publishedVersion(entry: %q, version: 2) %s`, id, written),
			})
			note := func(channel, text string, def *ast.Definition, each bool) {
				var fields map[string]json.RawMessage
				if err := json.Unmarshal([]byte(text), &fields); err != nil {
					m.t.Fatal(err)
				}
				for _, f := range def.Fields {
					row := string(t) + " " + channel + ", any field"
					if each {
						row = string(t) + " " + channel + " " + f.Name
					}
					if !each || unmarked[f.Name] == "" {
						m.asked(row)
					}
					if marked(string(fields[f.Name]), t, s) {
						m.sees(row, role, s)
					}
				}
			}
			inside := func(text string, path ...string) string {
				for _, step := range path {
					var object map[string]json.RawMessage
					if err := json.Unmarshal([]byte(text), &object); err != nil {
						m.t.Fatal(err)
					}
					if text = string(object[step]); text == "" {
						return "null"
					}
				}
				return text
			}
			note("read", answers["read"], def, true)
			note("node", answers["node"], def, false)
			note("revision", inside(answers["revision"], "head", "document"), document, true)
			note("version 1", inside(answers["version 1"], "document"), document, false)
			note("version 2", inside(answers["version 2"], "document"), document, false)
		}
	}
	for channel, def := range map[string]*ast.Definition{"read": def, "revision": document} {
		for _, f := range def.Fields {
			if seen := len(m.rows[string(t)+" "+channel+" "+f.Name]) > 0; !seen && unmarked[f.Name] == "" {
				m.t.Errorf("nobody sees %s.%s of anything hidden: fill it, or say in unmarked why it cannot tell", def.Name, f.Name)
			}
		}
	}
}

// lists queries every list that may contain the type: with every filter, in every order, by search and its facets, and
// by the feed.
func (m *matrix) lists(t schema.ContentType) {
	m.t.Helper()
	one, many := asked(t)
	ways := map[string]string{
		"list":  fmt.Sprintf(`%s(first: 100) {nodes {id}}`, many),
		"last":  fmt.Sprintf(`%s(last: 100) {nodes {id}}`, many),
		"nodes": fmt.Sprintf(`nodes(ids: [%s]) {id}`, strings.Join(everyID(), ", ")),
		"feed":  fmt.Sprintf(`changes(first: 100, filter: {types: [%s]}) {nodes {node {id}}}`, t),
	}
	for _, f := range filters(m.s, t) {
		name := strings.ReplaceAll(f, strings.Join(everyID(), ", "), "every id")
		ways["filter "+name] = fmt.Sprintf(`%s(first: 100, filter: {%s}) {nodes {id}}`, many, f)
		ways["filter not "+name] = fmt.Sprintf(`%s(first: 100, filter: {not: {%s}}) {nodes {id}}`, many, f)
	}
	for _, o := range m.s.Types[typeName(t)+"OrderField"].EnumValues {
		ways["order "+o.Name] = fmt.Sprintf(
			`%s(first: 100, orderBy: [{field: %s, direction: ASC}]) {nodes {id}}`, many, o.Name,
		)
	}
	for _, role := range matrixRoles {
		for row, text := range m.askAll(role, t, ways) {
			m.asked(string(t) + " " + row)
			for _, s := range states() {
				if strings.Contains(text, `"`+hiddenID(t, s)+`"`) {
					m.sees(string(t)+" "+row, role, s)
				}
			}
		}
	}
	for _, s := range states() {
		id := hiddenID(t, s)
		roots := map[string]string{
			"by slug":          fmt.Sprintf(`%s(slug: %q) {id}`, one, slugOf(t, s)),
			"search":           fmt.Sprintf(`search(query: %q, first: 100) {nodes {id}}`, canary(t, s)),
			"search highlight": fmt.Sprintf(`search(query: %q, first: 100) {edges {highlights {html}}}`, canary(t, s)),
			"similar":          fmt.Sprintf(`similar(id: %q, first: 20) {id}`, id),
			"suggest":          fmt.Sprintf(`suggest(text: %q) {text}`, canary(t, s)[:len(canary(t, s))-1]),
		}
		if t != "COLLECTION" {
			roots["collections that contain it"] = fmt.Sprintf(`collections(filter: {contains: [%q]}) {nodes {id}}`, id)
		}
		for _, f := range m.s.Types["SearchFacet"].EnumValues {
			roots["facet "+f.Name] = fmt.Sprintf(
				`search(query: %q, facets: [%s]) {facets {values {count}}}`, canary(t, s), f.Name,
			)
		}
		for _, role := range matrixRoles {
			for row, text := range m.askAll(role, t, roots) {
				m.asked(string(t) + " " + row)
				found := strings.ToLower(text)
				if strings.Contains(text, `"id":`) || strings.Contains(text, `"count":1`) ||
					strings.Contains(found, canary(t, s)) || strings.Contains(found, "<mark>") || row == "similar" && text != "null" {
					m.sees(string(t)+" "+row, role, s)
				}
			}
			for row, path := range map[string]string{"address": "/id/" + id, "file": "/files/" + idOf("ast", "hidden "+string(t)+string(s)), "version's page": "/id/" + id + "/1"} {
				m.asked(string(t) + " " + row)
				status := m.status(m.caller(role, t), path)
				if token := m.caller(role, t); role == "preview" && row != "version's page" &&
					m.status("", path+"?preview="+token) != status {
					m.t.Errorf("%s with the token in the address is not answered %d", path, status)
				}
				if status == http.StatusOK || status == http.StatusFound {
					m.sees(string(t)+" "+row, role, s)
				}
			}
		}
	}
}

// status returns the status of a GET request to the hub. Redirects are not followed.
func (m *matrix) status(caller, path string) int {
	m.t.Helper()
	r, err := http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.url+path, http.NoBody)
	if err != nil {
		m.t.Fatal(err)
	}
	if caller != "" {
		r.Header.Set("Authorization", "Bearer "+caller)
	}
	res, err := (&http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// records queries what editors see of an entry besides its document.
func (m *matrix) records(t schema.ContentType) {
	m.t.Helper()
	for _, s := range states() {
		id := hiddenID(t, s)
		roots := map[string]string{
			"entries":         `entries(first: 100) {nodes {id}}`,
			"entries, search": fmt.Sprintf(`entries(first: 100, filter: {search: %q}) {totalCount nodes {id}}`, canary(t, s)),
			"diff":            fmt.Sprintf(`diff(entry: %q, from: 1) {path}`, id),
			"used by":         fmt.Sprintf(`entry(id: %q) {usedBy {id} dangling {id}}`, openID(t)),
		}
		for _, f := range m.s.Types["Entry"].Fields {
			selected := f.Name
			if inner := m.s.Types[f.Type.Name()]; !inner.IsLeafType() {
				selected = fmt.Sprintf("%s {%s __typename}", f.Name, selection(m.s, inner, 0))
			}
			roots["entry."+f.Name] = fmt.Sprintf(`entry(id: %q) {%s}`, id, selected)
		}
		for _, role := range matrixRoles {
			for row, text := range m.askAll(role, t, roots) {
				m.asked(string(t) + " " + row)
				entryField := strings.HasPrefix(row, "entry.") && text != "null"
				if strings.Contains(text, `"`+id+`"`) || entryField || row == "diff" && text != "null" {
					m.sees(string(t)+" "+row, role, s)
				}
			}
		}
	}
}
