package bleve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"dugnad/changes/background"
	"dugnad/search"
)

// closeTimeout is how long Abort and Close wait for a running build; the next start removes what is left.
const closeTimeout = 5 * time.Second

// rebuildName names a rebuild where panics are logged and counted.
const rebuildName = "search rebuild"

// spoolName is the file beside the new indexes that holds what is written to them once they are built.
const spoolName = "spool"

// rebuild is a new generation being made beside the current one. Public documents are built offline, and the members'
// index begins as a copy of the public one. Members' documents, repeated ids and changes made meanwhile wait in a spool
// file until both indexes exist.
type rebuild struct {
	engine *Engine
	name   string
	path   string

	filling sync.Mutex // serializes Apply; locked after engine.writing, never before
	public  *offline
	seen    map[string]bool // ids in public
	seq     int64
	closed  bool // accepts no more documents

	spooling sync.Mutex // guards the fields below; always the last lock taken
	changed  search.Changed
	spool    *spool
	failed   error // a change that could not be spooled; makes Commit fail

	over     bool          // committed or ended; guarded by engine.writing
	ended    chan struct{} // closed with over
	building bool          // Commit has started; guarded by engine.writing
	gone     chan struct{} // closed when an uncommitted rebuild is removed
}

// Rebuild implements search.Engine.
func (e *Engine) Rebuild(context.Context) (search.Rebuild, error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.isClosed() {
		return nil, search.ErrClosed
	}
	if e.build != nil {
		return nil, search.ErrRebuilding
	}
	if err := e.folder.retake(); err != nil {
		return nil, err
	}
	name, path, err := e.folder.create()
	if err != nil {
		return nil, err
	}
	s, err := newSpool(filepath.Join(path, spoolName))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	e.build = &rebuild{
		engine: e, name: name, path: path, public: newOffline(filepath.Join(path, string(search.Public))),
		seen: map[string]bool{}, seq: -1,
		changed: search.Changed{}, spool: s, ended: make(chan struct{}), gone: make(chan struct{}),
	}
	return e.build, nil
}

// Apply adds documents, except those that changed since the rebuild started.
func (r *rebuild) Apply(ctx context.Context, b search.Batch) error {
	if err := b.Validate(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.filling.Lock()
	defer r.filling.Unlock()
	if r.closed {
		return search.ErrClosed
	}
	if err := r.fill(b); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	r.seq = max(r.seq, b.Seq)
	return nil
}

// fill adds new public documents to the offline build and spools the rest.
func (r *rebuild) fill(b search.Batch) error {
	r.spooling.Lock()
	b = r.changed.Older(b)
	r.spooling.Unlock()
	upserts, deletes := b.Split()
	var built []*search.Document
	var later search.Batch
	for id, d := range upserts {
		if d.Public && !r.seen[id] {
			r.seen[id] = true
			built = append(built, &d)
		} else {
			later.Upserts = append(later.Upserts, d)
		}
	}
	for id := range deletes {
		later.Deletes = append(later.Deletes, id)
	}
	if err := r.public.add(built); err != nil {
		return err
	}
	r.spooling.Lock()
	defer r.spooling.Unlock()
	return r.spool.add(r.changed.Older(later))
}

// follow records a batch that Engine.Apply has written. The rebuild keeps its own sequence, from which the log is read
// again. The batch itself has succeeded, so an error here fails only the rebuild.
func (r *rebuild) follow(b search.Batch) {
	r.spooling.Lock()
	defer r.spooling.Unlock()
	r.changed.Add(b)
	r.failed = errors.Join(r.failed, r.spool.add(b))
}

// Commit completes the new generation and makes it current. Changes can be applied meanwhile, except during the final
// switch.
func (r *rebuild) Commit(ctx context.Context) error {
	e := r.engine
	e.writing.Lock()
	if r.over || r.building {
		e.writing.Unlock()
		return search.ErrClosed
	}
	var g *generation
	var err error
	built := make(chan struct{})
	r.building = true
	e.writing.Unlock()
	go func() {
		defer close(built)
		err = background.Recover(ctx, rebuildName, func(context.Context) (err error) {
			g, err = r.finish()
			return err
		})
	}()
	later := func() {
		background.Go(ctx, rebuildName, func(context.Context) { <-built; _ = r.discard(g) })
	}
	select {
	case <-built:
	case <-r.ended:
		later()
		return search.ErrClosed
	case <-ctx.Done():
		later()
		return ctx.Err()
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	switch {
	case err != nil:
	case r.over:
		err = search.ErrClosed
	default:
		err = r.install(g)
	}
	if err != nil {
		return fmt.Errorf("commit rebuild: %w", errors.Join(err, r.discard(g)))
	}
	e.mu.Lock()
	old := e.live
	e.live, e.reason = &serving{generation: g}, nil
	e.mu.Unlock()
	r.over, e.build = true, nil
	close(r.ended)
	if old == nil {
		return nil
	}
	old.users.Wait()
	if err := old.remove(); err != nil {
		return fmt.Errorf("remove the old index: %w", err)
	}
	return nil
}

// finish builds the two indexes and writes the batches spooled so far.
func (r *rebuild) finish() (*generation, error) {
	r.filling.Lock()
	defer r.filling.Unlock()
	r.closed, r.seen = true, nil
	some, err := r.public.finish()
	if err != nil {
		return nil, err
	}
	if r.isEnded() {
		return nil, search.ErrClosed
	}
	openAt := createShard
	if some {
		openAt = adoptShard
		if err := copyIndex(r.public.path, filepath.Join(r.path, string(search.Members))); err != nil {
			return nil, fmt.Errorf("copy the index: %w", err)
		}
	}
	g, err := newGeneration(r.name, r.path, openAt)
	if err != nil {
		return nil, err
	}
	if err := r.drain(g); err != nil {
		return nil, errors.Join(err, g.close())
	}
	return g, nil
}

// drain writes the spooled batches.
func (r *rebuild) drain(g *generation) error {
	r.spooling.Lock()
	size, err := r.spool.size()
	r.spooling.Unlock()
	if err != nil {
		return err
	}
	return r.spool.batches(size, func(b search.Batch) error {
		if r.isEnded() {
			return search.ErrClosed
		}
		return g.apply(context.Background(), b, -1)
	})
}

// install writes the last batches and makes g the generation that the next start opens; the engine's writing lock must
// be held.
func (r *rebuild) install(g *generation) error {
	if err := r.drain(g); err != nil {
		return err
	}
	if r.failed != nil {
		return fmt.Errorf("spool a change: %w", r.failed)
	}
	if err := g.apply(context.Background(), search.Batch{}, r.seq); err != nil {
		return err
	}
	for _, s := range g.shards {
		if err := s.finish(); err != nil {
			return err
		}
	}
	if err := r.spool.close(); err != nil {
		return err
	}
	return r.engine.folder.makeCurrent(g)
}

// Abort removes the new generation.
func (r *rebuild) Abort() error {
	e := r.engine
	e.writing.Lock()
	defer e.writing.Unlock()
	if r.over {
		return nil
	}
	return r.end()
}

// isEnded reports whether the rebuild was committed, aborted, or ended with its engine.
func (r *rebuild) isEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// end removes the new generation; the engine's writing lock must be held. A running build stops at its next batch; the
// merge of the offline part cannot be stopped, so end waits up to closeTimeout.
func (r *rebuild) end() error {
	r.over, r.engine.build = true, nil
	close(r.ended)
	if !r.building {
		r.filling.Lock() // wait for a running Apply
		defer r.filling.Unlock()
		r.closed = true
		r.public.abandon()
		return r.discard(nil)
	}
	select {
	case <-r.gone:
	case <-time.After(closeTimeout):
	}
	return nil
}

// discard removes the files of the new generation.
func (r *rebuild) discard(g *generation) error {
	defer close(r.gone)
	var errs []error
	if g != nil {
		errs = append(errs, g.close())
	}
	errs = append(errs, r.spool.file.Close(), os.RemoveAll(r.path))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("abandon rebuild: %w", err)
	}
	return nil
}

func (e *Engine) isClosed() bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.closed
}
