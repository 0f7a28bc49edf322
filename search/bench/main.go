// Command bench measures the search engines on generated documents of about 500 words and prints the figures beside the
// goals. Run it with scripts/bench search. Everything is generated from a fixed seed, so that runs on one machine can
// be compared.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"

	"dugnad/search"
	"dugnad/search/bleve"
	"dugnad/search/meilisearch"
)

func main() {
	log.SetFlags(0)
	documents := flag.Int("documents", 100_000, "number of documents")
	rounds := flag.Int("rounds", 200, "number of times each query is run")
	profile := flag.String("profile", "", "file for a CPU profile of building the Bleve index")
	flag.Parse()
	if *documents < 100 || *rounds < 10 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(context.Background(), *documents, *rounds, *profile); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, documents, rounds int, profile string) (err error) {
	folder, err := os.MkdirTemp("", "dugnad-bench.")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	engine, err := bleve.Open(filepath.Join(folder, "search"))
	if err != nil {
		return err
	}
	b := &bench{engine: engine, corpus: newCorpus(documents), rounds: rounds, profile: profile}
	b.report("Bleve", "", "", fmt.Sprintf("%d documents, %d processors", documents, runtime.NumCPU()))
	err = b.all(ctx, goals{facets: 30, suggest: 20, memory: true})
	if err := errors.Join(err, engine.Close()); err != nil {
		return err
	}

	url := os.Getenv("HUB_TEST_MEILI_URL")
	if url == "" {
		fmt.Fprintln(os.Stdout, "Meilisearch: NOT RUN: HUB_TEST_MEILI_URL is not set")
		return nil
	}
	prefix := "bench" + strings.ToLower(rand.Text()[:8])
	meili := meilisearch.Open(meilisearch.Options{URL: url, Key: os.Getenv("HUB_TEST_MEILI_KEY"), Prefix: prefix})
	b = &bench{engine: meili, corpus: newCorpus(documents), rounds: rounds}
	b.report("Meilisearch", "", "", fmt.Sprintf("%d documents", documents))
	return errors.Join(b.all(ctx, goals{facets: 60, suggest: 20}), meili.Remove(ctx), meili.Close())
}

// goals are the limits of an engine, in milliseconds at the 95th percentile.
type goals struct {
	facets, suggest int
	memory          bool
}

type bench struct {
	engine  search.Engine
	corpus  *corpus
	rounds  int
	profile string
}

func (b *bench) report(what, figure, goal, note string) {
	fmt.Fprintf(os.Stdout, "%-58s %28s %16s  %s\n", what, figure, goal, note)
}

func (b *bench) all(ctx context.Context, g goals) error {
	if err := b.build(ctx); err != nil {
		return err
	}
	if g.memory {
		b.memory("after building")
	}
	c := b.corpus
	queries := []struct {
		what, goal string
		query      func() search.Query
	}{
		{
			"nine disjunctive facets, one value chosen in each",
			fmt.Sprintf("p95 %d ms", g.facets),
			func() search.Query { return c.faceted("", 1) },
		},
		{
			"nine disjunctive facets, a third of all values chosen",
			fmt.Sprintf("p95 %d ms", g.facets),
			func() search.Query { return c.faceted("", 0) },
		},
		{
			"a word, nine disjunctive facets, three values in each",
			fmt.Sprintf("p95 %d ms", g.facets),
			func() search.Query { return c.faceted(c.typed(1), 3) },
		},
		{"two words, all facets counted, none chosen", fmt.Sprintf("p95 %d ms", g.facets), func() search.Query {
			return search.Query{Index: search.Public, Text: c.typed(2), Limit: 20, Facets: nine}
		}},
		{"one to three words, no facets", "", func() search.Query {
			return search.Query{Index: search.Public, Text: c.typed(1 + c.IntN(3)), Limit: 20}
		}},
		{
			"a short prefix (three letters)",
			"",
			func() search.Query { return search.Query{Index: search.Public, Text: c.word()[:3], Limit: 20} },
		},
	}
	for _, q := range queries {
		took, err := b.timed(func() error {
			_, err := b.engine.Search(ctx, q.query())
			return err
		})
		if err != nil {
			return err
		}
		b.report(q.what, percentiles(took), q.goal, "")
	}
	took, err := b.timed(func() error {
		_, err := b.engine.Suggest(ctx, search.Public, c.word()[:1+c.IntN(4)], 8)
		return err
	})
	if err != nil {
		return err
	}
	b.report("suggestions of one to four letters", percentiles(took), fmt.Sprintf("p95 %d ms", g.suggest), "")
	if took, err = b.changes(ctx); err != nil {
		return err
	}
	b.report(
		"one change, from Apply until found", percentiles(took), "p99 2000 ms",
		"the goal counts from publishing, which scripts/bench measures",
	)
	if g.memory {
		b.memory("after the queries")
	}
	return nil
}

// build fills the indexes while a reader searches in the old ones.
func (b *bench) build(ctx context.Context) error {
	few := search.Batch{Seq: 1}
	for i := range 50 {
		few.Upserts = append(few.Upserts, b.corpus.document(i))
	}
	if err := b.fill(ctx, 50, few.Seq); err != nil {
		return err
	}
	done, stopped := make(chan struct{}), make(chan error, 1)
	var reads int
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
			q := search.Query{Index: search.Public, Text: "ko", Limit: 20, Facets: nine}
			if _, err := b.engine.Search(ctx, q); err != nil {
				stopped <- err
				return
			}
			reads++
		}
	}()
	if b.profile != "" {
		f, err := os.Create(b.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	most := watchMemory(done)
	started := time.Now()
	err := b.fill(ctx, b.corpus.size, 2)
	took := time.Since(started)
	close(done)
	if err := errors.Join(err, <-stopped); err != nil {
		return err
	}
	b.report(
		"full rebuild, with concurrent reads", took.Round(100*time.Millisecond).String(), goalOfBuilding(b.corpus.size),
		fmt.Sprintf("%d reads meanwhile; at most %s", reads, most()),
	)
	return nil
}

func goalOfBuilding(documents int) string {
	return (time.Duration(documents) * 5 * time.Minute / 100_000).Round(time.Second).String()
}

func (b *bench) fill(ctx context.Context, documents int, seq int64) error {
	r, err := b.engine.Rebuild(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Abort() }()
	for i := 0; i < documents; i += 200 {
		var batch search.Batch
		for j := i; j < min(i+200, documents); j++ {
			batch.Upserts = append(batch.Upserts, b.corpus.document(j))
		}
		if err := r.Apply(ctx, batch); err != nil {
			return err
		}
	}
	if err := r.Apply(ctx, search.Batch{Seq: seq}); err != nil {
		return err
	}
	return r.Commit(ctx)
}

// changes applies one document at a time and searches for each until it is found.
func (b *bench) changes(ctx context.Context) ([]time.Duration, error) {
	n := 0
	return b.timed(func() error {
		n++
		d := b.corpus.document(n)
		word := fmt.Sprintf("%sxyz%d", strings.Repeat("q", 4), n)
		d.Titles[0] += " " + word
		if err := b.engine.Apply(ctx, search.Batch{Upserts: []search.Document{d}, Seq: int64(10 + n)}); err != nil {
			return err
		}
		for {
			found, err := b.engine.Search(ctx, search.Query{Index: search.Public, Text: `"` + word + `"`, Limit: 1})
			if err != nil || found.Total == 1 {
				return err
			}
		}
	})
}

func (b *bench) timed(do func() error) ([]time.Duration, error) {
	took := make([]time.Duration, 0, b.rounds)
	for range b.rounds {
		started := time.Now()
		if err := do(); err != nil {
			return nil, err
		}
		took = append(took, time.Since(started))
	}
	return took, nil
}

func percentiles(took []time.Duration) string {
	slices.Sort(took)
	at := func(part float64) float64 { return float64(took[int(part*float64(len(took)-1))].Microseconds()) / 1000 }
	return fmt.Sprintf("p50 %.2f p95 %.2f p99 %.2f ms", at(.5), at(.95), at(.99))
}

// memory reports the resident memory after a garbage collection: the process's own, and that of mapped files, which the
// system may reclaim.
func (b *bench) memory(when string) {
	debug.FreeOSMemory()
	b.report("memory "+when, resident().String(), "500 MB", "")
}

// residence is resident memory in megabytes.
type residence struct{ anonymous, file int }

func (r residence) String() string {
	return fmt.Sprintf("%d MB own, %d MB of files", r.anonymous, r.file)
}

// resident reads /proc; it returns zero on systems without it.
func resident() (r residence) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return r
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes int
		if _, err := fmt.Sscanf(line, "RssAnon: %d kB", &kilobytes); err == nil {
			r.anonymous = kilobytes / 1024
		}
		if _, err := fmt.Sscanf(line, "RssFile: %d kB", &kilobytes); err == nil {
			r.file = kilobytes / 1024
		}
	}
	return r
}

// watchMemory samples the resident memory until done is closed; the returned function returns the maximum.
func watchMemory(done <-chan struct{}) (most func() residence) {
	var mu sync.Mutex
	var top residence
	go func() {
		for {
			r := resident()
			mu.Lock()
			if r.anonymous > top.anonymous {
				top = r
			}
			mu.Unlock()
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() residence {
		mu.Lock()
		defer mu.Unlock()
		return top
	}
}
