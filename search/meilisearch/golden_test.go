package meilisearch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dugnad/search"
	"dugnad/search/meilisearch"
	"dugnad/search/meilisearch/meilitest"
)

// exchange is a request of the engine and the response of a Meilisearch server. For a write the response is the result
// of its task.
type exchange struct {
	Method  string          `json:"method"`
	Path    string          `json:"path"`
	Key     bool            `json:"key"` // sent with a valid key
	Request json.RawMessage `json:"request,omitempty"`
	Status  int             `json:"status"`
	Answer  any             `json:"answer,omitempty"`
}

var goldenFile = filepath.Join("testdata", "golden.json")

const goldenPrefix = "golden"

// TestGolden sends requests that a real Meilisearch has answered to the fake server, and to the server at
// HUB_TEST_MEILI_URL if set: the responses must be the same. UPDATE=1 records them again from that server.
func TestGolden(t *testing.T) {
	url, key := os.Getenv("HUB_TEST_MEILI_URL"), os.Getenv("HUB_TEST_MEILI_KEY")
	if os.Getenv("UPDATE") != "" && url != "" {
		record(t, url, key)
	}
	b, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var golden []exchange
	if err := json.Unmarshal(b, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden) < 50 {
		t.Fatalf("only %d exchanges", len(golden))
	}
	t.Run("stand-in", func(t *testing.T) {
		s := meilitest.Start(t)
		replay(t, golden, s.URL, s.Key)
	})
	t.Run("server", func(t *testing.T) {
		if url == "" {
			t.Skip("NOT RUN: HUB_TEST_MEILI_URL is not set")
		}
		clean(t, url, key)
		replay(t, golden, url, key)
		clean(t, url, key)
	})
}

func clean(t *testing.T, url, key string) {
	t.Helper()
	e := meilisearch.Open(meilisearch.Options{URL: url, Key: key, Prefix: goldenPrefix})
	if err := e.Remove(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func replay(t *testing.T, golden []exchange, url, key string) {
	t.Helper()
	for n, x := range golden {
		got := send(t, x, url, key)
		if d := cmp.Diff(x.Answer, got.Answer); d != "" || x.Status != got.Status {
			t.Errorf(
				"%d: %s %s %s: status %d, recorded %d (- recorded, + got): %s", n, x.Method, x.Path, x.Request, got.Status,
				x.Status, d,
			)
		}
	}
}

// send sends a request and returns it with its response, without what differs from one time to the next.
func send(t *testing.T, x exchange, url, key string) exchange {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), x.Method, url+x.Path, bytes.NewReader(x.Request))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if req.Header.Set("Authorization", "Bearer wrong"); x.Key {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var response any
	if err := json.NewDecoder(resp.Body).Decode(&response); err != nil {
		t.Fatalf("%s %s: %v", x.Method, x.Path, err)
	}
	x.Status = resp.StatusCode
	if m, ok := response.(map[string]any); ok && resp.StatusCode == http.StatusAccepted {
		response = finished(t, fmt.Sprint(m["taskUid"]), url, key)
	}
	x.Answer = stable(response)
	return x
}

// finished waits for a task and returns its result.
func finished(t *testing.T, uid, url, key string) any {
	t.Helper()
	for range 3000 {
		x := exchange{Method: http.MethodGet, Path: "/tasks/" + uid, Key: true}
		task, _ := send(t, x, url, key).Answer.(map[string]any)
		if s := task["status"]; s != "enqueued" && s != "processing" {
			return map[string]any{"status": s, "type": task["type"], "error": task["error"]}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("task %s does not finish", uid)
	return nil
}

// stable drops times, scores and other volatile fields, and the wording of errors.
func stable(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, inner := range v {
			switch k {
			case "processingTimeMs", "requestUid", "_federation", "stats", "link", "message", "createdAt", "updatedAt",
				"queriesPosition", "key", "avgDocumentSize", "rawDocumentDbSize", "fieldDistribution", "numberOfEmbeddings",
				"numberOfEmbeddedDocuments":
			case "_formatted":
				out[k] = map[string]any{"t_words": stable(inner.(map[string]any)["t_words"])}
			default:
				out[k] = stable(inner)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, inner := range v {
			out = append(out, stable(inner))
		}
		return out
	}
	return v
}

// record runs everything that the engine requests from a server and records the exchanges.
func record(t *testing.T, url, key string) {
	t.Helper()
	clean(t, url, key)
	var mu sync.Mutex
	var exchanges []exchange
	keep := func(method, path string, good bool, body []byte) {
		x := exchange{Method: method, Path: path, Key: good}
		if len(body) > 0 {
			x.Request = body
		}
		mu.Lock()
		defer mu.Unlock()
		exchanges = append(exchanges, x)
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		// skip polling and other clients' keys
		if !strings.HasPrefix(r.URL.Path, "/tasks/") && r.URL.Path != "/keys" || r.Method == http.MethodPost {
			keep(r.Method, r.URL.RequestURI(), true, body)
		}
		req, _ := http.NewRequestWithContext(r.Context(), r.Method, url+r.URL.RequestURI(), bytes.NewReader(body))
		req.Header = r.Header.Clone()
		req.Header.Del("Accept-Encoding") // so that the transport decompresses the response itself
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = resp.Body.Close() }()
		w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	defer proxy.Close()
	goldenScenario(t, meilisearch.Open(meilisearch.Options{URL: proxy.URL, Key: key, Prefix: goldenPrefix}))
	for _, x := range []exchange{
		{Method: "GET", Path: "/indexes/golden_public/settings", Key: true},
		{Method: "GET", Path: "/indexes/golden_public/documents?fields=id,hash&limit=3&offset=1", Key: true},
		{Method: "GET", Path: "/indexes/golden_public/stats", Key: true},
		{Method: "GET", Path: "/indexes/golden_none/documents/a", Key: true},
		{Method: "GET", Path: "/indexes/golden_public/documents/none", Key: true},
		{Method: "GET", Path: "/indexes/golden_public/documents/none"},
		{
			Method: "POST", Path: "/multi-search", Key: true,
			Request: []byte(`{"federation":{},"queries":[{"indexUid":"golden_public","q":"","filter":"title = 1"}]}`),
		},
		{
			Method: "POST", Path: "/multi-search", Key: true,
			Request: []byte(`{"federation":{},"queries":[{"indexUid":"golden_public","q":"","sort":["type:asc"]}]}`),
		},
		{
			Method: "POST", Path: "/multi-search", Key: true,
			Request: []byte(`{"federation":{},"queries":[{"indexUid":"golden_none","q":""}]}`),
		},
		{
			Method: "POST", Path: "/multi-search", Key: true,
			Request: []byte(
				`{"federation":{"facetsByIndex":{"golden_public":["type"]}},"queries":[{"indexUid":"golden_public","q":""}]}`,
			),
		},
		{
			Method: "POST", Path: "/multi-search", Key: true,
			Request: []byte(
				`{"federation":{},"queries":[{"indexUid":"golden_public","q":"","filter":"f_theme = \"VALFA\"","attributesToRetrieve":["id"]}]}`,
			),
		},
		{Method: "POST", Path: "/swap-indexes", Key: true, Request: []byte(`[{"indexes":["golden_public","golden_none"]}]`)},
		{Method: "POST", Path: "/indexes", Key: true, Request: []byte(`{"uid":"golden_public","primaryKey":"id"}`)},
		{Method: "DELETE", Path: "/indexes/golden_none", Key: true},
		{
			Method: "POST", Path: "/indexes/golden_public/documents?primaryKey=id", Key: true,
			Request: []byte(`[{"id":"a.b"}]`),
		},
		{Method: "PATCH", Path: "/indexes/golden_public/settings", Key: true, Request: []byte(`{"rankingRules":["words"]}`)},
	} {
		keep(x.Method, x.Path, x.Key, x.Request)
	}
	clean(t, url, key)
	for i, x := range exchanges { // in order, because each response depends on the requests before it
		exchanges[i] = send(t, x, url, key)
	}
	var lines []string // one exchange per line
	for _, x := range exchanges {
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(b))
	}
	if err := os.WriteFile(goldenFile, []byte("[\n"+strings.Join(lines, ",\n")+"\n]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// goldenScenario makes the engine send every kind of request.
func goldenScenario(t *testing.T, e *meilisearch.Engine) {
	t.Helper()
	ctx := t.Context()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	doc := func(id, title, body, day string, themes ...string) search.Document {
		return search.Document{
			ID: id, Type: "PRACTICE", Public: id != "pra_hidden", Titles: []string{title}, Suggest: []string{title},
			Bodies: []string{body}, SortDate: day, Issued: day,
			SortTitle: map[string]string{"nb": fmt.Sprintf("%x", title)},
			Facets:    map[search.Facet][]string{search.Theme: themes, search.Year: {day[:4]}},
		}
	}
	r, err := e.Rebuild(ctx)
	ok(err)
	tromso := doc("mun_tromso", "Tromsø", "", "2020-01-01")
	tromso.Aliases = []string{"Romsa", "5501"}
	ok(r.Apply(ctx, search.Batch{Seq: 3, Upserts: []search.Document{
		doc("pra_a", "Bosetting av flyktninger", "Kommunen følger introduksjonsprogrammet etter § 14.", "2021-05-01",
			"alfa", "Beta"),
		doc("pra_b", "Busetjing av flyktningar", "Kommunen følgjer introduksjonsprogrammet.", "2022-05-01", "alfa"),
		doc("pra_c", "Mentor for kvinner", "Opplæring på arbeidsplassen.", "2023-05-01", "gamma delta"),
		doc("pra_d", "Mentorordning", "For ungdom og kvinner.", "2023-05-01", "alfa"),
		doc("pra_e", "E-læring for Ås", "Norskopplæring", "2019-01-01"),
		doc("pra_hidden", "Hemmelig mentor", "Skjult", "2023-01-01", "alfa"), tromso,
	}}))
	ok(r.Commit(ctx))
	ok(e.Apply(ctx, search.Batch{Seq: 4, Upserts: []search.Document{
		doc("pra_f", "Tolk i helsetjenesten", "Om tolking.", "2024-01-01", "helse"),
		doc("pra_gone", "Mentor borte", "", "2024-01-01"),
	}}))
	ok(e.Apply(ctx, search.Batch{Seq: 5, Deletes: []string{"pra_gone", "pra_never"}}))
	facets := []search.Facet{search.Theme, search.Year, search.Type}
	for _, text := range []string{
		"", "mentor", "mentor kvinner", "bosetting", "busetting flyktninger", `"mentor for kvinner"`, `"av flyktninger"`,
		"mentor -kvinner", "-mentor", "ment", "introduksjonspr",
		"ås", "as", "§ 14", "5501", "tromso", "flyktnigner", "introdukjonsprogrm", "mentpr", "nentor", "opplæring",
		"undervisning", "xyzzyq", "e-læring", `-"for kvinner" mentor`,
	} {
		_, err := e.Search(ctx, search.Query{Index: search.Public, Text: text, Limit: 10, Facets: facets})
		ok(err)
	}
	for _, q := range []search.Query{
		{OrderBy: search.Title, TitleLanguage: "nb", Text: "mentor"},
		{OrderBy: search.Newest},
		{OrderBy: search.Title, TitleLanguage: "fkv"},
		{Index: search.Members, Text: "mentor"},
		{Filter: search.Filter{Facets: map[search.Facet][]string{
			search.Theme: {"alfa", "Beta"}, search.Year: {"2021", "2022"},
		}}},
		{Filter: search.Filter{IssuedAfter: "2021-05-01", IssuedBefore: "2022-12-31"}},
		{Filter: search.Filter{Facets: map[search.Facet][]string{search.Theme: {"gamma delta"}}}, Text: "mentor"},
	} {
		if q.Index == "" {
			q.Index = search.Public
		}
		q.Limit, q.Facets = 10, facets
		_, err := e.Search(ctx, q)
		ok(err)
	}
	for _, start := range []string{"ment", "troms", "5501", "for k"} {
		_, err := e.Suggest(ctx, search.Public, start, 0)
		ok(err)
	}
	again, err := e.Rebuild(ctx)
	ok(err)
	ok(again.Abort())
}
