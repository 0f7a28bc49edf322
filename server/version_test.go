package main

import (
	"net/http"
	"strings"
	"testing"

	"dugnad/content"
)

const versionQuery = `query($id: ID!, $n: Int!) { publishedVersion(entry: $id, version: $n) { version permalink publishedAt replacedAt texts { language title body }
	document { ... on PracticeDocument { key audience texts { language title ready } relations { to } image } } } practice(id: $id) { version permalink title } }`

// page gets an address of the hub as the role; "" means anonymously.
func (n *newsroom) page(role, path string) (status int, body string) {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), http.MethodGet, path, http.NoBody)
	if err != nil {
		n.t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "nn")
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+n.people[role])
	}
	a := n.send(r)
	return a.Status, string(a.Body)
}

func TestPublishedVersions(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		hidden := n.draft("CONTRIBUTOR", "Eit utkast som ingen ser")
		id := n.draft("CONTRIBUTOR", "Den første")
		seen := func(revision int) map[string]any {
			i := item(id, revision)
			i["acknowledge"] = []any{
				map[string]any{"code": "DEAD_LINK", "path": []any{"relations", "0", "to"}, "reason": "Det kjem."},
			}
			return i
		}
		save := func(seen int, input map[string]any) {
			t.Helper()
			n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!, $seen: Int!) { updatePractice(id: $id, input: $input, expectedRevision: $seen) `+saveFields+` }`,
				map[string]any{"id": id, "seen": seen, "input": input}).ok().expectCodes("updatePractice")
		}
		text := func(title string, more ...any) []any {
			return append([]any{map[string]any{"language": "NB", "title": title, "body": "Les *" + title + "*."}}, more...)
		}
		unready := map[string]any{"language": "NN", "title": "Ikkje klar", "ready": false}
		save(1, map[string]any{"key": "min-eigen", "texts": text("Den første", unready), "relations": []any{
			map[string]any{"to": hidden, "type": "SEE_ALSO"},
		}})
		n.act("EDITOR", "publish", "", seen(2)).expectCodes("publish")
		save(2, map[string]any{"texts": text("Lagra og ikkje publisert")})
		save(3, map[string]any{"texts": text("Den andre"), "audience": "MEMBERS"})
		n.act("EDITOR", "publish", "", seen(4)).expectCodes("publish")
		save(4, map[string]any{"texts": text("Den tredje"), "audience": "PUBLIC"})
		n.act("EDITOR", "publish", "", seen(5)).expectCodes("publish")
		save(5, map[string]any{"texts": text("Eit nytt utkast")})

		version := func(role string, number int) *answer {
			t.Helper()
			if role == "" {
				return n.ask(versionQuery, map[string]any{"id": id, "n": number}).ok()
			}
			return n.as(role, versionQuery, map[string]any{"id": id, "n": number}).ok()
		}
		n.run("each is what was published then", func(t *testing.T) {
			a := version("", 1)
			if a.at("publishedVersion", "texts", 0, "title") != "Den første" ||
				a.at("publishedVersion", "texts", 0, "body") != "<p>Les <em>Den første</em>.</p>" {
				t.Errorf("the first is %s", a.Body)
			}
			if a.at("publishedVersion", "replacedAt") == nil || a.at("practice", "version") != 3.0 {
				t.Errorf("it is the newest: %s", a.Body)
			}
			for _, secret := range []string{"Ikkje klar", "min-eigen", hidden} {
				if strings.Contains(string(a.Body), secret) {
					t.Errorf("%q is in %s", secret, a.Body)
				}
			}
			last := version("", 3)
			if last.at("publishedVersion", "permalink") != last.at("practice", "permalink") ||
				last.at("publishedVersion", "replacedAt") != nil {
				t.Errorf("the newest is %s", last.Body)
			}
		})
		n.run("what was for members still is", func(t *testing.T) {
			if got := version("", 2).at("publishedVersion"); got != nil {
				t.Errorf("everybody reads %v", got)
			}
			if got := version("stranger", 2).at("publishedVersion", "texts", 0, "title"); got != "Den andre" {
				t.Errorf("a member reads %v", got)
			}
		})
		n.run("there are no others", func(t *testing.T) {
			for _, number := range []int{-1, 0, 4, 5, 1 << 30} {
				if got := version("HUB_ADMIN", number).at("publishedVersion"); got != nil {
					t.Errorf("%d is %v", number, got)
				}
			}
			if got := n.ask(versionQuery, map[string]any{"id": hidden, "n": 1}).ok().at("publishedVersion"); got != nil {
				t.Errorf("of a draft it is %v", got)
			}
		})
		n.run("its page", func(t *testing.T) {
			link := version("", 1).at("publishedVersion", "permalink").(string)
			path := n.url + strings.TrimPrefix(link, n.baseURL)
			status, body := n.page("", path)
			for _, want := range []string{`<html lang="nn">`, `<h1 lang="nb">Den første</h1>`, "Han vart erstatta", "/id/" + id + "/3", "Versjon 1"} {
				if !strings.Contains(body, want) {
					t.Errorf("%d without %q: %s", status, want, body)
				}
			}
			if strings.Contains(body, "Ikkje klar") {
				t.Error("it has a text that is not ready")
			}
			for number, want := range map[string]int{"2": 404, "3": 200, "4": 404, "0": 404, "999999999": 404, "x": 404, "-1": 404} {
				if status, _ := n.page("", strings.TrimSuffix(path, "1")+number); status != want {
					t.Errorf("version %s: %d, wanted %d", number, status, want)
				}
			}
			if status, _ := n.page("stranger", strings.TrimSuffix(path, "1")+"2"); status != 200 {
				t.Errorf("a member gets %d", status)
			}
		})
		n.run("none is left when the entry is withdrawn, and all are back when it is published again", func(t *testing.T) {
			n.act("EDITOR", "withdraw", "", item(id, 6)).expectCodes("withdraw")
			if got := version("EDITOR", 1).at("publishedVersion"); got != nil {
				t.Errorf("it is %v", got)
			}
			n.act("EDITOR", "publish", "", seen(6)).expectCodes("publish")
			if a := version("", 4); a.at("publishedVersion", "texts", 0, "title") != "Eit nytt utkast" ||
				version("", 1).at("publishedVersion") == nil {
				t.Errorf("the fourth is %s", a.Body)
			}
		})
		if content.ActPublish != "PUBLISH" {
			t.Error("versions are counted by another act")
		}
	})
}
