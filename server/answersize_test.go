package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestAnswerSize asks for large answers in every way: each ends with one error when it is larger than the caller's
// answer may be, and below that it comes whole.
func TestAnswerSize(t *testing.T) {
	walker(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		n := h.newsroom()
		h.serveLive()
		id := n.draft("EDITOR", "Stor tekst")
		long := func(length int) string { return strings.Repeat("Ord og \"ord\"\n", length/13) }
		texts := []any{map[string]any{
			"language": "NB", "title": "Stor tekst", "summary": "Kort sagt.", "body": long(90_000),
			"goals": []any{long(9000), long(9000), long(9000)}, "challenge": long(9000),
		}}
		n.as("EDITOR", `mutation($id: ID!, $texts: [ContentTextInput!]!) { updatePractice(id: $id, expectedRevision: 1, input: {texts: $texts}) { problems { code message } } }`,
			map[string]any{"id": id, "texts": texts}).ok().expectCodes("updatePractice")
		n.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")
		preview := n.as("EDITOR", `mutation($id: ID!) { createPreview(input: {entries: [$id]}) { token } }`, map[string]any{"id": id}).
			ok().at("createPreview", "token").(string)
		h.caughtUpNow()

		// aliases asks for a field many times.
		aliases := func(times int, field string) string {
			var b strings.Builder
			for i := range times {
				fmt.Fprintf(&b, "a%d: %s ", i, field)
			}
			return b.String()
		}
		name := strings.Repeat("n", 200)
		const anonymous, member = 1 << 20, 2 << 20 // bytes
		type way struct {
			viewer, before, field, after string

			times int // as often as the answer has about 0.7 MB, or 1.4 with a credential
		}
		for what, w := range map[string]way{
			"body as Markdown":  {"", `{ node(id: $id) { ... on Practice {`, `body(format: MARKDOWN)`, `} } }`, 7},
			"body as HTML":      {"", `{ node(id: $id) { ... on Practice {`, `body(format: HTML)`, `} } }`, 5},
			"body as text":      {"", `{ node(id: $id) { ... on Practice {`, `body(format: TEXT)`, `} } }`, 7},
			"texts":             {"", `{ node(id: $id) { ... on Practice {`, `texts { body }`, `} } }`, 4},
			"a list of texts":   {"", `{ node(id: $id) { ... on Practice {`, `goals`, `} } }`, 24},
			"an interface":      {"", `{ nodes(ids: [$id]) { ... on Content {`, `body(format: MARKDOWN)`, `} } }`, 7},
			"a language":        {"", `@inContext(languages: [NN]) { node(id: $id) { ... on Practice {`, `body(format: TEXT)`, `} } }`, 7},
			"root fields":       {"", `{`, `node(id: $id) { ... on Practice { x: body(format: TEXT) y: body(format: TEXT) } }`, `}`, 3},
			"changes":           {"", `{ n: node(id: $id) { id } changes(first: 100, filter: {types: [PRACTICE]}) { nodes { node { ... on Practice {`, `body(format: TEXT)`, `} } } } }`, 7},
			"search":            {"", `{ n: node(id: $id) { id } search(query: "stor tekst", first: 1) { nodes { ... on Practice {`, `body(format: TEXT)`, `} } } }`, 7},
			"a version":         {"", `{ publishedVersion(entry: $id, version: 1) { texts {`, `body(format: TEXT)`, `} } }`, 7},
			"names":             {"", `{ municipalities(first: 100) { nodes {`, `number`, `} } }`, 0},
			"names of types":    {"", `{ municipalities(first: 100) { nodes {`, `__typename`, `} } }`, 0},
			"names of nothing":  {"", `{ municipalities(first: 100) { nodes {`, `county { __typename }`, `} } }`, 0},
			"a preview":         {preview, `{ node(id: $id) { ... on Practice {`, `body(format: TEXT)`, `} } }`, 14},
			"revisions":         {n.people["EDITOR"], `{ entry(id: $id) { head {`, `document { ... on PracticeDocument { texts { body goals } } }`, `} } }`, 11},
			"a list of changes": {n.people["EDITOR"], `{`, `diff(entry: $id, from: 1) { before after text { text } }`, `}`, 7},
		} {
			t.Run(what, func(t *testing.T) {
				h := h.in(t)
				limit := anonymous
				if w.viewer != "" {
					limit = member
				}
				ask := func(times int) *answer {
					return h.askAs(w.viewer, `query($id: ID!) `+w.before+aliases(times, w.field)+w.after, map[string]any{"id": id})
				}
				if w.times > 0 {
					if a := ask(w.times).ok(); len(a.Body) < limit/2 || len(a.Body) > limit {
						t.Fatalf("%d bytes, which tests nothing", len(a.Body))
					}
				}
				if w.times == 0 {
					tooLarge(t, h.askAs(w.viewer, w.before+longAliases(100, name, w.field)+w.after, nil), limit)
					return
				}
				tooLarge(t, ask(w.times*2), limit)
			})
		}

		t.Run("a mutation", func(t *testing.T) {
			h := h.in(t)
			a := h.askAs(n.people["EDITOR"], `mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 2, input: {kind: EXPERIENCE}) {
				entry { head { document { ... on PracticeDocument { texts {`+aliases(30, "body")+`} } } number } } problems { code } } }`, map[string]any{"id": id})
			if a.code() != "TOO_COMPLEX" || len(a.Body) > 2*member || !strings.Contains(string(a.Body), `"number":3`) {
				t.Errorf("%d bytes, %.300s", len(a.Body), a.Body)
			}
		})
		t.Run("an event", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			conn := h.socket(ctx, t, "")
			subscribe(ctx, t, conn, "1", `subscription { changes(filter: {types: [PRACTICE]}) { node { ... on Practice {`+aliases(30, "body")+`} } } }`, nil)
			subscribe(ctx, t, conn, "2", `subscription { changes(filter: {types: [PRACTICE]}) { node { ... on Practice { title } } } }`, nil)
			subscribe(ctx, t, conn, "3", `{ __typename }`, nil)
			receiveUntilComplete(ctx, conn) // the others have begun
			n.as("EDITOR", `mutation($id: ID!) { withdraw(items: [{id: $id, expectedRevision: 3}]) { problems { code } } }`, map[string]any{"id": id}).ok()
			n.act("EDITOR", "publish", "", item(id, 3)).expectCodes("publish")
			seen := map[string]string{}
			conn.SetReadLimit(2 * anonymous)
			for range 4 {
				got := receive(ctx, conn)
				seen[fmt.Sprint(got["id"])] += fmt.Sprint(got)
			}
			if !strings.Contains(seen["1"], "TOO_COMPLEX") || !strings.Contains(seen["2"], "Stor tekst") {
				t.Errorf("got %.1000v", seen)
			}
		})
	}, uncached, func(c *Config) { c.Limits += ",anonymous-answer-mb=1,answer-mb=2" })
}

// longAliases asks for a field many times under long names.
func longAliases(times int, name, field string) string {
	var b strings.Builder
	for i := range times {
		fmt.Fprintf(&b, "%s%d: %s ", name, i, field)
	}
	return b.String()
}

// tooLarge fails unless the answer is the one error of an answer that is too large.
func tooLarge(t *testing.T, a *answer, limit int) {
	t.Helper()
	if a.code() != "TOO_COMPLEX" || len(a.Errors) != 1 || len(a.Body) > 1000 || a.Data != nil ||
		!strings.Contains(a.Errors[0].Message, fmt.Sprint(limit)) {
		t.Errorf("%d bytes are answered: %.500s", len(a.Body), a.Body)
	}
}
