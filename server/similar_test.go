package main

import (
	"slices"
	"strings"
	"testing"
)

func TestSimilar(t *testing.T) {
	eachDemo(t, func(t *testing.T, h *testHub) {
		s := h.seeded()
		h.caughtUpNow()
		themes := h.all(t, "", "themes", "id parent { id }")
		var leaves []string
		for _, theme := range themes {
			if theme["parent"] != nil {
				leaves = append(leaves, theme["id"].(string))
			}
		}
		put := func(title, audience string, themes ...string) string {
			return s.put(t, "PRACTICE", map[string]any{
				"kind": "ADVICE", "audience": audience, "themes": themes,
				"texts": []any{map[string]any{"language": "NB", "title": title, "summary": "Kort.", "ready": true}},
			})
		}
		a := put("Fjellklatring for alle", "PUBLIC", leaves[0], leaves[1])
		twoThemes := put("Noe ganske annet", "PUBLIC", leaves[0], leaves[1])
		oneTheme := put("Enda noe", "PUBLIC", leaves[1])
		word := put("Klatring i fjellklatringen", "PUBLIC", leaves[2])
		members := put("Fjellklatring for medlemmer", "MEMBERS", leaves[0], leaves[1])
		h.caughtUpNow()

		similar := func(viewer, id string) []string {
			t.Helper()
			return h.askAs(
				viewer, `query($id: ID!) { similar(id: $id, first: 20) { id title __typename } }`, map[string]any{"id": id},
			).ok().strings("id", "similar")
		}
		got := similar("", a)
		place := func(id string) int { return slices.Index(got, id) }
		if place(a) >= 0 || place(members) >= 0 {
			t.Errorf("similar to %s is %v: with itself, or with what is for members", a, got)
		}
		if place(twoThemes) < 0 || place(word) < 0 || place(oneTheme) >= 0 && place(twoThemes) > place(oneTheme) {
			t.Errorf("similar to %s is %v; two themes %s, one theme %s, a word %s", a, got, twoThemes, oneTheme, word)
		}
		if h.askAs("", `query($id: ID!) { similar(id: $id) { id } }`, map[string]any{"id": members}).ok().at("similar") != nil {
			t.Error("readers are told that there is something for members")
		}
		for _, id := range []string{"pra_01m88ahx6q1a3jk2p313s8y32c", "x", ""} {
			if h.ask(`query($id: ID!) { similar(id: $id) { id } }`, map[string]any{"id": id}).ok().at("similar") != nil {
				t.Errorf("there is something similar to %q", id)
			}
		}
		for _, first := range []string{"0", "21", "-1"} {
			if answer := h.ask(`{ similar(id: "x", first: `+first+`) { id } }`, nil); answer.code() != "BAD_USER_INPUT" {
				t.Errorf("first %s: %s", first, answer.Body)
			}
		}
		if got := h.ask(`query($id: ID!) { similar(id: $id) { id } }`, map[string]any{"id": a}).ok().list("similar"); len(got) > 6 {
			t.Errorf("%d when none is asked for", len(got))
		}
		got = h.askAs(
			"member", `query($id: ID!) { similar(id: $id, first: 20) { id } }`, map[string]any{"id": a},
		).ok().strings("id", "similar")
		if place(members) != 0 {
			t.Errorf("for members, similar to %s is %v, wanted %s first", a, got, members)
		}
		const query = `query($id: ID!, $n: Int!) { similar(id: $id, first: $n) { id title ... on Practice { themes { label } } } }`
		plain, withThemes := h.ask(query, map[string]any{"id": a, "n": 1}).ok(), h.ask(
			query, map[string]any{"id": a, "n": 20},
		).ok()
		if most := len(plain.Statements) + 2*7; len(withThemes.Statements) > most {
			t.Errorf(
				"twenty cost %d statements, one %d: %s", len(withThemes.Statements), len(plain.Statements),
				strings.Join(withThemes.Statements, "\n"),
			)
		}
	})
}
