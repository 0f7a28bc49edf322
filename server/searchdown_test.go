package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"dugnad/search/meilisearch"
	"dugnad/search/meilisearch/meilitest"
)

// TestSearchDown publishes a thousand entries while the search server is away: that goes on as ever, lists show them,
// search says that it is not there, and when the server is back it finds them without intervention.
func TestSearchDown(t *testing.T) {
	eachDialect(t, func(t *testing.T, dialect string) {
		server := meilitest.Start(t)
		h := demoHub(t, dialect, func(c *Config) { c.MeiliURL, c.MeiliKey = server.URL, server.Key })
		searchDown(t, h, server.URL, &server.Down)
	})
	t.Run("a real server", func(t *testing.T) {
		target, err := url.Parse(os.Getenv("HUB_TEST_MEILI_URL"))
		if err != nil || target.Host == "" {
			t.Skip("NOT RUN: HUB_TEST_MEILI_URL names no Meilisearch")
		}
		key := os.Getenv("HUB_TEST_MEILI_KEY")
		t.Cleanup(func() { // after the hub has ended
			e := meilisearch.Open(meilisearch.Options{URL: target.String(), Key: key})
			if err := errors.Join(e.Remove(context.Background()), e.Close()); err != nil {
				t.Error(err)
			}
		})
		var down atomic.Bool
		proxy := httputil.NewSingleHostReverseProxy(target)
		between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down.Load() {
				panic(http.ErrAbortHandler) // the connection ends without a word
			}
			proxy.ServeHTTP(w, r)
		}))
		t.Cleanup(between.Close)
		searchDown(
			t, demoHub(t, anyDialect(), func(c *Config) { c.MeiliURL, c.MeiliKey = between.URL, key }), between.URL, &down,
		)
	})
}

func searchDown(t *testing.T, h *testHub, address string, down *atomic.Bool) {
	n := h.newsroom()
	titles := func(word string) []string {
		t.Helper()
		return h.ask(
			`query($q: String!) { search(query: $q, first: 100) { nodes { ... on Content { title } } } }`,
			map[string]any{"q": word},
		).ok().strings("title", "search", "nodes")
	}
	first := n.draft("EDITOR", "Mentor for nyankomne")
	n.act("EDITOR", "publish", "", item(first, 1))
	h.caughtUpNow()
	if got := titles("mentor"); len(got) != 1 {
		t.Fatalf("search finds %q", got)
	}

	down.Store(true)
	const entries, together = 1000, 20
	for batch := range entries / together {
		var items []any
		var creates strings.Builder
		for i := range together {
			fmt.Fprintf(&creates, "c%d: createPractice(organization: $org, input: {kind: ADVICE, texts: [{language: NB, title: %q, summary: \"Kort.\", ready: true}]}) { entry { id } problems { code } }\n",
				i, fmt.Sprintf("Ullteppe nummer %d", batch*together+i))
		}
		a := n.as("EDITOR", "mutation($org: ID) {"+creates.String()+"}", map[string]any{"org": n.org["ks"]}).ok()
		for i := range together {
			items = append(items, item(a.at(fmt.Sprintf("c%d", i), "entry", "id").(string), 1))
		}
		published := n.act("EDITOR", "publish", "", items...)
		published.expectCodes("publish")
		if got := len(published.list("publish", "entries")); got != together {
			t.Fatalf("%d of %d were published: %s", got, together, published.Body)
		}
	}
	if got := h.ask(`{ practices(first: 1) { totalCount } }`, nil).ok().at("practices", "totalCount"); got.(float64) <= entries {
		t.Errorf("lists show %v practices", got)
	}
	if a := h.ask(`{ search(query: "ullteppe") { totalCount } }`, nil); a.code() != "UNAVAILABLE" ||
		strings.Contains(string(a.Body), address) {
		t.Errorf("search answers %s", a.Body)
	}
	for path, want := range map[string]int{
		"/": 200, "/nn/temaer": 200, "/tema/settlement": 200, "/organisasjon/ks": 200, "/kommune/4602": 200, "/praksis/mentor-for-nyankomne": 200, "/sok?q=mentor&organisasjon=ks": 503,
		"/embed/list?organization=ks": 200, "/embed/search?q=mentor": 503, "/sitemap.xml": 200,
	} {
		a := h.visit(path)
		if a.Status != want || strings.Contains(string(a.Body), address) {
			t.Errorf("while search is down %s answers %d, wanted %d", path, a.Status, want)
		}
		if strings.Contains(path, "organi") && !strings.Contains(string(a.Body), "/praksis/") {
			t.Errorf("while search is down %s shows no entries", path)
		}
	}
	if got := h.ready(t.Context()); !got.Ready || len(got.Reasons) != 1 || !strings.HasPrefix(got.Reasons[0], "degraded") {
		t.Errorf("readiness: %+v", got)
	}

	down.Store(false)
	h.caughtUpNow()
	if got := h.ask(`{ search(query: "ullteppe") { totalCount } }`, nil).ok().at("search", "totalCount"); got.(float64) != entries {
		t.Errorf("search finds %v of %d", got, entries)
	}
	if got := titles("mentor"); len(got) != 1 {
		t.Errorf("search finds %q", got)
	}
}
