package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/practice"
	"dugnad/schema"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// benchQuery is an operation whose variables change from one request to the next.
type benchQuery struct {
	name      string
	text      string
	variables func(i int, slugs []string) map[string]any
}

var benchQueries = []benchQuery{
	{
		"one_by_slug",
		`query($slug: String!) { practice(slug: $slug) { title summary municipalities { nodes { name } } themes { label } } }`,
		func(i int, slugs []string) map[string]any { return map[string]any{"slug": slugs[i*7919%len(slugs)]} },
	},
	{
		"list_of_20",
		`query($themes: [String!], $after: Date) { practices(first: 20, filter: {themes: $themes, issuedAfter: $after}, orderBy: [{field: ISSUED, direction: DESC}]) {
			totalCount nodes { title owner { name } themes { label } municipalities { nodes { name } } } } }`,
		func(i int, _ []string) map[string]any {
			themes := []string{"settlement", "introduction", "employment", "governance", "qualification"}
			return map[string]any{"themes": themes[i%len(themes)], "after": fmt.Sprintf("%d-01-01", 2000+i%15)}
		},
	},
	{
		"three_levels",
		`query($after: Date) { practices(first: 20, filter: {issuedAfter: $after}) { nodes { title tools(first: 5) { nodes { title
			reports(first: 5) { nodes { title themes { label } } } } } } } }`,
		func(i int, _ []string) map[string]any {
			return map[string]any{"after": fmt.Sprintf("%d-01-01", 2000+i%15)}
		},
	},
}

// BenchmarkHub loads generated practices (HUB_BENCH_PRACTICES, 20 000 when not set) with relations and asks the three queries over HTTP on
// loopback, with one client and with four. It reports requests a second, the median and the 99th percentile in milliseconds, and SQL
// statements a request; and the same for an answer of a few bytes from the same server, to measure the rest against.
func BenchmarkHub(b *testing.B) {
	for _, dialect := range []struct {
		name    string
		options func(testing.TB) database.Options
	}{{"sqlite", databasetest.SQLiteOptions}, {"postgres", databasetest.PostgresOptions}} {
		b.Run(dialect.name, func(b *testing.B) {
			url, slugs := benchHub(b, dialect.options(b))
			for _, q := range benchQueries {
				for _, clients := range []int{1, 4} {
					b.Run(fmt.Sprintf("%s/clients=%d", q.name, clients), func(b *testing.B) {
						bench(b, clients, func(i int) (*http.Request, error) {
							body, err := json.Marshal(map[string]any{"query": q.text, "variables": q.variables(i, slugs)})
							if err != nil {
								return nil, err
							}
							r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url+"/graphql", bytes.NewReader(body))
							if err == nil {
								r.Header.Set("Content-Type", "application/json")
							}
							return r, err
						})
					})
				}
			}
			b.Run("healthz/clients=1", func(b *testing.B) {
				bench(b, 1, func(int) (*http.Request, error) {
					return http.NewRequestWithContext(b.Context(), http.MethodGet, url+"/healthz", http.NoBody)
				})
			})
		})
	}
}

// benchStatements counts the SQL statements of all requests.
var benchStatements atomic.Int64

// bench sends b.N requests from the clients and reports what they took.
func bench(b *testing.B, clients int, request func(i int) (*http.Request, error)) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	took, before := make([]time.Duration, b.N), benchStatements.Load()
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range clients {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				start := time.Now()
				if err := send(client, i, request); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
	b.ReportMetric(float64(benchStatements.Load()-before)/float64(b.N), "statements/request")
	b.ReportMetric(0, "ns/op") // the median says more
}

func send(client *http.Client, i int, request func(i int) (*http.Request, error)) error {
	r, err := request(i)
	if err != nil {
		return err
	}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || bytes.Contains(body, []byte(`"errors"`)) {
		return fmt.Errorf("status %d: %.300s", res.StatusCode, body)
	}
	return nil
}

// benchHub is a hub full of practices, without the search index, and the slugs of those that everybody may read.
func benchHub(b *testing.B, o database.Options) (url string, slugs []string) {
	b.Helper()
	practices := 20_000
	if n, err := strconv.Atoi(os.Getenv("HUB_BENCH_PRACTICES")); err == nil {
		practices = n
	}
	c := Config{Addr: "127.0.0.1:0", Data: o.Path, DatabaseURL: o.URL, SecretKey: "a secret key for tests, and only for tests"}
	if c.Data == "" {
		c.Data = b.TempDir()
	}
	hub, err := Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = hub.Close() })
	s, err := newSeed(b.Context(), content.New(hub.client, hub.waker, hub.files), hub.client)
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for _, part := range []struct {
		t schema.ContentType
		n int
	}{{"REPORT", practices / 5}, {"TOOL", practices / 5}, {"PROJECT", practices / 40}, {"PRACTICE", practices}} {
		if err := s.add(part.t, part.n); err != nil {
			b.Fatal(err)
		}
		b.Logf("%s: %d of %s loaded", time.Since(start).Round(time.Second), part.n, part.t)
	}
	if _, err := hub.db.DB().ExecContext(b.Context(), "ANALYZE"); err != nil {
		b.Fatal(err)
	}
	slugs, err = hub.client.Practice.Query().Where(practice.AudienceEQ(schema.Public)).Order(ent.Asc(practice.FieldID)).
		Select(practice.FieldSlug).Strings(access.WithViewer(b.Context(), access.System("benchmark")))
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, counter := database.Count(r.Context())
		hub.handler.ServeHTTP(w, r.WithContext(ctx))
		benchStatements.Add(int64(counter.Statements()))
	}))
	b.Cleanup(server.Close)
	return server.URL, slugs
}
