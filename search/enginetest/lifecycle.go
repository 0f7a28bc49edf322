package enginetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"dugnad/search"
)

// testConcurrent lets readers check that hits, total and facets of every result are of one state, while the state
// changes.
func testConcurrent(t *testing.T, e *engine) {
	generation := func(n, size int) search.Batch { // replaces all documents of the generation before
		b := search.Batch{Seq: int64(n + 1)}
		for i := range size {
			b.Upserts = append(b.Upserts, doc(fmt.Sprintf("pra_%03d", i), "Mentor",
				facet(search.Year, fmt.Sprint(n)), facet(search.Theme, "arbeid")))
		}
		return b
	}
	const size, generations = 60, 8
	apply := func(n int) {
		if err := e.Apply(context.Background(), generation(n, size)); err != nil {
			t.Error(err)
		}
	}
	apply(0)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for r := range 50 {
		readers.Go(func() {
			index := []search.Index{search.Public, search.Members}[r%2]
			text := []string{"", "mentor", "ment", `"mentor"`}[r%4]
			for last := int64(0); ; {
				result, err := e.Search(
					context.Background(), search.Query{Index: index, Text: text, Limit: 100, Facets: search.Facets()},
				)
				if err != nil {
					t.Error(err)
					return
				}
				theme := counts(result.Facets[search.Theme])["arbeid"]
				if result.Total != size || len(result.Hits) != size || theme != size || result.AppliedSeq < last {
					t.Errorf(
						"total %d, %d hits, theme %d, sequence %d after %d", result.Total, len(result.Hits), theme, result.AppliedSeq,
						last,
					)
					return
				}
				last = result.AppliedSeq
				if _, err := e.Suggest(context.Background(), index, "men", 3); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := 1; n < generations; n++ {
		apply(n)
	}
	close(done)
	readers.Wait()
}

func (e *engine) rebuild() search.Rebuild {
	e.t.Helper()
	r, err := e.Rebuild(context.Background())
	if err != nil {
		e.t.Fatal(err)
	}
	return r
}

func testRebuild(t *testing.T, e *engine) {
	ctx := context.Background()
	e.put(doc("pra_old", "Gammel ordning"))
	before := e.find(search.Query{}).Generation

	r := e.rebuild()
	if _, err := e.Rebuild(ctx); !errors.Is(err, search.ErrRebuilding) {
		t.Errorf("second Rebuild: %v, want ErrRebuilding", err)
	}
	if err := r.Apply(ctx, search.Batch{Upserts: []search.Document{doc("pra_new", "Ny ordning")}, Seq: 5}); err != nil {
		t.Fatal(err)
	}
	e.wantText("ordning", "pra_old")
	if err := r.Abort(); err != nil {
		t.Fatal(err)
	}
	e.wantText("ordning", "pra_old")
	if err := r.Commit(ctx); err == nil {
		t.Error("Commit after Abort succeeded")
	}

	r = e.rebuild()
	if err := r.Apply(ctx, search.Batch{Upserts: []search.Document{doc("pra_new", "Ny ordning")}, Seq: 5}); err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	e.wantText("ordning", "pra_new")
	if got := e.suggest(search.Public, "gam"); len(got) != 0 {
		t.Errorf("still suggests %v", got)
	}
	if seq, err := e.Seq(ctx); seq != 5 || err != nil {
		t.Errorf("Seq = %d, %v, want 5", seq, err)
	}
	if after := e.find(search.Query{}).Generation; after == before {
		t.Errorf("both generations have the name %s", after)
	}
	if err := r.Abort(); err != nil {
		t.Errorf("Abort after Commit: %v", err)
	}
	e.wantText("ordning", "pra_new")
	if err := r.Apply(ctx, search.Batch{Upserts: []search.Document{doc("pra_late", "Sen ordning")}}); err == nil {
		t.Error("Apply after Commit succeeded")
	}
}

// testRebuildWhileWriting rebuilds from what was read at the start, while documents are changed, added and deleted. No
// search may see fewer documents than exist, and no change may be lost.
func testRebuildWhileWriting(t *testing.T, e *engine) {
	ctx := context.Background()
	const size = 300
	id := func(i int) string { return fmt.Sprintf("pra_%03d", i) }
	var source []search.Document
	for i := range size {
		source = append(source, doc(id(i), "Gammel tekst", facet(search.Theme, "alle")))
	}
	e.put(source...)

	r := e.rebuild()
	defer func() { _ = r.Abort() }()
	done := make(chan struct{})
	var others sync.WaitGroup
	for range 4 {
		others.Go(func() {
			for {
				result, err := e.Search(ctx, search.Query{Index: search.Public, Facets: []search.Facet{search.Theme}})
				if err != nil || result.Total != size || counts(result.Facets[search.Theme])["alle"] != size {
					t.Errorf("Search during the rebuild: %+v, %v", result, err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := 0; i < size; i += 50 {
		if i < 200 { // each round changes a document already read and one not yet read, deletes one and adds one
			changed := []search.Document{
				doc(id(i), "Ny tekst", facet(search.Theme, "alle")), doc(id(size-1-i), "Ny tekst", facet(search.Theme, "alle")),
				doc("pra_came"+id(i), "Ny tekst", facet(search.Theme, "alle")),
			}
			b := search.Batch{Upserts: changed, Deletes: []string{id(i + 25)}, Seq: int64(100 + i)}
			if err := e.Apply(ctx, b); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Apply(ctx, search.Batch{Upserts: source[i : i+50], Seq: 50}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	close(done)
	others.Wait()
	if r := e.find(search.Query{Text: `"ny tekst"`}); r.Total != 12 {
		t.Errorf("%d documents have their new text, want 12", r.Total)
	}
	if r := e.find(search.Query{}); r.Total != size {
		t.Errorf("%d documents, want %d", r.Total, size)
	}
	if seq, err := e.Seq(ctx); seq != 50 || err != nil {
		t.Errorf("Seq = %d, %v, want 50, where the rebuild read", seq, err)
	}
	e.seq = 1000
	e.put(doc("pra_after", "Siste tekst"))
	e.wantText("siste", "pra_after")
}

func testClosed(t *testing.T, e *engine) {
	e.put(doc("pra_a", "A"))
	e.rebuild() // left unfinished
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	_, err := e.Search(ctx, search.Query{Index: search.Public})
	_, err2 := e.Suggest(ctx, search.Public, "a", 0)
	_, err3 := e.Rebuild(ctx)
	for _, err := range []error{err, err2, err3, e.Apply(ctx, search.Batch{Seq: 1}), e.Health(ctx)} {
		if !errors.Is(err, search.ErrClosed) || !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("after Close: %v", err)
		}
	}
}

func testNeedsRebuild(t *testing.T, e search.Engine) {
	ctx := context.Background()
	if e.Health(ctx) == nil {
		t.Skip("this engine starts with indexes")
	}
	_, err := e.Search(ctx, search.Query{Index: search.Public})
	_, err2 := e.Seq(ctx)
	for _, err := range []error{err, err2, e.Health(ctx), e.Apply(ctx, search.Batch{Seq: 1})} {
		if !errors.Is(err, search.ErrNeedsRebuild) || !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("before the first rebuild: %v", err)
		}
	}
	r, err := e.Rebuild(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(ctx, search.Batch{Upserts: []search.Document{doc("pra_a", "A")}, Seq: 3}); err != nil {
		t.Fatal(err)
	}
	if e.Health(ctx) == nil {
		t.Error("Health is nil before Commit")
	}
	if err := r.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if result, err := e.Search(ctx, search.Query{Index: search.Public}); err != nil || result.Total != 1 ||
		result.AppliedSeq != 3 {
		t.Errorf("Search after the rebuild: %+v, %v", result, err)
	}
}
