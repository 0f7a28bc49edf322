// Package bleve is the search engine that runs inside the hub, on Bleve: a public and a members' index on disk, each
// with its cursor in the change log. It matches and scores text and counts facets directly from Bleve's postings, so
// that one pass over one snapshot gives hits, total and facets that agree. An index folder belongs to one process at a
// time.
package bleve

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"dugnad/changes/background"
	"dugnad/search"
)

// Engine is a search.Engine on a folder.
type Engine struct {
	folder *folder

	writing sync.Mutex // held by Apply and by the start and end of a rebuild
	build   *rebuild   // the running rebuild, or nil; guarded by writing

	checking sync.Mutex
	checked  time.Time // when the files were last looked at; guarded by checking

	mu     sync.RWMutex
	live   *serving // nil while there is no usable index
	reason error    // why live is nil
	closed bool
}

var _ search.Engine = (*Engine)(nil)

// serving is the generation that is searched; it is closed once unused.
type serving struct {
	*generation
	users sync.WaitGroup
}

// Open opens the engine's folder, creating it if necessary. It fails with search.ErrLocked within two seconds if
// another process has it. Without a usable index it succeeds all the same: Health and Search return
// search.ErrNeedsRebuild until a rebuild is committed.
func Open(dir string) (*Engine, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	g, reason, err := f.open()
	if err != nil {
		return nil, errors.Join(err, f.unlock())
	}
	e := &Engine{folder: f, reason: reason}
	if g != nil {
		e.live = &serving{generation: g}
	}
	return e, nil
}

// Search implements search.Engine.
func (e *Engine) Search(ctx context.Context, q search.Query) (*search.Result, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	g, err := e.use()
	if err != nil {
		return nil, err
	}
	defer g.users.Done()
	var result *search.Result
	err = g.shards[q.Index].read(ctx, func(v *view) (err error) {
		if err := ctx.Err(); err != nil {
			return err
		}
		result, err = v.search(ctx, q)
		return err
	})
	if err != nil {
		e.abandonDamaged(g)
		return nil, fmt.Errorf("search %s: %w", q.Index, err)
	}
	result.Generation = g.name
	return result, nil
}

// FacetValues implements search.Engine.
func (e *Engine) FacetValues(ctx context.Context, q search.FacetQuery) ([]search.FacetCount, error) {
	query, err := q.Query()
	if err != nil {
		return nil, err
	}
	result, err := e.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	return q.Pick(result.Facets[q.Facet]), nil
}

// Suggest implements search.Engine.
func (e *Engine) Suggest(ctx context.Context, index search.Index, text string, limit int) ([]search.Suggestion, error) {
	if err := errors.Join(search.CheckIndex(index), search.CheckSuggest(limit)); err != nil {
		return nil, err
	}
	if limit == 0 || limit > search.MaxSuggestions {
		limit = search.MaxSuggestions
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g, err := e.use()
	if err != nil {
		return nil, err
	}
	defer g.users.Done()
	return g.shards[index].suggest.find(strings.ToValidUTF8(text, ""), limit), nil
}

// Apply writes a batch to both indexes, and to those of a running rebuild.
func (e *Engine) Apply(ctx context.Context, b search.Batch) error {
	if err := b.Validate(); err != nil {
		return err
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	g, err := e.use()
	if err != nil {
		return err
	}
	defer g.users.Done()
	if err := g.apply(ctx, b, b.Seq); err != nil {
		e.abandonDamaged(g)
		return fmt.Errorf("apply changes: %w", err)
	}
	if e.build != nil {
		e.build.follow(b)
	}
	return nil
}

// apply writes to both indexes concurrently. If one fails, the cursor of the other may be ahead; the batch is then
// applied again.
func (g *generation) apply(ctx context.Context, b search.Batch, seq int64) error {
	public, members := map[string]*search.Document{}, map[string]*search.Document{}
	upserts, deletes := b.Split()
	for id, d := range upserts {
		members[id], public[id] = &d, nil
		if d.Public {
			public[id] = &d
		}
	}
	for id := range deletes {
		members[id], public[id] = nil, nil
	}
	failed := make(chan error, 1)
	go func() {
		failed <- background.Recover(ctx, "search index", func(ctx context.Context) error {
			return g.shards[search.Members].apply(ctx, members, seq)
		})
	}()
	return errors.Join(g.shards[search.Public].apply(ctx, public, seq), <-failed)
}

// Seq returns the lower cursor of the two indexes: the last change that is on the disk in both.
func (e *Engine) Seq(ctx context.Context) (int64, error) {
	if err := e.lookAtFiles(ctx); err != nil {
		return 0, err
	}
	g, err := e.use()
	if err != nil {
		return 0, err
	}
	defer g.users.Done()
	return g.seq(), nil
}

// Check equals Health: an index with other settings is not opened in the first place.
func (e *Engine) Check(ctx context.Context) error { return e.Health(ctx) }

// Scan implements search.Engine.
func (e *Engine) Scan(ctx context.Context, index search.Index, each func(id, hash string) error) error {
	if err := search.CheckIndex(index); err != nil {
		return err
	}
	g, err := e.use()
	if err != nil {
		return err
	}
	defer g.users.Done()
	err = g.shards[index].read(ctx, func(v *view) error {
		return v.eachStored(func(id string, d stored) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return each(id, d.Hash)
		})
	})
	if err != nil {
		e.abandonDamaged(g)
	}
	return err
}

// Health returns nil if searches can be answered.
func (e *Engine) Health(ctx context.Context) error {
	if err := e.lookAtFiles(ctx); err != nil {
		return err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.missing()
}

// Close waits for running searches, closes the indexes, abandons a rebuild and unlocks the folder.
func (e *Engine) Close() error {
	e.writing.Lock()
	defer e.writing.Unlock()
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	live := e.live
	e.closed, e.live = true, nil
	e.mu.Unlock()

	var errs []error
	if e.build != nil {
		errs = append(errs, e.build.end())
	}
	if live != nil {
		live.users.Wait()
		errs = append(errs, live.close())
	}
	return errors.Join(append(errs, e.folder.unlock())...)
}

// use returns the generation that is searched; the caller must call users.Done when finished with it.
func (e *Engine) use() (*serving, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if err := e.missing(); err != nil {
		return nil, err
	}
	e.live.users.Add(1)
	return e.live, nil
}

// missing returns why searches cannot be answered, nil if they can; mu must be held.
func (e *Engine) missing() error {
	switch {
	case e.closed:
		return search.ErrClosed
	case e.live == nil:
		return fmt.Errorf("%w: %w", search.ErrNeedsRebuild, e.reason)
	}
	return nil
}
