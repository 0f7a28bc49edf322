package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// tooMuch are bodies that are refused on save, by the reason.
var tooMuch = map[string]string{
	"columns": "|" + strings.Repeat("a|", 20_000) + "\n|" + strings.Repeat("-|", 20_000) + "\n" +
		strings.Repeat("|a\n", 5000),
	"deeply":       strings.Repeat(">", 90_000),
	"definitions":  strings.Repeat("[a]: b\n", 14_000),
	"never closed": strings.Repeat("[a](b\"", 16_000),
	"HTML":         strings.Repeat("|a", 50) + "\n" + strings.Repeat("|-", 50) + "\n" + strings.Repeat("|a\n", 390),
}

// TestUnrenderableText: a text that takes too much work to render is refused on save, and one that is stored already
// is shown as it was written; everything else goes on.
func TestUnrenderableText(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		n.run("is refused on save", func(t *testing.T) {
			id := n.draft("EDITOR", "Utan tekst")
			for reason, body := range tooMuch {
				a := n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!) {
					updatePractice(id: $id, input: $input, expectedRevision: 1) `+saveFields+` }`, map[string]any{
					"id": id, "input": map[string]any{"texts": []any{
						map[string]any{"language": "NB", "title": "Utan tekst", "body": body},
					}},
				}).ok()
				a.expectCodes("updatePractice", "INVALID")
				if got := fmt.Sprint(a.at("updatePractice", "problems", 0, "path")); got != "[texts 0 body]" ||
					!strings.Contains(fmt.Sprint(a.at("updatePractice", "problems", 0, "message")), reason) {
					t.Errorf("%s: %.400s", reason, a.Body)
				}
			}
		})

		n.run("is shown as written when it is stored", func(t *testing.T) {
			ids := make(map[string]string)
			for reason, body := range tooMuch {
				ids[reason] = n.storeUnrenderable(t, reason, body)
			}
			if _, err := n.follower.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := n.follower.Reindex(t.Context()); err != nil { // as after a restart without an index
				t.Fatal(err)
			}
			for reason, id := range ids {
				n.checkUnrenderable(t, reason, id)
			}
		})
	})
}

// storeUnrenderable publishes an entry, and then puts the body into the database.
func (n *newsroom) storeUnrenderable(t *testing.T, reason, body string) (id string) {
	t.Helper()
	title := unrenderableTitle(reason)
	id = n.draft("EDITOR", title)
	n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!) {
		updatePractice(id: $id, input: $input, expectedRevision: 1) `+saveFields+` }`, map[string]any{
		"id": id, "input": map[string]any{"texts": []any{
			map[string]any{"language": "NB", "title": title, "summary": "Kort sagt.", "body": "BOMBE " + reason},
		}},
	}).ok().expectCodes("updatePractice")
	n.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")
	n.store(t, "BOMBE "+reason, "Her er orda.\n\n"+body)
	return id
}

func unrenderableTitle(reason string) string { return "Uleseleg tekst om " + reason }

func (n *newsroom) checkUnrenderable(t *testing.T, reason, id string) {
	t.Helper()
	a := n.ask(`query($id: ID!, $title: String!) { practice(id: $id) { slug body text: body(format: TEXT) }
		search(query: $title) { edges { node { id } } } }`, map[string]any{"id": id, "title": unrenderableTitle(reason)}).ok()
	for _, field := range []string{"body", "text"} {
		if got, _ := a.at("practice", field).(string); !strings.Contains(got, "Her er orda.") || len(got) > 2_500_000 {
			t.Errorf("%s: %s has %d bytes: %.200s", reason, field, len(got), got)
		}
	}
	if !strings.Contains(fmt.Sprint(a.list("search", "edges")), id) {
		t.Errorf("%s: it is not found by its title: %.400s", reason, fmt.Sprint(a.Data["search"]))
	}
	page := n.visit("/praksis/" + a.at("practice", "slug").(string))
	if page.Status != 200 || !strings.Contains(string(page.Body), "Her er orda.") {
		t.Errorf("%s: the page answers %d", reason, page.Status)
	}
	token, _ := n.as("EDITOR", fmt.Sprintf(`mutation { createPreview(input: {entries: [%q]}) { token } }`, id), nil).ok().
		at("createPreview", "token").(string)
	got := n.askAs(token, `query($id: ID!) { practice(id: $id) { body } }`, map[string]any{"id": id}).ok()
	if !strings.Contains(fmt.Sprint(got.at("practice", "body")), "Her er orda.") {
		t.Errorf("%s: the preview shows %.300s", reason, got.Body)
	}
	n.expectReport(id, "INVALID")
}

// store puts a text in place of another into the documents and live rows of practices, as nobody can through the API.
func (n *newsroom) store(t *testing.T, old, now string) {
	t.Helper()
	encoded, err := json.Marshal(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`UPDATE practices SET bodies = CAST(replace(CAST(bodies AS TEXT), $1, $2) AS JSONB)`,
		`UPDATE revisions SET document = replace(document, $1, $2)`,
	} {
		if n.config.DatabaseURL == "" { // SQLite keeps JSON as bytes
			statement = strings.ReplaceAll(statement, "AS JSONB", "AS BLOB")
		}
		if _, err := n.client.ExecContext(t.Context(), statement, old, string(encoded[1:len(encoded)-1])); err != nil {
			t.Fatal(err)
		}
	}
}
