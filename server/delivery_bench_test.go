package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// BenchmarkDelivery asks over HTTP on loopback, with four clients, and prints side by side: answers from memory and the
// same bytes written by a bare handler; answers that are made each time and a handler written by hand that answers with
// the rows of one statement.
func BenchmarkDelivery(b *testing.B) {
	const clients = 4
	for _, dialect := range []struct {
		name    string
		options func(testing.TB) database.Options
	}{{"sqlite", databasetest.SQLiteOptions}, {"postgres", databasetest.PostgresOptions}} {
		b.Run(dialect.name, func(b *testing.B) {
			var names []string
			measured := map[string]throughput{} // the last run of each, which is the longest
			run := func(name string, ask func(client *http.Client, i int) error) {
				b.Run(name, func(b *testing.B) {
					measured[name] = bench(b, clients, ask)
				})
				names = append(names, name)
			}
			hub, address, data := benchHub(b, dialect.options(b))
			get := func(address string) func(*http.Client, int) error {
				return func(client *http.Client, _ int) error {
					r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, http.NoBody)
					if err == nil {
						_, err = send(client, r)
					}
					return err
				}
			}
			list := benchQueries[1]
			variables := list.variables(1, data)
			body, err := post(b.Context(), http.DefaultClient, address, list.text, variables)
			if err != nil {
				b.Fatal(err)
			}
			text, err := json.Marshal(variables)
			if err != nil {
				b.Fatal(err)
			}

			// The same hub, keeping answers.
			hub.config.CacheMB = 64
			if hub.graphql, err = hub.newGraphQL(); err != nil {
				b.Fatal(err)
			}
			keeping, err := hub.routes() // beside hub.handler, which goes on keeping nothing
			if err != nil {
				b.Fatal(err)
			}
			shared := httptest.NewServer(keeping)
			defer shared.Close()
			bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/json; charset=utf-8")
				w.Header().Set("Content-Length", strconv.Itoa(len(body)))
				_, _ = w.Write(body)
			}))
			defer bare.Close()
			query := "/graphql?query=" + url.QueryEscape(list.text) + "&variables=" + url.QueryEscape(string(text))
			asked := func(address string) func(*http.Client, int) error {
				return func(client *http.Client, _ int) error {
					_, err := post(b.Context(), client, address, list.text, variables)
					return err
				}
			}
			run("cached_get", get(shared.URL+query))
			run("bare_get", get(bare.URL+query))
			run("cached_post", asked(shared.URL))
			run("bare_post", asked(bare.URL))

			byHand := httptest.NewServer(handWritten(hub, dialect.name, data))
			defer byHand.Close()
			for n, q := range benchQueries {
				run(q.name, func(client *http.Client, i int) error {
					_, err := post(b.Context(), client, address, q.text, q.variables(i, data))
					return err
				})
				run(q.name+"_by_hand", get(byHand.URL+"/"+strconv.Itoa(n)))
			}
			fmt.Fprintf(os.Stdout, "\n%-42s%12s%10s%10s%12s\n", "", "requests/s", "p50 ms", "p99 ms", "statements")
			for _, name := range names {
				fmt.Fprintf(os.Stdout, "%-10s%-32s%s\n", dialect.name, name, measured[name])
			}
			for _, ratio := range []struct {
				of, to string
				goal   float64
			}{
				{"cached_get", "bare_get", .6},
				{"cached_post", "bare_post", .6},
				{"one_by_slug", "one_by_slug_by_hand", .4},
				{"list_of_20", "list_of_20_by_hand", .5},
				{"three_levels", "three_levels_by_hand", .35},
			} {
				if to := measured[ratio.to].rate; to > 0 {
					fmt.Fprintf(
						os.Stdout, "%-10s%s / %s: %.2f (goal %.2f)\n", dialect.name, ratio.of, ratio.to, measured[ratio.of].rate/to,
						ratio.goal,
					)
				}
			}
		})
	}
}

// handWritten answers /n with the rows of the statement of query n, as JSON; the arguments change from one request to
// the next.
func handWritten(hub *Hub, dialect string, d benchData) http.Handler {
	var turn atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil || n >= len(benchQueries) {
			http.NotFound(w, r)
			return
		}
		q := benchQueries[n]
		text := q.sql
		if dialect == "postgres" {
			text = strings.ReplaceAll(text, "?", "$")
		}
		rows, err := allRows(r.Context(), hub.db.DB(), text, q.arguments(int(turn.Add(1)), d))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(map[string]any{"data": rows})
	})
}
