package bleve_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dugnad/search"
	"dugnad/search/bleve"
	"dugnad/search/enginetest"
)

func TestEngine(t *testing.T) {
	enginetest.Run(t, func(t testing.TB) search.Engine { return open(t, t.TempDir()) })
}

func open(t testing.TB, dir string) *bleve.Engine {
	t.Helper()
	e, err := bleve.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// filled creates an index with one document in dir and closes it.
func createIndex(t testing.TB, dir string) {
	t.Helper()
	e := open(t, dir)
	r, err := e.Rebuild(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b := search.Batch{Seq: 7, Upserts: []search.Document{{
		ID: "pra_a", Type: "PRACTICE", Public: true, Titles: []string{"Mentor"}, Suggest: []string{"Mentor"},
		SortDate: "2024-01-01",
	}}}
	if err := errors.Join(r.Apply(context.Background(), b), r.Commit(context.Background()), e.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_reads_existing_index(t *testing.T) {
	dir := t.TempDir()
	createIndex(t, dir)
	e := open(t, dir)
	r, err := e.Search(context.Background(), search.Query{Index: search.Public, Text: "mentor", Limit: 1})
	if err != nil || r.Total != 1 || r.AppliedSeq != 7 {
		t.Errorf("Search = %+v, %v, want one hit at sequence 7", r, err)
	}
	if s, err := e.Suggest(context.Background(), search.Members, "men", 0); err != nil || len(s) != 1 {
		t.Errorf("Suggest = %v, %v, want one", s, err)
	}
}

func TestOpen_fails_while_folder_is_locked(t *testing.T) {
	for name, prepare := range map[string]func(t testing.TB, dir string){
		"filled": createIndex, "empty": func(testing.TB, string) {},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			prepare(t, dir)
			open(t, dir)
			start := time.Now()
			_, err := bleve.Open(dir)
			if !errors.Is(err, search.ErrLocked) || !strings.Contains(err.Error(), dir) {
				t.Errorf("Open = %v, want ErrLocked with the folder", err)
			}
			if took := time.Since(start); took > 4*time.Second { // 2 s plus slack
				t.Errorf("Open failed after %s", took)
			}
		})
	}
}

func TestOpen_damaged_index_needs_rebuild(t *testing.T) {
	write := func(path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, damage := range map[string]func(dir, generation string){
		"garbage in the root": func(_, g string) {
			write(filepath.Join(g, "public", "store", "root.bolt"), "tull og tøys")
		},
		"garbage in the meta data": func(_, g string) { write(filepath.Join(g, "members", "index_meta.json"), "{") },
		"a lost index":             func(_, g string) { os.RemoveAll(filepath.Join(g, "public")) },
		"lost segments": func(_, g string) {
			files, _ := filepath.Glob(filepath.Join(g, "*", "store", "*.zap"))
			if len(files) == 0 {
				t.Error("found no segments to remove")
			}
			for _, f := range files {
				os.Remove(f)
			}
		},
		"cut segments": func(_, g string) {
			files, _ := filepath.Glob(filepath.Join(g, "*", "store", "*.zap"))
			for _, f := range files {
				_ = os.Truncate(f, 20)
			}
		},
		"a lost generation":     func(_, g string) { os.RemoveAll(g) },
		"an unknown generation": func(dir, _ string) { write(filepath.Join(dir, "CURRENT"), "../annet") },
		"an empty CURRENT":      func(dir, _ string) { write(filepath.Join(dir, "CURRENT"), "") },
		"a damaged lock as well": func(dir, _ string) {
			write(filepath.Join(dir, "CURRENT"), "")
			write(filepath.Join(dir, "lock"), "x")
		},
		"no CURRENT": func(dir, _ string) { os.Remove(filepath.Join(dir, "CURRENT")) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			createIndex(t, dir)
			generations, err := filepath.Glob(filepath.Join(dir, "gen-*"))
			if err != nil || len(generations) != 1 {
				t.Fatalf("generations %v, %v", generations, err)
			}
			damage(dir, generations[0])
			e := open(t, dir)
			_, err = e.Search(context.Background(), search.Query{Index: search.Public})
			if !errors.Is(err, search.ErrNeedsRebuild) {
				t.Fatalf("Search: %v, want ErrNeedsRebuild", err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "gen-*")); len(left) != 0 {
				t.Errorf("generations remain: %v", left)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			createIndex(t, dir)
			if err := open(t, dir).Health(context.Background()); err != nil {
				t.Errorf("Health after the rebuild: %v", err)
			}
		})
	}
}

func TestOpen_removes_unfinished_rebuilds(t *testing.T) {
	dir := t.TempDir()
	createIndex(t, dir)
	unfinished := filepath.Join(dir, "gen-unfinished", "public")
	if err := os.MkdirAll(unfinished, 0o700); err != nil { // as left by a crash before Commit
		t.Fatal(err)
	}
	if err := open(t, dir).Health(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(unfinished); !os.IsNotExist(err) {
		t.Errorf("unfinished rebuild was not removed: %v", err)
	}
}
