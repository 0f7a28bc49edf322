package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/ent/account"
	"dugnad/ent/revision"
)

// newsroom is a hub with two organisations and people of every role in the first.
type newsroom struct {
	*testHub
	now    time.Time
	org    map[string]string // ids by slug
	people map[string]string // access tokens, by role; stranger is an ADMIN of the other organisation
	ids    map[string]string // ids of the accounts
}

func eachNewsroom(t *testing.T, test func(n *newsroom)) {
	t.Helper()
	eachDemo(t, func(_ *testing.T, h *testHub) { test(h.newsroom()) })
}

// newsroom signs in the people of demoHub. From then on the hub uses the newsroom's clock.
func (h *testHub) newsroom() *newsroom {
	t := h.t
	t.Helper()
	if !h.demo {
		t.Fatal("the hub has no demo content: start it with demoHub")
	}
	n := &newsroom{
		testHub: h, now: time.Now().Add(time.Minute), org: map[string]string{}, people: map[string]string{},
		ids: map[string]string{},
	}
	h.service.Now = func() time.Time { return n.now }
	ctx := access.WithViewer(t.Context(), access.System("test"))
	for _, slug := range []string{"ks", "imdi"} {
		id, err := h.organization(ctx, slug)
		if err != nil {
			t.Fatal(err)
		}
		n.org[slug] = id
	}
	for name := range people("", "") {
		id, err := h.client.Account.Query().Where(account.Name(name)).OnlyID(ctx)
		if err != nil {
			t.Fatal(err)
		}
		n.ids[name], n.people[name] = id, n.token(id)
	}
	return n
}

// token signs an account in as a native app does.
func (n *newsroom) token(account string) string {
	n.t.Helper()
	sum := sha256.Sum256([]byte("verifier"))
	code, err := n.accounts.NewCode(n.t.Context(), account, base64.RawURLEncoding.EncodeToString(sum[:]), "app:/", "test", n.accounts.Now())
	if err != nil {
		n.t.Fatal(err)
	}
	tokens, err := n.accounts.Exchange(n.t.Context(), code, "verifier", "app:/")
	if err != nil {
		n.t.Fatal(err)
	}
	return tokens.Access
}

func (n *newsroom) as(role, query string, variables map[string]any) *answer {
	n.t.Helper()
	return n.askAs(n.people[role], query, variables)
}

const saveFields = `{ entry { id stage head { number } } problems { code path severity message entry } conflict { entry fields base { number } theirs { number }
	mine { ... on PracticeDocument { texts { title summary } } } changes { path before after } } }`

// draft creates a practice and returns its id.
func (n *newsroom) draft(role, title string) string {
	n.t.Helper()
	a := n.as(role, `mutation($input: PracticeInput!, $org: ID) { createPractice(input: $input, organization: $org) `+saveFields+` }`, map[string]any{
		"input": map[string]any{"kind": "ADVICE", "texts": []any{map[string]any{"language": "NB", "title": title, "summary": "Kort sagt."}}}, "org": n.org["ks"],
	}).ok()
	if len(a.list("createPractice", "problems")) > 0 {
		n.t.Fatalf("createPractice: %s", a.Body)
	}
	return a.at("createPractice", "entry", "id").(string)
}

// update saves a title as the role, based on the revision.
func (n *newsroom) update(role, id, title string, seen int) *answer {
	n.t.Helper()
	return n.as(role, `mutation($id: ID!, $input: PracticeInput!, $seen: Int!) { updatePractice(id: $id, input: $input, expectedRevision: $seen) `+saveFields+` }`, map[string]any{
		"id": id, "seen": seen, "input": map[string]any{
			"texts": []any{map[string]any{"language": "NB", "title": title, "summary": "Kort sagt."}},
		},
	}).ok()
}

// act performs an act that takes items. arguments are its other arguments, as text.
func (n *newsroom) act(role, act, arguments string, items ...any) *answer {
	n.t.Helper()
	return n.as(role, fmt.Sprintf(`mutation($items: [PublishItem!]!) { %s(items: $items %s) { entries { id stage live { id } publishAt withdrawAt owner { slug } }
		problems { code path severity message entry } conflicts { entry fields } } }`, act, arguments), map[string]any{"items": items}).ok()
}

func item(id string, revision int) map[string]any {
	return map[string]any{"id": id, "expectedRevision": revision}
}

// codes returns the codes of the problems of a mutation.
func (a *answer) codes(mutation string) []string {
	a.t.Helper()
	return a.strings("code", mutation, "problems")
}

func (a *answer) expectCodes(mutation string, want ...string) {
	a.t.Helper()
	if got := a.codes(mutation); !slices.Equal(got, want) {
		a.t.Errorf("%s: problems %q, wanted %q: %.600s", mutation, got, want, a.Body)
	}
}

// expectReport checks the codes of the problems that editors are shown of an entry.
func (n *newsroom) expectReport(id string, want ...string) {
	n.t.Helper()
	n.as("HUB_ADMIN", `query($id: ID!) { entry(id: $id) { problems { code } } }`, map[string]any{"id": id}).ok().expectCodes("entry", want...)
}

func (n *newsroom) stage(id string) string {
	n.t.Helper()
	return n.as(
		"HUB_ADMIN", `query($id: ID!) { entry(id: $id) { stage } }`, map[string]any{"id": id},
	).ok().at("entry", "stage").(string)
}

// isRead reports whether anonymous readers see the practice.
func (n *newsroom) isRead(id string) bool {
	n.t.Helper()
	return n.ask(`query($id: ID!) { practice(id: $id) { id } }`, map[string]any{"id": id}).ok().at("practice") != nil
}

func (n *newsroom) run(name string, test func(t *testing.T)) {
	n.t.Helper()
	outer := n.t.(*testing.T)
	outer.Run(name, func(t *testing.T) {
		n.t = t
		defer func() { n.t = outer }()
		test(t)
	})
}

func TestEditing(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		n.run("back to a revision that refers to what was deleted", func(t *testing.T) {
			id, gone := n.draft("CONTRIBUTOR", "Viser til noko"), n.draft("CONTRIBUTOR", "Blir sletta")
			relate := func(seen int, relations ...any) {
				t.Helper()
				n.as("CONTRIBUTOR", `mutation($id: ID!, $input: PracticeInput!, $seen: Int!) { updatePractice(id: $id, input: $input, expectedRevision: $seen) `+saveFields+` }`,
					map[string]any{"id": id, "seen": seen, "input": map[string]any{"relations": relations}}).ok()
			}
			relate(1, map[string]any{"to": gone, "type": "SEE_ALSO"})
			relate(2)
			n.act("CONTRIBUTOR", "delete", "", item(gone, 1)).expectCodes("delete")
			a := n.as(
				"CONTRIBUTOR", `mutation($id: ID!) { restore(id: $id, revision: 2, expectedRevision: 3) `+saveFields+` }`, map[string]any{"id": id},
			).ok()
			a.expectCodes("restore", "DEAD_LINK")
			if a.at("restore", "entry", "head", "number") != 4.0 || !strings.Contains(string(a.Body), gone) {
				t.Errorf("the revision is not back, or what is gone is not told: %s", a.Body)
			}
			n.update("CONTRIBUTOR", id, "Viser til noko, og er lagra att", 4).expectCodes("updatePractice")
		})
		n.run("from draft to published and back", func(t *testing.T) {
			id := n.draft("CONTRIBUTOR", "Følgje til barnehagen")
			n.update("CONTRIBUTOR", id, "Følge til barnehagen", 1)
			if n.isRead(id) {
				t.Error("readers see a draft")
			}
			n.act("CONTRIBUTOR", "publish", "", item(id, 2)).expectCodes("publish", "FORBIDDEN")
			n.act("CONTRIBUTOR", "submit", `comment: "Klar?"`, item(id, 2)).expectCodes("submit")
			n.act("EDITOR", "requestChanges", `comment: "Skriv kven som gjorde det."`, item(id, 2)).expectCodes("requestChanges")
			tasks := n.as("CONTRIBUTOR", `{ viewer { account { name } tasks { reason entry { id } } drafts { id } } }`, nil).ok()
			if got := tasks.at("viewer", "tasks", 0, "reason"); got != "CHANGES_REQUESTED" {
				t.Errorf("the writer's task is %v: %s", got, tasks.Body)
			}
			n.update("CONTRIBUTOR", id, "Frivillige følgjer til barnehagen", 2)
			n.act("CONTRIBUTOR", "submit", "", item(id, 3)).expectCodes("submit")
			if got := n.as("EDITOR", `{ viewer { tasks { reason entry { id } } } }`, nil).ok().strings("reason", "viewer", "tasks"); !slices.Contains(got, "REVIEW") {
				t.Errorf("the editor's tasks are %v", got)
			}
			n.act("EDITOR", "approve", "", item(id, 3)).expectCodes("approve")
			n.act("EDITOR", "publish", "", item(id, 3)).expectCodes("publish")
			if !n.isRead(id) {
				t.Error("readers do not see what is published")
			}
			n.update("CONTRIBUTOR", id, "Ny tittel som ingen ser", 3)
			if got := n.ask(`query($id: ID!) { practice(id: $id) { title } }`, map[string]any{"id": id}).ok().at("practice", "title"); got != "Frivillige følgjer til barnehagen" {
				t.Errorf("readers see %q", got)
			}
			a := n.as(
				"CONTRIBUTOR", `mutation($id: ID!) { discardChanges(id: $id, expectedRevision: 4) `+saveFields+` }`,
				map[string]any{"id": id},
			).ok()
			if got := a.at("discardChanges", "entry", "stage"); got != "PUBLISHED" {
				t.Errorf("after discarding the stage is %v: %s", got, a.Body)
			}
			n.act("EDITOR", "withdraw", `reason: "utdatert"`, item(id, 5)).expectCodes("withdraw")
			if n.isRead(id) {
				t.Error("readers see what is withdrawn")
			}
			a = n.as(
				"CONTRIBUTOR", `mutation($id: ID!) { restore(id: $id, revision: 1, expectedRevision: 5) `+saveFields+` }`,
				map[string]any{"id": id},
			).ok()
			if got := a.at("restore", "entry", "head", "number"); got != 6.0 {
				t.Errorf("restoring gives revision %v: %s", got, a.Body)
			}
			a = n.as("EDITOR", `query($id: ID!) { entry(id: $id) { title steps { act actor { name } reason } revisions { number author { name } document { ... on PracticeDocument { texts { title } } } }
				comments { text act author { name } } } diff(entry: $id, from: 1, to: 2) { path text { kind text } } }`, map[string]any{"id": id}).ok()
			if got := a.strings("act", "entry", "steps"); strings.Join(got, " ") != "RESTORE WITHDRAW DISCARD PUBLISH APPROVE SUBMIT REQUEST_CHANGES SUBMIT" {
				t.Errorf("the history is %q", got)
			}
			if got := a.at("entry", "revisions", 0, "author", "name"); got != "CONTRIBUTOR" {
				t.Errorf("revision 6 is by %v", got)
			}
			if len(a.list("entry", "revisions")) != 6 || a.at("entry", "title") != "Følgje til barnehagen" ||
				len(a.list("entry", "comments")) != 2 {
				t.Errorf("the entry is %s", a.Body)
			}
			if len(a.list("diff")) != 1 {
				t.Errorf("the difference is %s", a.Body)
			}
		})

		n.run("what is not one's own does not exist", func(t *testing.T) {
			id, random := n.draft("CONTRIBUTOR", "Berre for KS"), randomID("PRACTICE")
			for _, q := range []string{
				`mutation { createTool(input: {kind: GUIDE, relations: [{to: %q, type: SEE_ALSO}]}) ` + saveFields + ` }`,
				`{ entry(id: %q) { id title } }`, `{ node(id: %q) { id } practice(id: %q) { id } }`,
				`mutation { updatePractice(id: %q, input: {kind: MODEL}, expectedRevision: 1) ` + saveFields + ` }`,
				`mutation { publish(items: [{id: %q, expectedRevision: 1}]) { entries { id } problems { code message path severity } conflicts { entry } } }`,
				`mutation { publish(items: [{id: %q, expectedRevision: 99}]) { entries { id } problems { code message path severity } conflicts { entry } } }`,
				`mutation { comment(id: %q, text: "hei") { comment { id } problems { code message path severity } } }`,
				`mutation { restore(id: %q, revision: 1, expectedRevision: 1) ` + saveFields + ` }`,
				`{ diff(entry: %q, from: 1) { path } }`, `{ entries(filter: {search: "Berre for KS"}) { totalCount } }`,
			} {
				for _, who := range []string{"stranger", "member", ""} {
					ask := func(id string) string {
						viewer := who
						if token := n.people[who]; token != "" {
							viewer = token
						}
						return strings.ReplaceAll(string(n.askAs(viewer, strings.ReplaceAll(q, "%q", `"`+id+`"`), nil).Body), id, "ID")
					}
					if got, want := ask(id), ask(random); got != want {
						t.Errorf("%s as %q:\n%s\nas for nothing:\n%s", q, who, got, want)
					}
				}
			}
		})

		n.run("several at once are done all or none", func(t *testing.T) {
			mine, foreign := n.draft("EDITOR", "Mi eiga"), n.draft("HUB_EDITOR", "Deira")
			n.act(
				"HUB_EDITOR", "transfer", fmt.Sprintf("organization: %q", n.org["imdi"]), item(foreign, 1),
			).expectCodes("transfer")
			a := n.act("EDITOR", "publish", "", item(mine, 1), item(foreign, 1))
			a.expectCodes("publish", "NOT_FOUND")
			if len(a.list("publish", "entries")) > 0 || n.isRead(mine) || n.stage(mine) != "EDITING" {
				t.Error("a part of it was done")
			}
			audit := n.as("HUB_ADMIN", `query($f: AuditFilter) { auditEvents(first: 1, filter: $f) { nodes { action code actor subjects } } }`, map[string]any{
				"f": map[string]any{"actor": n.ids["EDITOR"]},
			}).ok()
			if audit.at("auditEvents", "nodes", 0, "code") != "NOT_FOUND" ||
				audit.at("auditEvents", "nodes", 0, "action") != "publish" ||
				len(audit.list("auditEvents", "nodes", 0, "subjects")) != 2 {
				t.Errorf("the refusal is kept as %s", audit.Body)
			}
		})

		n.run("a stale save answers what happened", func(t *testing.T) {
			id := n.draft("CONTRIBUTOR", "Grunnlag")
			n.update("EDITOR", id, "Deira", 1)
			a := n.update("CONTRIBUTOR", id, "Mitt", 1)
			if a.at("updatePractice", "entry") != nil || a.at("updatePractice", "conflict", "theirs", "number") != 2.0 ||
				a.at("updatePractice", "conflict", "base", "number") != 1.0 ||
				a.at("updatePractice", "conflict", "mine", "texts", 0, "title") != "Mitt" {
				t.Errorf("got %s", a.Body)
			}
			if got := fmt.Sprint(a.list("updatePractice", "conflict", "fields")); !strings.Contains(got, "texts") {
				t.Errorf("both changed %s", got)
			}
			a = n.act("EDITOR", "publish", "", item(id, 1))
			if len(a.list("publish", "conflicts")) != 1 || n.isRead(id) {
				t.Errorf("publishing an old revision: %s", a.Body)
			}
		})

		n.run("autosaves of one author replace each other", func(t *testing.T) {
			id := n.draft("CONTRIBUTOR", "Start")
			save := func(role, title string, seen int) {
				t.Helper()
				a := n.as(role, `mutation($id: ID!, $input: PracticeInput!, $seen: Int!) { updatePractice(id: $id, input: $input, expectedRevision: $seen, autosave: true) `+saveFields+` }`,
					map[string]any{
						"id": id, "seen": seen, "input": map[string]any{"texts": []any{map[string]any{"language": "NB", "title": title}}},
					}).ok()
				if got := a.at("updatePractice", "entry", "head", "number"); got != float64(seen+1) {
					t.Errorf("autosave over %d: %s", seen, a.Body)
				}
			}
			numbers := func() string {
				a := n.as("EDITOR", `query($id: ID!) { entry(id: $id) { revisions { number } } }`, map[string]any{"id": id}).ok()
				var all []string
				for _, r := range a.list("entry", "revisions") {
					all = append(all, fmt.Sprint(r.(map[string]any)["number"]))
				}
				return strings.Join(all, " ")
			}
			save("CONTRIBUTOR", "a", 1)
			save("CONTRIBUTOR", "ab", 2)
			save("CONTRIBUTOR", "abc", 3)
			if got := numbers(); got != "4 1" {
				t.Errorf("revisions %s", got)
			}
			save("EDITOR", "another author", 4)
			if got := numbers(); got != "5 4 1" {
				t.Errorf("revisions %s", got)
			}
			n.act("EDITOR", "submit", "", item(id, 5)).expectCodes("submit")
			save("EDITOR", "after submitting", 5)
			if got := numbers(); got != "6 5 4 1" {
				t.Errorf("revisions %s", got)
			}
			n.now = n.now.Add(11 * time.Minute)
			save("EDITOR", "after a pause", 6)
			if got := numbers(); got != "7 6 5 4 1" {
				t.Errorf("revisions %s", got)
			}
		})

		n.run("a key answers the same entry", func(t *testing.T) {
			create := func(title string) *answer {
				return n.as("EDITOR", `mutation($input: PracticeInput!) { createPractice(input: $input) `+saveFields+` }`, map[string]any{
					"input": map[string]any{"key": "vår-eigen-17", "texts": []any{map[string]any{"language": "NB", "title": title}}},
				}).ok()
			}
			first, second := create("Ein"), create("To")
			if first.at("createPractice", "entry", "id") != second.at("createPractice", "entry", "id") ||
				second.at("createPractice", "entry", "head", "number") != 1.0 {
				t.Errorf("first %s then %s", first.Body, second.Body)
			}
		})

		n.run("problems are told at once, with paths", func(t *testing.T) {
			a := n.as("EDITOR", `mutation($input: PracticeInput!) { createPractice(input: $input) `+saveFields+` }`, map[string]any{"input": map[string]any{
				"slug": "a", "themes": []any{"the_01m88ahx6q1a3jk2p313s8y32c"}, "keyFigures": []any{
					map[string]any{"label": []any{}, "value": 1, "unit": ""},
				},
				"texts": []any{map[string]any{"language": "NB", "title": "x", "howToUse": "of another type"}, map[string]any{
					"language": "NB", "title": "twice",
				}},
			}}).ok()
			if got := a.codes("createPractice"); len(got) < 4 || a.at("createPractice", "entry") != nil {
				t.Errorf("got %s", a.Body)
			}
			empty := n.as("EDITOR", `mutation { createPractice(input: {}) { entry { id } } }`, nil).ok().at(
				"createPractice", "entry", "id",
			).(string)
			n.act("EDITOR", "publish", "", item(empty, 1)).expectCodes("publish", "REQUIRED", "REQUIRED")
		})

		n.run("nothing can be written that is not an input", func(t *testing.T) {
			for _, field := range []string{`status: PUBLISHED`, `owner: "org_01m88ahx6q1a3jk2p313s8y32c"`, `publishedAt: "2020-01-01T00:00:00Z"`, `revision: 3`, `id: "pra_01m88ahx6q1a3jk2p313s8y32c"`} {
				a := n.as("ADMIN", `mutation { createPractice(input: {`+field+`}) { entry { id } } }`, nil)
				if a.code() != "GRAPHQL_VALIDATION_FAILED" {
					t.Errorf("%s: %s", field, a.Body)
				}
			}
		})

		n.run("texts by language", func(t *testing.T) {
			id := n.draft("CONTRIBUTOR", "Bokmålstekst")
			set := func(seen int, texts ...any) *answer {
				return n.as("CONTRIBUTOR", `mutation($id: ID!, $input: PracticeInput!, $seen: Int!) { updatePractice(id: $id, input: $input, expectedRevision: $seen) { problems { code path }
					entry { languages { language ready stale translatedFrom translatedRevision } head { number } } } }`, map[string]any{
					"id": id, "seen": seen, "input": map[string]any{"texts": texts},
				}).ok()
			}
			nb := func(title string) any { return map[string]any{"language": "NB", "title": title} }
			nn := map[string]any{"language": "NN", "title": "Nynorsktekst", "translatedFrom": "NB", "ready": false}
			a := set(1, nb("Bokmålstekst"), nn)
			if got := a.at("updatePractice", "entry", "languages", 1); fmt.Sprint(got) != "map[language:NN ready:false stale:false translatedFrom:NB translatedRevision:2]" {
				t.Errorf("got %v", got)
			}
			a = set(2, nb("Endra bokmålstekst"), nn)
			if got := a.at("updatePractice", "entry", "languages", 1, "stale"); got != true {
				t.Errorf("a translation whose original changed: %s", a.Body)
			}
			if got := n.as("EDITOR", `{ entries(filter: {stale: true}) { nodes { id } } }`, nil).ok().strings("id", "entries", "nodes"); !slices.Equal(got, []string{id}) {
				t.Errorf("stale are %v", got)
			}
			n.act("EDITOR", "publish", "", item(id, 3)).expectCodes("publish")
			if got := n.ask(`query($id: ID!) { practice(id: $id) { languages } }`, map[string]any{"id": id}).ok().list("practice", "languages"); len(got) != 1 {
				t.Errorf("readers get %v", got)
			}
			if a := set(3, nb("x"), map[string]any{"language": "EN", "title": "y", "translatedFrom": "SE"}); len(a.codes("updatePractice")) != 1 {
				t.Errorf("translated from what there is not: %s", a.Body)
			}
		})

		n.run("deleting", func(t *testing.T) {
			id := n.draft("CONTRIBUTOR", "Blir sletta")
			n.act("CONTRIBUTOR", "delete", "", item(id, 1)).expectCodes("delete")
			a := n.as("EDITOR", `query($id: ID!) { entry(id: $id) { id } }`, map[string]any{"id": id}).ok()
			left, err := n.client.Revision.Query().Where(revision.EntryID(id)).
				Count(access.WithViewer(t.Context(), access.System("test")))
			if a.at("entry") != nil || err != nil || left != 0 {
				t.Errorf("%s, %d revisions, %v", a.Body, left, err)
			}
		})

		n.run("reference data", func(t *testing.T) {
			query := `mutation($i: ThemeInput!) { createTheme(input: $i) { node { ... on Theme { id slug label } } problems { code path message } } }`
			input := map[string]any{
				"i": map[string]any{"slug": "nytt-tema", "labels": []any{map[string]any{"language": "NB", "text": "Nytt tema"}}},
			}
			n.as("ADMIN", query, input).ok().expectCodes("createTheme", "FORBIDDEN")
			a := n.as("HUB_EDITOR", query, input).ok()
			a.expectCodes("createTheme")
			id := a.at("createTheme", "node", "id")
			n.as("HUB_EDITOR", query, input).ok().expectCodes("createTheme", "SLUG_TAKEN")
			update := `mutation($id: ID!, $i: ThemeInput!) { updateTheme(id: $id, input: $i) { node { ... on Theme { label parent { id } } } problems { code path message } } }`
			a = n.as("HUB_EDITOR", update, map[string]any{
				"id": id, "i": map[string]any{"labels": []any{map[string]any{"language": "NB", "text": "Anna namn"}}},
			}).ok()
			if a.at("updateTheme", "node", "label") != "Anna namn" {
				t.Errorf("got %s", a.Body)
			}
			n.as("HUB_EDITOR", update, map[string]any{"id": id, "i": map[string]any{"parent": id}}).ok().
				expectCodes("updateTheme", "INVALID")
			n.as("HUB_EDITOR", update, map[string]any{"id": randomID("PRACTICE"), "i": map[string]any{}}).ok().
				expectCodes("updateTheme", "NOT_FOUND")
		})
	})
}

// A change and its audit event are one transaction: neither is stored without the other.
func TestNothingIsDoneWithoutItsEvent(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		id := n.draft("EDITOR", "Ikkje utan spor")
		key := map[string]any{"org": n.org["ks"]}
		const createKey = `mutation($org: ID!) { createKey(input: {organization: $org, name: "x", kind: SECRET, role: EDITOR}) { secret } }`
		refuse, allow := `CREATE TRIGGER no_events BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no'); END`, `DROP TRIGGER no_events`
		if n.config.DatabaseURL != "" {
			refuse, allow = `ALTER TABLE audit_events ADD CONSTRAINT no_events CHECK (false) NOT VALID`, `ALTER TABLE audit_events DROP CONSTRAINT no_events`
		}
		exec := func(statement string) {
			t.Helper()
			if _, err := n.client.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		exec(refuse)
		publish := `mutation($items: [PublishItem!]!) { publish(items: $items) { entries { id } } }`
		if got := n.as("EDITOR", publish, map[string]any{"items": []any{item(id, 1)}}).code(); got != "INTERNAL" {
			t.Errorf("publish: %s", got)
		}
		if got := n.as("ADMIN", createKey, key).code(); got != "INTERNAL" {
			t.Errorf("createKey: %s", got)
		}
		exec(allow)
		if n.isRead(id) {
			t.Error("it was published without an event")
		}
		keys := n.as("ADMIN", `query($org: ID!) { administration(organization: $org) { keys { id } } }`, key).ok()
		if len(keys.list("administration", "keys")) > 0 {
			t.Error("a key was made without an event")
		}
		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		n.as("ADMIN", createKey, key).ok()
		n.act("stranger", "withdraw", "", item(id, 1)).expectCodes("withdraw", "NOT_FOUND")
		a := n.as(
			"ADMIN",
			`query($org: ID!) { auditEvents(first: 3, filter: {organization: $org}) { nodes { action subjects code organization } } }`,
			key,
		).ok()
		if got := a.strings("action", "auditEvents", "nodes"); !slices.Equal(got, []string{"withdraw", "createKey", "publish"}) {
			t.Errorf("the events are %q: %s", got, a.Body)
		}
		if a.at("auditEvents", "nodes", 0, "code") != "NOT_FOUND" || a.at("auditEvents", "nodes", 2, "subjects", 0) != id ||
			a.at("auditEvents", "nodes", 2, "organization") != n.org["ks"] {
			t.Errorf("the events are %s", a.Body)
		}
	})
}

func TestSchedules(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		due := func() {
			t.Helper()
			if _, err := n.service.RunSchedules(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		in := func(d time.Duration) string { return fmt.Sprintf("at: %q", n.now.Add(d).UTC().Format(time.RFC3339)) }
		id := n.draft("EDITOR", "Til rett tid")
		n.act("EDITOR", "publish", in(-time.Hour), item(id, 1)).expectCodes("publish", "INVALID")
		a := n.act("EDITOR", "publish", in(time.Hour), item(id, 1))
		if a.at("publish", "entries", 0, "stage") != "APPROVED" || a.at("publish", "entries", 0, "publishAt") == nil {
			t.Errorf("got %s", a.Body)
		}
		due()
		if n.isRead(id) {
			t.Error("published before its time")
		}
		n.now = n.now.Add(2 * time.Hour)
		var both sync.WaitGroup // two replicas
		for range 4 {
			both.Go(func() {
				if _, err := n.service.RunSchedules(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		steps := n.as(
			"EDITOR", `query($id: ID!) { entry(id: $id) { publishAt scheduleProblem steps { act } } }`, map[string]any{"id": id},
		).ok()
		if got := steps.strings("act", "entry", "steps"); !n.isRead(id) ||
			!slices.Equal(got, []string{"PUBLISH", "SCHEDULE_PUBLISH"}) || steps.at("entry", "publishAt") != nil {
			t.Errorf("after its time: %s", steps.Body)
		}

		n.act("EDITOR", "withdraw", in(time.Hour)+` reason: "over"`, item(id, 1)).expectCodes("withdraw")
		n.now = n.now.Add(2 * time.Hour)
		due()
		if n.isRead(id) || n.stage(id) != "WITHDRAWN" {
			t.Error("not withdrawn at its time")
		}

		late := n.draft("EDITOR", "Nokon lagra etterpå")
		n.act("EDITOR", "publish", in(time.Hour), item(late, 1)).expectCodes("publish")
		n.update("CONTRIBUTOR", late, "Ikkje sett av redaktøren", 1)
		n.now = n.now.Add(2 * time.Hour)
		due()
		due()
		a = n.as("EDITOR", `query($id: ID!) { entry(id: $id) { scheduleProblem steps { act reason } } viewer { tasks { reason entry { id } } } entries(filter: {failed: true}) { totalCount } }`,
			map[string]any{"id": late}).ok()
		if problem, _ := a.at("entry", "scheduleProblem").(string); n.isRead(late) ||
			!strings.HasPrefix(problem, "CONFLICT") || a.at("entries", "totalCount") != 1.0 ||
			len(a.list("entry", "steps")) != 2 || !slices.Contains(a.strings("reason", "viewer", "tasks"), "SCHEDULE_FAILED") {
			t.Errorf("a schedule that cannot be kept: %s", a.Body)
		}
		n.act("EDITOR", "unschedule", "", item(late, 2)).expectCodes("unschedule")
		if got := n.as("EDITOR", `{ entries(filter: {failed: true}) { totalCount } }`, nil).ok().at("entries", "totalCount"); got != 0.0 {
			t.Errorf("%v schedules fail still", got)
		}
	})
}

// Every acknowledged save is a revision, and the head of an entry is its last revision.
func TestConcurrentSaves(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		const entries, writers, saves = 50, 8, 1000
		ids := make([]string, entries)
		for i := range ids {
			ids[i] = n.draft("EDITOR", fmt.Sprintf("Saman %d", i))
		}
		var mu sync.Mutex
		heads, acknowledged := make([]int, entries), make(map[string]map[int]string)
		for i, id := range ids {
			heads[i], acknowledged[id] = 1, map[int]string{1: fmt.Sprintf("Saman %d", i)}
		}
		conflicts := 0
		var all sync.WaitGroup
		next := make(chan int, saves)
		for i := range saves {
			next <- i
		}
		close(next)
		for w := range writers {
			all.Go(func() {
				for i := range next {
					at := (i*7 + w) % entries
					mu.Lock()
					seen := heads[at]
					mu.Unlock()
					title := fmt.Sprintf("Lagra %d", i)
					a := n.update([]string{"CONTRIBUTOR", "EDITOR"}[w%2], ids[at], title, seen)
					mu.Lock()
					if e, ok := a.at("updatePractice", "entry").(map[string]any); ok {
						number := int(e["head"].(map[string]any)["number"].(float64))
						if acknowledged[ids[at]][number] != "" {
							t.Errorf("%s: revision %d was given twice", ids[at], number)
						}
						acknowledged[ids[at]][number], heads[at] = title, max(heads[at], number)
					} else {
						conflicts++
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
		ctx := access.WithViewer(t.Context(), access.System("test"))
		for i, id := range ids {
			revisions, err := n.client.Revision.Query().Where(revision.EntryID(id)).All(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if len(revisions) != len(acknowledged[id]) {
				t.Errorf("%s: %d revisions, %d acknowledged", id, len(revisions), len(acknowledged[id]))
			}
			for _, r := range revisions {
				if title := acknowledged[id][r.Number]; title == "" || !strings.Contains(r.Document, `"`+title+`"`) {
					t.Errorf("%s: revision %d is not what was acknowledged", id, r.Number)
				}
			}
			if e := n.client.Entry.GetX(ctx, id); e.Head != heads[i] {
				t.Errorf("%s: the head is %d, the last acknowledged %d", id, e.Head, heads[i])
			}
		}
		t.Logf("%d saves, %d conflicts", saves, conflicts)
	})
}

func TestPreview(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		live, draft, members := n.draft("EDITOR", "Synleg frå før"), n.draft("EDITOR", "Berre utkast"), n.draft("EDITOR", "For medlemer")
		n.act("EDITOR", "publish", "", item(live, 1)).expectCodes("publish")
		set := func(id string, seen int, input map[string]any) {
			t.Helper()
			a := n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!, $seen: Int!) { updatePractice(id: $id, input: $input, expectedRevision: $seen) `+saveFields+` }`,
				map[string]any{"id": id, "seen": seen, "input": input}).ok()
			a.expectCodes("updatePractice")
		}
		set(live, 1, map[string]any{
			"texts":     []any{map[string]any{"language": "NB", "title": "Ny tittel"}},
			"relations": []any{map[string]any{"to": draft, "type": "SEE_ALSO"}},
		})
		set(members, 1, map[string]any{"audience": "MEMBERS"})
		preview := func(who, input string) string {
			t.Helper()
			a := n.as(
				who,
				`mutation { createPreview(input: {`+input+`}) { id token expiresAt problems { code message path severity } } }`,
				nil,
			).ok()
			a.expectCodes("createPreview")
			token, _ := a.at("createPreview", "token").(string)
			return token
		}
		read := `query($live: ID!, $draft: ID!, $members: ID!) {
			live: practice(id: $live) { title version permalink related { totalCount nodes { title } } } draft: practice(id: $draft) { title slug version related { nodes { title } } } members: node(id: $members) { id }
			practices(first: 100, filter: {organizations: ["ks"]}) { totalCount nodes { title } } owners: organizations(first: 3) { totalCount nodes { name } } }`
		ids := map[string]any{"live": live, "draft": draft, "members": members}
		anonymous := n.ask(read, ids).ok()
		if anonymous.at("live", "title") != "Synleg frå før" || anonymous.at("draft") != nil {
			t.Fatalf("before any preview: %s", anonymous.Body)
		}
		token := preview("EDITOR", fmt.Sprintf("entries: [%q, %q]", live, draft))
		shown := n.askAs(token, read, ids).ok()
		if shown.at("live", "title") != "Ny tittel" || shown.at("live", "related", "totalCount") != 1.0 ||
			shown.at("draft", "title") != "Berre utkast" ||
			shown.at("members") != nil ||
			shown.at("practices", "totalCount") != anonymous.at("practices", "totalCount").(float64)+1 {
			t.Errorf("the preview shows %s", shown.Body)
		}
		if got := shown.Header.Get("Cache-Control"); got != "private, no-store" {
			t.Errorf("the preview is cached as %q", got)
		}
		if again := n.ask(read, ids).ok(); string(again.Body) != string(anonymous.Body) {
			t.Errorf("after the preview readers see %s", again.Body)
		}
		if both := n.askAs(preview("EDITOR", fmt.Sprintf("entries: [%q]", members)), read, ids).ok(); both.at("members") == nil ||
			both.at("draft") != nil {
			t.Errorf("a preview of what is for members: %s", both.Body)
		}

		// The preview equals the result of publishing.
		n.act("EDITOR", "publish", "", item(live, 2), item(draft, 1)).expectCodes("publish")
		if published := n.ask(read, ids).ok(); string(published.Body) != string(shown.Body) {
			t.Errorf("published: %s\npreviewed: %s", published.Body, shown.Body)
		}

		for _, refused := range []struct{ query, code string }{
			{`mutation { createPractice(input: {}) { entry { id } } }`, "FORBIDDEN"},
			{`{ search(query: "a") { totalCount } }`, "BAD_USER_INPUT"},
			{`{ suggest(text: "a") { text } }`, "BAD_USER_INPUT"},
			{`{ changes(first: 1) { nodes { id } } }`, "BAD_USER_INPUT"},
		} {
			if a := n.askAs(token, refused.query, nil); a.code() != refused.code {
				t.Errorf("%s: %s", refused.query, a.Body)
			}
		}
		if a := n.askAs(token, `{ viewer { account { name } } entries { totalCount } }`, nil).ok(); a.at("viewer") != nil ||
			a.at("entries", "totalCount") != 0.0 {
			t.Errorf("a preview reads as an editor: %s", a.Body)
		}
		n.as(
			"stranger", fmt.Sprintf(`mutation { createPreview(input: {entries: [%q]}) { problems { code } } }`, draft), nil,
		).ok().expectCodes("createPreview", "NOT_FOUND")
		n.as("EDITOR", `mutation { createPreview(input: {entries: []}) { problems { code } } }`, nil).ok().
			expectCodes("createPreview", "INVALID")

		// Everything scheduled before a time, in the caller's organisations.
		soon, later := n.draft("EDITOR", "Snart"), n.draft("EDITOR", "Seinare")
		at := func(d time.Duration) string { return n.now.Add(d).UTC().Format(time.RFC3339) }
		n.act("EDITOR", "publish", fmt.Sprintf("at: %q", at(time.Hour)), item(soon, 1)).expectCodes("publish")
		n.act("EDITOR", "publish", fmt.Sprintf("at: %q", at(3*time.Hour)), item(later, 1)).expectCodes("publish")
		scheduled := `query($soon: ID!, $later: ID!) { soon: practice(id: $soon) { title } later: practice(id: $later) { title } }`
		both := map[string]any{"soon": soon, "later": later}
		if a := n.askAs(preview("EDITOR", fmt.Sprintf("scheduledBefore: %q", at(2*time.Hour))), scheduled, both).ok(); a.at("soon") == nil ||
			a.at("later") != nil {
			t.Errorf("what is scheduled: %s", a.Body)
		}
		if a := n.askAs(preview("stranger", fmt.Sprintf("scheduledBefore: %q", at(2*time.Hour))), scheduled, both).ok(); a.at("soon") != nil {
			t.Errorf("what others have scheduled: %s", a.Body)
		}

		// Revoked, expired, and with a creator who has lost the right.
		a := n.as(
			"EDITOR", fmt.Sprintf(`mutation { createPreview(input: {entries: [%q], minutes: 5}) { id token } }`, soon), nil,
		).ok()
		token = a.at("createPreview", "token").(string)
		n.as("EDITOR", fmt.Sprintf(`mutation { revokePreview(id: %q) { done } }`, a.at("createPreview", "id")), nil).ok()
		if a := n.askAs(token, read, ids); a.Status != 401 || a.code() != "UNAUTHENTICATED" {
			t.Errorf("a revoked preview: %d %s", a.Status, a.Body)
		}
		token = preview("EDITOR", fmt.Sprintf("entries: [%q]", soon))
		if err := n.accounts.Disable(access.WithViewer(t.Context(), access.System("test")), n.ids["EDITOR"]); err != nil {
			t.Fatal(err)
		}
		if a := n.askAs(token, read, ids); a.Status != 401 {
			t.Errorf("a preview of somebody who has left: %d %s", a.Status, a.Body)
		}
	})
}

func TestReleases(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		const fields = `{ release { id name publishAt publishedAt scheduleProblem owner { slug } items { id revision entry { title stage } acknowledged { code reason } } }
			problems { code path message entry } conflicts { entry } }`
		do := func(who, mutation string) *answer {
			t.Helper()
			return n.as(who, `mutation { `+mutation+` `+fields+` }`, nil).ok()
		}
		create := func(name string) string {
			t.Helper()
			a := do("EDITOR", fmt.Sprintf("createRelease(name: %q)", name))
			a.expectCodes("createRelease")
			return a.at("createRelease", "release", "id").(string)
		}
		add := func(who, release string, items ...any) *answer {
			t.Helper()
			return n.as(
				who, `mutation($id: ID!, $items: [PublishItem!]!) { addToRelease(id: $id, items: $items) `+fields+` }`,
				map[string]any{"id": release, "items": items},
			).ok()
		}
		publish := func(who, release, at string) *answer {
			t.Helper()
			return n.as(
				who, `mutation($id: ID!) { publishRelease(id: $id `+at+`) `+fields+` }`, map[string]any{"id": release},
			).ok()
		}

		do("CONTRIBUTOR", `createRelease(name: "Nei")`).expectCodes("createRelease", "FORBIDDEN")
		do("EDITOR", fmt.Sprintf(`createRelease(name: "Nei", organization: %q)`, n.org["imdi"])).
			expectCodes("createRelease", "NOT_FOUND")
		release := create("Vårkampanjen")
		one, two, broken := n.draft("EDITOR", "Ein"), n.draft("EDITOR", "To"), n.draft("EDITOR", "Ufullstendig")
		n.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, input: {kind: null}, expectedRevision: 1) { problems { code } } }`,
			map[string]any{"id": broken},
		).ok()
		foreign := n.draft("HUB_EDITOR", "Ein annans")
		n.act(
			"HUB_EDITOR", "transfer", fmt.Sprintf("organization: %q", n.org["imdi"]), item(foreign, 1),
		).expectCodes("transfer")

		add("CONTRIBUTOR", release, item(one, 1)).expectCodes("addToRelease", "FORBIDDEN")
		add("stranger", release, item(one, 1)).expectCodes("addToRelease", "NOT_FOUND")
		add("EDITOR", release, item(one, 1), item(foreign, 1)).expectCodes("addToRelease", "NOT_FOUND")
		if a := add("EDITOR", release, item(one, 7)); len(a.list("addToRelease", "conflicts")) != 1 {
			t.Errorf("a revision that is not there: %s", a.Body)
		}
		a := add("EDITOR", release, item(one, 1), item(two, 1), item(broken, 2))
		if got := a.strings("id", "addToRelease", "release", "items"); !slices.Equal(got, []string{one, two, broken}) {
			t.Errorf("in it are %v", got)
		}
		preview := n.as(
			"EDITOR", `mutation($id: ID!) { createPreview(input: {release: $id}) { token problems { code } } }`,
			map[string]any{"id": release},
		).ok().at("createPreview", "token").(string)
		if a := n.askAs(preview, `{ practices { totalCount } }`, nil); a.code() != "BAD_USER_INPUT" ||
			!strings.Contains(string(a.Body), broken) {
			t.Errorf("previewing what cannot be published: %s", a.Body)
		}
		a = publish("EDITOR", release, "")
		a.expectCodes("publishRelease", "REQUIRED")
		if n.isRead(one) || n.isRead(two) || a.at("publishRelease", "problems", 0, "entry") != broken {
			t.Errorf("a part was published: %s", a.Body)
		}
		remove := func(role string, entries ...any) *answer {
			return n.as(role, `mutation($id: ID!, $e: [ID!]!) { removeFromRelease(id: $id, entries: $e) { problems { code } } }`,
				map[string]any{"id": release, "e": entries}).ok()
		}
		add("HUB_EDITOR", release, item(foreign, 1)).expectCodes("addToRelease")
		remove("EDITOR", broken, foreign).expectCodes("removeFromRelease", "NOT_FOUND")
		remove("EDITOR", n.draft("EDITOR", "Ikkje med")).expectCodes("removeFromRelease", "NOT_FOUND")
		remove("HUB_EDITOR", foreign).expectCodes("removeFromRelease")
		remove("EDITOR", broken).expectCodes("removeFromRelease")
		if a := n.askAs(preview, `query($id: ID!) { practice(id: $id) { title } }`, map[string]any{"id": two}).ok(); a.at("practice", "title") != "To" {
			t.Errorf("the preview of the release: %s", a.Body)
		}
		n.update("EDITOR", two, "To, endra", 1)
		if a := publish("EDITOR", release, ""); len(a.list("publishRelease", "conflicts")) != 1 || n.isRead(one) {
			t.Errorf("an entry that changed since: %s", a.Body)
		}
		add("EDITOR", release, item(two, 2)).expectCodes("addToRelease")
		publish("EDITOR", release, fmt.Sprintf("at: %q", n.now.Add(-time.Hour).UTC().Format(time.RFC3339))).
			expectCodes("publishRelease", "INVALID")
		publish("EDITOR", release, fmt.Sprintf("at: %q", n.now.Add(time.Hour).UTC().Format(time.RFC3339))).
			expectCodes("publishRelease")
		n.now = n.now.Add(2 * time.Hour)
		var replicas sync.WaitGroup
		for range 4 {
			replicas.Go(func() {
				if _, err := n.service.RunSchedules(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		replicas.Wait()
		a = n.as("EDITOR", `query($id: ID!, $one: ID!) { release(id: $id) { publishedAt publishAt items { revision } } entry(id: $one) { steps { act reason } } releases(filter: {open: false}) { totalCount nodes { name owner { name } } } }`,
			map[string]any{"id": release, "one": one}).ok()
		if !n.isRead(one) || !n.isRead(two) || a.at("release", "publishedAt") == nil || len(a.list("entry", "steps")) != 1 ||
			a.at("releases", "totalCount") != 1.0 {
			t.Errorf("after its time: %s", a.Body)
		}
		add("EDITOR", release, item(one, 1)).expectCodes("addToRelease", "STAGE")

		// A scheduled release that cannot be published changes nothing and reports the problem, once.
		late := create("For seint")
		third := n.draft("EDITOR", "Tre")
		add("EDITOR", late, item(third, 1)).expectCodes("addToRelease")
		publish("EDITOR", late, fmt.Sprintf("at: %q", n.now.Add(time.Hour).UTC().Format(time.RFC3339))).
			expectCodes("publishRelease")
		n.update("EDITOR", third, "Tre, endra", 1)
		n.now = n.now.Add(2 * time.Hour)
		for range 2 {
			if _, err := n.service.RunSchedules(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		a = n.as(
			"EDITOR", `query($id: ID!) { release(id: $id) { publishedAt scheduleProblem } }`, map[string]any{"id": late},
		).ok()
		if problem, _ := a.at("release", "scheduleProblem").(string); n.isRead(third) ||
			!strings.HasPrefix(problem, "CONFLICT") {
			t.Errorf("a release that cannot be published: %s", a.Body)
		}
		if a := n.as("stranger", `query($id: ID!) { release(id: $id) { name } releases { totalCount } }`, map[string]any{"id": late}).ok(); a.at("release") != nil ||
			a.at("releases", "totalCount") != 0.0 {
			t.Errorf("a stranger sees %s", a.Body)
		}
		n.as("EDITOR", `mutation($id: ID!) { deleteRelease(id: $id) { done } }`, map[string]any{"id": late}).ok()
		if a := n.as("EDITOR", `query($id: ID!, $e: ID!) { release(id: $id) { name } entry(id: $e) { id } }`, map[string]any{"id": late, "e": third}).ok(); a.at("release") != nil ||
			a.at("entry") == nil {
			t.Errorf("after deleting: %s", a.Body)
		}
	})
}

var (
	exampleIDs    = regexp.MustCompile(`\b(acc|com|pra|prv|rel|rev)_[0-9a-z]{26}\b`)
	exampleTimes  = regexp.MustCompile(`\b20[0-2]\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	exampleTokens = regexp.MustCompile(`dugnad_pt_[A-Za-z0-9_-]+`)
)

// The editing examples in docs/examples/editing, in order: each operation is sent by the person that its comment names,
// with ids from earlier answers, and its answer is compared with the file beside it. After an intended change: UPDATE=1
// go test ./server -run EditingExamples
func TestEditingExamples(t *testing.T) {
	paths, err := filepath.Glob("../docs/examples/editing/*.graphql")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d examples (%v)", len(paths), err)
	}
	eachNewsroom(t, func(n *newsroom) {
		data := make(map[string]any)
		at := func(path string) string {
			var v any = data
			for step := range strings.SplitSeq(path, ".") {
				m, _ := v.(map[string]any)
				v = m[step]
			}
			s, _ := v.(string)
			if s == "" {
				t.Fatalf("no earlier answer has %s", path)
			}
			return s
		}
		for _, path := range paths {
			operation, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			viewer, variables := "", map[string]any{}
			for line := range strings.Lines(string(operation)) {
				line, isComment := strings.CutPrefix(strings.TrimSpace(line), "# ")
				if !isComment {
					continue
				}
				if who, ok := strings.CutPrefix(line, "as "); ok {
					if viewer = n.people[who]; viewer == "" {
						viewer = at(who)
					}
				} else if name, from, ok := strings.Cut(line, " = "); ok && !strings.Contains(name, " ") {
					variables[name] = at(from)
				}
			}
			a := n.askAs(viewer, string(operation), variables).ok()
			maps.Copy(data, a.Data)
			shown, err := json.MarshalIndent(a.Data, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			shown = exampleTokens.ReplaceAll(
				exampleTimes.ReplaceAll(exampleIDs.ReplaceAll(shown, []byte("${1}_…")), []byte("<a time>")), []byte("<a token>"),
			)
			kept := strings.TrimSuffix(path, ".graphql") + ".json"
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(kept, append(shown, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(kept)
			if err != nil || strings.TrimSpace(string(want)) != string(shown) {
				t.Errorf("%s answers (%v)\n%s", filepath.Base(path), err, shown)
			}
		}
	})
}

func TestKeys(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		n.mayDoActsOfPower()
		create := func(who, input string) *answer {
			t.Helper()
			return n.as(
				who,
				`mutation { createKey(input: {`+input+
					`}) { key { id ending scopes role lastUsedAt } secret problems { code path message } } }`,
				nil,
			).ok()
		}
		secret := func(who, input string) string {
			t.Helper()
			a := create(who, input)
			a.expectCodes("createKey")
			s, _ := a.at("createKey", "secret").(string)
			if !strings.HasSuffix(s, a.at("createKey", "key", "ending").(string)) {
				t.Errorf("the ending is not the secret's: %s", a.Body)
			}
			return s
		}
		of := fmt.Sprintf("organization: %q, name: \"prøve\"", n.org["ks"])
		create("EDITOR", of+`, kind: SECRET, role: EDITOR`).expectCodes("createKey", "FORBIDDEN")
		create("stranger", of+`, kind: SECRET, role: EDITOR`).expectCodes("createKey", "NOT_FOUND")
		create("ADMIN", of+`, kind: SECRET, role: HUB_EDITOR`).expectCodes("createKey", "FORBIDDEN")
		create("ADMIN", of+`, kind: SECRET`).expectCodes("createKey", "INVALID")
		create("ADMIN", of+`, kind: PUBLISHABLE, role: EDITOR, origins: ["https://a.example"]`).
			expectCodes("createKey", "INVALID")
		create("ADMIN", of+`, kind: PUBLISHABLE`).expectCodes("createKey", "INVALID")
		create("ADMIN", of+`, kind: PUBLISHABLE, origins: ["https://a.example/path"]`).expectCodes("createKey", "INVALID")
		create("ADMIN", of+`, kind: SECRET, role: EDITOR, expiresAt: "2020-01-01T00:00:00Z"`).
			expectCodes("createKey", "INVALID")

		id, members := n.draft("EDITOR", "Utkast"), n.draft("EDITOR", "For medlemer")
		n.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, input: {audience: MEMBERS}, expectedRevision: 1) { problems { code } } }`,
			map[string]any{"id": members},
		).ok()
		n.act("EDITOR", "publish", "", item(members, 2)).expectCodes("publish")

		all := secret("ADMIN", of+`, kind: SECRET, role: EDITOR`)
		reading, writing := secret("ADMIN", of+`, kind: SECRET, role: EDITOR, scopes: [READ]`), secret("ADMIN", of+
			`, kind: SECRET, role: EDITOR, scopes: [DRAFTS]`)
		public := secret("ADMIN", of+`, kind: PUBLISHABLE, origins: ["https://a.example"]`)
		sees := func(key string) string {
			t.Helper()
			a := n.askAs(
				key, `query($id: ID!, $m: ID!) { entry(id: $id) { id } practice(id: $m) { id } viewer { account { id } } }`,
				map[string]any{"id": id, "m": members},
			).ok()
			return fmt.Sprint(a.at("entry") != nil, a.at("practice") != nil, a.at("viewer") != nil)
		}
		for key, want := range map[string]string{all: "true true false", reading: "false true false", writing: "true false false", public: "false false false"} {
			if got := sees(key); got != want {
				t.Errorf("%.12s… sees draft, members' content, viewer: %s, wanted %s", key, got, want)
			}
		}
		publish := func(key string) *answer {
			t.Helper()
			return n.askAs(
				key, `mutation($id: ID!) { publish(items: [{id: $id, expectedRevision: 1}]) { problems { code } } }`,
				map[string]any{"id": id},
			)
		}
		publish(reading).ok().expectCodes("publish", "NOT_FOUND")
		publish(writing).ok().expectCodes("publish", "FORBIDDEN")
		if a := publish(public); a.code() != "UNAUTHENTICATED" {
			t.Errorf("a publishable key writes: %s", a.Body)
		}
		n.askAs(all, `mutation { invite(role: HUB_ADMIN) { problems { code } } }`, nil).ok().
			expectCodes("invite", "FORBIDDEN")
		publish(all).ok().expectCodes("publish")

		origin := func(key, origin string) int {
			t.Helper()
			r, err := http.NewRequestWithContext(
				t.Context(), http.MethodPost, n.url+"/graphql", strings.NewReader(`{"query": "{ __typename }"}`),
			)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+key)
			r.Header.Set("Origin", origin)
			return n.send(r).Status
		}
		if got := fmt.Sprint(origin(all, "https://a.example"), origin(public, "https://a.example"), origin(public, "https://b.example")); got != "401 200 401" {
			t.Errorf("a secret key with an origin, a publishable one with its own, with another: %s", got)
		}

		admin := n.as(
			"ADMIN",
			`query($o: ID!) { administration(organization: $o) { keys { id lastUsedAt kind } memberships { id role account { id name } } invitations { id } } }`,
			map[string]any{"o": n.org["ks"]},
		).ok()
		if len(admin.list("administration", "keys")) != 4 || admin.at("administration", "keys", 3, "lastUsedAt") == nil ||
			strings.Contains(string(admin.Body), all) {
			t.Errorf("administration: %s", admin.Body)
		}
		for _, who := range []string{"EDITOR", "stranger"} {
			if a := n.as(who, `query($o: ID!) { administration(organization: $o) { keys { id } } auditEvents(filter: {organization: $o}) { totalCount } }`, map[string]any{"o": n.org["ks"]}); a.at("administration") != nil ||
				a.at("auditEvents") != nil {
				t.Errorf("%s sees %s", who, a.Body)
			}
		}
		n.as("ADMIN", `mutation($k: ID!) { revokeKey(id: $k) { done } }`, map[string]any{
			"k": admin.at("administration", "keys", 3, "id"),
		}).ok()
		if a := n.askAs(all, `{ __typename }`, nil); a.Status != 401 {
			t.Errorf("a revoked key: %d", a.Status)
		}

		// The end of a membership revokes the keys that its account created; rights change at the next request.
		membership := make(map[string]map[string]any)
		for _, m := range admin.list("administration", "memberships") {
			m := m.(map[string]any)
			membership[m["account"].(map[string]any)["name"].(string)] = m
		}
		for _, who := range []string{"CONTRIBUTOR", "EDITOR", "ADMIN"} {
			m := membership[who]
			switch who {
			case "CONTRIBUTOR":
				n.as(
					"ADMIN", `mutation($m: ID!) { removeMember(id: $m) { done problems { code } } }`, map[string]any{"m": m["id"]},
				).ok()
				if a := n.as("CONTRIBUTOR", `query($id: ID!) { entry(id: $id) { id } viewer { memberships { id } } }`, map[string]any{"id": id}).ok(); a.at("entry") != nil ||
					len(a.list("viewer", "memberships")) > 0 {
					t.Errorf("after the membership ended: %s", a.Body)
				}
			case "EDITOR":
				n.as(
					"ADMIN", `mutation($m: ID!) { setRole(id: $m, role: CONTRIBUTOR) { membership { role } } }`,
					map[string]any{"m": m["id"]},
				).ok()
				n.act("EDITOR", "withdraw", "", item(id, 1)).expectCodes("withdraw", "FORBIDDEN")
			case "ADMIN":
				n.as(
					"ADMIN", `mutation($m: ID!) { removeMember(id: $m) { done problems { code } } }`, map[string]any{"m": m["id"]},
				).ok().expectCodes("removeMember", "INVALID")
				n.as(
					"HUB_ADMIN", `mutation($m: ID!) { removeMember(id: $m) { done problems { code } } }`, map[string]any{"m": m["id"]},
				).ok().expectCodes("removeMember")
				if a := n.askAs(reading, `{ __typename }`, nil); a.Status != 401 {
					t.Errorf("a key of somebody who has left: %d", a.Status)
				}
			}
		}
	})
}

func TestAuditExport(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		id := n.draft("EDITOR", "Ei sak")
		n.act("CONTRIBUTOR", "publish", "", item(id, 1)).expectCodes("publish", "FORBIDDEN")
		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		n.as(
			"stranger", `mutation($org: ID!) { createRelease(name: "=1+1", organization: $org) { release { id } } }`,
			map[string]any{"org": n.org["imdi"]},
		).ok()
		own := "?organization=" + n.org["ks"]
		for _, test := range []struct {
			role, query string
			status      int
		}{
			{"", "", 401},
			{"CONTRIBUTOR", own, 403},
			{"EDITOR", own, 403},
			{"ADMIN", "", 403},
			{"ADMIN", "?organization=" + n.org["imdi"], 403},
			{"HUB_EDITOR", "", 403},
			{"ADMIN", own, 200},
			{"HUB_ADMIN", "", 200},
			{"HUB_ADMIN", "?nothing=x", 400},
			{"HUB_ADMIN", "?after=yesterday", 400},
			{"HUB_ADMIN", "?refused=perhaps", 400},
			{"HUB_ADMIN", "?actor=%00", 400},
			{"HUB_ADMIN", "?actor=%ff", 400},
			{"HUB_ADMIN", "?actor=a&actor=b", 400},
		} {
			if status, body := n.page(test.role, n.url+"/audit.csv"+test.query); status != test.status {
				t.Errorf("%s %s: %d, wanted %d: %.200s", test.role, test.query, status, test.status, body)
			}
		}
		rows := func(role, query string) (actions []string) {
			t.Helper()
			_, body := n.page(role, n.url+"/audit.csv"+query)
			all, err := csv.NewReader(strings.NewReader(body)).ReadAll()
			if err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			for _, row := range all[1:] {
				actions = append(actions, strings.TrimSpace(row[5]+" "+row[7]))
			}
			return actions
		}
		if got := rows("ADMIN", own); !slices.Equal(got, []string{"createPractice", "publish FORBIDDEN", "publish"}) {
			t.Errorf("of the organisation: %q", got)
		}
		if got := rows("HUB_ADMIN", own+"&refused=true"); !slices.Equal(got, []string{"publish FORBIDDEN"}) {
			t.Errorf("refusals: %q", got)
		}
		if got := rows("HUB_ADMIN", "?before=2020-01-01T00:00:00Z"); len(got) > 0 {
			t.Errorf("before there were any: %q", got)
		}
		// More than are read in one batch.
		ctx := access.WithViewer(t.Context(), access.Viewer{Kind: access.Member, Name: "acc_x"})
		for i := range 2*auditRows + 1 {
			if err := n.accounts.Audit(ctx, access.Event{Action: "many", Detail: fmt.Sprintf("=%d", i)}); err != nil {
				t.Fatal(err)
			}
		}
		if got := rows("HUB_ADMIN", "?action=many"); len(got) != 2*auditRows+1 {
			t.Errorf("%d of %d events", len(got), 2*auditRows+1)
		}
		if _, body := n.page("HUB_ADMIN", n.url+"/audit.csv?action=many"); strings.Contains(body, ",=") {
			t.Error("a spreadsheet would take a cell for a formula")
		}
	})
}

// Editors can ask which links break with an entry, and search for a word in drafts too.
func TestEditorsQuestions(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		target := n.draft("EDITOR", "Det som blir vist til")
		n.act("EDITOR", "publish", "", item(target, 1)).expectCodes("publish")
		point := func(role, id, field string, value any, org string) string {
			t.Helper()
			a := n.as(role, `mutation($input: CollectionInput!, $org: ID) { createCollection(input: $input, organization: $org) `+saveFields+` }`, map[string]any{
				"org": n.org[org], "input": map[string]any{
					"texts": []any{map[string]any{"language": "NB", "title": id}}, field: value,
				},
			}).ok()
			a.expectCodes("createCollection")
			return a.at("createCollection", "entry", "id").(string)
		}
		twice := []any{map[string]any{"to": target, "type": "CONTAINS"}, map[string]any{"to": target, "type": "SEE_ALSO"}}
		theirs := point("stranger", "Samlinga deira", "relations", twice, "imdi")
		n.act("stranger", "publish", "", item(theirs, 1)).expectCodes("publish")
		point("stranger", "Utkastet deira", "relations", twice, "imdi")
		ask := func() *answer {
			return n.as(
				"EDITOR",
				`query($id: ID!) { entry(id: $id) { breaksIfWithdrawn { fields node { id ... on Collection { title } } } usedBy { id } } }`,
				map[string]any{"id": target},
			).ok()
		}
		a := ask()
		if got := a.list("entry", "breaksIfWithdrawn"); len(got) != 1 ||
			a.at("entry", "breaksIfWithdrawn", 0, "node", "id") != theirs ||
			fmt.Sprint(a.at("entry", "breaksIfWithdrawn", 0, "fields")) != "[relations]" ||
			a.at("entry", "breaksIfWithdrawn", 0, "node", "title") != "Samlinga deira" {
			t.Errorf("what would break: %s", a.Body)
		}
		if len(a.list("entry", "usedBy")) != 0 {
			t.Errorf("others' entries are shown as an editor's: %s", a.Body)
		}
		n.act("EDITOR", "withdraw", "", item(target, 1)).expectCodes("withdraw")
		if a := ask(); len(a.list("entry", "breaksIfWithdrawn")) != 0 {
			t.Errorf("of what is withdrawn: %s", a.Body)
		}

		deep := n.as("CONTRIBUTOR", `mutation($input: PracticeInput!, $org: ID) { createPractice(input: $input, organization: $org) `+saveFields+` }`, map[string]any{
			"org": n.org["ks"], "input": map[string]any{"kind": "ADVICE", "key": "sak-4711", "texts": []any{
				map[string]any{"language": "NB", "title": "Noko", "body": "Langt nede står ordet *Quisling\u00adstova*."},
				map[string]any{"language": "NN", "title": "Noko anna", "steps": []any{"Ring til Møllargata"}},
			}},
		}).ok().at("createPractice", "entry", "id")
		for words, found := range map[string]bool{
			"quislingstov": true, "mollargata": true, "Møllarg ring": true, "sak-4711": true, "quislingstova finstikkje": false, "llargata": false,
		} {
			for _, role := range []string{"EDITOR", "stranger"} {
				got := n.as(
					role, `query($s: String!) { entries(filter: {search: $s}) { totalCount nodes { id } } }`,
					map[string]any{"s": words},
				).ok().strings("id", "entries", "nodes")
				if want := found && role == "EDITOR"; slices.Contains(got, deep.(string)) != want {
					t.Errorf("%q as %s finds %q", words, role, got)
				}
			}
		}
	})
}
