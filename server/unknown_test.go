package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dugnad/access"
)

// line is a connection to a PostgreSQL that can be cut: then it refuses new connections and has ended the others.
type line struct {
	to string

	mu     sync.Mutex
	cut    bool
	silent bool
	open   map[net.Conn]bool
}

// newLine puts a line in front of the database, and returns the URL of its near end.
func newLine(t *testing.T, address string) (*line, string) {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{to: at.Host, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = listener.Close(); l.set(true) })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go l.carry(conn)
		}
	}()
	at.Host = listener.Addr().String()
	return l, at.String()
}

func (l *line) carry(near net.Conn) {
	defer near.Close()
	far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", l.to)
	if err != nil {
		return
	}
	defer far.Close()
	l.mu.Lock()
	if l.cut {
		l.mu.Unlock()
		return
	}
	l.open[near], l.open[far] = true, true
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.open, near)
		delete(l.open, far)
		l.mu.Unlock()
	}()
	go func() { _, _ = io.Copy(l.audible(far), near); _ = far.Close() }()
	_, _ = io.Copy(l.audible(near), far)
}

// audible returns a writer that drops everything while the line is silent.
func (l *line) audible(to io.Writer) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		l.mu.Lock()
		silent := l.silent
		l.mu.Unlock()
		if silent {
			return len(p), nil
		}
		return to.Write(p)
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// set cuts the line or repairs it.
func (l *line) set(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut, l.silent = cut, false
	for conn := range l.open {
		if cut {
			_ = conn.Close()
		}
	}
}

// TestUnknownIsNotForbidden asks every route with a credential that is known to be bad, which is 401 or anonymous, and
// then with a good one while the database is away: that is 503 everywhere, and never 401, 403, 404 or 500.
func TestUnknownIsNotForbidden(t *testing.T) {
	concurrent(t)
	t.Parallel()
	skipOtherHalf(t, onPostgres)
	o := demoTemplate.Postgres(t)
	var l *line
	l, o.URL = newLine(t, o.URL)
	h := newTestHub(t, o, uncached)
	h.demo = true
	n := h.newsroom()
	id := n.published("Uten kontakt")
	n.caughtUpNow()
	asset := n.taken("a.txt", "text/plain", []byte("tekst"))["id"].(string)
	preview := n.as("EDITOR", `mutation($id: ID!) { createPreview(input: {entries: [$id]}) { token problems { code } } }`,
		map[string]any{"id": id}).ok().at("createPreview", "token").(string)
	publishable := n.as("ADMIN",
		`mutation($org: ID!) { createKey(input: {organization: $org, name: "p", kind: PUBLISHABLE, origins: ["https://a.example"]}) { secret problems { code } } }`,
		map[string]any{"org": n.org["ks"]}).ok().at("createKey", "secret").(string)
	sending := n.upload("EDITOR", "b.txt", "text/plain", 10)
	uploading, err := url.Parse(sending.url)
	if err != nil {
		t.Fatal(err)
	}
	const html = "text/html"
	graphql := "/graphql?query=" + url.QueryEscape(`{ practices(first: 1) { totalCount } }`)
	type route struct {
		method, path, accept, body string
		bad                        int // with a bad credential
	}
	routes := []route{
		{"GET", graphql, "application/graphql-response+json", "", 401},
		{"GET", graphql, "application/json", "", 401},
		{"POST", "/graphql", "application/graphql-response+json", `{"query": "{ viewer { account { name } } }"}`, 401},
		{"POST", "/graphql", "text/event-stream", `{"query": "subscription { changes { id } }"}`, 401},
		{"GET", "/", html, "", 401},
		{"GET", "/nn/temaer", html, "", 401},
		{"GET", "/praksis/uten-kontakt", html, "", 401},
		{"GET", "/nowhere", html, "", 401},
		{"POST", "/tilbakemelding", html, "svar=ja", 401},
		{"GET", "/id/" + id, "", "", 401},
		{"GET", "/id/" + id + "/1", "", "", 401},
		{"GET", "/files/" + asset, "", "", 401},
		{"GET", "/files/" + asset + "/320", "", "", 401},
		{"GET", "/audit.csv", "", "", 401},
	}
	ask := func(r route, headers ...string) *answer {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), r.method, h.url+r.path, strings.NewReader(r.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept", r.accept)
		if r.body != "" {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if r.path == "/graphql" {
				request.Header.Set("Content-Type", "application/json")
			}
		}
		for i := 0; i < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		return h.send(request)
	}
	bad := []string{"Authorization", "Bearer dugnad_sk_nothing"}
	for _, r := range routes {
		if a := ask(r, bad...); a.Status != r.bad {
			t.Errorf("%s %s with a bad key: %d %.200s", r.method, r.path, a.Status, a.Body)
		}
	}
	for _, credential := range []string{"Basic eDp5", "Bearer x", "Bearer dugnad_at_x", "Bearer dugnad_pt_x"} {
		if a := ask(routes[0], "Authorization", credential); a.Status != 401 || a.code() != "UNAUTHENTICATED" {
			t.Errorf("%s is answered %d %s", credential, a.Status, a.Body)
		}
	}

	var failed atomic.Int64
	authenticate := h.Authenticate
	h.Authenticate = func(r *http.Request) (access.Viewer, error) {
		v, err := authenticate(r)
		if err != nil {
			failed.Add(1)
		}
		return v, err
	}
	h.serveLive()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	practices := map[string]any{"filter": map[string]any{"types": []string{"PRACTICE"}}}
	streams := map[string]<-chan map[string]any{
		"an anonymous stream": h.events(ctx, "", practices),
		"an editor's stream":  h.events(ctx, n.people["EDITOR"], practices),
	}
	asking := h.socket(ctx, t, n.people["EDITOR"])

	l.set(true)
	subscribe(ctx, t, asking, "1", `{ viewer { account { name } } }`, nil) // waits
	unavailable := func(what string, a *answer) {
		t.Helper()
		if a.Status != 503 || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s while the database is away: %d %v: %.200s", what, a.Status, a.Header, a.Body)
		}
	}
	for _, r := range routes {
		for name, header := range map[string][]string{
			"a key":     {"Authorization", "Bearer " + n.people["HUB_ADMIN"]},
			"a preview": {"Authorization", "Bearer " + preview},
			"a cookie":  {"Cookie", "hub=something"},
		} {
			if name == "a cookie" && r.method == http.MethodPost {
				header = append(header, "Origin", h.config.baseURL(h.serving.Addr())) // else it does not count
			}
			a := ask(r, header...)
			unavailable(r.method+" "+r.path+" with "+name, a)
			if html := strings.Contains(string(a.Body), "<html"); html != (r.accept == "text/html") {
				t.Errorf("%s %s is answered with a page: %v", r.method, r.path, html)
			}
			if strings.HasPrefix(r.path, "/graphql") && a.code() != "UNAVAILABLE" {
				t.Errorf("%s %s: %s", r.method, r.path, a.Body)
			}
		}
	}
	for _, r := range []route{ // anonymous readers, and routes with secrets of their own
		{"GET", "/", html, "", 0},
		{"GET", "/praksis/uten-kontakt", html, "", 0},
		{"GET", "/id/" + id, "", "", 0},
		{"GET", "/id/" + id + "/1", "", "", 0},
		{"GET", "/files/" + asset, "", "", 0},
		{"GET", "/feeds/atom.xml", "", "", 0},
		{"GET", "/feeds/feed.json", "", "", 0},
		{"GET", "/sitemap.xml", "", "", 0},
		{"GET", "/oembed?url=" + url.QueryEscape(h.url+"/praksis/uten-kontakt"), "", "", 0},
		{"GET", "/embed/card?item=" + id, "", "", 0},
		{"GET", "/embed/list?key=" + publishable, "", "", 0},
		{"POST", "/search-api/indexes/hub_public/search", "", `{"q": "uten"}`, 0},
	} {
		unavailable("anonymous "+r.method+" "+r.path, ask(r))
	}
	unavailable("an upload", ask(route{"HEAD", uploading.RequestURI(), "", "", 0}, "Tus-Resumable", "1.0.0"))
	unavailable("the sign-in page", ask(route{"GET", "/auth/sign-in", html, "", 0}, "Cookie", "hub=something"))
	unavailable("the password page", ask(route{"GET", "/auth/password", html, "", 0}, "Cookie", "hub=something"))
	unavailable("signing out", ask(route{"POST", "/auth/sign-out", html, "a=b", 0},
		"Cookie", "hub=something", "Origin", h.config.baseURL(h.serving.Addr())))
	unavailable("a token", ask(route{"POST", "/auth/token", "", "grant_type=refresh_token&refresh_token=dugnad_rt_x", 0}))
	for _, query := range []string{
		`{ practices(first: 1) { totalCount } }`, `{ node(id: "` + id + `") { id } }`, `{ changes(first: 1) { nodes { id } } }`,
		`{ municipalities(first: 1) { nodes { number } } }`, `{ search(query: "uten") { nodes { id } } }`,
	} {
		if a := h.ask(query, nil); a.code() != "UNAVAILABLE" || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %v %s", query, a.Header, a.Body)
		}
	}

	for before := failed.Load(); failed.Load() < before+3; { // of streams: no request is running
		time.Sleep(10 * time.Millisecond)
	}
	l.set(false)
	for tries := 0; ; tries++ { // each bad connection of the pool fails once at most
		if a := n.as("EDITOR", `{ viewer { account { name } } }`, nil); a.Status == 200 && len(a.Errors) == 0 {
			break
		} else if tries > 60 {
			t.Fatalf("after the repair: %d %s", a.Status, a.Body)
		}
	}
	if got := fmt.Sprint(receive(ctx, asking)); !strings.Contains(got, `name:EDITOR`) {
		t.Errorf("an operation that began while the database was away: %s", got)
	}
	n.published("Kontakt igjen")
	for name, events := range streams {
		if got, _ := next(t, events); got != "UPSERT Kontakt igjen" {
			t.Errorf("%s: %q comes after the repair", name, got)
		}
	}
}

// hold makes the line silent: what is sent is lost, and nothing says so. set(true) ends that too.
func (l *line) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent = true
}

// TestSilentDatabase has a database that accepts everything and answers nothing: readiness says so, and each request
// ends within its time.
func TestSilentDatabase(t *testing.T) {
	t.Parallel()
	skipOtherHalf(t, onPostgres)
	o := demoTemplate.Postgres(t)
	var l *line
	l, o.URL = newLine(t, o.URL)
	h := newTestHub(t, o, uncached, func(c *Config) { c.Limits = "seconds=1" })
	h.demo = true
	n := h.newsroom()
	id := n.draft("EDITOR", "Utan svar")
	n.as("EDITOR", `{ viewer { account { name } } }`, nil).ok()
	l.hold()
	const most = 15 * time.Second // many times what it takes; without a bound, it would be for ever
	within := func(what string, ask func() *answer) {
		t.Helper()
		done := make(chan *answer, 1)
		go func() { done <- ask() }()
		select {
		case a := <-done:
			if a.Status != 503 && a.code() != "UNAVAILABLE" {
				t.Errorf("%s while the database is silent: %d %.300s", what, a.Status, a.Body)
			}
		case <-time.After(most):
			t.Errorf("%s waits for the database", what)
		}
	}
	within("readiness", func() *answer { return n.visit("/readyz") })
	within("a write", func() *answer {
		return n.as("EDITOR", `mutation($id: ID!) { updatePractice(id: $id, input: {audience: MEMBERS}, expectedRevision: 1) { problems { code } } }`, map[string]any{"id": id})
	})
	within("an anonymous read", func() *answer { return n.ask(`{ practices(first: 1) { totalCount } }`, nil) })
	for range 2 {
		within("readiness", func() *answer { return n.visit("/readyz") })
	}
	l.set(true)
	l.set(false)
	for tries := 0; n.stage(id) == ""; tries++ { // each bad connection of the pool fails once at most
		if tries > 60 {
			t.Fatal("nothing is answered after the repair")
		}
	}
}
