package bleve_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dugnad/search"
	"dugnad/search/bleve"
)

// document returns a searchable document.
func document(id string) search.Document {
	return search.Document{
		ID: id, Type: "PRACTICE", Public: true, Titles: []string{"Mentor " + id}, Suggest: []string{"Mentor " + id},
		SortDate: "2024-01-01",
	}
}

// rebuild fills a new index with n documents, at the sequence.
func rebuild(t *testing.T, e *bleve.Engine, n int, seq int64) {
	t.Helper()
	r, err := e.Rebuild(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := search.Batch{Seq: seq}
	for i := range n {
		b.Upserts = append(b.Upserts, document(fmt.Sprintf("pra_%03d", i)))
	}
	if err := errors.Join(r.Apply(t.Context(), b), r.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// until waits until the check holds, which a background goroutine brings about.
func until(t *testing.T, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !check(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// total searches for a word of every document.
func total(e *bleve.Engine) (int, error) {
	r, err := e.Search(context.Background(), search.Query{Index: search.Members, Text: "mentor", Limit: 1})
	if err != nil {
		return 0, err
	}
	return r.Total, nil
}

// TestEngine_survives_lost_files takes away the files of an engine that is in use, in every way that an operator or a
// disk may. The process goes on, the engine notices, and a rebuild mends it, without another start.
func TestEngine_survives_lost_files(t *testing.T) {
	each := func(dir, pattern string, do func(string) error) error {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		for _, f := range files {
			if failed := do(f); !errors.Is(failed, os.ErrNotExist) { // Bleve removes files that it has merged
				err = errors.Join(err, failed)
			}
		}
		if len(files) == 0 {
			err = errors.New("no files")
		}
		return err
	}
	cut := func(size int64) func(string) error {
		return func(f string) error { return os.Truncate(f, size) }
	}
	for name, lose := range map[string]func(dir string) error{
		"the folder is removed":    os.RemoveAll,
		"the folder is replaced":   func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)) },
		"the folder is moved":      func(dir string) error { return os.Rename(dir, dir+"-old") },
		"the generation is gone":   func(dir string) error { return each(dir, "gen-*", os.RemoveAll) },
		"one index is gone":        func(dir string) error { return each(dir, "gen-*/members", os.RemoveAll) },
		"the segments are cut":     func(dir string) error { return each(dir, "gen-*/*/store/*.zap", cut(100)) },
		"the segments are emptied": func(dir string) error { return each(dir, "gen-*/*/store/*.zap", cut(0)) },
		"the root is gone":         func(dir string) error { return each(dir, "gen-*/*/store/root.bolt", os.Remove) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "search")
			e := open(t, dir)
			rebuild(t, e, 300, 7)
			if err := e.Apply(t.Context(), search.Batch{Seq: 8, Upserts: []search.Document{document("pra_new")}}); err != nil {
				t.Fatal(err)
			}
			if err := e.Health(t.Context()); err != nil { // looks at the files for the first time
				t.Fatal(err)
			}
			if err := lose(dir); err != nil {
				t.Fatal(err)
			}
			for i := range 20 { // readers and the follower go on meanwhile
				_, _ = total(e)
				_ = e.Apply(t.Context(), search.Batch{Seq: int64(9 + i), Upserts: []search.Document{document("pra_more")}})
			}
			until(t, "the loss is noticed", func() bool {
				_, err := e.Seq(t.Context())
				return errors.Is(err, search.ErrNeedsRebuild)
			})
			if _, err := total(e); !errors.Is(err, search.ErrUnavailable) {
				t.Errorf("search answers %v", err)
			}
			rebuild(t, e, 300, 40)
			if n, err := total(e); n != 300 || err != nil {
				t.Errorf("after the rebuild search finds %d, %v", n, err)
			}
			if seq, err := e.Seq(t.Context()); seq != 40 || err != nil {
				t.Errorf("after the rebuild it stands at %d, %v", seq, err)
			}
			if _, err := bleve.Open(dir); !errors.Is(err, search.ErrLocked) {
				t.Errorf("the folder is not locked any more: %v", err)
			}
		})
	}
}

// TestEngine_survives_failing_writes makes the index's folders unusable for new files, as a full disk does: what is
// there is searched on, writes fail, and once it can write it goes on by itself, with nothing lost.
func TestEngine_survives_failing_writes(t *testing.T) {
	dir := t.TempDir()
	e := open(t, dir)
	rebuild(t, e, 300, 7)
	stores, err := filepath.Glob(filepath.Join(dir, "gen-*", "*", "store"))
	if err != nil || len(stores) != 2 {
		t.Fatalf("stores %v, %v", stores, err)
	}
	// A folder in the place of each file that Bleve would create next: neither root nor a lack of rights matters.
	// It has something in it from the beginning, so that Bleve cannot remove it.
	var inTheWay []string
	full := filepath.Join(t.TempDir(), "full")
	for _, store := range stores {
		for n := range 200 {
			if err := os.MkdirAll(filepath.Join(full, "full"), 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(store, fmt.Sprintf("%012x.zap", n))
			if os.Rename(full, path) == nil {
				inTheWay = append(inTheWay, path)
			}
		}
	}
	for i := range 30 {
		b := search.Batch{Seq: int64(8 + i), Upserts: []search.Document{document(fmt.Sprintf("pra_new%d", i))}}
		if err := e.Apply(t.Context(), b); err == nil {
			t.Fatalf("change %d was written", i)
		}
		if n, err := total(e); n < 300 || n > 303 || err != nil { // few are kept in memory, however many come
			t.Fatalf("while writes fail search finds %d, %v", n, err)
		}
	}
	if seq, err := e.Seq(t.Context()); seq != 7 || err != nil {
		t.Errorf("while writes fail it stands at %d, %v", seq, err)
	}
	for _, path := range inTheWay {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 30 {
		b := search.Batch{Seq: int64(8 + i), Upserts: []search.Document{document(fmt.Sprintf("pra_new%d", i))}}
		until(t, "writes succeed again", func() bool { return e.Apply(t.Context(), b) == nil })
	}
	if n, err := total(e); n != 330 || err != nil {
		t.Errorf("search finds %d, %v", n, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = open(t, dir)
	if seq, err := e.Seq(t.Context()); seq != 37 || err != nil {
		t.Errorf("after a restart it stands at %d, %v", seq, err)
	}
	if n, err := total(e); n != 330 || err != nil {
		t.Errorf("after a restart search finds %d, %v", n, err)
	}
}
