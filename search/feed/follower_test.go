package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dugnad/changes"
	"dugnad/search"
	"dugnad/search/bleve"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// engine is Bleve, watched.
type engine struct {
	search.Engine
	mu       sync.Mutex
	applied  []search.Batch
	rebuilds int
	before   func(search.Batch) error // called before Apply, a rebuild's too, if not nil
	filling  func()                   // called before a rebuild's Apply, if not nil
}

func (e *engine) Apply(ctx context.Context, b search.Batch) error {
	if e.before != nil {
		if err := e.before(b); err != nil {
			return err
		}
	}
	err := e.Engine.Apply(ctx, b)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.applied = append(e.applied, b)
	return err
}

func (e *engine) Rebuild(ctx context.Context) (search.Rebuild, error) {
	e.rebuilds++
	r, err := e.Engine.Rebuild(ctx)
	return rebuilding{r, e}, err
}

type rebuilding struct {
	search.Rebuild
	engine *engine
}

func (r rebuilding) Apply(ctx context.Context, b search.Batch) error {
	if r.engine.filling != nil {
		r.engine.filling()
	}
	if r.engine.before != nil {
		if err := r.engine.before(b); err != nil {
			return err
		}
	}
	return r.Rebuild.Apply(ctx, b)
}

// fed is a hub with an engine that follows it when told to.
type fed struct {
	*hub
	engine   *engine
	follower *Follower
	waker    *changes.Waker
}

func newFed(t *testing.T, db *database.Database) *fed {
	t.Helper()
	inner, err := bleve.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = inner.Close() })
	f := &fed{hub: newHub(t, db), engine: &engine{Engine: inner}, waker: &changes.Waker{}}
	f.follower = New(f.client, f.engine, f.waker, slog.New(slog.DiscardHandler), time.Now)
	return f
}

// follow commits what was changed and brings the indexes up to it.
func (f *fed) follow() {
	f.Helper()
	if len(f.log) > 0 {
		f.commit()
	}
	f.ok(f.follower.catchUp(f.Context()))
	if ok, err := f.follower.CaughtUp(f.Context()); !ok || err != nil {
		f.Fatalf("caught up: %t, %v", ok, err)
	}
}

// finds checks which documents a search finds.
func (f *fed) finds(index search.Index, query string, want ...string) {
	f.Helper()
	r, err := f.engine.Search(f.Context(), search.Query{Index: index, Text: query, Limit: 50})
	f.ok(err)
	got := map[string]bool{}
	for _, hit := range r.Hits {
		got[hit.ID] = true
	}
	for _, id := range want {
		if !got[id] {
			f.Errorf("%q in %s does not find %s: %v", query, index, id, got)
		}
		delete(got, id)
	}
	if len(got) > 0 {
		f.Errorf("%q in %s finds %v as well", query, index, got)
	}
}

func TestFollower(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		f := newFed(t, db)
		f.put("pra_1", practiceDocument)
		f.put("pra_2", strings.Replace(practiceDocument, `"PUBLIC"`, `"MEMBERS"`, 1))
		f.follow()

		f.finds(search.Members, "fadder", "pra_1", "pra_2")
		f.finds(search.Public, "fadder", "pra_1")
		f.finds(search.Public, "secret")
		f.finds(search.Public, "flora", "mun_kinn", "pra_1")
		f.finds(search.Public, "1401", "mun_kinn")
		f.finds(search.Public, "aas", "mun_aas", "pra_1")
		f.finds(search.Public, "imdi", "org_imdi", "pra_1")
		suggested, err := f.engine.Suggest(t.Context(), search.Public, "flor", 0)
		if err != nil || len(suggested) != 1 || suggested[0].Text != "Kinn" {
			t.Errorf("suggested %v, %v", suggested, err)
		}

		f.withdraw("pra_1")
		f.put("pra_2", practiceDocument)
		f.follow()
		f.finds(search.Members, "fadder", "pra_2")
		f.finds(search.Public, "fadder", "pra_2")

		f.put("pra_2", strings.Replace(practiceDocument, `"PUBLIC"`, `"MEMBERS"`, 1))
		f.follow()
		f.finds(search.Public, "fadder")
	})
}

func TestFollower_renamed_theme(t *testing.T) {
	f := newFed(t, databasetest.SQLite(t))
	for _, id := range []string{"pra_1", "pra_2", "pra_3"} {
		f.put(id, practiceDocument)
	}
	f.put("eve_1", `{"texts": [{"language": "NB", "title": "Samling"}]}`)
	f.follow()
	seq, err := f.engine.Seq(t.Context())
	f.ok(err)

	f.put("the_1", `{"slug": "work", "labels": [{"language": "NB", "text": "Sysselsetting"}]}`)
	f.commit()
	fail := errors.New("the disk is full")
	f.engine.before = func(b search.Batch) error {
		if len(b.Upserts) > 1 {
			return fail
		}
		return nil
	}
	if err := f.follower.catchUp(t.Context()); !errors.Is(err, fail) {
		t.Fatalf("err = %v", err)
	}
	if now, _ := f.engine.Seq(t.Context()); now != seq {
		t.Fatalf("the cursor went from %d to %d although documents are missing", seq, now)
	}
	if ok, err := f.follower.CaughtUp(t.Context()); ok || err != nil {
		t.Fatalf("caught up: %t, %v", ok, err)
	}

	// An edit that comes while documents of the theme are written is not held up by them.
	f.engine.before = func(b search.Batch) error {
		if len(b.Upserts) == 3 && len(f.log) == 0 {
			f.put("eve_1", `{"texts": [{"language": "NB", "title": "Frokost"}]}`)
			f.commit()
			f.engine.applied = nil
		}
		return nil
	}
	f.follow()
	f.finds(search.Public, "sysselsetting", "pra_1", "pra_2", "pra_3")
	if second := f.engine.applied[1]; len(second.Upserts) != 1 || second.Upserts[0].ID != "eve_1" || second.Seq != 0 {
		t.Errorf("after the first chunk: %+v", second)
	}
}

func TestFollower_rebuild(t *testing.T) {
	t.Run("while following", func(t *testing.T) {
		f := newFed(t, databasetest.SQLite(t))
		f.put("pra_1", practiceDocument)
		f.put("pra_2", practiceDocument)
		f.follow()
		once := sync.OnceFunc(func() {
			f.withdraw("pra_2")
			f.put("eve_1", `{"texts": [{"language": "NB", "title": "Samling"}]}`)
			f.commit()
		})
		f.engine.filling = once
		f.ok(f.follower.Reindex(t.Context()))
		f.follow()
		f.finds(search.Members, "fadder", "pra_1")
		f.finds(search.Public, "samling", "eve_1")
		if f.engine.rebuilds != 2 {
			t.Errorf("%d rebuilds", f.engine.rebuilds)
		}
	})
	t.Run("of another database", func(t *testing.T) {
		f := newFed(t, databasetest.SQLite(t))
		f.put("pra_1", practiceDocument)
		f.follow()
		f.ok(f.engine.Apply(t.Context(), search.Batch{Seq: 10_000}))
		f.withdraw("pra_1")
		f.follow()
		f.finds(search.Members, "fadder")
		if f.engine.rebuilds != 2 {
			t.Errorf("%d rebuilds", f.engine.rebuilds)
		}
	})
	t.Run("after the log was cut", func(t *testing.T) {
		f := newFed(t, databasetest.SQLite(t))
		f.put("pra_1", practiceDocument)
		f.follow()
		f.withdraw("pra_1")
		f.commit()
		f.put("eve_1", `{"texts": [{"language": "NB", "title": "Samling"}]}`)
		f.commit()
		all, err := changes.Read(t.Context(), f.client, 0, 1000)
		f.ok(err)
		for _, c := range all[:len(all)-1] {
			f.ok(f.client.Change.DeleteOne(c).Exec(t.Context()))
		}
		f.follow()
		f.finds(search.Members, "fadder")
		f.finds(search.Members, "samling", "eve_1")
	})
	t.Run("of an empty hub", func(t *testing.T) {
		f := newFed(t, databasetest.SQLite(t))
		f.log = nil
		f.follow()
		f.put("pra_1", practiceDocument)
		f.follow()
		f.finds(search.Public, "fadder", "pra_1")
		if f.engine.rebuilds != 1 {
			t.Errorf("%d rebuilds", f.engine.rebuilds)
		}
	})
}

func TestFollower_Repair(t *testing.T) {
	f := newFed(t, databasetest.SQLite(t))
	f.put("pra_1", practiceDocument)
	f.put("pra_2", practiceDocument)
	f.follow()
	f.withdraw("pra_1")
	f.log = nil // a change that was lost
	f.follow()
	f.finds(search.Public, "fadder", "pra_1", "pra_2")
	f.follower.Repair("pra_1")
	f.follower.Repair("tull og tøys")
	f.follow()
	f.finds(search.Public, "fadder", "pra_2")
	if len(f.follower.repairs) > 0 {
		t.Errorf("left: %v", f.follower.repairs)
	}
}

func TestFollower_invalid_document(t *testing.T) {
	f := newFed(t, databasetest.SQLite(t))
	f.put("tgr_1", `{"slug": "`+strings.Repeat("x", 500)+
		`", "role": "END_USER", "labels": [{"language": "NB", "text": "For lang"}]}`)
	f.put("pra_1", practiceDocument)
	f.put("eve_1", `{"texts": [{"language": "NB", "title": "Samling"}]}`)
	f.follow()
	f.put("pra_1", practiceDocument)
	f.follow()
	f.finds(search.Public, "fadder")
	f.finds(search.Public, "samling", "eve_1")
}

func TestFollower_Run(t *testing.T) {
	f := newFed(t, databasetest.SQLite(t))
	f.put("eve_1", `{"texts": [{"language": "NB", "title": "Samling"}]}`)
	f.follow()
	last := make(chan int64, 10)
	f.engine.before = func(b search.Batch) error {
		last <- b.Seq
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- f.follower.Run(ctx) }()

	f.put("eve_1", `{"texts": [{"language": "NB", "title": "Frokost"}]}`)
	f.commit()
	f.waker.Wake()
	if seq := <-last; seq == 0 {
		t.Error("a single edit does not move the cursor")
	}
	cancel()
	f.ok(<-ended)

	f.ok(f.engine.Close())
	if err := f.follower.Run(t.Context()); !errors.Is(err, search.ErrClosed) {
		t.Errorf("err = %v", err)
	}
}

func TestBackOff(t *testing.T) {
	for failures, want := range map[int]time.Duration{
		0: time.Second, 1: 2 * time.Second, 2: 4 * time.Second, 3: 8 * time.Second, 1000: 8 * time.Second,
	} {
		if d := backOff(failures); d < want/2 || d > want {
			t.Errorf("after %d failures: %v", failures, d)
		}
	}
}

func TestRest(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		-time.Second: 0, 0: 0, 20 * time.Millisecond: 40 * time.Millisecond, time.Minute: maxRest,
	} {
		if d := rest(took); d != want {
			t.Errorf("after %v: %v", took, d)
		}
	}
}

func TestReconcile(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		f := newFed(t, db)
		for _, id := range []string{"pra_1", "pra_2", "pra_3"} {
			f.put(id, practiceDocument)
		}
		f.follow()
		compared := func(missing, stale, extra int) {
			t.Helper()
			r, err := f.follower.Reconcile(t.Context())
			f.ok(err)
			if r.Missing != missing || r.Stale != stale || r.Extra != extra || r.Documents < 3 {
				t.Errorf("found %+v, wanted %d missing, %d stale, %d extra", r, missing, stale, extra)
			}
			if s, err := f.follower.Status(t.Context()); err != nil || s.Reconciliation == nil || *s.Reconciliation != r {
				t.Errorf("the status has %+v: %v", s.Reconciliation, err)
			}
		}
		compared(0, 0, 0)

		docs, err := Documents(t.Context(), f.client, []string{"pra_1", "pra_2"})
		f.ok(err)
		stale, hidden := docs["pra_1"], docs["pra_2"]
		stale.Titles, stale.Keywords = []string{"Gammel tittel"}, nil
		hidden.Public = false
		stray := docs["pra_2"]
		stray.ID = "pra_stray"
		f.ok(f.engine.Apply(
			t.Context(), search.Batch{Upserts: []search.Document{stale, hidden, stray}, Deletes: []string{"pra_3", "mun_aas"}},
		))
		// pra_2 from the public index, pra_3 and mun_aas from both; pra_1 in both, pra_2 in that of the members
		compared(5, 3, 2)
		compared(0, 0, 0)
		f.finds(search.Public, "fadder", "pra_1", "pra_2", "pra_3")
		f.finds(search.Public, "gammel")
	})
}

// TestDeadLetters has an engine that does not take some documents.
func TestDeadLetters(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		f := newFed(t, db)
		for _, id := range []string{"pra_1", "pra_2", "pra_3", "pra_4", "pra_5"} {
			f.put(id, practiceDocument)
		}
		f.follow()
		refused := map[string]bool{"pra_2": true, "pra_5": true}
		f.engine.before = func(b search.Batch) error {
			for _, d := range b.Upserts {
				if refused[d.ID] {
					return fmt.Errorf("%w: it is too odd", search.ErrInvalidDocument)
				}
			}
			return nil
		}
		for _, id := range []string{"pra_1", "pra_2", "pra_3", "pra_4", "pra_5"} {
			f.put(id, strings.NewReplacer("Fadder", "Veiledar", "fadder", "veiledar").Replace(practiceDocument))
		}
		f.follow()
		dead := func() (ids []string) {
			t.Helper()
			s, err := f.follower.Status(t.Context())
			f.ok(err)
			if s.State != Ready || s.Waiting != 0 {
				t.Errorf("status %+v", s)
			}
			for _, d := range s.DeadLetters {
				if !strings.Contains(d.Reason, "too odd") {
					t.Errorf("reason %q", d.Reason)
				}
				ids = append(ids, d.ID)
			}
			return ids
		}
		if got := dead(); !slices.Equal(got, []string{"pra_2", "pra_5"}) {
			t.Errorf("set aside: %v", got)
		}
		f.finds(search.Members, "fadder") // no former state either
		f.finds(search.Members, "veiledar", "pra_1", "pra_3", "pra_4")
		if r, err := f.follower.Reconcile(t.Context()); err != nil || r.Wrong() != 0 {
			t.Errorf("%+v, %v: what was set aside is known", r, err)
		}
		delete(refused, "pra_2")
		f.put("pra_2", practiceDocument)
		f.follow()
		if got := dead(); !slices.Equal(got, []string{"pra_5"}) {
			t.Errorf("set aside: %v", got)
		}
		f.finds(search.Members, "fadder", "pra_2")
		refused["pra_1"] = true
		f.ok(f.follower.Reindex(t.Context()))
		if got := dead(); !slices.Equal(got, []string{"pra_1", "pra_5"}) {
			t.Errorf("set aside by a rebuild: %v", got)
		}
		f.finds(search.Members, "veiledar", "pra_3", "pra_4")
		f.finds(search.Members, "fadder", "pra_2")
	})
}
