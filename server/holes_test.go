package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/access"
	"dugnad/graph/generated"
)

// TestKnownHoles has a probe for each class of hole that was published of systems like this one, by their numbers in
// the project's list. Those that have a test of their own are named instead:
//
//	 5 TestVisibilityMatrix, enginetest  9 TestAttacks                 14 TestNoSuggestions, TestWebSocket
//	18 TestPreview                       19 TestVisibilityMatrix        20 TestVisibilityMatrix
//	22 TestAddressesThatAreDialled       24 TestUploadsThatAreRefused   28 TestSignInsEnd, TestSubscriptions
//	29 TestIDTokens                      30 TestPassword, TestOpenID    32 TestCachingProxy
//	33 TestRequestErrors, CORS in Chromium  34 TestSubscriptions        35 TestUploadsThatAreRefused
func TestKnownHoles(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		const canary = "zvartisprosjektet"
		hidden := n.draft("EDITOR", canary)
		open := n.published("Ope for alle")
		foreign := n.as(
			"stranger",
			`mutation($o: ID!) { createPractice(organization: $o, input: {kind: ADVICE, texts: [{language: NB, title: "Snikskrivarnotat", summary: "x", body: "x"}]}) { entry { id } problems { code } } }`,
			map[string]any{"o": n.org["imdi"]},
		).ok().at("createPractice", "entry", "id").(string)
		const random = "pra_01m88ahx6q1a3jk2p313s8y32c"
		n.caughtUpNow()
		invalid := func(t *testing.T, role string, queries ...string) {
			t.Helper()
			for _, query := range queries {
				if a := n.as(role, query, nil); a.code() != "GRAPHQL_VALIDATION_FAILED" ||
					strings.Contains(string(a.Body), "Did you mean") {
					t.Errorf("%s: %s", query, a.Body)
				}
			}
		}
		n.run("1 hidden field by filter", func(t *testing.T) {
			invalid(
				t, "", `{ practices(filter: {internalNote: {startsWith: "a"}}) { totalCount } }`,
				`{ practices(filter: {key: "a"}) { totalCount } }`, `{ practices(where: {note: "a"}) { totalCount } }`,
			)
		})
		n.run("2 hidden field by relation", func(t *testing.T) {
			invalid(
				t, "", `{ practices(filter: {author: {email: {eq: "x@y"}}}) { totalCount } }`,
				`{ practices(filter: {organization: {members: {email: "x"}}}) { totalCount } }`,
				`{ practices(orderBy: [{field: AUTHOR_EMAIL}]) { totalCount } }`,
			)
		})
		n.run("3 another organisation by relation", func(t *testing.T) {
			invalid(
				t, "EDITOR", `{ practices(filter: {organization: {drafts: {title: {contains: "X"}}}}) { totalCount } }`,
				`{ entries(filter: {owner: {entries: {title: "X"}}}) { totalCount } }`,
			)
			for _, filter := range []string{`{organizations: ["imdi"]}`, `{search: "snikskrivarnotat"}`} {
				if got := n.as("EDITOR", `{ entries(filter: `+filter+`) { totalCount } }`, nil); len(got.Errors) == 0 &&
					got.at("entries", "totalCount") != float64(0) {
					t.Errorf("%s: %s", filter, got.Body)
				}
			}
		})
		n.run("4 search in what is hidden", func(t *testing.T) {
			a := n.ask(
				`query($q: String!) { search(query: $q) { totalCount didYouMean nodes { id } } suggest(text: $q) { __typename } facetValues(facet: THEME, query: $q) { value count } }`,
				map[string]any{"q": canary},
			).ok()
			if a.at("search", "totalCount") != float64(0) || len(a.list("suggest")) > 0 ||
				strings.Contains(strings.ReplaceAll(string(a.Body), `"`+canary+`"`, ""), canary[:9]) {
				t.Errorf("got %s", a.Body)
			}
			for _, v := range a.list("facetValues") {
				if v.(map[string]any)["count"] != float64(0) {
					t.Errorf("a facet counts it: %v", v)
				}
			}
		})
		n.run("6 secrets that can be read", func(t *testing.T) {
			s := generated.NewExecutableSchema(generated.Config{}).Schema()
			for name, d := range s.Types {
				for _, f := range d.Fields {
					secret := slices.ContainsFunc([]string{"secret", "hash", "password", "token"}, func(w string) bool {
						return strings.Contains(strings.ToLower(f.Name), w)
					})
					if secret && d.Kind == ast.Object && !strings.HasSuffix(name, "Payload") && name != "Mutation" &&
						f.Name != "secretEndings" {
						t.Errorf("%s.%s", name, f.Name)
					}
				}
			}
		})
		n.run("7 aliases that multiply", func(t *testing.T) {
			var b strings.Builder
			for i := range 200 {
				fmt.Fprintf(&b, `a%d: search(query: "a") { totalCount } `, i)
			}
			if a := n.ask("{"+b.String()+"}", nil); a.code() != "TOO_COMPLEX" {
				t.Errorf("200 searches: %s", a.Body)
			}
		})
		n.run("8 batches", func(t *testing.T) {
			for body, want := range map[string]int{`[{"query":"{__typename}"},{"query":"{__typename}"}]`: 400, ` [ ]`: 400} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.url+"/graphql", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/json")
				if got := n.send(r).Status; got != want {
					t.Errorf("%s: %d", body, got)
				}
			}
			var b strings.Builder
			for i := range 50 {
				fmt.Fprintf(&b, `a%d: createPreview(input: {entries: [%q]}) { token } `, i, hidden)
			}
			if a := n.as("EDITOR", "mutation {"+b.String()+"}", nil); a.code() != "TOO_COMPLEX" {
				t.Errorf("50 mutations: %.300s", a.Body)
			}
		})
		n.run("10 drafts by id and argument", func(t *testing.T) {
			for _, query := range []string{`{ node(id: "ID") { id } }`, `{ practice(id: "ID") { id } }`, `{ practice(slug: "zvartisprosjektet") { id } }`, `{ nodes(ids: ["ID"]) { id } }`, `{ entry(id: "ID") { id title } }`, `{ publishedVersion(entry: "ID", version: 1) { version } }`, `{ similar(id: "ID") { id } }`} {
				answers := make([]string, 0, 2)
				for _, id := range []string{hidden, random} {
					r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.url+"/graphql", strings.NewReader(
						fmt.Sprintf(`{"query": %q}`, strings.ReplaceAll(query, "ID", id)),
					))
					if err != nil {
						t.Fatal(err)
					}
					r.Header.Set("Content-Type", "application/json")
					r.Header.Set("X-Preview", "1")
					answers = append(answers, string(n.send(r).Body))
				}
				if answers[0] != answers[1] {
					t.Errorf("%s: %s, and for what is not there %s", query, answers[0], answers[1])
				}
			}
			invalid(t, "", `{ practice(id: "x", status: DRAFT) { id } }`, `{ practices(draft: true) { totalCount } }`)
		})
		n.run("11 drafts by relation, history and feed", func(t *testing.T) {
			invalid(t, "", `{ practice(id: "x") { revisions { document { __typename } } } }`)
			for _, path := range []string{"/feeds/atom.xml", "/feeds/feed.json", "/sitemap.xml", "/oembed?url=" + n.baseURL + "/praksis/" + canary, "/sok", "/embed/card?item=" + hidden, "/embed/list?organization=ks", "/id/" + hidden, "/id/" + hidden + "/1", "/search-api/health"} {
				if _, body := n.page("", n.url+path); strings.Contains(body, canary) || strings.Contains(body, hidden) {
					t.Errorf("%s tells of it", path)
				}
			}
			if a := n.ask(`{ themes(first: 100) { nodes { practices(first: 100) { totalCount nodes { id title } } } } changes(first: 100) { nodes { id } } }`, nil); strings.Contains(string(a.Body), hidden) {
				t.Error("a relation or the change feed tells of it")
			}
		})
		n.run("12 counts and cursors", func(t *testing.T) {
			seen, after := 0, any(nil)
			for {
				a := n.ask(
					`query($after: Cursor) { practices(first: 7, after: $after, orderBy: [{field: TITLE}]) { totalCount nodes { title } pageInfo { endCursor hasNextPage } } }`,
					map[string]any{"after": after},
				).ok()
				seen += len(a.list("practices", "nodes"))
				cursor := a.at("practices", "pageInfo", "endCursor").(string)
				plain, err := base64.RawURLEncoding.DecodeString(cursor)
				if err != nil || len(plain) != 192+12+16 && len(plain) != 192+28 {
					t.Errorf("a cursor of %d bytes, %v", len(plain), err)
				}
				if last := a.at("practices", "nodes", len(a.list("practices", "nodes"))-1, "title").(string); bytes.Contains(plain, []byte(last[:8])) {
					t.Error("a cursor tells the title")
				}
				if after = cursor; a.at("practices", "pageInfo", "hasNextPage") == false {
					if total := a.at("practices", "totalCount"); total != float64(seen) {
						t.Errorf("%v are counted and %d seen", total, seen)
					}
					break
				}
			}
		})
		n.run("13 errors that tell", func(t *testing.T) {
			for _, mutation := range []string{`updatePractice(id: "ID", expectedRevision: 1, input: {evidence: null}) { problems { code path message } }`, `publish(items: [{id: "ID", expectedRevision: 1}]) { problems { code path message } }`, `archive(items: [{id: "ID", expectedRevision: 1}]) { problems { code path message } }`} {
				var answers []string
				for _, id := range []string{foreign, random} {
					a := n.as("EDITOR", "mutation { "+strings.ReplaceAll(mutation, "ID", id)+" }", nil)
					answers = append(answers, strings.ReplaceAll(string(a.Body), id, "ID"))
				}
				if answers[0] != answers[1] || !strings.Contains(answers[0], "NOT_FOUND") {
					t.Errorf("%s: %s, and for what is not there %s", mutation, answers[0], answers[1])
				}
			}
		})
		n.run("15 writing by another key", func(t *testing.T) {
			invalid(
				t, "EDITOR", `mutation { updatePractice(where: {secretKey: "x"}, input: {}) { problems { code } } }`,
				`mutation { updatePractice(slug: "x", expectedRevision: 1, input: {}) { problems { code } } }`,
			)
		})
		n.run("16 many at once", func(t *testing.T) {
			mine := n.draft("EDITOR", "Min eigen")
			a := n.act("EDITOR", "publish", "", item(mine, 1), item(foreign, 1))
			if codes := a.codes("publish"); len(codes) == 0 || n.isRead(mine) || n.isRead(foreign) {
				t.Errorf("published with %v", codes)
			}
			if a := n.as("HUB_ADMIN", `query($id: ID!) { auditEvents(first: 1, filter: {subject: $id, refused: true}) { nodes { action code } } }`, map[string]any{"id": foreign}).ok(); a.at("auditEvents", "nodes", 0, "action") != "publish" {
				t.Errorf("the audit has %s", a.Body)
			}
		})
		n.run("17 fields that are not the caller's", func(t *testing.T) {
			for _, field := range []string{`status: PUBLISHED`, `organizationId: "x"`, `publishedAt: "2024-01-01T00:00:00Z"`, `owner: "x"`, `revision: 9`, `id: "pra_x"`} {
				invalid(t, "EDITOR", `mutation { createPractice(input: {kind: ADVICE, `+field+`}) { problems { code } } }`)
			}
			invalid(t, "EDITOR", `mutation { updateViewer(input: {role: ADMIN}) { id } }`)
			for _, mutation := range []string{`setHubRole(account: "ACC", role: HUB_ADMIN) { done problems { code } }`, `createKey(input: {organization: "ORG", name: "x", kind: SECRET, role: HUB_ADMIN}) { secret problems { code } }`, `invite(organization: "ORG", role: ADMIN) { url problems { code } }`} {
				a := n.as("EDITOR", "mutation { "+strings.NewReplacer(
					"ACC", n.ids["EDITOR"], "ORG", n.org["ks"],
				).Replace(mutation)+" }", nil).ok()
				if !strings.Contains(string(a.Body), "FORBIDDEN") && !strings.Contains(string(a.Body), "NOT_FOUND") {
					t.Errorf("%s: %s", mutation, a.Body)
				}
			}
		})
		n.run("21 what is others'", func(t *testing.T) {
			sending := n.upload("EDITOR", "a.txt", "text/plain", 10)
			for query, id := range map[string]string{`query($id: ID!) { upload(id: $id) { name } }`: sending.id, `query($id: ID!) { deliveries(webhook: $id) { totalCount } }`: "whk_01m88ahx6q1a3jk2p313s8y32c", `query($id: ID!) { administration(organization: $id) { keys { id } } }`: n.org["ks"]} {
				if a := n.as("stranger", query, map[string]any{"id": id}).ok(); strings.Contains(strings.ReplaceAll(string(a.Body), "null", ""), `{"id"`) ||
					!strings.Contains(string(a.Body), "null") {
					t.Errorf("%s: %s", query, a.Body)
				}
			}
		})
		n.run("23 restoring from an address", func(t *testing.T) {
			for _, f := range generated.NewExecutableSchema(generated.Config{}).Schema().Mutation.Fields {
				for _, a := range f.Arguments {
					if name := strings.ToLower(a.Name); strings.Contains(name, "url") || strings.Contains(name, "path") ||
						strings.Contains(name, "file") {
						t.Errorf("%s(%s:)", f.Name, a.Name)
					}
				}
			}
		})
		n.run("25 programs in texts", func(t *testing.T) {
			id := n.draft("EDITOR", "Med <script>alert(1)</script>")
			body := "[a](javascript:alert(1)) ![b](data:text/html;base64,PHNjcmlwdD4=) <iframe srcdoc='<script>alert(1)</script>'></iframe> <img src=x onerror=alert(1)> <a href='JaVaScRiPt:alert(1)'>x</a> <svg onload=alert(1)></svg>\n\n<script>alert(1)</script>"
			n.as(
				"EDITOR",
				`mutation($id: ID!, $body: String!) { updatePractice(id: $id, expectedRevision: 1, input: {texts: [{language: NB, title: "Med <script>alert(1)</script> {{.}} ${7*7}", summary: "x", body: $body}]}) { problems { code } } }`,
				map[string]any{"id": id, "body": body},
			).ok()
			n.acknowledged("EDITOR", id, 2)
			html := n.ask(
				`query($id: ID!) { practice(id: $id) { body(format: HTML) permalink } }`, map[string]any{"id": id},
			).ok()
			for _, bad := range []string{"<script", "javascript:", "<iframe", "onerror", "<svg", "data:text"} {
				if strings.Contains(strings.ToLower(html.at("practice", "body").(string)), bad) {
					t.Errorf("%s is in %s", bad, html.at("practice", "body"))
				}
			}
			_, page := n.page("", html.at("practice", "permalink").(string))
			// 26
			if strings.Contains(page, "<script>alert") || !strings.Contains(page, "${7*7}") || !strings.Contains(page, "{{.}}") {
				t.Errorf("the page is %.500s", page)
			}
			if _, feed := n.page("", n.url+"/feeds/atom.xml"); strings.Contains(feed, "<script>alert") {
				t.Error("a feed has the program")
			}
		})
		n.run("27 secrets among what is managed", func(t *testing.T) {
			made := n.as(
				"ADMIN",
				`mutation($o: ID!) { createKey(input: {organization: $o, name: "x", kind: SECRET, role: EDITOR}) { secret } createWebhook(input: {organization: $o, name: "x", url: "https://example.org/"}) { secret } }`,
				map[string]any{"o": n.org["ks"]},
			).ok()
			a := n.as(
				"HUB_ADMIN",
				`query($o: ID!) { administration(organization: $o) { keys { id name ending } webhooks { id name url secretEndings } } auditEvents(first: 100) { nodes { action subjects detail } } }`,
				map[string]any{"o": n.org["ks"]},
			).ok()
			for _, m := range []string{"createKey", "createWebhook"} {
				if secret := made.at(m, "secret").(string); strings.Contains(string(a.Body), secret) ||
					strings.Contains(string(a.Body), secret[:len(secret)-4]) {
					t.Errorf("the secret of %s can be read", m)
				}
			}
		})
		n.run("31 what is the operator's", func(t *testing.T) {
			for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap", "/.env", "/hub.db", "/data/hub.db", "/files/../hub.db", "/openapi.json", "/admin", "/studio/config"} {
				if status, _ := n.page("HUB_ADMIN", n.url+path); status != http.StatusNotFound {
					t.Errorf("%s: %d", path, status)
				}
			}
		})
		n.run("35 compressed bodies", func(t *testing.T) {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(bytes.Repeat([]byte(" "), 50<<20))
			_ = z.Close()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.url+"/graphql", &b)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Content-Encoding", "gzip")
			if a := n.send(r); a.Status != http.StatusUnsupportedMediaType {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
		n.run("36 passwords", func(t *testing.T) {
			system := access.WithViewer(t.Context(), access.System("test"))
			long := strings.Repeat("lang setning ", 6)[:72]
			if _, err := n.accounts.Create(system, access.NewAccount{Name: "x", Email: "lang@example.org", Password: strings.Repeat("x", 1<<20)}); err == nil {
				t.Error("a password of a megabyte is taken")
			}
			if _, err := n.accounts.Create(system, access.NewAccount{Name: "x", Email: "lang@example.org", Password: long + "ein"}); err != nil {
				t.Fatal(err)
			}
			for password, want := range map[string]bool{long + "ein": true, long + "to": false, long: false} {
				if _, err := n.accounts.SignInWithPassword(t.Context(), "lang@example.org", password, "192.0.2.1", "test"); (err == nil) != want {
					t.Errorf("%d characters: %v", len(password), err)
				}
			}
		})
		if !n.isRead(open) || n.now.Before(time.Now().Add(-time.Hour)) {
			t.Error("what is open is not read")
		}
	})
}
