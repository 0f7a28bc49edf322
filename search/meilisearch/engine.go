// Package meilisearch is the search engine that uses a Meilisearch server, with a public and a members' index there.
// The hub normalizes words before Meilisearch sees them, so that it finds and counts the same as the embedded engine.
package meilisearch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	meili "github.com/meilisearch/meilisearch-go"
	"golang.org/x/sync/errgroup"

	"dugnad/changes/background"
	"dugnad/search"
)

// Options are the settings of an Engine.
type Options struct {
	URL    string
	Key    string // with all rights on the indexes; empty if the server needs none
	Prefix string // of index names; empty means hub
	Log    *slog.Logger
}

// Engine is a search.Engine on a Meilisearch server. Several processes may search with it; only one may write.
type Engine struct {
	api    *api
	prefix string
	log    *slog.Logger

	writing sync.Mutex // held by Apply and by the start and end of a rebuild
	build   *rebuild   // the running rebuild, or nil; guarded by writing

	mu     sync.RWMutex
	closed bool
	reader *api // nil until the first read
	size   map[search.Index]size
}

var _ search.Engine = (*Engine)(nil)

// Open returns an engine. It sends no requests: the hub can start while the server is down.
func Open(o Options) *Engine {
	if o.Prefix == "" {
		o.Prefix = "hub"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Engine{api: newAPI(o.URL, o.Key), prefix: o.Prefix, log: o.Log, size: map[search.Index]size{}}
}

func indexes() []search.Index { return []search.Index{search.Public, search.Members} }

// uid returns the name of an index on the server.
func (e *Engine) uid(i search.Index) string { return e.prefix + "_" + string(i) }

// Apply writes a batch to both indexes, and to those of a running rebuild.
func (e *Engine) Apply(ctx context.Context, b search.Batch) error {
	if err := b.Validate(); err != nil {
		return err
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	if err := e.open(); err != nil {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	for _, i := range indexes() {
		group.Go(func() error {
			return background.Recover(inner, "search index", func(ctx context.Context) error { return e.write(ctx, i, b) })
		})
	}
	if err := group.Wait(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("apply changes: %w", err)
	}
	if e.build != nil {
		e.build.follow(ctx, b)
	}
	return nil
}

// write writes a batch to one index and waits for it.
func (e *Engine) write(ctx context.Context, i search.Index, b search.Batch) error {
	m, err := e.marker(ctx, e.uid(i))
	if err != nil {
		return err
	}
	m.Seq, m.Writes = max(m.Seq, b.Seq), m.Writes+1
	tasks, err := e.send(ctx, e.uid(i), i, b, m)
	if err != nil {
		return err
	}
	return e.waitAll(ctx, tasks)
}

// send writes a batch to one index without waiting. The batch becomes visible at once: deleted documents are first
// replaced by ones without a type, which no search finds, and then deleted. The marker comes last, so that the index is
// never behind it.
func (e *Engine) send(
	ctx context.Context, uid string, i search.Index, b search.Batch, m *marker,
) (tasks []int64, err error) {
	upserts, deletes := b.Split()
	gone := slices.Collect(maps.Keys(deletes))
	var docs []any
	for id, d := range upserts {
		if i == search.Public && !d.Public {
			gone = append(gone, id)
		} else {
			docs = append(docs, newDocument(d))
		}
	}
	for _, id := range gone {
		docs = append(docs, map[string]string{attrID: id})
	}
	if m != nil {
		docs = append(docs, m)
	}
	key := attrID
	for len(docs) > 0 {
		n := min(len(docs), sendSize)
		info, err := e.api.sdk.Index(uid).AddDocumentsWithContext(ctx, docs[:n], &meili.DocumentOptions{PrimaryKey: &key})
		if err != nil {
			return nil, sdkError(ctx, err)
		}
		tasks, docs = append(tasks, info.TaskUID), docs[n:]
	}
	if len(gone) > 0 {
		info, err := e.api.sdk.Index(uid).DeleteDocumentsWithContext(ctx, gone, nil)
		if err != nil {
			return nil, sdkError(ctx, err)
		}
		tasks = append(tasks, info.TaskUID)
	}
	return tasks, nil
}

// sendSize is how many documents are sent in one request.
const sendSize = 500

// waitAll waits until all tasks have succeeded.
func (e *Engine) waitAll(ctx context.Context, tasks []int64) error {
	for _, uid := range tasks {
		if err := e.api.wait(ctx, uid); err != nil {
			return err
		}
	}
	return nil
}

// marker returns the state of an index; ErrNeedsRebuild if the hub did not build it or built it with another schema.
func (e *Engine) marker(ctx context.Context, uid string) (*marker, error) {
	var m marker
	if err := e.read(ctx, "GET", "/indexes/"+uid+"/documents/"+markerID, nil, &m); err != nil {
		return nil, err
	}
	if m.Schema != stamp() {
		return nil, fmt.Errorf("%w: %s has another schema version", search.ErrNeedsRebuild, uid)
	}
	return &m, nil
}

// Seq returns the lower cursor of the two indexes.
func (e *Engine) Seq(ctx context.Context) (int64, error) {
	if err := e.open(); err != nil {
		return 0, err
	}
	var seqs []int64
	for _, i := range indexes() {
		m, err := e.marker(ctx, e.uid(i))
		if err != nil {
			return 0, fmt.Errorf("read the cursor of %s: %w", i, err)
		}
		seqs = append(seqs, m.Seq)
	}
	return min(seqs[0], seqs[1]), nil
}

// Check compares the settings on the server with the wanted ones: an administrator or another version of the hub may
// have changed them.
func (e *Engine) Check(ctx context.Context) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	if err := e.open(); err != nil {
		return err
	}
	for _, i := range indexes() {
		var have map[string]any
		if err := e.api.call(ctx, "GET", "/indexes/"+e.uid(i)+"/settings", nil, &have); err != nil {
			return fmt.Errorf("read the settings of %s: %w", i, err)
		}
		differ, err := drift(have)
		if err != nil {
			return err
		}
		want, mended := settings(), map[string]any{}
		for _, name := range differ {
			if !slices.Contains(cheapSettings, name) {
				return fmt.Errorf("%w: %s differs from this version of the hub in %s", search.ErrNeedsRebuild, e.uid(i), name)
			}
			mended[name] = want[name]
		}
		if len(mended) > 0 {
			if err := e.change(ctx, e.uid(i), mended); err != nil {
				return fmt.Errorf("correct the settings of %s: %w", i, err)
			}
		}
	}
	return nil
}

// scanSize is how many documents are read in one request of a scan.
const scanSize = 1000

// Scan implements search.Engine.
func (e *Engine) Scan(ctx context.Context, index search.Index, each func(id, hash string) error) error {
	if err := errors.Join(search.CheckIndex(index), e.open()); err != nil {
		return err
	}
	for offset := 0; ; offset += scanSize {
		var page struct {
			Results []struct {
				ID   string `json:"id"`
				Hash string `json:"hash"`
			} `json:"results"`
		}
		path := fmt.Sprintf("/indexes/%s/documents?fields=id,hash&limit=%d&offset=%d", e.uid(index), scanSize, offset)
		if err := e.read(ctx, "GET", path, nil, &page); err != nil {
			return fmt.Errorf("read the documents of %s: %w", index, err)
		}
		for _, d := range page.Results {
			if d.ID != markerID {
				if err := each(d.ID, d.Hash); err != nil {
					return err
				}
			}
		}
		if len(page.Results) < scanSize {
			return nil
		}
	}
}

// Health returns nil if searches can be answered.
func (e *Engine) Health(ctx context.Context) error {
	if err := e.open(); err != nil {
		return err
	}
	_, err := e.Seq(ctx)
	var refused *APIError
	if errors.As(err, &refused) && !errors.Is(err, search.ErrUnavailable) {
		return fmt.Errorf("%w: %w", search.ErrUnavailable, err)
	}
	return err
}

// Close closes the engine and abandons a rebuild. The indexes stay as they are.
func (e *Engine) Close() error {
	e.writing.Lock()
	defer e.writing.Unlock()
	e.mu.Lock()
	e.closed = true
	defer e.mu.Unlock()
	if e.build != nil {
		e.build.over, e.build = true, nil // the next rebuild removes its indexes
	}
	e.api.http.CloseIdleConnections()
	if e.reader != nil {
		e.reader.http.CloseIdleConnections()
	}
	return nil
}

// open returns ErrClosed after Close.
func (e *Engine) open() error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return search.ErrClosed
	}
	return nil
}

// Remove deletes the engine's indexes from the server, those of an unfinished rebuild too, and its read-only key.
func (e *Engine) Remove(ctx context.Context) error {
	var errs []error
	for _, i := range indexes() {
		errs = append(errs, e.remove(ctx, e.uid(i)), e.remove(ctx, e.buildUID(i)))
	}
	_, err := e.api.sdk.DeleteKeyWithContext(ctx, e.readingKeyID())
	return errors.Join(append(errs, ignoreCode(sdkError(ctx, err), "api_key_not_found"))...)
}
