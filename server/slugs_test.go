package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// practice creates and publishes a practice of the role's organisation. input adds to its document.
func (n *newsroom) practice(role, organization, title string, input map[string]any) (id string, published *answer) {
	n.t.Helper()
	document := map[string]any{"kind": "ADVICE", "texts": []any{
		map[string]any{"language": "NB", "title": title, "summary": "Kort sagt."},
	}}
	maps.Copy(document, input)
	a := n.as(role, `mutation($input: PracticeInput!, $org: ID) {
		createPractice(input: $input, organization: $org) { entry { id } problems { code path message } } }`,
		map[string]any{"input": document, "org": n.org[organization]}).ok()
	if len(a.list("createPractice", "problems")) > 0 {
		n.t.Fatalf("createPractice: %s", a.Body)
	}
	id = a.at("createPractice", "entry", "id").(string)
	return id, n.act(role, "publish", "", item(id, 1))
}

// revise saves changes of the document as the EDITOR and publishes them.
func (n *newsroom) revise(id string, seen int, input map[string]any) {
	n.t.Helper()
	a := n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!, $seen: Int!) {
		updatePractice(id: $id, input: $input, expectedRevision: $seen) { problems { code path message } } }`,
		map[string]any{"id": id, "seen": seen, "input": input}).ok()
	if len(a.list("updatePractice", "problems")) > 0 {
		n.t.Fatalf("updatePractice: %s", a.Body)
	}
	n.act("EDITOR", "publish", "", item(id, seen+1)).expectCodes("publish")
}

// slugOf returns the slug that the viewer reads of an entry, "" if it reads none.
func (n *newsroom) slugOf(viewer, id string) string {
	n.t.Helper()
	a := n.askAs(viewer, `query($id: ID!) { practice(id: $id) { slug } }`, map[string]any{"id": id}).ok()
	if a.Data["practice"] == nil {
		return ""
	}
	return a.at("practice", "slug").(string)
}

// leadsTo returns the id of the entry that the address leads the viewer to, "" if it leads nowhere.
func (n *newsroom) leadsTo(viewer, slug string) string {
	n.t.Helper()
	a := n.askAs(viewer, `query($slug: String!) { practice(slug: $slug) { id } }`, map[string]any{"slug": slug}).ok()
	if a.Data["practice"] == nil {
		return ""
	}
	return a.at("practice", "id").(string)
}

// TestSlugsTellNothing publishes entries whose addresses others have. What readers do not see changes nothing: the new
// entry gets the address that it would get without the other one, and nobody is told.
func TestSlugsTellNothing(t *testing.T) {
	members := map[string]any{"audience": "MEMBERS"}
	states := []struct {
		name     string
		input    map[string]any
		acts     []string
		hidden   bool // from the public
		explicit string
	}{
		{name: "public", explicit: "SLUG_TAKEN"},
		{name: "for members", input: members, hidden: true, explicit: "SLUG_TAKEN"}, // every editor reads it
		{name: "withdrawn", acts: []string{"withdraw"}, hidden: true},
		{name: "withdrawn from members", input: members, acts: []string{"withdraw"}, hidden: true},
		{name: "archived", acts: []string{"withdraw", "archive"}, hidden: true},
		{name: "draft", hidden: true},
	}
	eachNewsroom(t, func(n *newsroom) {
		for i, state := range states {
			for j, owner := range []string{"EDITOR ks", "stranger imdi"} {
				for k, explicit := range []bool{false, true} {
					name := fmt.Sprintf("%s of %s, explicit %v", state.name, owner, explicit)
					slug := fmt.Sprintf("%[1]c%[1]c%[1]c-%[2]c%[2]c%[2]c-%[3]c%[3]c%[3]c", 'a'+i, 'k'+j, 'x'+k)
					role, organization, _ := strings.Cut(owner, " ")
					input := map[string]any{"slug": slug}
					maps.Copy(input, state.input)
					var other string
					if state.name == "draft" {
						a := n.as(role, `mutation($slug: String!, $org: ID) {
							createPractice(organization: $org, input: {
								kind: ADVICE, slug: $slug, texts: [{language: NB, title: "Utkast"}]
							}) { entry { id } } }`,
							map[string]any{"slug": slug, "org": n.org[organization]}).ok()
						other = a.at("createPractice", "entry", "id").(string)
					} else {
						var published *answer
						other, published = n.practice(role, organization, "Den andre", input)
						published.expectCodes("publish")
					}
					for _, act := range state.acts {
						n.act(role, act, "", item(other, 1)).expectCodes(act)
					}
					input = nil
					if explicit {
						input = map[string]any{"slug": slug}
					}
					id, published := n.practice("EDITOR", "ks", strings.ToUpper(slug), input)
					wanted := state.explicit
					if role == "EDITOR" && len(state.acts) > 0 { // her own organisation's, which she may free
						wanted = "SLUG_TAKEN"
					}
					if explicit && wanted != "" {
						published.expectCodes("publish", wanted)
						continue
					}
					published.expectCodes("publish")
					want := slug
					if !state.hidden {
						want += "-2"
					}
					if got := n.slugOf("", id); got != want {
						t.Errorf("%s: the address is %q, want %q", name, got, want)
					}
					if got := n.leadsTo("", want); got != id {
						t.Errorf("%s: the address leads to %q", name, got)
					}
					if state.name != "for members" {
						continue
					}
					theirs := n.slugOf("member", other)
					if theirs == "" || theirs == slug || n.leadsTo("member", theirs) != other || n.leadsTo("", theirs) != "" {
						t.Errorf("%s: members read the other one at %q", name, theirs)
					}
					if got := n.leadsTo("member", slug); got != id {
						t.Errorf("%s: the address leads members to %q", name, got)
					}
				}
			}
		}
	})
}

// TestSlugsOfReadyTexts checks that addresses are made from texts that the entry's readers see: ready ones, at the time
// when they begin to see the entry.
func TestSlugsOfReadyTexts(t *testing.T) {
	texts := func(title string) []any {
		return []any{map[string]any{"language": "NB", "title": title, "summary": "Kort sagt."}}
	}
	eachNewsroom(t, func(n *newsroom) {
		id, published := n.practice("EDITOR", "ks", "", map[string]any{"texts": []any{
			map[string]any{"language": "NB", "title": "Hemmelig bokmål", "summary": "Kort sagt.", "ready": false},
			map[string]any{"language": "NN", "title": "Ferdig nynorsk", "summary": "Kort sagt."},
		}})
		published.expectCodes("publish")
		if got := n.slugOf("", id); got != "ferdig-nynorsk" {
			t.Errorf("the address of a text that is not ready: %q", got)
		}

		id, published = n.practice("EDITOR", "ks", "Bare for medlemmer", map[string]any{"audience": "MEMBERS"})
		published.expectCodes("publish")
		n.revise(id, 1, map[string]any{"texts": texts("Åpnet nå")})
		if got := n.slugOf("member", id); got != "bare-for-medlemmer" {
			t.Errorf("a new title moved it to %q", got)
		}
		n.revise(id, 2, map[string]any{"audience": "PUBLIC"})
		if got := n.slugOf("", id); got != "apnet-na" {
			t.Errorf("after it opened its address is %q", got)
		}
		if got := n.leadsTo("", "bare-for-medlemmer"); got != "" {
			t.Errorf("the public reaches it by its members' address: %q", got)
		}
		if got := n.leadsTo("member", "bare-for-medlemmer"); got != id {
			t.Errorf("members do not reach it by its former address: %q", got)
		}
		if a := n.visit("/praksis/bare-for-medlemmer"); a.Status != 404 {
			t.Errorf("the page of its members' address answers %d", a.Status)
		}

		n.revise(id, 3, map[string]any{"audience": "MEMBERS"})
		if got := n.leadsTo("", "apnet-na"); got != "" {
			t.Errorf("after it closed the public reaches %q", got)
		}
		if got := n.slugOf("member", id); got != "apnet-na" {
			t.Errorf("after it closed its address is %q", got)
		}
		if got := n.leadsTo("member", "apnet-na"); got != id {
			t.Errorf("after it closed members reach %q", got)
		}
		other, published := n.practice("stranger", "imdi", "Åpnet nå", nil)
		published.expectCodes("publish")
		if got := n.slugOf("", other); got != "apnet-na" {
			t.Errorf("another one gets %q", got)
		}
		n.revise(id, 4, map[string]any{"audience": "PUBLIC"})
		if got := n.slugOf("", id); got != "apnet-na-2" && got != "apnet-na-3" {
			t.Errorf("after it opened again its address is %q", got)
		}
	})
}

// TestSlugsAfterWithdrawal publishes an entry again whose address another one has taken meanwhile.
func TestSlugsAfterWithdrawal(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		first, published := n.practice("EDITOR", "ks", "Samme navn igjen", nil)
		published.expectCodes("publish")
		n.act("EDITOR", "withdraw", "", item(first, 1)).expectCodes("withdraw")
		second, published := n.practice("stranger", "imdi", "Samme navn igjen", nil)
		published.expectCodes("publish")
		n.act("EDITOR", "publish", "", item(first, 1)).expectCodes("publish")
		if got := n.slugOf("", first); got != "samme-navn-igjen-2" {
			t.Errorf("the first one is at %q", got)
		}
		if got := n.slugOf("", second); got != "samme-navn-igjen" {
			t.Errorf("the second one is at %q", got)
		}
	})
}

// TestSlugsAreFreed takes addresses that others have had: whoever has one is named, and former ones can be freed, by
// editors of their owner.
func TestSlugsAreFreed(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		free := func(role, id, slug string) *answer {
			return n.as(role, `mutation($id: ID!, $slug: String!) { freeSlug(id: $id, slug: $slug) { outcome entry { formerSlugs } problems { code } } }`,
				map[string]any{"id": id, "slug": slug}).ok()
		}
		taken := func(slug, title, id string) {
			t.Helper()
			_, a := n.practice("stranger", "imdi", "Vår eigen", map[string]any{"slug": slug})
			a.expectCodes("publish", "SLUG_TAKEN")
			if message := fmt.Sprint(a.list("publish", "problems")); !strings.Contains(message, id) || !strings.Contains(message, title) {
				t.Errorf("%s: %s", slug, message)
			}
		}
		id, _ := n.practice("EDITOR", "ks", "Fyrste namn", nil)
		n.revise(id, 1, map[string]any{"slug": "andre-namn"})
		n.update("EDITOR", id, "Hemmeleg ny tittel", 2)
		taken("fyrste-namn", `"Fyrste namn"`, id)
		taken("andre-namn", `"Fyrste namn"`, id)

		free("stranger", id, "fyrste-namn").expectCodes("freeSlug", "NOT_FOUND")
		free("CONTRIBUTOR", id, "fyrste-namn").expectCodes("freeSlug", "FORBIDDEN")
		free("EDITOR", id, "andre-namn").expectCodes("freeSlug", "INVALID")
		if n.leadsTo("", "fyrste-namn") != id {
			t.Error("the former address does not lead to the entry")
		}
		if a := n.as("EDITOR", fmt.Sprintf(`{ entry(id: %q) { formerSlugs } }`, id), nil).ok(); fmt.Sprint(a.list("entry", "formerSlugs")) != "[fyrste-namn]" {
			t.Errorf("%s", a.Body)
		}
		if a := free("EDITOR", id, "fyrste-namn"); a.at("freeSlug", "outcome") != "UPDATED" || len(a.list("freeSlug", "entry", "formerSlugs")) > 0 {
			t.Errorf("%s", a.Body)
		}
		free("EDITOR", id, "fyrste-namn").expectCodes("freeSlug", "NOT_FOUND")
		if n.leadsTo("", "fyrste-namn") != "" {
			t.Error("the freed address still leads somewhere")
		}
		other, a := n.practice("stranger", "imdi", "Vår eigen", map[string]any{"slug": "fyrste-namn"})
		a.expectCodes("publish")
		if n.leadsTo("", "fyrste-namn") != other {
			t.Error("the freed address does not lead to who took it")
		}

		n.act("EDITOR", "withdraw", "", item(id, 3)).expectCodes("withdraw")
		if a := free("EDITOR", id, "andre-namn"); a.at("freeSlug", "outcome") != "UPDATED" {
			t.Errorf("%s", a.Body)
		}
		n.act("EDITOR", "publish", "", item(id, 3)).expectCodes("publish")
		if got := n.slugOf("", id); got != "andre-namn" { // its document asks for it
			t.Errorf("published again under %s", got)
		}
	})
}
