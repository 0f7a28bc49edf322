package meilisearch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"

	meili "github.com/meilisearch/meilisearch-go"

	"dugnad/search"
)

// maxPendingTasks is how many writes of a rebuild may be accepted but unfinished: waiting for each one keeps the server
// from processing several together.
const maxPendingTasks = 200

// rebuild fills two indexes beside those that are searched.
type rebuild struct {
	engine     *Engine
	generation string

	filling sync.Mutex // guards the fields below
	changed search.Changed
	waiting []int64 // tasks
	seq     int64
	failed  error // a change that could not be written; makes Commit fail

	over bool // committed or aborted; guarded by engine.writing
}

func (e *Engine) buildUID(i search.Index) string { return e.uid(i) + "_build" }

// Rebuild creates empty indexes with the current settings and removes those of an abandoned rebuild.
func (e *Engine) Rebuild(ctx context.Context) (search.Rebuild, error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	if err := e.open(); err != nil {
		return nil, err
	}
	if e.build != nil {
		return nil, search.ErrRebuilding
	}
	for _, i := range indexes() {
		if err := e.remove(ctx, e.buildUID(i)); err != nil {
			return nil, fmt.Errorf("start rebuild: %w", err)
		}
		if err := e.create(ctx, e.buildUID(i)); err != nil {
			return nil, fmt.Errorf("start rebuild: %w", err)
		}
	}
	e.build = &rebuild{engine: e, generation: rand.Text(), changed: search.Changed{}}
	return e.build, nil
}

// create creates an index and waits until it has its settings, so that no document is indexed without them.
func (e *Engine) create(ctx context.Context, uid string) error {
	info, err := e.api.sdk.CreateIndexWithContext(ctx, &meili.IndexConfig{Uid: uid, PrimaryKey: attrID})
	if err := ignoreCode(e.api.do(ctx, info, err), "index_already_exists"); err != nil {
		return fmt.Errorf("create index %s: %w", uid, err)
	}
	if err := e.change(ctx, uid, settings()); err != nil {
		return fmt.Errorf("set up index %s: %w", uid, err)
	}
	return nil
}

// change changes settings of an index and waits for the task.
func (e *Engine) change(ctx context.Context, uid string, to map[string]any) error {
	var task struct {
		UID int64 `json:"taskUid"`
	}
	if err := e.api.call(ctx, "PATCH", "/indexes/"+uid+"/settings", to, &task); err != nil {
		return err
	}
	return e.api.wait(ctx, task.UID)
}

func (e *Engine) remove(ctx context.Context, uid string) error {
	info, err := e.api.sdk.DeleteIndexWithContext(ctx, uid)
	if err := ignoreCode(e.api.do(ctx, info, err), "index_not_found"); err != nil {
		return fmt.Errorf("remove index %s: %w", uid, err)
	}
	return nil
}

// Apply adds documents, except those that changed since the rebuild started.
func (r *rebuild) Apply(ctx context.Context, b search.Batch) error {
	if err := b.Validate(); err != nil {
		return err
	}
	r.engine.writing.Lock()
	over := r.over
	r.engine.writing.Unlock()
	if over {
		return search.ErrClosed
	}
	r.filling.Lock()
	defer r.filling.Unlock()
	r.seq = max(r.seq, b.Seq)
	if err := r.write(ctx, r.changed.Older(b)); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	return nil
}

// write sends a batch to both indexes; filling must be held.
func (r *rebuild) write(ctx context.Context, b search.Batch) error {
	for _, i := range indexes() {
		tasks, err := r.engine.send(ctx, r.engine.buildUID(i), i, b, nil)
		if err != nil {
			return err
		}
		r.waiting = append(r.waiting, tasks...)
	}
	for len(r.waiting) > maxPendingTasks {
		if err := r.engine.api.wait(ctx, r.waiting[0]); err != nil {
			return err
		}
		r.waiting = r.waiting[1:]
	}
	return nil
}

// follow writes a batch that Engine.Apply has written; the engine's writing lock must be held. The batch itself has
// succeeded, so an error here fails only the rebuild.
func (r *rebuild) follow(ctx context.Context, b search.Batch) {
	r.filling.Lock()
	defer r.filling.Unlock()
	r.changed.Add(b)
	if err := r.write(context.WithoutCancel(ctx), b); err != nil {
		r.failed = errors.Join(r.failed, err)
	}
}

// Commit swaps the new indexes for the old, both in one task, and removes the old.
func (r *rebuild) Commit(ctx context.Context) error {
	e := r.engine
	e.writing.Lock()
	defer e.writing.Unlock()
	if r.over {
		return search.ErrClosed
	}
	r.filling.Lock()
	defer r.filling.Unlock()
	if err := r.commit(ctx); err != nil {
		return fmt.Errorf("commit rebuild: %w", err)
	}
	r.over, e.build = true, nil
	var errs []error
	for _, i := range indexes() {
		errs = append(errs, e.remove(ctx, e.buildUID(i))) // these are the old ones now
	}
	return errors.Join(errs...)
}

func (r *rebuild) commit(ctx context.Context) error {
	e := r.engine
	if r.failed != nil {
		return fmt.Errorf("write a change: %w", r.failed)
	}
	var swaps []*meili.SwapIndexesParams
	for _, i := range indexes() {
		m := &marker{ID: markerID, Seq: r.seq, Generation: r.generation, Schema: stamp()}
		tasks, err := e.send(ctx, e.buildUID(i), i, search.Batch{}, m)
		if err != nil {
			return err
		}
		r.waiting = append(r.waiting, tasks...)
		// a swap needs both indexes
		info, err := e.api.sdk.CreateIndexWithContext(ctx, &meili.IndexConfig{Uid: e.uid(i), PrimaryKey: attrID})
		if err := ignoreCode(e.api.do(ctx, info, err), "index_already_exists"); err != nil {
			return err
		}
		swaps = append(swaps, &meili.SwapIndexesParams{Indexes: []string{e.uid(i), e.buildUID(i)}})
	}
	if err := e.waitAll(ctx, r.waiting); err != nil {
		return err
	}
	r.waiting = nil
	info, err := e.api.sdk.SwapIndexesWithContext(ctx, swaps)
	return e.api.do(ctx, info, err)
}

// Abort removes the new indexes.
func (r *rebuild) Abort() error {
	e := r.engine
	e.writing.Lock()
	defer e.writing.Unlock()
	if r.over {
		return nil
	}
	r.over, e.build = true, nil
	for _, i := range indexes() {
		if err := e.remove(context.Background(), e.buildUID(i)); err != nil {
			return fmt.Errorf("abandon rebuild: %w", err)
		}
	}
	return nil
}
