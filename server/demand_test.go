package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dugnad/search/demand"
)

func TestUnmetSearches(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		n.caughtUpNow()
		everybody := []string{"", "CONTRIBUTOR", "EDITOR", "ADMIN", "stranger", "HUB_EDITOR"}
		searchFor := func(role, words string) {
			t.Helper()
			n.as(role, `query($q: String) { search(query: $q) { totalCount } }`, map[string]any{"q": words}).ok()
			n.now = n.now.Add(11 * time.Second) // no longer typing
		}
		for _, role := range everybody {
			searchFor(role, "Bruktskiutleie i distriktene")
			searchFor(role, "xyzzyvanlig 12345678 ola@example.org 91 23 45 67 a1234567b")
			searchFor(role, "ring 12345678901")
			searchFor(role, "integrering") // is found
			n.as(role, `{ search(query: "finst-ikkje-enno", filter: {types: [TOOL]}) { totalCount } }`, nil).ok()
		}
		for day := range 5 { // from one client
			for _, words := range []string{"kvardagsmat", "kvardagsmato", "kvardagsmatoppskrift"} { // as it is typed
				n.as("EDITOR", `query($q: String) { search(query: $q) { totalCount } }`, map[string]any{"q": words}).ok()
			}
			if day < 4 {
				searchFor("EDITOR", "fireogtjue qqqqqq")
			}
			searchFor("EDITOR", "ein heilt annan xxyyzz")
			n.now = n.now.Add(24 * time.Hour)
		}
		for range 30 {
			searchFor("EDITOR", "berre eg leitar qwerty")
		}
		if err := n.demand.Flush(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		const query = `{ unmetSearches { words searches days lastDay } }`
		a := n.as("CONTRIBUTOR", query, nil).ok()
		got := map[string]string{}
		for _, u := range a.maps("unmetSearches") {
			got[u["words"].(string)] = fmt.Sprint(u["searches"], u["days"])
		}
		want := map[string]string{
			"bruktskiutleie distriktene": "6 1", "xyzzyvanlig": "6 1", "ring": "6 1", "kvardagsmatoppskrift": "5 5", "heilt annan xxyyzz": "5 5",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("editors are shown %v, wanted %v", got, want)
		}
		for _, number := range []string{"1234567", "@", "91", "qwerty"} {
			if strings.Contains(string(a.Body), number) {
				t.Errorf("%q is shown: %s", number, a.Body)
			}
		}
		if got := len(n.as("EDITOR", `{ unmetSearches(first: 2) { words } }`, nil).ok().list("unmetSearches")); got != 2 {
			t.Errorf("%d of the first 2", got)
		}
		if a := n.as("EDITOR", `{ unmetSearches(first: 101) { words } }`, nil); a.code() != "BAD_USER_INPUT" {
			t.Errorf("first 101: %s", a.Body)
		}
		if got := n.ask(query, nil).ok().at("unmetSearches"); got != nil {
			t.Errorf("readers are told %v", got)
		}

		// Another replica counts the same words on the same day.
		other := demand.New(n.client, func() time.Time { return n.now })
		n.now = n.now.AddDate(0, 0, -5)
		for client := range 7 {
			other.Unmet(demand.WithClient(t.Context(), fmt.Sprint(client)), "kvardagsmatoppskrift")
		}
		if err := other.Flush(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		n.now = n.now.AddDate(0, 0, 5)
		top := n.as("EDITOR", `{ unmetSearches(first: 1) { words searches days } }`, nil).ok().maps("unmetSearches")[0]
		if top["words"] != "kvardagsmatoppskrift" || top["searches"] != 12. || top["days"] != 5. {
			t.Errorf("the most wanted is %v", top)
		}
	})
}

func TestUnmetSearchesOfTheProtocol(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		n.caughtUpNow()
		for range 5 {
			if status, a := n.searchAPI("/multi-search", `{"queries": [{"indexUid": "hub_public", "q": "snøkrystallar"}, {"indexUid": "hub_public", "q": "snøkrystallar", "facets": ["type"]}]}`); status != http.StatusOK {
				t.Fatal(status, a)
			}
			n.now = n.now.Add(24 * time.Hour)
		}
		if err := n.demand.Flush(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		a := n.as("EDITOR", `{ unmetSearches { words searches days } }`, nil).ok()
		if got := fmt.Sprint(a.maps("unmetSearches")); got != "[map[days:5 searches:5 words:snøkrystallar]]" {
			t.Errorf("shown %s", got)
		}
		n.now = n.now.AddDate(0, 0, 179)
		if deleted, err := n.demand.Tidy(t.Context()); err != nil || deleted != 4 {
			t.Errorf("%d rows are tidied away: %v", deleted, err)
		}
		if got := n.as("EDITOR", `{ unmetSearches { words } }`, nil).ok().list("unmetSearches"); len(got) != 0 {
			t.Errorf("still shown: %v", got)
		}
	})
}
