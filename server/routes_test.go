package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"dugnad/web"
)

func TestHeaders(t *testing.T) {
	h := openHub(t)
	for path, status := range map[string]int{
		"/healthz": 200, "/readyz": 503, "/schema.graphql": 200, "/graphql?query=%7B__typename%7D": 200, "/nothing": 404, "/id/x": 404,
		"/files/x": 404, "/assets/": 404, "/assets/../graphiql/index.html": 404,
	} {
		response := get(h, path)
		if response.Code != status {
			t.Errorf("%s: status %d; want %d", path, response.Code, status)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin", "Content-Security-Policy": denyAll,
		} {
			if got := response.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q; want %q", path, name, got, want)
			}
		}
		if response.Header().Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: asks for https without having it", path)
		}
	}
}

func TestGraphiQL(t *testing.T) {
	t.Run("not built", func(t *testing.T) {
		w := httptest.NewRecorder()
		serveGraphiQL(nil)(w, httptest.NewRequest(http.MethodGet, "/graphiql", nil))
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "scripts/start") {
			t.Errorf("%d %s; want 503 and how to build it", w.Code, w.Body)
		}
		w = httptest.NewRecorder()
		serveAsset(nil)(w, httptest.NewRequest(http.MethodGet, "/assets/x.js", nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("an asset has status %d; want 404", w.Code)
		}
	})
	t.Run("built", func(t *testing.T) {
		if _, ok := web.Dist(); !ok {
			t.Skip("web is not built: run scripts/start, or npm run build in web/")
		}
		h := openHub(t)
		page := get(h, "/graphiql")
		if got := page.Header().Get("Content-Security-Policy"); got != graphiqlPolicy || page.Code != http.StatusOK {
			t.Errorf("%d with the policy %q", page.Code, got)
		}
		_, rest, _ := strings.Cut(page.Body.String(), `src="`)
		script, _, _ := strings.Cut(rest, `"`)
		asset := get(h, script)
		if got := asset.Header().Get("Cache-Control"); asset.Code != http.StatusOK || !strings.Contains(got, "immutable") {
			t.Errorf("%s: %d, cached as %q", script, asset.Code, got)
		}
	})
}

func TestSchemaIsTheCommittedOne(t *testing.T) {
	committed, err := os.ReadFile("../docs/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(string(committed), "\n") // after the line that says who prints it
	if got := get(openHub(t), "/schema.graphql").Body.String(); got != want {
		t.Error("the schema that is served is not that of docs/schema.graphql: run scripts/generate")
	}
}

func TestGraphQL(t *testing.T) {
	h := openHub(t)
	ask := func(query string, headers ...string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+query+`"}`))
		r.Header.Set("Content-Type", "application/json")
		for pair := range slices.Chunk(headers, 2) {
			r.Header.Set(pair[0], pair[1])
		}
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	if status, got := ask(`{practices{totalCount}}`); status != 200 ||
		got != `{"data":{"practices":{"totalCount":0}}}`+"\n" {
		t.Errorf("a list: %d %s", status, got)
	}
	if _, got := ask(`{search(query:\"tolk\"){totalCount}}`); !strings.Contains(got, `"code":"UNAVAILABLE"`) ||
		strings.Contains(got, "rebuilt") {
		t.Errorf("a search without an index: %s; want UNAVAILABLE without the reason", got)
	}
	if status, got := ask(`{__typename}`, "X-Test-Viewer", "stranger"); status != 401 ||
		!strings.Contains(got, `"code":"UNAUTHENTICATED"`) {
		t.Errorf("a credential that is not taken: %d %s", status, got)
	}
	large := strings.Repeat(" ", 65<<10)
	if status, _ := ask(`{__typename}` + large); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body of an anonymous caller: %d; want 413", status)
	}
	if status, got := ask(`{__typename}`+large, "X-Test-Viewer", "member"); status != 200 {
		t.Errorf("a large body of a member: %d %s; want 200", status, got)
	}
}

// same compares two answers in everything but the request's own id.
func same(t *testing.T, what string, got, want *httptest.ResponseRecorder) {
	t.Helper()
	for _, response := range []*httptest.ResponseRecorder{got, want} {
		response.Header().Del("X-Request-Id")
		response.Header().Del("Date")
	}
	if got.Code != want.Code || !maps.EqualFunc(got.Header(), want.Header(), slices.Equal) {
		t.Errorf("%s: %d %v; want %d %v", what, got.Code, got.Header(), want.Code, want.Header())
	}
	if got, want := got.Body.String(), want.Body.String(); got != want {
		t.Errorf("%s: %q; want %q", what, got, want)
	}
}
