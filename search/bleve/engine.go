// Package bleve is the search engine that runs inside the hub, on Bleve: two indexes on disk, for the public and for members, each with its cursor
// in the change log. Text is matched and scored, and facets are counted, from Bleve's postings directly, so that one pass over one snapshot gives
// hits, total and facets that agree. It belongs to one process at a time.
package bleve

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"dugnad/search"
)

// Engine is a search.Engine on a folder.
type Engine struct {
	folder *folder

	writing sync.Mutex // one writer: Apply, and the beginning and end of a rebuild
	build   *rebuild   // under way, or nil; guarded by writing

	mu     sync.RWMutex
	live   *serving // nil until there is something to search
	reason error    // why there is nothing
	closed bool
}

var _ search.Engine = (*Engine)(nil)

// serving is a generation that is searched; it is closed when nobody uses it any more.
type serving struct {
	*generation
	users sync.WaitGroup
}

// Open opens the engine's folder and makes it if need be. It fails with search.ErrLocked within two seconds when another process has it. When there
// is no index that can be used the engine opens all the same: Health and Search say search.ErrNeedsRebuild until a rebuild is committed.
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

// Search answers a query.
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
	err = g.shards[q.Index].read(func(v *view) (err error) {
		if err := ctx.Err(); err != nil {
			return err
		}
		result, err = v.search(ctx, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search %s: %w", q.Index, err)
	}
	result.Generation = g.name
	return result, nil
}

// FacetValues counts the values of one facet.
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

// Suggest gives titles and names that begin with a text.
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

// Apply writes a batch to both indexes, and to those being built.
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
		return fmt.Errorf("apply changes: %w", err)
	}
	if e.build != nil {
		e.build.follow(b)
	}
	return nil
}

// apply writes both indexes, side by side. Where one fails the cursor of the other may be ahead; the batch is then given again.
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
	var failed error
	done := make(chan struct{})
	go func() {
		defer close(done)
		failed = g.shards[search.Members].apply(ctx, members, seq)
	}()
	err := g.shards[search.Public].apply(ctx, public, seq)
	<-done
	return errors.Join(err, failed)
}

// Seq is how far both indexes are in the change log.
func (e *Engine) Seq(context.Context) (int64, error) {
	g, err := e.use()
	if err != nil {
		return 0, err
	}
	defer g.users.Done()
	return g.seq()
}

// Check has nothing to compare: an index of other settings is not opened.
func (e *Engine) Check(ctx context.Context) error { return e.Health(ctx) }

// Scan gives the ids and hashes of an index.
func (e *Engine) Scan(ctx context.Context, index search.Index, each func(id, hash string) error) error {
	if err := search.CheckIndex(index); err != nil {
		return err
	}
	g, err := e.use()
	if err != nil {
		return err
	}
	defer g.users.Done()
	return g.shards[index].read(func(v *view) error {
		return v.eachStored(func(id string, d stored) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return each(id, d.Hash)
		})
	})
}

// Health is nil when searches are answered.
func (e *Engine) Health(context.Context) error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.missing()
}

// Close closes the indexes when the searches under way have ended, abandons a rebuild, and frees the folder.
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

// use takes hold of the generation that is searched; the caller lets go with users.Done.
func (e *Engine) use() (*serving, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if err := e.missing(); err != nil {
		return nil, err
	}
	e.live.users.Add(1)
	return e.live, nil
}

// missing tells why nothing is searched; mu is held.
func (e *Engine) missing() error {
	switch {
	case e.closed:
		return search.ErrClosed
	case e.live == nil:
		return fmt.Errorf("%w: %w", search.ErrNeedsRebuild, e.reason)
	}
	return nil
}
