package bleve

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/blevesearch/bleve/v2"

	"dugnad/search"
)

// apply upserts documents and deletes those that are nil, and stores the sequence with the last of them. It returns
// when that is durable and visible to the next reader. A negative sequence leaves the stored one.
func (s *shard) apply(ctx context.Context, docs map[string]*search.Document, seq int64) error {
	if err := s.health.writable(); err != nil {
		return err
	}
	if seq <= s.seq() {
		seq = -1
	}
	for ids := slices.Sorted(maps.Keys(docs)); len(ids) > 0 || seq >= 0; {
		some := ids[:min(batchSize, len(ids))]
		ids = ids[len(some):]
		with := int64(-1)
		if len(ids) == 0 {
			with, seq = seq, -1
		}
		if err := s.applySome(ctx, docs, some, with); err != nil {
			return err
		}
	}
	// loads the columns of the new segments ahead of the first query
	return s.read(ctx, func(*view) error { return nil })
}

// applySome is apply for the documents with the ids, in one batch.
func (s *shard) applySome(ctx context.Context, docs map[string]*search.Document, ids []string, seq int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b := s.index.NewBatch()
	changed := make(map[string]suggestible, len(ids))
	var upserts []*search.Document
	for _, id := range ids {
		changed[id] = suggestible{}
		if d := docs[id]; d != nil {
			upserts = append(upserts, d)
			changed[id] = newSuggestible(*d)
		} else {
			b.Delete(id)
		}
	}
	written, err := analyze(upserts) // here, because a panic in Bleve's own workers would end the process
	if err != nil {
		return err
	}
	for _, doc := range written {
		if err := b.IndexAdvanced(doc); err != nil {
			return fmt.Errorf("index %s: %w", doc.ID(), err)
		}
	}
	if seq >= 0 {
		b.SetInternal(keySeq, binary.BigEndian.AppendUint64(nil, uint64(seq)))
	}
	if err := s.show(ctx, b, changed, seq); err != nil {
		return fmt.Errorf("write to the index: %w", err)
	}
	return nil
}

// set stores an internal value.
func (s *shard) set(key, value []byte) error {
	b := s.index.NewBatch()
	b.SetInternal(key, value)
	return s.show(context.Background(), b, nil, -1)
}

// show makes a batch and its suggestions visible together, and waits until it is on the disk. seq is the sequence in
// the batch, negative without one.
func (s *shard) show(ctx context.Context, b *bleve.Batch, changed map[string]suggestible, seq int64) error {
	callback, done := s.health.expect(func() {
		if seq > s.written.Load() {
			s.written.Store(seq)
		}
	})
	b.SetPersistedCallback(callback)
	if err := s.introduce(ctx, b, changed); err != nil {
		return err
	}
	return s.health.wait(ctx, done)
}

// introduce makes a batch and its suggestions visible. An error is damage: it does not come from the disk, which is
// written later.
func (s *shard) introduce(ctx context.Context, b *bleve.Batch, changed map[string]suggestible) error {
	s.showing.Lock()
	defer s.showing.Unlock()
	done := make(chan error, 1)
	go func() { // because Batch waits forever for a goroutine of Bleve's that has panicked
		done <- s.health.guard(ctx, func() error { return s.index.Batch(b) })
	}()
	select {
	case err := <-done:
		if err != nil {
			s.health.fail(err)
			return fmt.Errorf("%w: %w", search.ErrNeedsRebuild, err)
		}
	case <-s.health.damaged:
		return fmt.Errorf("%w: %w", search.ErrNeedsRebuild, s.health.err())
	}
	s.suggest.update(changed)
	return nil
}

// seq returns the sequence that is on the disk, 0 if there is none. Readers may see later changes, and see everything
// up to it.
func (s *shard) seq() int64 {
	s.showing.RLock()
	defer s.showing.RUnlock()
	return s.written.Load()
}
