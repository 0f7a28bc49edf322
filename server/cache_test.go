package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dugnad/server/database"
)

// cached turns on the hub's cache of answers.
func cached(c *Config) { c.CacheMB = 16 }

// TestCache reads anonymously, again and again, while content changes.
func TestCache(t *testing.T) {
	concurrent(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		n := h.newsroom()
		h.caughtUpNow()
		const lists = `{ practices(first: 100, filter: {themes: ["children-youth"]}, orderBy: [{field: TITLE}]) { totalCount nodes { id title themes { label } } } }`
		read := func(query string) string {
			t.Helper()
			return string(h.ask(query, nil).ok().Body)
		}
		id := n.draft("EDITOR", "Skrinlagt visdom")
		one := `{ node(id: "` + id + `") { id ... on Content { title } } }`
		search := `{ search(query: "visdom") { totalCount nodes { id } } }`
		for _, query := range []string{lists, one, search} {
			first := read(query)
			again := h.ask(query, nil).ok()
			if string(again.Body) != first {
				t.Errorf("%s: %s, then %s", query, first, again.Body)
			}
			if query != search && len(again.Statements) > 0 { // a search for nothing is counted
				t.Errorf("%s costs %v again", query, again.Statements)
			}
		}
		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		if got := read(one); !strings.Contains(got, "Skrinlagt") {
			t.Errorf("after publishing: %s", got)
		}
		h.caughtUpNow()
		if got := read(search); !strings.Contains(got, id) {
			t.Errorf("search after publishing: %s", got)
		}
		if got := h.ask(search, nil).ok(); !strings.Contains(string(got.Body), id) || len(got.Statements) > 0 {
			t.Errorf("search again: %s, %v", got.Body, got.Statements)
		}
		n.update("EDITOR", id, "Ny visdom", 1).ok()
		if got := read(one); !strings.Contains(got, "Skrinlagt") {
			t.Errorf("a draft is shown: %s", got)
		}
		if got := string(n.as("EDITOR", `{ entry(id: "`+id+`") { title } }`, nil).ok().Body); !strings.Contains(got, "Ny visdom") {
			t.Errorf("the editor sees %s", got)
		}
		n.act("EDITOR", "withdraw", "", item(id, 2)).expectCodes("withdraw")
		if got := read(one); strings.Contains(got, "visdom") {
			t.Errorf("after withdrawing: %s", got)
		}
		// Answers for members never reach others, nor the reverse.
		secret := n.draft("EDITOR", "Bare for medlemmer")
		n.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
			map[string]any{"id": secret},
		).ok()
		n.act("EDITOR", "publish", "", item(secret, 2)).expectCodes("publish")
		one = `{ node(id: "` + secret + `") { id ... on Content { title } } }`
		for range 2 {
			if a := h.askAs("member", one, nil).ok(); !strings.Contains(string(a.Body), "Bare for") ||
				a.Header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("members read %s, %v", a.Body, a.Header)
			}
			if got := read(one); strings.Contains(got, "Bare for") {
				t.Errorf("others read %s", got)
			}
		}
	}, cached)
}

// TestCacheOfReplicas publishes on one replica while another caches answers.
func TestCacheOfReplicas(t *testing.T) {
	concurrent(t)
	t.Parallel()
	skipOtherHalf(t, onPostgres)
	writer := demoHub(t, onPostgres, cached)
	reader := newTestHub(t, database.Options{URL: writer.config.DatabaseURL}, cached)
	go func() { _ = reader.wake(t.Context()) }() // until the test ends
	reader.caughtUpNow()                         // its index is built from nothing, which cannot be stopped midway
	n := writer.newsroom()
	const count = `{ practices(first: 1) { totalCount } }`
	for range 5 {
		before := string(reader.ask(count, nil).ok().Body)
		id := n.draft("EDITOR", "Nok en")
		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		for deadline := time.Now().Add(10 * time.Second); string(reader.ask(count, nil).ok().Body) == before; {
			if time.Now().After(deadline) {
				t.Fatal("the other replica still gives its old answer")
			}
		}
	}
}

// TestCacheHeaders checks the headers that caches between hub and reader get.
func TestCacheHeaders(t *testing.T) {
	t.Parallel()
	h := demoHub(t, anyDialect(), cached)
	get := func(query string, headers ...string) *answer {
		t.Helper()
		r, err := http.NewRequestWithContext(
			t.Context(), http.MethodGet, h.url+"/graphql?query="+url.QueryEscape(query), http.NoBody,
		)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return h.send(r)
	}
	const query = `{ practices(first: 3) { nodes { title themes { label } owner { name } } } }`
	a := get(query)
	if a.Status != 200 || a.Header.Get("Cache-Control") != "public, max-age=0, s-maxage=20, stale-while-revalidate=20" ||
		a.Header.Get("Vary") != "Accept, Authorization, Cookie" {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	if got := strings.Fields(a.Header.Get("Surrogate-Key")); len(got) < 3 || len(got) > 20 {
		t.Errorf("surrogate keys %v", got)
	}
	if b := get(query, "If-None-Match", a.Header.Get("Etag")); b.Status != http.StatusNotModified || len(b.Body) > 0 {
		t.Errorf("%d %s", b.Status, b.Body)
	}
	for name, b := range map[string]*answer{
		"a member":     get(query, viewerHeader, "member"),
		"a bad cookie": get(query, "Cookie", "hub=x"),
		"an error":     get(`{ nothing }`),
		"not found":    get(`{ practice { id } }`),
	} {
		if !strings.Contains(b.Header.Get("Cache-Control"), "no-store") || b.Header.Get("Etag") != "" {
			t.Errorf("%s: %d %v", name, b.Status, b.Header)
		}
	}
}
