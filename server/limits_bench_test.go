package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// heavy are operations that ask for as much as the limits let through, each of something else.
func heavy(d benchData) map[string]string {
	aliases := func(n int, format string) string {
		var b strings.Builder
		b.WriteString("{")
		for i := range n {
			fmt.Fprintf(&b, " a%d: "+format, i, d.themes[i%len(d.themes)])
		}
		return b.String() + "}"
	}
	var branches []string
	for _, t := range d.themes[:min(6, len(d.themes))] {
		branches = append(branches, fmt.Sprintf(`{themes: [%q], or: [{languages: [NN]}, {evidenceAtLeast: 2}]}`, t))
	}
	return map[string]string{
		"a hundred whole practices": `{ practices(first: 100) { totalCount nodes { title summary body(format: HTML) challenge lessons goals steps keyFigures { label text } results { label before after } texts(languages: [NB, NN, EN]) { title body } themes { label } municipalities { edges { node { name county { name } } } } related(first: 5) { nodes { id } } } } }`,
		"three levels of twelve":    `{ practices(first: 12) { nodes { id tools(first: 12) { nodes { id title practices(first: 12) { nodes { title themes { label } } } } } } } }`,
		"five levels":               `{ practices(first: 7) { nodes { tools(first: 6) { nodes { practices(first: 5) { nodes { tools(first: 4) { nodes { reports(first: 3) { nodes { title body(format: TEXT) } } } } } } } } } } }`,
		"twenty lists with counts": aliases(
			20, `practices(first: 10, filter: {themes: [%q]}, orderBy: [{field: TITLE}]) { totalCount nodes { title summary } }`,
		),
		"twenty searches with facets": aliases(
			20,
			`search(query: "opplaering %s", facets: [TYPE, THEME, MUNICIPALITY, COUNTY, TARGET_GROUP, METHOD, YEAR, ORGANIZATION, KIND], first: 5) { totalCount facets { facet values { value count } } }`,
		),
		"a filter of many branches": `{ practices(first: 100, filter: {or: [` + strings.Join(branches, ",") +
			`]}) { totalCount nodes { title } } }`,
		"the last page of a long list":    `{ practices(last: 100, filter: {not: {themes: ["x"]}}, orderBy: [{field: TITLE, direction: DESC}]) { totalCount nodes { title body(format: MARKDOWN) } } }`,
		"a hundred changes and what is":   `{ changes(first: 100) { nodes { id node { ... on Content { title body(format: HTML) themes { label } texts(languages: [NB, NN]) { body } } } } } }`,
		"introspection":                   `{ __schema { types { name fields { name description args { name type { name } } type { name ofType { name } } } inputFields { name type { name } } } } }`,
		"what is related to what is":      `{ practices(first: 50) { nodes { related(first: 20) { nodes { id related(first: 4) { nodes { id title } } } } } } }`,
		"a document that is hardly valid": `{ practices(first: 20) { nodes { ` + strings.Repeat("id ", 150) + `} } }`,
	}
}

// resident is the memory of the process in bytes.
func resident() int64 {
	stat, _ := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(stat))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

func processorTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// taken is what something took: processor time, and memory above what there was before.
func taken(do func()) (cpu time.Duration, memory int64) {
	runtime.GC()
	debug.FreeOSMemory()
	before, begun := resident(), processorTime()
	var most atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			most.Store(max(most.Load(), resident()))
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	do()
	cpu = processorTime() - begun
	close(stop)
	<-stopped
	return cpu, most.Load() - before
}

// BenchmarkLimits asks a full hub for as much as one operation may, alone and a hundred at once.
func BenchmarkLimits(b *testing.B) {
	for _, dialect := range []struct {
		name    string
		options func(testing.TB) database.Options
	}{{"sqlite", databasetest.SQLiteOptions}, {"postgres", databasetest.PostgresOptions}} {
		b.Run(dialect.name, func(b *testing.B) {
			hub, address, data := benchHub(b, dialect.options(b))
			if err := hub.follower.Reindex(b.Context()); err != nil {
				b.Fatal(err)
			}
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}
			ask := func(query string) (status string, size int64) {
				body, _ := json.Marshal(map[string]string{"query": query}) // texts can be written
				r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address+"/graphql", bytes.NewReader(body))
				if err != nil {
					b.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/json")
				response, err := client.Do(r)
				if err != nil {
					return err.Error(), 0
				}
				defer response.Body.Close()
				start := make([]byte, 300)
				n, _ := io.ReadFull(response.Body, start)
				rest, _ := io.Copy(io.Discard, response.Body)
				if bytes.Contains(start[:n], []byte(`"errors"`)) {
					return string(start[:n]), int64(n) + rest
				}
				return "ok", int64(n) + rest
			}
			queries := heavy(data)
			for _, query := range queries { // prepares statements and opens connections
				ask(query)
			}
			fmt.Fprintf(os.Stdout, "\n%-42s%12s%12s%12s\n", dialect.name, "CPU ms", "MB above", "answer KB")
			var all []string
			for _, name := range sortedKeys(queries) {
				var status string
				var size int64
				cpu, memory := taken(func() { status, size = ask(queries[name]) })
				note := ""
				if status != "ok" {
					note = "  " + strings.Join(strings.Fields(status), " ")
				}
				fmt.Fprintf(
					os.Stdout, "%-42s%12.0f%12.1f%12.1f%.160s\n", name, float64(cpu.Microseconds())/1000, float64(memory)/(1<<20),
					float64(size)/1024, note,
				)
				if status == "ok" {
					all = append(all, queries[name])
				}
			}
			fmt.Fprintf(os.Stdout, "%-42s%12s%12s\n", "goals", "1000", "64.0")
			outcomes := map[string]int{}
			var mu sync.Mutex
			cpu, memory := taken(func() {
				var group sync.WaitGroup
				for i := range 100 {
					group.Go(func() {
						status, _ := ask(all[i%len(all)])
						mu.Lock()
						defer mu.Unlock()
						outcomes[strings.Join(strings.Fields(status), " ")[:min(60, len(strings.Join(strings.Fields(status), " ")))]]++
					})
				}
				group.Wait()
			})
			fmt.Fprintf(
				os.Stdout, "%-42s%12.0f%12.1f  (goal 300.0) %v\n", "a hundred side by side", float64(cpu.Microseconds())/1000,
				float64(memory)/(1<<20), outcomes,
			)
		})
	}
}
