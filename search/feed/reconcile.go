package feed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"dugnad/changes"
	"dugnad/search"
)

// Reconciliation is the result of comparing the indexes with the database. A document counts once for each index in
// which it is wrong.
type Reconciliation struct {
	At        time.Time
	Documents int // that there are to find, as the database has it
	Missing   int // from an index
	Stale     int // otherwise in an index than it is
	Extra     int // in an index, and not to be there
}

// Wrong returns how many documents were missing, stale or superfluous.
func (r Reconciliation) Wrong() int { return r.Missing + r.Stale + r.Extra }

// alarming is the divisor of the number of documents: when more than one in alarming is wrong, the result is logged as
// an error.
const alarming = 1000

// Reconcile compares both indexes with the database, document by document, and repairs the differences. Searches and
// changes continue meanwhile; documents that change during the comparison are not counted.
func (f *Follower) Reconcile(ctx context.Context) (Reconciliation, error) {
	r, ids, err := f.compare(ctx)
	if err != nil {
		return r, fmt.Errorf("compare the search indexes with the database: %w", err)
	}
	for some := range slices.Chunk(ids, chunk) {
		if err := f.repairNow(ctx, some); err != nil {
			return r, fmt.Errorf("repair the search indexes: %w", err)
		}
	}
	report := f.log.InfoContext
	switch {
	case r.Wrong()*alarming > r.Documents:
		report = f.log.ErrorContext
	case r.Wrong() > 0:
		report = f.log.WarnContext
	}
	report(
		ctx, "compared the search indexes with the database", "documents", r.Documents, "missing", r.Missing, "stale",
		r.Stale, "extra", r.Extra, "ids", ids[:min(len(ids), 10)],
	)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reconciled = &r
	return r, nil
}

// CatchUp applies the log to its end and returns, for commands that do not run a follower.
func (f *Follower) CatchUp(ctx context.Context) error { return f.catchUp(ctx) }

// compare counts the differences and returns the ids of the documents that may differ.
func (f *Follower) compare(ctx context.Context) (r Reconciliation, ids []string, err error) {
	r.At = f.now()
	head, err := changes.Head(ctx, f.client)
	if err != nil {
		return r, nil, err
	}
	held := map[search.Index]map[string]string{search.Public: {}, search.Members: {}}
	for i, hashes := range held {
		err := f.engine.Scan(ctx, i, func(id, hash string) error {
			hashes[id] = hash
			return nil
		})
		if err != nil {
			return r, nil, err
		}
	}
	var missing, stale, extra []string
	err = All(ctx, f.client, func(some []string) error {
		docs, err := f.documents(ctx, some)
		if err != nil {
			return err
		}
		r.Documents += len(docs)
		for id, d := range docs {
			if f.isDead(id) {
				continue
			}
			for i, hashes := range held {
				hash, found := hashes[id]
				delete(hashes, id)
				switch wanted := i == search.Members || d.Public; {
				case wanted && !found:
					missing = append(missing, id)
				case wanted && hash != d.Hash():
					stale = append(stale, id)
				case !wanted && found:
					extra = append(extra, id)
				}
			}
		}
		return nil
	})
	if err != nil {
		return r, nil, err
	}
	for _, hashes := range held {
		extra = slices.AppendSeq(extra, maps.Keys(hashes))
	}
	meanwhile, err := f.changedSince(ctx, head)
	if err != nil {
		return r, nil, err
	}
	counted := func(ids []string) (n int) {
		for _, id := range ids {
			if !meanwhile[id] {
				n++
			}
		}
		return n
	}
	r.Missing, r.Stale, r.Extra = counted(missing), counted(stale), counted(extra)
	ids = slices.Concat(missing, stale, extra)
	slices.Sort(ids)
	return r, slices.Compact(ids), nil
}

// changedSince returns the ids of the changes after a sequence, and of the documents that contain data of them.
func (f *Follower) changedSince(ctx context.Context, head int) (map[string]bool, error) {
	all := map[string]bool{}
	for {
		batch, err := f.read(ctx, head, chunk)
		if err != nil || len(batch) == 0 {
			return all, err
		}
		ids := changed(batch)
		err = Dependents(ctx, f.client, ids, func(shown []string) error {
			ids = append(ids, shown...)
			return nil
		})
		if err != nil {
			return all, err
		}
		for _, id := range ids {
			all[id] = true
		}
		head = batch[len(batch)-1].ID
	}
}

func (f *Follower) repairNow(ctx context.Context, ids []string) error {
	end, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	return f.apply(ctx, ids, 0)
}

// DeadLetter is a document that the engine refuses. Searches do not find it until it changes.
type DeadLetter struct {
	ID     string
	Reason string
	At     time.Time
}

// give applies a batch to the engine, or to a rebuild. If the engine refuses a document, give finds it by bisection and
// sets it aside, so that it does not stop the others.
func (f *Follower) give(ctx context.Context, to interface {
	Apply(ctx context.Context, b search.Batch) error
}, b search.Batch,
) error {
	err := to.Apply(ctx, b)
	if !errors.Is(err, search.ErrInvalidDocument) {
		return err
	}
	if len(b.Upserts) == 1 {
		f.bury(ctx, b.Upserts[0].ID, err)
		// the index must not keep its former state
		return to.Apply(ctx, search.Batch{Deletes: append(b.Deletes, b.Upserts[0].ID), Seq: b.Seq})
	}
	half := len(b.Upserts) / 2
	if half == 0 {
		return err
	}
	if err := f.give(ctx, to, search.Batch{Upserts: b.Upserts[:half], Deletes: b.Deletes}); err != nil {
		return err
	}
	return f.give(ctx, to, search.Batch{Upserts: b.Upserts[half:], Seq: b.Seq})
}

// bury records a refused document as a dead letter.
func (f *Follower) bury(ctx context.Context, id string, reason error) {
	f.log.ErrorContext(ctx, "a document cannot be searched", "id", id, "error", reason)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead[id] = DeadLetter{id, reason.Error(), f.now()}
}

// revive forgets the dead letters with these ids, so that they are tried again.
func (f *Follower) revive(ids []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		delete(f.dead, id)
	}
}

func (f *Follower) isDead(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, dead := f.dead[id]
	return dead
}
