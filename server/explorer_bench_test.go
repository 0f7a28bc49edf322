package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"
	"time"

	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// BenchmarkExplorer asks a full hub for pages, one after the other and each with another address or slug, and prints
// how long the server takes from the request to the last byte.
func BenchmarkExplorer(b *testing.B) {
	for _, dialect := range []struct {
		name    string
		options func(testing.TB) database.Options
	}{{"sqlite", databasetest.SQLiteOptions}, {"postgres", databasetest.PostgresOptions}} {
		b.Run(dialect.name, func(b *testing.B) {
			hub, address, data := benchHub(b, dialect.options(b))
			if err := hub.follower.Reindex(b.Context()); err != nil {
				b.Fatal(err)
			}
			pages := map[string]func(i int) string{
				"front page":           func(i int) string { return []string{"/", "/nn", "/en"}[i%3] },
				"search without words": func(i int) string { return "/sok?tema=" + data.theme(i) },
				"search with all facets": func(i int) string {
					return "/sok?q=opplaering+norsk&kommune=" + []string{"5001", "4601", "0301", "4602"}[i%4]
				},
				"search on the map":      func(i int) string { return "/sok?vis=kart&tema=" + data.theme(i) },
				"page of a practice":     func(i int) string { return "/praksis/" + data.slug(i) },
				"page of a theme":        func(i int) string { return "/tema/" + data.theme(i) },
				"page of a municipality": func(i int) string { return "/kommune/" + []string{"5001", "4601", "0301", "4602"}[i%4] },
				"list of municipalities": func(int) string { return "/kommuner" },
				"embedded list":          func(i int) string { return "/embed/list?part=1&theme=" + data.theme(i) },
				"embedded card": func(i int) string {
					return "/embed/card?part=1&item=" + url.QueryEscape(hub.baseURL+"/praksis/"+data.slug(i))
				},
			}
			fmt.Fprintf(os.Stdout, "\n%-28s%12s%12s%12s\n", dialect.name, "median ms", "p95 ms", "packed KB")
			for _, name := range sortedKeys(pages) {
				var times []time.Duration
				var size int64
				for i := range 60 {
					begun := time.Now()
					r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address+pages[name](i), http.NoBody)
					if err != nil {
						b.Fatal(err)
					}
					r.Header.Set("Accept-Encoding", "gzip")
					response, err := http.DefaultClient.Do(r)
					if err != nil {
						b.Fatal(err)
					}
					size, err = io.Copy(io.Discard, response.Body)
					if took := time.Since(begun); i >= 10 { // the first open connections
						times = append(times, took)
					}
					if response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
						b.Fatalf("%s answers %d, %v", pages[name](i), response.StatusCode, err)
					}
				}
				slices.Sort(times)
				ms := func(share float64) float64 {
					return float64(times[int(float64(len(times)-1)*share)].Microseconds()) / 1000
				}
				fmt.Fprintf(os.Stdout, "%-28s%12.1f%12.1f%12.1f\n", name, ms(0.5), ms(0.95), float64(size)/1024)
			}
			fmt.Fprintf(os.Stdout, "%-28s%12s\n", "goal", "50.0")
		})
	}
}
