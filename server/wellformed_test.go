package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/go-chi/chi/v5"
)

// oddBytes are what is not text, as it stands in an address: U+0000, control characters, invalid and overlong UTF-8, a
// lone surrogate, and a % without two digits.
var oddBytes = []string{
	"%00", "%01", "%0a", "%0d%0a", "%1b", "%7f", "%c2%85", "%ff", "%c0%80", "%c3", "%e2%82", "%ed%a0%80",
	"%f8%88%80%80%80", "%", "%g1", "a%00b", "%f0%9f%98",
}

// oddParameters are the names of parameters that some route reads.
var oddParameters = []string{
	"theme", "organization", "municipality", "kommune", "tema", "organisasjon", "navn", "q", "ar", "type", "side", "url",
	"maxwidth", "format", "collection", "item", "items", "first", "key", "lang", "language", "level", "preview", "secret",
	"returnTo", "client_id", "redirect_uri", "state", "code", "after", "from", "actor", "query", "variables", "documentId",
	"unknown",
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// TestOddAddresses walks every route with bytes that are not text in every place of the address.
func TestOddAddresses(t *testing.T) {
	walker(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		seen, asked := make(map[string]bool), 0
		visit := func(method, _ string, path string, accept string) {
			status := h.rawStatus(t, method, path, accept)
			asked++
			if status != http.StatusBadRequest && status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s as %s is answered %d", method, path, accept, status)
			}
		}
		walk := func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			if method == http.MethodConnect || seen[method+route] || method != http.MethodGet && method != http.MethodPost {
				return nil
			}
			seen[method+route] = true
			whole := strings.ReplaceAll(pathParameter.ReplaceAllString(route, "x"), "*", "x")
			for i, odd := range oddBytes {
				for _, at := range pathParameter.FindAllStringIndex(route, -1) {
					path := route[:at[0]] + odd + route[at[1]:]
					visit(method, route, pathParameter.ReplaceAllString(path, "x"), "text/html")
				}
				visit(method, route, strings.TrimSuffix(whole, "/")+"/"+odd, "application/json")
				visit(method, route, strings.TrimSuffix(whole, "/")+odd, "text/html")
				visit(method, route, whole+"?"+odd+"=x", "application/json")
				for j, name := range oddParameters {
					if (i+j)%4 == 0 || odd == "%00" || odd == "%ff" { // the mechanism is one
						if (name == "query" || name == "variables") && strings.Contains("%0a%0d%0a", odd) {
							continue // GraphQL has lines
						}
						visit(method, route, whole+"?"+name+"="+odd, []string{"text/html", "*/*"}[j%2])
					}
				}
			}
			return nil
		}
		if err := chi.Walk(h.handler.(chi.Routes), walk); err != nil || len(seen) < 40 || asked < 10_000 {
			t.Errorf("%d routes, %d requests: %v", len(seen), asked, err)
		}
	})
}

// rawStatus sends a request as it stands, which net/http's client would not, and returns the status.
func (h *testHub) rawStatus(t *testing.T, method, path, accept string) int {
	t.Helper()
	if u, err := url.ParseRequestURI(path); err == nil { // quicker without a connection
		r := &http.Request{
			Method: method, URL: u, Header: http.Header{"Accept": {accept}}, Body: http.NoBody, RequestURI: path,
			RemoteAddr: "192.0.2.1:1", Host: "hub.example", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		}
		w := &statusOnly{header: make(http.Header)}
		h.handler.ServeHTTP(w, r.WithContext(t.Context()))
		return w.status
	}
	return h.overTheWire(t, method+" "+path+" HTTP/1.1\r\nHost: hub.example\r\nConnection: close\r\n\r\n")
}

// overTheWire sends bytes and returns the status of the answer.
func (h *testHub) overTheWire(t *testing.T, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.100q: %v", request, err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// statusOnly keeps the status of a response.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header { return s.header }

func (s *statusOnly) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
}

func (s *statusOnly) Write(b []byte) (int, error) {
	s.WriteHeader(http.StatusOK)
	return len(b), nil
}

// TestOddInput sends what is not text in bodies, headers and messages: none is an internal error.
func TestOddInput(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		odd := []string{"\x00", "a\x00b", "\xff", "\xc0\x80", "\xed\xa0\x80", "\x1b", "\x7f", "\u0085"}
		n.run("forms", func(t *testing.T) {
			for _, form := range []struct {
				path   string
				fields []string
			}{
				{"/auth/sign-in", []string{"email", "password", "returnTo"}},
				{"/auth/token", []string{"grant_type", "code", "refresh_token", "code_verifier", "redirect_uri"}},
				{"/auth/accept", []string{"code", "name", "email", "password", "again"}},
				{"/auth/invitation", []string{"code", "name", "email"}},
				{"/auth/password", []string{"old", "password", "again"}},
				{"/auth/authorize", []string{"client_id", "redirect_uri", "state", "code_challenge"}},
				{"/del", []string{"tittel", "om", "kommune", "tekst", "organisasjon"}},
				{"/tilbakemelding", []string{"svar", "om", "tilbake"}},
			} {
				for _, field := range form.fields {
					for _, bad := range odd {
						n.oddForm(t, form.path, url.Values{field: {bad}})
					}
				}
			}
		})
		n.run("search protocol", func(t *testing.T) {
			for _, name := range []string{
				"q", "filter", "sort", "facetName", "facetQuery", "highlightPreTag", "attributesToCrop",
			} {
				for _, bad := range append(
					slices.Clone(odd), "\\u0000", "themes = '\\u0000'", "\\ud800", "municipalities = \\u0000",
				) {
					value := `"` + bad + `"`
					if name == "sort" || name == "attributesToCrop" {
						value = "[" + value + "]"
					}
					for _, route := range []string{"search", "facet-search"} {
						body := fmt.Sprintf(`{%q: %s}`, name, value)
						a := n.post(t, "/search-api/indexes/hub_public/"+route, "application/json", body)
						if a.Status >= 500 {
							t.Errorf("%s %s=%q: %d %.300s", route, name, bad, a.Status, a.Body)
						}
					}
				}
			}
		})
		n.run("headers", func(t *testing.T) {
			for _, name := range []string{
				"User-Agent", "Referer", "Origin", "Cookie", "Authorization", "Accept-Language", "X-Request-Id", "X-Forwarded-For",
				"If-None-Match", "Upload-Metadata", "Range", "Accept",
			} {
				for _, path := range []string{
					"/", "/sok?q=x", "/embed/list?organization=ks", "/feeds/atom.xml", "/graphql?query={__typename}",
				} {
					for _, bad := range []string{"\xff", "http://\xff/", "hub=\xff", "Bearer \xff", "\xc0\x80"} {
						request := "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + name + ": " + bad + "\r\n\r\n"
						status := n.overTheWire(t, request)
						if status >= 500 {
							t.Errorf("%s: %q at %s is answered %d", name, bad, path, status)
						}
					}
				}
			}
		})
		n.run("WebSocket", n.oddMessages)
		n.run("the answers", func(t *testing.T) {
			for _, test := range []struct{ path, accept, mediaType, want string }{
				{"/graphql?documentId=%ff", "application/json", "application/json", `"code":"BAD_USER_INPUT"`},
				{"/search-api/health?x=%00", "*/*", "application/json", `"code":"bad_request"`},
				{"/feeds/atom.xml?theme=%00", "application/json", "application/json", `"error":"the address has bytes`},
				{"/feeds/atom.xml?theme=%00", "*/*", "text/plain", "the address has bytes"},
				{"/nn/sok?kommune=%ff", "text/html", "text/html", `<html lang="nn"`},
			} {
				a := n.visit(test.path, "Accept", test.accept)
				if a.Status != http.StatusBadRequest || !strings.HasPrefix(a.Header.Get("Content-Type"), test.mediaType) ||
					!strings.Contains(string(a.Body), test.want) || a.Header.Get("X-Request-Id") == "" {
					t.Errorf("%s: %d %v %.300s", test.path, a.Status, a.Header, a.Body)
				}
			}
		})
	})
}

func (n *newsroom) oddForm(t *testing.T, path string, form url.Values) {
	t.Helper()
	a := n.post(t, path, "application/x-www-form-urlencoded", form.Encode())
	if a.Status >= 500 {
		t.Errorf("%s with %v is answered %d %.300s", path, form, a.Status, a.Body)
	}
}

// post sends a body as the hub's own pages do.
func (n *newsroom) post(t *testing.T, path, mediaType, body string) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", mediaType)
	r.Header.Set("Origin", n.baseURL)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	return &answer{t: t, Status: response.StatusCode, Header: response.Header, Body: said}
}

func (n *newsroom) oddMessages(t *testing.T) {
	n.serveLive()
	for _, query := range []string{
		`query($s: String!) { organization(slug: $s) { id } }`, `query($s: String!) { search(query: $s) { totalCount } }`,
	} {
		for _, bad := range []string{`"\u0000"`, `"a\u0000b"`, "\"\xff\"", `"\ud800"`, "\"\x01\""} {
			conn, _, err := websocket.Dial(t.Context(), n.live, &websocket.DialOptions{ //nolint:bodyclose // Dial has
				Subprotocols: []string{"graphql-transport-ws"},
			})
			if err != nil {
				t.Fatal(err)
			}
			_ = wsjson.Write(t.Context(), conn, map[string]any{"type": "connection_init"})
			var acknowledged map[string]any
			_ = wsjson.Read(t.Context(), conn, &acknowledged)
			quoted, _ := json.Marshal(query)
			_ = conn.Write(t.Context(), websocket.MessageText,
				[]byte(`{"id": "1", "type": "subscribe", "payload": {"query": `+string(quoted)+`, "variables": {"s": `+bad+`}}}`))
			_, said, err := conn.Read(t.Context())
			if websocket.CloseStatus(err) == websocket.StatusInternalError || bytes.Contains(said, []byte("INTERNAL")) ||
				err == nil && len(said) == 0 {
				t.Errorf("%q is answered %s, %v", bad, said, err)
			}
			t.Logf("%q is answered %.80q, %v", bad, said, err)
			_ = conn.CloseNow()
		}
	}
}

func TestRobots(t *testing.T) {
	h := openHub(t)
	a := get(h, "/robots.txt")
	lines := strings.Split(strings.TrimSpace(a.Body.String()), "\n")
	if a.Code != http.StatusOK || a.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%d %v", a.Code, a.Header())
	}
	for _, want := range []string{
		"User-agent: *", "Allow: /", "Disallow: /auth/", "Disallow: /graphql", "Disallow: /search-api/",
		"Sitemap: " + h.baseURL + "/sitemap.xml",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("it lacks %q:\n%s", want, a.Body)
		}
	}
}
