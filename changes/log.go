// Package changes keeps the change log: what became visible to readers, changed or went, in the order of the commits. It is what every
// projection follows: the search index, caches, feeds. A consumer is a cursor, the sequence of the last change it has finished.
package changes

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"entgo.io/ent/dialect"

	"dugnad/ent"
	"dugnad/ent/change"
	"dugnad/schema"
)

// lockLog is the advisory lock under which changes are appended on PostgreSQL, so that the order of sequences is that of commits.
const lockLog = 0x6475676e_6c6f67 // "dugnlog"

// Channel is the PostgreSQL channel that is notified of commits that changed the log.
const Channel = "changes"

// Entry is a change before it is in the log.
type Entry struct {
	NodeID   string
	Action   schema.ChangeAction
	Revision int // 0 for reference data
	Audience schema.Audience
}

// Append writes the changes with tx. It must be the last thing that the transaction does before its commit: a write after it
// deadlocks with a writer that waits for the log.
func Append(ctx context.Context, tx *ent.Tx, at time.Time, actor string, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if tx.Client().Dialect() == dialect.Postgres {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", lockLog); err != nil {
			return fmt.Errorf("lock the change log: %w", err)
		}
	}
	for chunk := range slices.Chunk(entries, 500) {
		rows := make([]*ent.ChangeCreate, len(chunk))
		for i, e := range chunk {
			t, ok := ent.TypeOf(e.NodeID)
			if !ok {
				return fmt.Errorf("append a change of %q: no such type", e.NodeID)
			}
			rows[i] = tx.Change.Create().SetAt(at).SetNodeID(e.NodeID).SetType(t.GQL).SetAction(e.Action).
				SetRevision(e.Revision).SetAudience(e.Audience).SetActor(actor)
		}
		if err := tx.Change.CreateBulk(rows...).Exec(ctx); err != nil {
			return fmt.Errorf("append to the change log: %w", err)
		}
	}
	if tx.Client().Dialect() == dialect.Postgres {
		if _, err := tx.ExecContext(ctx, "SELECT pg_notify($1, '')", Channel); err != nil {
			return fmt.Errorf("notify of changes: %w", err)
		}
	}
	return nil
}

// Read gives at most limit changes after the sequence, in order.
func Read(ctx context.Context, c *ent.Client, after, limit int) ([]*ent.Change, error) {
	return c.Change.Query().Where(change.IDGT(after)).Order(change.ByID()).Limit(limit).All(ctx)
}

// Head is the sequence of the last change, 0 when there is none.
func Head(ctx context.Context, c *ent.Client) (int, error) {
	id, err := c.Change.Query().Order(ent.Desc(change.FieldID)).FirstID(ctx)
	return id, ent.MaskNotFound(err)
}

// Prune deletes changes from before the time, and gives how many. The last one stays, whatever its age: consumers stand at it.
func Prune(ctx context.Context, c *ent.Client, before time.Time) (int, error) {
	head, err := Head(ctx, c)
	if err != nil {
		return 0, err
	}
	return c.Change.Delete().Where(change.AtLT(before.UTC()), change.IDLT(head)).Exec(ctx)
}

// Waker wakes those who wait for changes. Wake-ups may be lost while a connection is down, so consumers also look by themselves now
// and then.
type Waker struct {
	mu      sync.Mutex
	waiting map[chan struct{}]bool
	told    []func()
}

// OnWake has f called at every Wake, before it returns. f must be quick, and must not call the waker.
func (w *Waker) OnWake(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, f)
}

// Wake wakes everybody.
func (w *Waker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.told {
		f()
	}
	for c := range w.waiting {
		select {
		case c <- struct{}{}:
		default: // has a wake-up waiting
		}
	}
}

// Waiting gives a channel on which wake-ups come until stop is called. Several while nobody listens count as one.
func (w *Waker) Waiting() (woken <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == nil {
		w.waiting = make(map[chan struct{}]bool)
	}
	w.waiting[c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.waiting, c)
	}
}
