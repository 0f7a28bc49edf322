package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/content"
	"dugnad/schema"
	"dugnad/server/database"
)

// testHub is a hub that answers over HTTP, on its own database and data folder. A request is of the viewer that its
// header X-Test-Viewer names: member, or anonymous without it. X-Test-Count asks for the number of SQL statements in
// the answer's header.
type testHub struct {
	*Hub
	t       testing.TB
	url     string
	live    string // of serveLive
	demo    bool   // it has the demo content
	service *content.Service
}

const (
	viewerHeader     = "X-Test-Viewer"
	statementsHeader = "X-Test-Statements"
)

// aMember reads what is for members, and has no part in any organisation that owns something.
func aMember() access.Viewer {
	return access.Viewer{Kind: access.Member, Name: "acc_01m88ahx6q1a3jk2p313s8y32c", Roles: map[string]schema.Role{
		"org_01m88ahx6q1a3jk2p313s8y32c": schema.Contributor,
	}}
}

// eachDialect runs the test on SQLite and on PostgreSQL, side by side with each other and with other tests.
func eachDialect(t *testing.T, test func(t *testing.T, dialect string)) {
	t.Helper()
	t.Parallel()
	bothDialects(t, test)
}

// bothDialects runs the test on SQLite and on PostgreSQL, side by side. No other test runs meanwhile unless the caller is
// parallel.
func bothDialects(t *testing.T, test func(t *testing.T, dialect string)) {
	t.Helper()
	for _, dialect := range []string{onSQLite, onPostgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			skipOtherHalf(t, dialect)
			test(t, dialect)
		})
	}
}

// eachHub runs the test on an empty hub on SQLite and one on PostgreSQL.
func eachHub(t *testing.T, test func(t *testing.T, h *testHub), settings ...func(*Config)) {
	t.Helper()
	eachDialect(t, func(t *testing.T, dialect string) {
		test(t, newTestHub(t, emptyOptions(t, dialect), settings...))
	})
}

// eachDemo runs the test on a hub with the demo content on SQLite and one on PostgreSQL.
func eachDemo(t *testing.T, test func(t *testing.T, h *testHub), settings ...func(*Config)) {
	t.Helper()
	eachDialect(t, func(t *testing.T, dialect string) {
		test(t, demoHub(t, dialect, settings...))
	})
}

// uncached turns off the hub's cache of answers.
func uncached(c *Config) { c.CacheMB = 0 }

// split reports whether scripts/test has split the tests of this package between a run with the race detector, which
// makes them several times slower, and one without: concurrent tests run with it on PostgreSQL and without it on SQLite,
// because modernc's SQLite is Go code; all others run without it on both.
func split() bool { return os.Getenv("HUB_TEST_SPLIT") == "true" }

// walkers are the names of the tests that have called walker.
var walkers sync.Map

// walker declares that the test walks everything there is, one request after the other, or starts the program itself.
// The race detector would make it many times slower and find nothing in it, so it runs without.
func walker(t *testing.T) {
	t.Helper()
	if underRace {
		t.Skip("runs without the race detector, in the step walkers of scripts/test")
	}
	walkers.Store(t.Name(), true)
}

// concurrentTests are the names of the tests that have called concurrent.
var concurrentTests sync.Map

// concurrent declares that the test does several things at once, or that what it asks for is done at once: scripts/test
// runs its half on PostgreSQL with the race detector.
func concurrent(t *testing.T) {
	t.Helper()
	concurrentTests.Store(t.Name(), true)
}

// skipOtherHalf skips a test on the dialect when the other run of a split has it.
func skipOtherHalf(t *testing.T, dialect string) {
	t.Helper()
	if !split() {
		return
	}
	name, _, _ := strings.Cut(t.Name(), "/")
	_, raced := concurrentTests.Load(name)
	if underRace && (!raced || dialect == onSQLite) {
		t.Skip("runs without the race detector, in the step walkers of scripts/test")
	}
	if !underRace && raced && dialect == onPostgres {
		t.Skip("runs with the race detector, in the step go of scripts/test")
	}
}

// anyDialect returns the database for tests that need only one: SQLite, or PostgreSQL in the half of a split run that
// has the race detector.
func anyDialect() string {
	if split() && underRace {
		return onPostgres
	}
	return onSQLite
}

// newTestHub starts a hub on the database, with settings if need be, and ends it with the test.
func newTestHub(t testing.TB, o database.Options, settings ...func(*Config)) *testHub {
	t.Helper()
	began := time.Now()
	c := testConfig(o)
	if c.Data == "" {
		c.Data = t.TempDir()
	}
	for _, set := range settings {
		set(&c)
	}
	hub, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	hub.service.PreviewTime = time.Minute // on a busy machine too
	authenticate := hub.Authenticate
	hub.Authenticate = func(r *http.Request) (access.Viewer, error) {
		if r.Header.Get(viewerHeader) == "member" {
			return aMember(), nil
		}
		return authenticate(r)
	}
	t.Logf("timed: hub opened %s", time.Since(began))
	h := &testHub{Hub: hub, t: t, service: hub.service}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, counter := database.Count(r.Context())
		answer := httptest.NewRecorder()
		hub.handler.ServeHTTP(answer, r.WithContext(ctx))
		maps.Copy(w.Header(), answer.Header())
		texts, _ := json.Marshal(counter.Texts())
		w.Header().Set(statementsHeader, base64.StdEncoding.EncodeToString(texts))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	h.url, hub.baseURL = server.URL, server.URL
	ctx, stop := context.WithCancel(context.Background())
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		_ = hub.follow(ctx)
	}()
	t.Cleanup(func() {
		server.Close()
		stop()
		<-followed
		if err := hub.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// seeded returns a seed over the demo content of a hub of demoHub.
func (h *testHub) seeded() *seed {
	h.t.Helper()
	if !h.demo {
		h.t.Fatal("the hub has no demo content: start it with demoHub")
	}
	s, err := newSeed(h.t.Context(), h.service, h.client)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// caughtUpNow waits until the search index has everything that is in the database.
func (h *testHub) caughtUpNow() {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		switch ok, err := h.follower.CaughtUp(h.t.Context()); {
		case err != nil:
			h.t.Fatal(err)
		case ok:
			return
		case time.Now().After(deadline):
			h.t.Fatal("the search index does not catch up")
		}
		woken, stop := h.waker.Subscribe()
		select {
		case <-woken:
		case <-time.After(5 * time.Millisecond):
		}
		stop()
	}
}

// answer is what the hub answered.
type answer struct {
	t          testing.TB
	Status     int
	Header     http.Header
	Body       []byte
	Data       map[string]any
	Errors     []answerError
	Extensions map[string]any
	Statements []string
}

type answerError struct {
	Message    string
	Path       []any
	Extensions struct{ Code string }
}

// ask posts an operation as an anonymous reader.
func (h *testHub) ask(query string, variables map[string]any) *answer {
	h.t.Helper()
	return h.askAs("", query, variables)
}

// askAs posts an operation as the viewer: "member", the secret of a key or a token, or "" for an anonymous reader.
func (h *testHub) askAs(viewer, query string, variables map[string]any) *answer {
	h.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(viewer, "dugnad_") {
		r.Header.Set("Authorization", "Bearer "+viewer)
	} else {
		r.Header.Set(viewerHeader, viewer)
	}
	return h.send(r)
}

func (h *testHub) send(r *http.Request) *answer {
	h.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := &answer{t: h.t, Status: res.StatusCode, Header: res.Header, Body: body}
	texts, err := base64.StdEncoding.DecodeString(res.Header.Get(statementsHeader))
	if err == nil {
		err = json.Unmarshal(texts, &a.Statements)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	_ = json.Unmarshal(body, a) // what is no JSON has no data
	return a
}

// ok fails the test when the answer has errors.
func (a *answer) ok() *answer {
	a.t.Helper()
	if len(a.Errors) > 0 || a.Data == nil {
		a.t.Fatalf("the answer has errors: %s", a.Body)
	}
	return a
}

// code is the code of the first error, empty when there is none.
func (a *answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Extensions.Code
}

// at walks the data by names and indexes: at("practices", "nodes", 0, "title").
func (a *answer) at(path ...any) any {
	a.t.Helper()
	var v any = a.Data
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				a.t.Fatalf("nothing at %v in %s", path, a.Body)
			}
			v = m[step]
		case int:
			l, ok := v.([]any)
			if !ok || step >= len(l) {
				a.t.Fatalf("nothing at %v in %s", path, a.Body)
			}
			v = l[step]
		}
	}
	return v
}

// list is the list at the path.
func (a *answer) list(path ...any) []any {
	a.t.Helper()
	l, ok := a.at(path...).([]any)
	if !ok {
		a.t.Fatalf("no list at %v in %s", path, a.Body)
	}
	return l
}

// strings are the field of every item of the list at the path.
func (a *answer) strings(field string, path ...any) []string {
	a.t.Helper()
	var out []string
	for _, item := range a.list(path...) {
		if m, ok := item.(map[string]any); ok {
			s, _ := m[field].(string)
			out = append(out, s)
		}
	}
	return out
}
