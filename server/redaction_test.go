package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/ent/revision"
)

const redactMutation = `mutation($text: String!, $ids: [ID!], $reason: String!, $dry: Boolean!) {
	redact(text: $text, entries: $ids, reason: $reason, dryRun: $dry) { redactions { entry reason revisions places actor { name } } problems { code path } } }`

func (n *newsroom) redact(role, text string, dry bool, ids ...string) *answer {
	n.t.Helper()
	return n.as(
		role, redactMutation, map[string]any{"text": text, "ids": ids, "reason": "Vedkomande har bede om det.", "dry": dry},
	).ok()
}

// everythingOf returns everything that editors read of an entry.
const everythingOf = `query($id: ID!) { entry(id: $id) { title key slug head { note } comments { text } steps { reason acknowledged { reason } }
	revisions(first: 20) { number note document { ... on PracticeDocument { key slug texts { language title summary body steps } keyFigures { label { text } note { text } }
		downloads { url title { text } } } } } redactions { reason actor { name } revisions places } }
	practice(id: $id) { id slug title summary body keyFigures { label } downloads { url title } } }`

// The name to redact. It is invented, and resembles no other word of the content.
const (
	sought = "Zakarias Qvigstad"
	word   = "qvigstad"
)

func holds(text []byte) bool { return bytes.Contains(bytes.ToLower(text), []byte(word)) }

func TestRedaction(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		in := map[string]any{
			"kind": "ADVICE", "key": "samtale-zakarias-qvigstad",
			"texts": []any{
				map[string]any{
					"language": "NB", "title": "Samtale med Zakarias Qvigstad", "summary": "ZAKARIAS\nQVIGSTAD fortel.",
					"body": "Vi møtte **Zakarias\u00a0Qvigstad**.\n\nQvigstads hus står.", "steps": []any{"Ring Zakarias  Qvigstad"},
				},
				map[string]any{"language": "NN", "title": "Samtale med Zakarias Qvigstad"},
			},
			"keyFigures": []any{map[string]any{
				"label": []any{map[string]any{"language": "EN", "text": "Talks with Zakarias Qvigstad"}}, "value": 3,
				"unit": "persons",
			}},
			"downloads": []any{map[string]any{
				"title": []any{map[string]any{"language": "NB", "text": "Referat"}}, "format": "PDF",
				"url": "https://example.org/zakarias-qvigstad/referat.pdf",
			}},
		}
		create := n.as(
			"EDITOR",
			`mutation($input: PracticeInput!, $org: ID) { createPractice(input: $input, organization: $org) `+saveFields+` }`,
			map[string]any{"input": in, "org": n.org["ks"]},
		).ok()
		id := create.at("createPractice", "entry", "id").(string)
		n.as(
			"EDITOR", `mutation($id: ID!) { comment(id: $id, text: "Zakarias Qvigstad har ringt.") { problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		n.act("EDITOR", "submit", `comment: "Sjå på Zakarias Qvigstad"`, item(id, 1)).expectCodes("submit")
		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		n.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, input: {targetGroups: []}, expectedRevision: 1, note: "Etter ynske frå Zakarias Qvigstad") `+saveFields+` }`,
			map[string]any{"id": id},
		).ok()
		n.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, input: {audience: PUBLIC}, expectedRevision: 2, note: "Etter ynske frå Zakarias Qvigstad") `+saveFields+` }`,
			map[string]any{"id": id},
		).ok()
		draft := n.draft("CONTRIBUTOR", "Eit utkast om zakarias qvigstad")
		other := n.draft("CONTRIBUTOR", "Zakarias og Qvigstad er to")
		n.act("EDITOR", "publish", "", item(other, 1)).expectCodes("publish")
		n.caughtUpNow()

		read := func() *answer {
			t.Helper()
			return n.as("HUB_ADMIN", everythingOf, map[string]any{"id": id}).ok()
		}
		address := read().at("entry", "slug").(string)
		if address != "samtale-med-zakarias-qvigstad" {
			n.t.Fatalf("the address is %q", address)
		}
		old := n.t.TempDir()
		var out bytes.Buffer
		if err := export(n.t.Context(), n.config, old, "", &out); err != nil {
			n.t.Fatal(err)
		}

		n.run("is a HUB_ADMIN's to do", func(t *testing.T) {
			for _, role := range []string{"CONTRIBUTOR", "EDITOR", "ADMIN", "stranger", "HUB_EDITOR"} {
				n.redact(role, sought, false, id).expectCodes("redact", "FORBIDDEN")
			}
			if got := n.askAs("", redactMutation, map[string]any{"text": sought, "reason": "x", "dry": false}).code(); got != "UNAUTHENTICATED" {
				t.Errorf("nobody gets %s", got)
			}
		})
		n.run("needs a text and a reason that does not tell it", func(t *testing.T) {
			for text, want := range map[string]string{"": "INVALID", "a b": "INVALID", "– – – –": "INVALID", strings.Repeat("ord ", 21): "INVALID"} {
				n.redact("HUB_ADMIN", text, false).expectCodes("redact", want)
			}
			for reason, want := range map[string]string{" ": "REQUIRED", "zakarias-QVIGSTAD bad om det": "INVALID"} {
				n.as("HUB_ADMIN", redactMutation, map[string]any{"text": sought, "reason": reason, "dry": false}).ok().
					expectCodes("redact", want)
			}
		})
		n.run("a dry run tells where and changes nothing", func(t *testing.T) {
			before := read()
			a := n.redact("HUB_ADMIN", sought, true)
			a.expectCodes("redact")
			if got := a.strings("entry", "redact", "redactions"); !slices.Equal(got, []string{id, draft}) {
				t.Errorf("it is in %q, wanted %q: %s", got, []string{id, draft}, a.Body)
			}
			if after := read(); !bytes.Equal(before.Body, after.Body) {
				t.Errorf("before %s\nafter %s", before.Body, after.Body)
			}
		})

		before := n.filesWith(n.t, sought)
		n.t.Log(before)
		if n.config.DatabaseURL == "" && len(before) == 0 {
			n.t.Fatal("the files do not show what they hold")
		}
		done := n.redact("HUB_ADMIN", sought, false)
		done.expectCodes("redact")
		n.caughtUpNow()
		n.run("it is gone from all that is read", func(t *testing.T) {
			a := read()
			if holds(bytes.ReplaceAll(a.Body, []byte("Qvigstads hus"), nil)) {
				t.Errorf("it is still there: %s", a.Body)
			}
			if n.as("HUB_ADMIN", everythingOf, map[string]any{"id": draft}).ok().at("entry", "title") != "Eit utkast om [fjernet]" {
				t.Error("the draft has it")
			}
			if got := n.ask(`query($id: ID!) { practice(id: $id) { title } }`, map[string]any{"id": other}).ok().at("practice", "title"); got != "Zakarias og Qvigstad er to" {
				t.Errorf("other words went as well: %v", got)
			}
			if got := a.at("practice", "title"); got != "Samtale med [fjernet]" {
				t.Errorf("readers see %q", got)
			}
			if got := a.at("practice", "keyFigures", 0, "label"); got != "Talks with [redacted]" {
				t.Errorf("the label is %q", got)
			}
			if got := a.at("entry", "revisions", 0, "document", "texts", 1, "title"); got != "Samtale med [fjerna]" {
				t.Errorf("the text in nynorsk is %q", got)
			}
			if got := a.at("entry", "redactions", 0, "actor", "name"); got != "HUB_ADMIN" {
				t.Errorf("the gap is by %v", got)
			}
			if got := a.at("entry", "slug"); got != "samtale-med-fjernet" {
				t.Errorf("the address is %q", got)
			}
			if got := n.ask(`query($slug: String!) { practice(slug: $slug) { id } }`, map[string]any{"slug": address}).ok().at("practice"); got != nil {
				t.Error("the old address is still answered")
			}
		})
		n.run("every revision's hash is that of its document", func(t *testing.T) {
			ctx := access.WithViewer(t.Context(), access.System("test"))
			for _, r := range n.client.Revision.Query().Where(revision.EntryID(id)).AllX(ctx) {
				if sum := sha256.Sum256([]byte(r.Document)); hex.EncodeToString(sum[:]) != r.Hash {
					t.Errorf("revision %d", r.Number)
				}
			}
		})
		n.run("search does not find it, nor do the files hold it", func(t *testing.T) {
			hits := func(text string) []string {
				return n.ask(`query($q: String!) { search(query: $q) { nodes { id } } }`, map[string]any{"q": text}).ok().
					strings("id", "search", "nodes")
			}
			if got := hits(`"` + sought + `"`); len(got) > 0 {
				t.Errorf("it finds %q", got)
			}
			if !slices.Contains(hits("samtale fortel"), id) {
				t.Error("the entry is not found by its other words")
			}
			// The indexes are rebuilt, and the files of the old ones deleted once the new ones answer.
			for deadline := time.Now().Add(time.Minute); len(n.filesWith(t, sought)) > 0; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("it is in %q", n.filesWith(t, sought))
				}
			}
		})
		n.run("it does not come back by a save", func(t *testing.T) {
			a := n.update("EDITOR", id, "Zakarias Qvigstad igjen", 3)
			a.expectCodes("updatePractice", "REDACTED")
			b := read()
			if got := b.at("entry", "title"); got != "[fjernet] igjen" {
				t.Errorf("the title is %v: %s", got, a.Body)
			}
		})
		n.run("the log tells that it was done, and not the text", func(t *testing.T) {
			a := n.as("HUB_ADMIN", `{ auditEvents(first: 100) { nodes { action subjects code detail } } }`, nil).ok()
			if !strings.Contains(string(a.Body), `"redact"`) || !strings.Contains(string(a.Body), `"dry run"`) || holds(a.Body) {
				t.Errorf("the log: %.2000s", a.Body)
			}
		})
		n.run("it does not come back with an old export", func(t *testing.T) {
			out.Reset()
			if err := importFiles(t.Context(), n.config, newImport{Paths: []string{old}}, &out, io.Discard); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			if !strings.Contains(out.String(), "redacted texts were removed from") {
				t.Errorf("the import says %q", out.String())
			}
			if a := read(); holds(bytes.ReplaceAll(a.Body, []byte("Qvigstads hus"), nil)) {
				t.Errorf("it is back: %s", a.Body)
			}
		})
		n.run("nor in another hub that is told what was erased", func(t *testing.T) {
			if err := n.accounts.Anonymize(access.WithViewer(t.Context(), access.System("test")), n.ids["CONTRIBUTOR"]); err != nil {
				t.Fatal(err)
			}
			newer := t.TempDir()
			if err := export(t.Context(), n.config, newer, "", &out); err != nil {
				t.Fatal(err)
			}
			gone, err := os.ReadFile(filepath.Join(newer, erasedFile))
			if err != nil || holds(gone) || !bytes.Contains(gone, []byte(n.ids["CONTRIBUTOR"])) {
				t.Fatalf("what was erased: %v %s", err, gone)
			}
			there := configOf(t, emptyOptions(t, map[bool]string{true: onSQLite, false: onPostgres}[n.config.DatabaseURL == ""]))
			there.SecretKey = n.config.SecretKey
			// too late at first, and then kept out
			for _, paths := range [][]string{{old}, {filepath.Join(newer, erasedFile)}, {old}} {
				if err := importFiles(t.Context(), there, newImport{Paths: paths}, &out, io.Discard); err != nil {
					t.Fatalf("%v\n%s", err, out.String())
				}
			}
			again := t.TempDir()
			if err := export(t.Context(), there, again, "", &out); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(again, contentFile))
			if err != nil ||
				holds([]byte(strings.NewReplacer(
					"Qvigstads hus", "", "Zakarias og Qvigstad er to", "", "zakarias-og-qvigstad-er-to", "",
				).Replace(string(text)))) {
				t.Errorf("it is there again: %v", err)
			}
		})
	})
}

// filesWith returns the files in the hub's folder that contain the text.
func (n *newsroom) filesWith(t testing.TB, text string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(n.config.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		has, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // indexes come and go
			return nil
		}
		if bytes.Contains(has, []byte(text)) {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Reference data has no editorial record, but can be redacted.
func TestRedactionOfReferenceData(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		a := n.as(
			"HUB_EDITOR",
			`mutation($org: ID) { createContact(input: {organization: $org, key: "zakarias-qvigstad", functions: [{language: NB, text: "Rådgivar Zakarias Qvigstad"}], email: "zakarias.qvigstad@example.org"}) { node { id } problems { code path message } } }`,
			map[string]any{"org": n.org["ks"]},
		).ok()
		id := a.at("createContact", "node", "id").(string)
		n.redact("HUB_ADMIN", sought, false).expectCodes("redact")
		c := n.ask(`query($id: ID!) { node(id: $id) { ... on Contact { function email } } }`, map[string]any{"id": id}).ok()
		if c.at("node", "function") != "Rådgivar [fjernet]" || c.at("node", "email") != nil { // what is left is no address
			t.Errorf("the contact is %s", c.Body)
		}
		row, err := n.client.Contact.Get(access.WithViewer(t.Context(), access.System("test")), id)
		if err != nil || row.Key != id {
			t.Errorf("its key: %v %v", row, err)
		}
		b := n.as(
			"HUB_EDITOR",
			`mutation($id: ID!) { updateContact(id: $id, input: {email: "zakarias.qvigstad@example.org"}) { problems { code path message } } }`,
			map[string]any{"id": id},
		).ok()
		if got := n.ask(`query($id: ID!) { node(id: $id) { ... on Contact { email } } }`, map[string]any{"id": id}).ok().at("node", "email"); got != nil {
			t.Errorf("it is back: %v %s", got, b.Body)
		}
	})
}
