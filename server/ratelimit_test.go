package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dugnad/access"
)

func TestRateLimits(t *testing.T) {
	concurrent(t)
	t.Parallel()
	h := demoHub(t, anyDialect(), func(c *Config) { c.RateAddress, c.RateKey = 40, 80 })
	began := time.Now()
	h.rates.now = func() time.Time { return began } // on a busy machine the next request may come otherwise
	n := h.newsroom()
	const query = `{ themes(first: 1) { totalCount } }`
	for i := range 10 {
		if a := h.ask(query, nil); a.Status != http.StatusOK || a.Header.Get("X-Ratelimit-Limit") != "40" ||
			a.Header.Get("X-Ratelimit-Remaining") > "9" {
			t.Errorf("request %d: %d %v", i, a.Status, a.Header)
		}
	}
	a := h.ask(query, nil)
	if a.Status != http.StatusTooManyRequests || a.code() != "RATE_LIMITED" || a.Header.Get("Retry-After") < "1" ||
		a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("one more: %d %s %v", a.Status, a.Body, a.Header)
	}
	if status, answer := h.searchAPI("/indexes/hub_public/search", `{}`); status != http.StatusTooManyRequests {
		t.Errorf("over the search protocol: %d %v", status, answer)
	}
	if a := n.as("EDITOR", query, nil); a.Status != http.StatusOK || a.Header.Get("X-Ratelimit-Limit") != "80" {
		t.Errorf("somebody else: %d %v", a.Status, a.Header)
	}
	if a := h.visit("/om"); a.Status != http.StatusTooManyRequests {
		t.Errorf("a page, from the same address: %d", a.Status)
	}
	if a := h.visit("/om", "Authorization", "Bearer "+n.people["EDITOR"]); a.Status != http.StatusOK ||
		a.Header.Get("X-Ratelimit-Limit") != "80" {
		t.Errorf("a page for somebody who is signed in: %d %v", a.Status, a.Header)
	}
	for _, path := range []string{"/om", "/graphql?query={__typename}"} {
		if a := h.visit(path, "Authorization", "Bearer dugnad_nothing"); a.Status != http.StatusTooManyRequests {
			t.Errorf("%s with a credential that is not valid, from the same address: %d", path, a.Status)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, h.url+"/graphql", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if a := h.send(r); a.Status != http.StatusNoContent {
		t.Errorf("a preflight: %d", a.Status)
	}
	h.rates = newRateLimits(0, 0)
	h.refusesSlowForms(t)
	h.countsWhatAnAddressSends(t)
	h.countsRefusedCredentials(t, n.people["EDITOR"])
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "::ffff:192.0.2.7": "192.0.2.7", "fe80::1%eth0": "fe80::/64", "x": "x",
	} {
		if got := access.Network(address); got != want {
			t.Errorf("%s is of %s, wanted %s", address, got, want)
		}
	}
	if strings.Contains(access.Network("2001:db8::1"), "::1") {
		t.Error("one address of many")
	}
}
