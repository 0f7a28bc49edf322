// Package changes keeps the change log: what became visible to readers, what changed and what went, in commit order.
// Every projection follows it: the search index, caches, feeds. A consumer's state is a cursor: the sequence of the
// last change it has processed.
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

// lockLog is the PostgreSQL advisory lock held while appending, so that sequences are in commit order.
const lockLog = 0x6475676e_6c6f67 // "dugnlog"

// Channel is the PostgreSQL notification channel for commits that appended to the log.
const Channel = "changes"

// Entry is a change to be appended.
type Entry struct {
	NodeID   string
	Action   schema.ChangeAction
	Revision int // 0 for reference data, which has no revisions
	Audience schema.Audience
}

// Append writes the changes in tx, with the given time and actor. It must be the last statement before the commit: a
// later write can deadlock with another writer that waits for the log. It returns an error for an id of an unknown
// type.
func Append(ctx context.Context, tx *ent.Tx, at time.Time, actor string, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if tx.Client().Dialect() == dialect.Postgres {
		const lock = "SELECT pg_advisory_xact_lock($1), pg_notify($2, '')" // the notification is sent at the commit
		if _, err := tx.ExecContext(ctx, lock, lockLog, Channel); err != nil {
			return fmt.Errorf("lock the change log: %w", err)
		}
	}
	for chunk := range slices.Chunk(entries, 500) {
		rows := make([]*ent.ChangeCreate, len(chunk))
		for i, e := range chunk {
			t, ok := ent.TypeOf(e.NodeID)
			if !ok {
				return fmt.Errorf("append a change of %q: unknown type", e.NodeID)
			}
			rows[i] = tx.Change.Create().SetAt(at).SetNodeID(e.NodeID).SetType(t.GQL).SetAction(e.Action).
				SetRevision(e.Revision).SetAudience(e.Audience).SetActor(actor)
		}
		if err := tx.Change.CreateBulk(rows...).Exec(ctx); err != nil {
			return fmt.Errorf("append to the change log: %w", err)
		}
	}
	return nil
}

// Read returns at most limit changes after the given sequence, in order.
func Read(ctx context.Context, c *ent.Client, after, limit int) ([]*ent.Change, error) {
	return c.Change.Query().Where(change.IDGT(after)).Order(change.ByID()).Limit(limit).All(ctx)
}

// Head returns the sequence of the last change, or 0 if the log is empty.
func Head(ctx context.Context, c *ent.Client) (int, error) {
	id, err := c.Change.Query().Order(ent.Desc(change.FieldID)).FirstID(ctx)
	return id, ent.MaskNotFound(err)
}

// Prune deletes changes from before the given time and returns how many. It always keeps the last one, because
// consumers' cursors point at it.
func Prune(ctx context.Context, c *ent.Client, before time.Time) (int, error) {
	head, err := Head(ctx, c)
	if err != nil {
		return 0, err
	}
	return c.Change.Delete().Where(change.AtLT(before.UTC()), change.IDLT(head)).Exec(ctx)
}

// Waker wakes goroutines that wait for changes. Wake-ups can be lost while a database connection is down, so consumers
// must poll as well.
type Waker struct {
	mu          sync.Mutex
	subscribers map[chan struct{}]bool
	callbacks   []func()
}

// OnWake registers f to be called by every Wake, before Wake returns. f must be quick and must not call the waker.
func (w *Waker) OnWake(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.callbacks = append(w.callbacks, f)
}

// Wake calls the registered functions and wakes every subscriber.
func (w *Waker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.callbacks {
		f()
	}
	for c := range w.subscribers {
		select {
		case c <- struct{}{}:
		default: // a wake-up is pending already
		}
	}
}

// Subscribe returns a channel that receives a value after each Wake until stop is called. Wakes that nobody received
// count as one.
func (w *Waker) Subscribe() (woken <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.subscribers == nil {
		w.subscribers = make(map[chan struct{}]bool)
	}
	w.subscribers[c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.subscribers, c)
	}
}
