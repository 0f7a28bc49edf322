package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// stating publishes a practice of KS that states a relation of the entry.
func (n *newsroom) stating(of, to, note string) string {
	n.t.Helper()
	id, published := n.practice(
		"EDITOR", "ks", "Påstand "+of, map[string]any{"relations": []any{statement(of, to, note)}},
	)
	published.expectCodes("publish")
	return id
}

func statement(of, to, note string) map[string]any {
	text := func(s string) []any { return []any{map[string]any{"language": "NB", "text": s}} }
	return map[string]any{"to": to, "type": of, "note": text(note), "section": text("Del av " + note)}
}

// shown returns what the viewer reads on the page of an entry of the relation that from states.
func (n *newsroom) shown(viewer, to, from string) string {
	n.t.Helper()
	a := n.askAs(viewer, `query($id: ID!) { practice(id: $id) { related(first: 100) {
		totalCount edges { type direction section note claimedBy { slug } node { id } } } } }`,
		map[string]any{"id": to}).ok()
	edges := a.list("practice", "related", "edges")
	if total := a.at("practice", "related", "totalCount"); total != float64(len(edges)) {
		n.t.Errorf("totalCount is %v of %d", total, len(edges))
	}
	for _, e := range edges {
		edge := e.(map[string]any)
		if edge["node"].(map[string]any)["id"] != from {
			continue
		}
		by := "nobody"
		if claimant, ok := edge["claimedBy"].(map[string]any); ok {
			by = claimant["slug"].(string)
		}
		return fmt.Sprintf(
			"%v %v, note %v, section %v, claimed by %s", edge["type"], edge["direction"], edge["note"], edge["section"], by,
		)
	}
	return ""
}

func (n *newsroom) decide(role, mutation, from, to, of string) []string {
	n.t.Helper()
	return n.as(role, `mutation($from: ID!, $to: ID!, $type: RelationType!) {
		`+mutation+`(from: $from, to: $to, type: $type) { entry { id } problems { code message } } }`,
		map[string]any{"from": from, "to": to, "type": of}).ok().codes(mutation)
}

// tasked reports whether the role has a task about claims of the entry.
func (n *newsroom) tasked(role, id string) bool {
	n.t.Helper()
	a := n.as(role, `{ viewer { tasks(first: 100) { reason entry { id } } } }`, nil).ok()
	return slices.ContainsFunc(a.list("viewer", "tasks"), func(task any) bool {
		t := task.(map[string]any)
		return t["reason"] == "CLAIM" && t["entry"].(map[string]any)["id"] == id
	})
}

// TestClaims states relations of every type of another organisation's entry: its page shows them as claims without
// words of their own until its editors accept them, and not at all when they decline them.
func TestClaims(t *testing.T) {
	types := []string{
		"PART_OF", "FOLLOWS", "BASED_ON", "SUMMARISES", "ILLUSTRATES", "EVALUATES", "ADAPTED_FROM", "INSPIRED_BY",
		"REPLACES", "SEE_ALSO",
	}
	eachNewsroom(t, func(n *newsroom) {
		theirs, published := n.practice("stranger", "imdi", "Den andres praksis", nil)
		published.expectCodes("publish")
		ours, published := n.practice("EDITOR", "ks", "Vår egen praksis", nil)
		published.expectCodes("publish")
		for _, of := range types {
			note := "MERKNAD" + of
			from := n.stating(of, theirs, note)
			claim := of + " IN, note <nil>, section <nil>, claimed by ks"
			fact := of + " IN, note " + note + ", section Del av " + note + ", claimed by nobody"
			for _, viewer := range []string{"", "member", n.people["EDITOR"], n.people["stranger"]} {
				if got := n.shown(viewer, theirs, from); got != claim {
					t.Errorf("%s reads %q, want %q", viewer, got, claim)
				}
			}
			if got, want := n.shown("", from, theirs), strings.Replace(fact, " IN,", " OUT,", 1); got != want {
				t.Errorf("on its own page: %q, want %q", got, want)
			}
			if !n.tasked("stranger", theirs) {
				t.Errorf("%s: the owner's editors have no task", of)
			}
			for _, role := range []string{"CONTRIBUTOR", "EDITOR", "ADMIN"} { // of the organisation that states it
				if got := n.decide(role, "acceptRelation", from, theirs, of); len(got) != 1 || got[0] != "NOT_FOUND" {
					t.Errorf("%s accepts its own claim: %q", role, got)
				}
			}
			if got := n.decide("stranger", "acceptRelation", from, theirs, "CONTAINS"); len(got) != 1 || got[0] != "NOT_FOUND" {
				t.Errorf("another type: %q", got)
			}
			if got := n.decide("stranger", "acceptRelation", from, theirs, of); len(got) > 0 {
				t.Fatalf("acceptRelation: %q", got)
			}
			if got := n.shown("", theirs, from); got != fact {
				t.Errorf("once accepted: %q, want %q", got, fact)
			}
			if n.tasked("stranger", theirs) {
				t.Error("the task stays")
			}

			n.revise(from, 1, map[string]any{"period": map[string]any{"start": "2020-01-01"}})
			if got := n.shown("", theirs, from); got != fact {
				t.Errorf("after another change: %q, want %q", got, fact)
			}
			n.revise(from, 2, map[string]any{"relations": []any{statement(of, theirs, "NY")}})
			if got := n.shown("", theirs, from); got != claim {
				t.Errorf("after new words: %q, want %q", got, claim)
			}
			if got := n.decide("stranger", "declineRelation", from, theirs, of); len(got) > 0 {
				t.Fatalf("declineRelation: %q", got)
			}
			n.revise(from, 3, map[string]any{"relations": []any{statement(of, theirs, "NYERE")}})
			if got := n.shown("", theirs, from); got != "" {
				t.Errorf("once declined: %q", got)
			}
			if n.tasked("stranger", theirs) {
				t.Error("a declined claim is a task")
			}
			n.act("EDITOR", "withdraw", "", item(from, 4)).expectCodes("withdraw")

			own := n.stating(of, ours, note)
			if got := n.shown("", ours, own); got != fact {
				t.Errorf("of the same organisation: %q, want %q", got, fact)
			}
			n.act("EDITOR", "withdraw", "", item(own, 1)).expectCodes("withdraw")
		}
	})
}

// TestClaimsAreDecidedByName checks what surrounds a decision: the page, the record, the change log, and transfers.
func TestClaimsAreDecidedByName(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		theirs, published := n.practice("stranger", "imdi", "Den andres praksis", nil)
		published.expectCodes("publish")
		from := n.stating("REPLACES", theirs, "VANSIRET")
		page := "/praksis/den-andres-praksis"
		body := string(n.visit(page).Body)
		name := n.ask(`{ organization(slug: "ks") { name } }`, nil).ok().at("organization", "name").(string)
		if strings.Contains(body, "VANSIRET") || !strings.Contains(body, "Ifølge "+name+": Erstatter dette") {
			t.Errorf("the page does not say whose claim it is: %s", body)
		}
		claims := n.as("stranger", `query($id: ID!) { entry(id: $id) {
			claims { type standing note section organization { slug } from { id } } } }`,
			map[string]any{"id": theirs}).ok().list("entry", "claims")
		if len(claims) != 1 || !strings.Contains(fmt.Sprint(claims), "note:VANSIRET") ||
			!strings.Contains(fmt.Sprint(claims), "standing:CLAIM") {
			t.Errorf("its editors see %v", claims)
		}

		n.now = n.now.Add(time.Minute)
		if got := n.decide("stranger", "acceptRelation", from, theirs, "REPLACES"); len(got) > 0 {
			t.Fatalf("acceptRelation: %q", got)
		}
		body = string(n.visit(page).Body)
		if !strings.Contains(body, "Erstatter dette. Del av VANSIRET. VANSIRET") || strings.Contains(body, "Ifølge "+name) {
			t.Errorf("once accepted the page says %s", body)
		}
		step := n.as("stranger", `query($id: ID!) { entry(id: $id) { steps(first: 1) { act reason } } }`,
			map[string]any{"id": theirs}).ok().list("entry", "steps")
		if got := fmt.Sprint(step[0].(map[string]any)["act"]); got != "ACCEPT_RELATION" {
			t.Errorf("the history says %s", got)
		}

		// Once the entry has another owner, nobody has agreed for that one.
		move := func(organization string) *answer {
			return n.as("HUB_EDITOR", `mutation($items: [PublishItem!]!, $org: ID!) {
				transfer(items: $items, organization: $org) { problems { code severity message } } }`,
				map[string]any{"items": []any{item(from, 1)}, "org": n.org[organization]}).ok()
		}
		a := move("imdi")
		got := n.shown("", theirs, from)
		if !strings.HasSuffix(got, "claimed by nobody") || !strings.Contains(got, "VANSIRET") {
			t.Errorf("with one owner: %q; %s", got, a.Body)
		}
		move("ks")
		if got := n.shown("", theirs, from); got != "REPLACES IN, note <nil>, section <nil>, claimed by ks" {
			t.Errorf("after it moved back: %q", got)
		}
	})
}
