package bleve

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"dugnad/search"
)

// rebuildChunk is how many documents are written before a waiting Apply gets its turn.
const rebuildChunk = 500

// rebuild is a new generation being filled beside the one that is searched.
type rebuild struct {
	engine     *Engine
	generation *generation

	filling sync.Mutex     // guards what follows, and writes to the generation
	changed search.Changed // by Engine.Apply since it began
	failed  error          // a change that could not be followed; Commit refuses

	over bool // committed or aborted; guarded by engine.writing
}

// Rebuild begins a new generation.
func (e *Engine) Rebuild(context.Context) (search.Rebuild, error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.isClosed() {
		return nil, search.ErrClosed
	}
	if e.build != nil {
		return nil, search.ErrRebuilding
	}
	g, err := e.folder.create()
	if err != nil {
		return nil, err
	}
	e.build = &rebuild{engine: e, generation: g, changed: search.Changed{}}
	return e.build, nil
}

// Apply adds documents, without those that have changed meanwhile.
func (r *rebuild) Apply(ctx context.Context, b search.Batch) error {
	if err := b.Validate(); err != nil {
		return err
	}
	for {
		n := min(rebuildChunk, len(b.Upserts))
		chunk := search.Batch{Upserts: b.Upserts[:n]}
		b.Upserts = b.Upserts[n:]
		seq := int64(-1)
		if len(b.Upserts) == 0 {
			chunk.Deletes, seq = b.Deletes, b.Seq
		}
		if err := r.fill(ctx, chunk, seq); err != nil {
			return fmt.Errorf("rebuild: %w", err)
		}
		if len(b.Upserts) == 0 {
			return nil
		}
	}
}

func (r *rebuild) fill(ctx context.Context, b search.Batch, seq int64) error {
	r.engine.writing.Lock()
	over := r.over
	if !over {
		r.filling.Lock() // before writing is let go, so that the generation is not removed under our hands
		defer r.filling.Unlock()
	}
	r.engine.writing.Unlock()
	if over {
		return search.ErrClosed
	}
	return r.generation.apply(ctx, r.changed.Older(b), seq)
}

// follow writes what Engine.Apply has written; the engine's writing lock is held. The sequence stays that of the rebuild, from which the log is
// followed once more. The change itself has succeeded, so a failure here is the rebuild's alone.
func (r *rebuild) follow(ctx context.Context, b search.Batch) {
	r.filling.Lock()
	defer r.filling.Unlock()
	r.changed.Add(b)
	if err := r.generation.apply(context.WithoutCancel(ctx), b, -1); err != nil {
		r.failed = errors.Join(r.failed, err)
	}
}

// Commit makes the new generation the one that is searched.
func (r *rebuild) Commit(context.Context) error {
	e := r.engine
	e.writing.Lock()
	defer e.writing.Unlock()
	if r.over {
		return search.ErrClosed
	}
	r.filling.Lock()
	defer r.filling.Unlock()
	if r.failed != nil {
		return fmt.Errorf("commit rebuild: a change could not be followed: %w", r.failed)
	}
	for _, s := range r.generation.shards {
		if err := s.finish(); err != nil {
			return fmt.Errorf("commit rebuild: %w", err)
		}
	}
	if err := e.folder.makeCurrent(r.generation); err != nil {
		return fmt.Errorf("commit rebuild: %w", err)
	}
	e.mu.Lock()
	old := e.live
	e.live, e.reason = &serving{generation: r.generation}, nil
	e.mu.Unlock()
	r.over, e.build = true, nil
	if old == nil {
		return nil
	}
	old.users.Wait()
	if err := old.remove(); err != nil {
		return fmt.Errorf("remove the old index: %w", err)
	}
	return nil
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

// end removes the new generation; the engine's writing lock is held.
func (r *rebuild) end() error {
	r.filling.Lock()
	defer r.filling.Unlock()
	r.over, r.engine.build = true, nil
	if err := r.generation.remove(); err != nil {
		return fmt.Errorf("abandon rebuild: %w", err)
	}
	return nil
}

func (e *Engine) isClosed() bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.closed
}
