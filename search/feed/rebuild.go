package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dugnad/changes"
	"dugnad/search"
)

// progress is the interval at which a rebuild logs its progress.
const progress = 10 * time.Second

// Reindex rebuilds the indexes from the database and returns when they are in use. Until then searches use the old
// ones.
func (f *Follower) Reindex(ctx context.Context) error {
	end, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	return f.rebuild(ctx, "asked for")
}

// rebuild fills new indexes and puts them in place. Meanwhile changes are applied to both the old and the new indexes.
func (f *Follower) rebuild(ctx context.Context, reason string) (err error) {
	started := f.now()
	f.setRebuilding(true)
	defer f.setRebuilding(false)
	f.log.InfoContext(ctx, "building the search index", "reason", reason)
	r, err := f.engine.Rebuild(ctx)
	if err != nil {
		return fmt.Errorf("begin to build the search index: %w", err)
	}
	defer func() { err = errors.Join(err, r.Abort()) }()
	head, err := changes.Head(ctx, f.client)
	if err != nil {
		return fmt.Errorf("read the head of the change log: %w", err)
	}
	count, told := 0, started
	err = All(ctx, f.client, func(ids []string) error {
		docs, err := f.documents(ctx, ids)
		if err != nil {
			return err
		}
		var b search.Batch
		for _, d := range docs {
			b.Upserts = append(b.Upserts, d)
		}
		f.revive(ids)
		if err := f.give(ctx, r, b); err != nil {
			return err
		}
		count += len(docs)
		if now := f.now(); now.Sub(told) >= progress {
			told = now
			f.log.InfoContext(ctx, "building the search index", "documents", count)
		}
		return f.keepUp(ctx)
	})
	if err != nil {
		return fmt.Errorf("fill the search index: %w", err)
	}
	if err := r.Apply(ctx, search.Batch{Seq: int64(head)}); err != nil {
		return fmt.Errorf("fill the search index: %w", err)
	}
	if err := r.Commit(ctx); err != nil {
		return fmt.Errorf("put the search index in place: %w", err)
	}
	f.log.InfoContext(ctx, "the search index is built", "documents", count, "seq", head, "took", f.now().Sub(started))
	return nil
}

func (f *Follower) setRebuilding(is bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rebuilding = is
}

// keepUp follows the log in the old indexes while new ones are being built, if there are old ones that can follow it.
func (f *Follower) keepUp(ctx context.Context) error {
	batch, err := f.next(ctx)
	if errors.Is(err, search.ErrNeedsRebuild) || errors.Is(err, errCut) || errors.Is(err, errTooFarBehind) ||
		errors.Is(err, errRedacted) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.follow(ctx, batch)
}
