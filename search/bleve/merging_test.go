package bleve_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"dugnad/search"
)

// Changes are merged with each other, and not with the whole index; and they do not stay in as many files.
func TestEngine_merges_changes_with_each_other(t *testing.T) {
	const documents, changes, most = 200, 40, 12
	dir := t.TempDir()
	e := open(t, dir)
	rebuild(t, e, documents, 1)
	built := segments(t, dir)
	if len(built) != 2 {
		t.Fatalf("a rebuild left %d segments in the two indexes, want one in each", len(built))
	}
	for i := range changes {
		b := search.Batch{Seq: int64(2 + i), Upserts: []search.Document{document(fmt.Sprintf("pra_%03d", i*3))}}
		if err := e.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the changes are merged", func() bool { return len(segments(t, dir)) <= 2*most })
	now := segments(t, dir)
	for path := range built {
		if !now[path] {
			t.Errorf("%s, with %d documents, was rewritten for %d changes", path, documents, changes)
		}
	}
	if n, err := total(e); err != nil || n != documents {
		t.Errorf("%d documents, %v; want %d", n, err, documents)
	}
}

// segments returns the paths of an engine's segments.
func segments(t *testing.T, dir string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "gen-*", "*", "store", "*.zap"))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]bool)
	for _, path := range paths {
		if _, err := os.Stat(path); err == nil {
			all[path] = true
		}
	}
	return all
}
