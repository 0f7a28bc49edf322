package bleve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"dugnad/changes/background"
	"dugnad/search"
)

// retryPause is the pause of Bleve's goroutines after a failed write; without it they retry in a busy loop.
const retryPause = time.Second

// storeFolder is where Bleve keeps the files of an index.
const storeFolder = "store"

// persisterName is the source of errors of the goroutine that writes new segments.
const persisterName = "persister"

// callbackName is the name under which Bleve finds the callbacks below.
const callbackName = "dugnad"

// errRemoved is the damage of an index whose files are no longer the ones that were opened.
var errRemoved = errors.New("files of the index were removed or replaced")

// health is the state of the files of a shard. A write that fails, because the disk is full for instance, is retried by
// Bleve until it succeeds: what could not be written stays in memory and is searched. Damage is final: the index must
// not be used again, and is rebuilt.
type health struct {
	path    string        // of the index
	index   any           // a *scorch.Scorch
	closing chan struct{} // closed when the shard begins to close
	damaged chan struct{} // closed with damage

	mu        sync.Mutex
	unwritten error              // of the last write; nil once one has succeeded
	waiting   map[chan error]any // of batches that are not on the disk yet
	damage    error
	root      os.FileInfo      // of the file that names the segments
	sizes     map[string]int64 // of segment files, by path; their bytes never change
}

// watched are the healths of the open shards, by the path under which Bleve reports errors, and by the *scorch.Scorch
// with which it reports events.
var watched sync.Map

var _ = register()

func register() bool {
	scorch.RegistryAsyncErrorCallbacks[callbackName] = func(err error, path string) {
		if h, ok := watched.Load(filepath.Clean(path)); ok {
			h.(*health).failed(err)
		}
	}
	scorch.RegistryEventCallbacks[callbackName] = func(e scorch.Event) bool {
		switch e.Kind {
		case scorch.EventKindPreMergeCheck, scorch.EventKindPurgerCheck:
			debug.SetPanicOnFault(true) // Bleve's goroutines recover panics; a cut file of theirs must not end the process
		case scorch.EventKindPersisterProgress:
			if h, ok := watched.Load(e.Scorch); ok {
				h.(*health).wrote()
			}
		}
		return true
	}
	return true
}

// watch returns the health of the index at the path, which is about to be opened.
func watch(path string) *health {
	h := &health{
		path: path, closing: make(chan struct{}), damaged: make(chan struct{}), waiting: map[chan error]any{},
		sizes: map[string]int64{},
	}
	watched.Store(filepath.Join(path, storeFolder), h)
	return h
}

// opened is called with the index when it is open.
func (h *health) opened(i bleve.Index) {
	if inner, err := i.Advanced(); err == nil {
		h.index = inner
		watched.Store(inner, h)
	}
}

// end is called before the index is closed, and when it could not be opened.
func (h *health) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.closing:
	default:
		close(h.closing)
	}
	watched.CompareAndDelete(filepath.Join(h.path, storeFolder), h)
	if h.index != nil {
		watched.Delete(h.index)
	}
}

// wrote is called when Bleve has written all that was in memory.
func (h *health) wrote() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.unwritten != nil {
		slog.Info("the search index is written again", "index", h.path)
	}
	h.unwritten = nil
}

// failed is called by Bleve's goroutines: the one that writes new segments, the one that merges them, and the one that
// makes them visible. It returns when they may try again.
func (h *health) failed(err error) {
	if errors.Is(err, scorch.ErrAsyncPanic) {
		slog.Error("the search index panicked", "index", h.path, "error", err)
		h.fail(err)
		return
	}
	var source *scorch.ScorchError
	if errors.As(err, &source) && source.Source == persisterName && errors.Is(err, scorch.ErrPersist) {
		h.notWritten(err)
	} else {
		slog.Warn("could not merge or clean the search index, retrying", "index", h.path, "error", err)
	}
	select {
	case <-h.closing:
	case <-time.After(retryPause):
	}
}

// notWritten records that new segments could not be written.
func (h *health) notWritten(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.unwritten == nil {
		slog.Error("could not write the search index, retrying", "index", h.path, "error", err)
	}
	h.unwritten = err
	for done := range h.waiting {
		done <- err
		delete(h.waiting, done)
	}
}

// fail records damage.
func (h *health) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.damage == nil {
		h.damage = err
		close(h.damaged)
	}
}

// err returns the damage, nil if there is none.
func (h *health) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.damage
}

// writable returns why nothing more should be written now: damage, or an earlier batch that is not on the disk. So
// what waits in memory while the disk is full stays bounded.
func (h *health) writable() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.damage != nil:
		return h.damage
	case h.unwritten != nil:
		return fmt.Errorf("an earlier change is not written yet: %w", h.unwritten)
	}
	return nil
}

// expect returns the callback of a batch, and where its result arrives: nil when it is on the disk.
func (h *health) expect(written func()) (callback func(error), done chan error) {
	done = make(chan error, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting[done] = nil
	return func(err error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if err == nil {
			h.unwritten = nil
			written()
		}
		if _, waits := h.waiting[done]; waits {
			done <- err
			delete(h.waiting, done)
		}
	}, done
}

// wait waits for the result of a batch.
func (h *health) wait(ctx context.Context, done chan error) error {
	select {
	case err := <-done:
		return err
	case <-h.damaged:
		return h.err()
	case <-h.closing:
		return search.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// guard calls do, which reads or writes the index. A panic becomes an error; a fault, as when a file of the index is
// cut short while it is mapped into memory, is damage as well.
func (h *health) guard(ctx context.Context, do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err = background.Recover(ctx, "search index", func(context.Context) error { return do() })
	var fault interface{ Addr() uintptr } // of runtime.Error, for a fault
	if errors.As(err, &fault) {
		h.fail(err)
		return fmt.Errorf("%w: %w", search.ErrNeedsRebuild, err)
	}
	return err
}

// lost returns which files of the index are gone, replaced or cut, with the reason. Readers of mapped files would
// notice late or never.
func (h *health) lost(segments []*scorch.SegmentSnapshot) map[string]error {
	h.mu.Lock()
	defer h.mu.Unlock()
	lost := map[string]error{}
	root := filepath.Join(h.path, storeFolder, "root.bolt")
	switch info, err := os.Stat(root); {
	case err != nil:
		lost[root] = fmt.Errorf("%w: %w", errRemoved, err)
	case h.root == nil:
		h.root = info
	case !os.SameFile(h.root, info):
		lost[root] = fmt.Errorf("%w: %s", errRemoved, root)
	}
	sizes := make(map[string]int64, len(segments))
	for _, s := range segments {
		file, ok := s.Segment().(segment.PersistedSegment)
		if !ok {
			continue
		}
		info, err := os.Stat(file.Path())
		if err != nil {
			lost[file.Path()] = fmt.Errorf("%w: %w", errRemoved, err)
			continue
		}
		size, known := h.sizes[file.Path()]
		if known && size != info.Size() {
			lost[file.Path()] = fmt.Errorf("%w: %s has %d bytes instead of %d", errRemoved, file.Path(), info.Size(), size)
		} else {
			size = info.Size()
		}
		sizes[file.Path()] = size
	}
	h.sizes = sizes
	return lost
}

// isDiskError reports whether the error comes from a disk that is full, read-only, or broken.
func isDiskError(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) ||
		errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EIO)
}
