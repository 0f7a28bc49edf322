package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// refusedEverywhere sends a key with a manifest to every route of the hub but that of the API, in its header and in the
// address, and to addresses that do not exist.
func (n *newsroom) refusedEverywhere(key string) {
	n.t.Helper()
	type route struct{ method, path string }
	routes := []route{{"GET", "/nothing"}, {"POST", "/"}, {"GET", "/graphql/"}, {"GET", "/praksis/ingen"}, {"GET", "/files/x"}}
	id, rest := regexp.MustCompile(`\{id:[^}]*\]\+\}`), regexp.MustCompile(`\{[^}]*\}`)
	err := chi.Walk(n.handler.(chi.Routes), func(
		method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler,
	) error {
		path = rest.ReplaceAllString(id.ReplaceAllString(path, "ast_01m88ahx6q1a3jk2p313s8y32c"), "1")
		path = strings.ReplaceAll(path, "*", "x")
		if path != graphqlPath && method != http.MethodConnect {
			routes = append(routes, route{method, path})
		}
		return nil
	})
	if err != nil || len(routes) < 60 {
		n.t.Fatalf("%d routes: %v", len(routes), err)
	}
	for _, r := range routes {
		for _, where := range []string{"in the header", "in the address"} {
			request := httptest.NewRequestWithContext(n.t.Context(), r.method, r.path, http.NoBody)
			if where == "in the header" {
				request.Header.Set("Authorization", "Bearer "+key)
			} else {
				request.URL.RawQuery = "key=" + key
			}
			w := httptest.NewRecorder()
			n.handler.ServeHTTP(w, request)
			body := w.Body.String()
			if r.method == http.MethodHead {
				body = "FORBIDDEN: "
			}
			if w.Code != http.StatusForbidden || !strings.HasPrefix(body, "FORBIDDEN: ") {
				n.t.Errorf("%s %s with %.12s… %s: %d %.100s", r.method, r.path, key, where, w.Code, w.Body)
			}
		}
	}
	for _, path := range []string{"/", "/schema.graphql", "/feeds/atom.xml", "/search-api/version"} {
		if a := n.visit(path); a.Status != http.StatusOK {
			n.t.Errorf("%s without a key: %d", path, a.Status)
		}
	}
}

// A form that takes too long to arrive is answered with 408, and its connection closed.
func (h *testHub) refusesSlowForms(t *testing.T) {
	t.Helper()
	for _, path := range []string{
		"/auth/sign-in", "/auth/sign-out", "/auth/password", "/auth/invitation", "/auth/invitation/accept", "/auth/token",
		"/auth/authorize", "/auth/oidc/start", "/del", "/nn/del", "/en/del", "/graphql",
	} {
		// As net/http does, which takes a deadline that has passed for a client that has gone.
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ends := readerFunc(func([]byte) (int, error) { cancel(); return 0, os.ErrDeadlineExceeded })
		slow := io.MultiReader(strings.NewReader("email=k"), ends)
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, h.url+path, slow)
		r.Header.Set("Origin", h.auth.BaseURL)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if path == graphqlPath {
			r.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code != http.StatusRequestTimeout {
			t.Errorf("%s: %d %.200s", path, w.Code, w.Body)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// Everything that an address sends counts: forms and tokens of sign-in, and each search of a request with many.
func (h *testHub) countsWhatAnAddressSends(t *testing.T) {
	t.Helper()
	post := func(path, contentType, body string) *answer {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Origin", h.url)
		return h.send(r)
	}
	form := func(path, body string) func() *answer {
		return func() *answer { return post(path, "application/x-www-form-urlencoded", body) }
	}
	searches := func(n int) func() *answer {
		queries := strings.Repeat(`,{"indexUid": "hub_public", "q": "tolk", "limit": 1}`, n)[1:]
		return func() *answer {
			return post("/search-api/multi-search", "application/json", `{"queries": [`+queries+`]}`)
		}
	}
	for name, c := range map[string]struct {
		send func() *answer
		may  int // how often, of 10
	}{
		"a sign-in":                  {form("/auth/sign-in", "email=x&password="), 10},
		"a token":                    {form("/auth/token", "grant_type=refresh_token&refresh_token=x"), 10},
		"a password":                 {form("/auth/password", "old=x"), 10},
		"an invitation":              {form("/auth/invitation", "code=x"), 10},
		"an accepted invitation":     {form("/auth/invitation/accept", "code=x"), 10},
		"a page of sign-in":          {func() *answer { return h.visit("/auth/sign-in") }, 10},
		"a search":                   {searches(1), 10},
		"five searches in one":       {searches(5), 2},
		"ten searches in one":        {searches(10), 1},
		"a form for those who share": {form("/del", "x=y"), 10},
	} {
		h.rates = newRateLimits(40, 80)
		for i := range c.may {
			if a := c.send(); a.Status == http.StatusTooManyRequests {
				t.Errorf("%s, request %d: %d", name, i, a.Status)
			}
		}
		if a := c.send(); a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s, request %d: %d %v %s", name, c.may, a.Status, a.Header, a.Body)
		}
	}
}

// Credentials that are not valid are refused before the database is asked, once an address has sent too many.
func (h *testHub) countsRefusedCredentials(t *testing.T, valid string) {
	t.Helper()
	for name, header := range map[string][2]string{
		"a key": {"Authorization", "Bearer dugnad_sk_x"}, "a token": {"Authorization", "Bearer dugnad_at_x"},
		"a preview": {"Authorization", "Bearer dugnad_pt_x"}, "a cookie": {"Cookie", "hub=x"},
	} {
		for _, path := range []string{"/om", "/graphql?query={__typename}", "/audit.csv", "/id/pra_0", "/files/ast_0", "/favicon.svg"} {
			if path == "/favicon.svg" && name != "a key" {
				continue // nobody looks at the others there
			}
			h.rates = newRateLimits(40, 80)
			asked, refused := 0, 0
			for range 25 {
				a := h.visit(path, header[0], header[1])
				if strings.Contains(fmt.Sprint(a.Statements), "_ins") || strings.Contains(fmt.Sprint(a.Statements), "api_keys") ||
					strings.Contains(fmt.Sprint(a.Statements), "preview_tokens") {
					asked++
				}
				if a.Status == http.StatusTooManyRequests {
					refused++
				}
			}
			if asked == 0 || asked > 18 || refused < 7 { // 10 come at once, and one every 1.5 s on a slow machine
				t.Errorf("%s, %s: of 25 the database was asked about %d, and %d were refused as too many", name, path, asked, refused)
			}
			if a := h.visit("/om"); a.Status == http.StatusTooManyRequests && path == "/favicon.svg" {
				t.Error("those without a credential pay for it")
			}
		}
	}
	h.rates = newRateLimits(40, 80)
	for i := range 15 { // more than come at once from an address
		if a := h.visit("/graphql?query={__typename}", "Authorization", "Bearer "+valid); a.Status != http.StatusOK {
			t.Errorf("a valid credential, request %d: %d", i, a.Status)
		}
	}
}
