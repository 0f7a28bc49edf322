package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/graph/generated"
)

// looksLikeAddress matches the name or description of a field that holds a link or an e-mail address.
var looksLikeAddress = regexp.MustCompile(
	`(?i)\b(url|uri|link|web ?(page|site|address)|homepage|e-?mail)\b|(url|link|email)$`)

// computed are the addresses that the hub makes itself, or that no reader sees.
var computed = map[string]string{
	"Account.email":           "checked by access, and seen by administrators only",
	"Asset.image":             "an address of the hub",
	"CreateUploadPayload.url": "an address of the hub",
	"Invitation.email":        "checked by access, and seen by administrators only",
	"InvitePayload.url":       "an address of the hub",
}

// TestLinkFields walks the schema: every field that holds a link or an e-mail address has the rule of its kind, also
// those that are added later.
func TestLinkFields(t *testing.T) {
	s := generated.NewExecutableSchema(generated.Config{}).Schema()
	found := 0
	for _, d := range s.Types {
		if d.BuiltIn || d.Name == "Query" || d.Name == "Mutation" || d.Name == "Subscription" {
			continue
		}
		for _, f := range d.Fields {
			if f.Type.Name() != "String" || !looksLikeAddress.MatchString(f.Name+"\n"+f.Description) &&
				!looksLikeAddress.MatchString(f.Name) {
				continue
			}
			switch name := d.Name + "." + f.Name; {
			case d.Kind == ast.InputObject:
				if isDocumentInput(s, d) && !slices.Contains([]string{"url", "link", "email"}, f.Name) {
					t.Errorf("%s holds an address: its name must be one of content.addressRules", name)
				}
			case f.Type.NonNull || strings.HasSuffix(d.Name, "Document"): // made by the hub, or what an editor has written
			case f.Directives.ForName("webLink") == nil && f.Directives.ForName("mailAddress") == nil:
				if _, ok := computed[name]; !ok {
					t.Errorf("%s holds an address and has neither @webLink nor @mailAddress", name)
				}
			default:
				found++
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d fields have a rule", found)
	}
}

// isDocumentInput reports whether an input is a document, or a part of one.
func isDocumentInput(s *ast.Schema, d *ast.Definition) bool {
	document := strings.TrimSuffix(d.Name, "Input") + "Document"
	return strings.HasSuffix(d.Name, "Input") && (s.Types[document] != nil || slices.Contains([]string{
		"ContactInput", "OrganizationInput", "DownloadInput",
	}, d.Name))
}

// linkField is a field of a document that holds an address.
type linkField struct {
	name, good, bad string // bad breaks the rule of this kind of field, besides those of every link
	create          string // mutation with $input
	payload         string
	input           func(value any) map[string]any
	path            string
	// of what is stored: its table and column, and a query with $id
	table, column string
	read          string
	at            []any
}

func createEntry(name string) string {
	return fmt.Sprintf(`mutation($input: %[1]sInput!, $org: ID) { a: create%[1]s(input: $input, organization: $org) %[2]s }`,
		name, saveFields)
}

func createData(name string) string {
	return fmt.Sprintf(`mutation($input: %[1]sInput!) {
		a: create%[1]s(input: $input) { node { id } problems { code path message } } }`, name)
}

func (n *newsroom) linkFields() []linkField {
	title := []any{map[string]any{"language": "NB", "text": "Navn"}}
	texts := []any{map[string]any{"language": "NB", "title": "Lenker", "summary": "Kort."}}
	return []linkField{
		{
			name: "Tool.link", good: "https://ks.no/verktoy", path: "[link]",
			create:  createEntry("Tool"),
			payload: "entry",
			input: func(v any) map[string]any {
				return map[string]any{"kind": "GUIDE", "texts": texts, "link": v}
			},
			table: "tools", column: "link", read: `query($id: ID!) { a: tool(id: $id) { link } }`, at: []any{"a", "link"},
		},
		{
			name: "Download.url", good: "http://ks.no/a.pdf", path: "[downloads 0 url]",
			create:  createEntry("Report"),
			payload: "entry",
			input: func(v any) map[string]any {
				return map[string]any{"kind": "RESEARCH", "texts": texts, "downloads": []any{
					map[string]any{"title": title, "format": "PDF", "url": v},
				}}
			},
			table: "reports", column: "download_list", read: `query($id: ID!) { a: report(id: $id) { downloads { url } } }`,
			at: []any{"a", "downloads", 0, "url"},
		},
		{
			name: "Contact.url", good: "mailto:post@ks.no", path: "[url]",
			create:  createData("Contact"),
			payload: "node",
			input: func(v any) map[string]any {
				return map[string]any{"key": "lenkje-url", "functions": title, "organization": n.org["ks"], "url": v}
			},
			table: "contacts", column: "url", read: `query($id: ID!) { a: node(id: $id) { ... on Contact { url } } }`,
			at: []any{"a", "url"},
		},
		{
			name: "Contact.email", good: "post@ks.no", bad: "https://ks.no", path: "[email]",
			create:  createData("Contact"),
			payload: "node",
			input: func(v any) map[string]any {
				return map[string]any{"key": "lenkje-epost", "functions": title, "organization": n.org["ks"], "email": v}
			},
			table: "contacts", column: "email", read: `query($id: ID!) { a: node(id: $id) { ... on Contact { email } } }`,
			at: []any{"a", "email"},
		},
		{
			name: "Organization.url", good: "https://eksempel.no", path: "[url]",
			create:  createData("Organization"),
			payload: "node",
			input: func(v any) map[string]any {
				return map[string]any{"slug": "lenkjer", "kind": "directorate", "names": title, "url": v}
			},
			table: "organizations", column: "url", read: `query($id: ID!) { a: organization(id: $id) { url } }`,
			at: []any{"a", "url"},
		},
	}
}

// badLinks break the rules of links and of e-mail addresses.
var badLinks = []string{
	"javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,<script>", "vbscript:x", "ftp://ks.no", "//ks.no",
	"/graphql",
	"https://user:pw@ks.no", "https://ks.no/a b", "https://ks.no/\u202e", "https://ks.no\\@evil.no", "tel:22334455",
	"mailto:x", "ord",
}

// TestLinks: links and e-mail addresses of every field are refused on save if they break their rule; what is stored
// already is null to readers.
func TestLinks(t *testing.T) {
	eachDemo(t, func(_ *testing.T, h *testHub) {
		n := h.newsroom()
		for _, f := range n.linkFields() {
			n.run(f.name, func(t *testing.T) { n.checkLink(t, f) })
		}
	}, uncached)
}

func (n *newsroom) checkLink(t *testing.T, f linkField) {
	t.Helper()
	save := func(value any) *answer {
		t.Helper()
		return n.as("HUB_ADMIN", f.create, map[string]any{"input": f.input(value), "org": n.org["ks"]}).ok()
	}
	for _, bad := range append(slices.Clone(badLinks), f.bad) {
		if bad == "" {
			continue
		}
		a := save(bad)
		a.expectCodes("a", "INVALID")
		if got := fmt.Sprint(a.at("a", "problems", 0, "path")); got != f.path {
			t.Errorf("%q: the problem is at %s", bad, got)
		}
	}
	a := save(f.good)
	a.expectCodes("a")
	id, _ := a.at("a", f.payload, "id").(string)
	if f.payload == "entry" {
		n.act("HUB_ADMIN", "publish", "", item(id, 1)).expectCodes("publish")
	}
	read := func() any { return n.ask(f.read, map[string]any{"id": id}).ok().at(f.at...) }
	if got := read(); got != f.good {
		t.Errorf("%q is read as %v", f.good, got)
	}
	n.storeAddress(t, f, id, f.good, "javascript:alert(1)")
	if got := read(); got != nil {
		t.Errorf("what is stored is read as %v", got)
	}
	if f.payload != "entry" {
		return
	}
	version := n.ask(`query($id: ID!) { publishedVersion(entry: $id, version: 1) { document {
		... on ToolDocument { link } ... on ReportDocument { downloads { url } } } } }`, map[string]any{"id": id}).ok()
	if strings.Contains(string(version.Body), "javascript") {
		t.Errorf("the published version shows %s", version.Body)
	}
	n.expectReport(id, "INVALID")
}

// storeAddress puts an address in the place of another into the live row and the document, as nobody can through the
// API.
func (n *newsroom) storeAddress(t *testing.T, f linkField, id, old, now string) {
	t.Helper()
	kind := "TEXT"
	if f.column == "download_list" {
		kind = "JSONB"
		if n.config.DatabaseURL == "" {
			kind = "BLOB"
		}
	}
	for _, statement := range []string{
		fmt.Sprintf(
			`UPDATE %[1]s SET %[2]s = CAST(replace(CAST(%[2]s AS TEXT), $1, $2) AS %[3]s) WHERE id = $3`, f.table, f.column, kind),
		`UPDATE revisions SET document = replace(document, $1, $2) WHERE entry_id = $3`,
	} {
		if _, err := n.client.ExecContext(t.Context(), statement, old, now, id); err != nil {
			t.Fatal(err)
		}
	}
}
