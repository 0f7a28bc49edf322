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
	"entgo.io/ent/dialect/sql"

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
	for chunk := range slices.Chunk(entries, 500) {
		types := make([]string, len(chunk))
		for i, e := range chunk {
			t, ok := ent.TypeOf(e.NodeID)
			if !ok {
				return fmt.Errorf("append a change of %q: unknown type", e.NodeID)
			}
			types[i] = t.GQL
		}
		var err error
		if tx.Client().Dialect() == dialect.Postgres {
			err = appendLocked(ctx, tx, at, actor, chunk, types)
		} else {
			rows := make([]*ent.ChangeCreate, len(chunk))
			for i, e := range chunk {
				rows[i] = tx.Change.Create().SetAt(at).SetNodeID(e.NodeID).SetType(types[i]).SetAction(e.Action).
					SetRevision(e.Revision).SetAudience(e.Audience).SetActor(actor)
			}
			err = tx.Change.CreateBulk(rows...).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("append to the change log: %w", err)
		}
	}
	return nil
}

// appendLocked takes the lock, notifies at the commit, and writes the changes, in one statement: everybody who publishes
// waits for the lock, which is held until the commit. The rows get their sequences after the lock, because they are
// joined with it.
func appendLocked(
	ctx context.Context, tx *ent.Tx, at time.Time, actor string, entries []Entry, types []string,
) error {
	b := &sql.Builder{}
	b.SetDialect(dialect.Postgres)
	b.WriteString("WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(").Arg(lockLog).WriteString("), pg_notify(").
		Arg(Channel).WriteString(", '')) INSERT INTO ").Ident(change.Table).WriteString(" (").
		IdentComma(change.FieldAt, change.FieldActor, change.FieldNodeID, change.FieldType, change.FieldAction,
			change.FieldRevision, change.FieldAudience).
		WriteString(") SELECT CAST(").Arg(at).WriteString(" AS timestamptz), ").Arg(actor).
		WriteString(", c.column1, c.column2, c.column3, c.column4, c.column5 FROM locked, (VALUES ")
	for i, e := range entries {
		if i > 0 {
			b.Comma()
		}
		b.WriteString("(").Args(e.NodeID, types[i], string(e.Action)).WriteString(", CAST(").Arg(e.Revision).
			WriteString(" AS bigint), ").Arg(string(e.Audience)).WriteString(")")
	}
	b.WriteString(") AS c")
	query, args := b.Query()
	_, err := tx.ExecContext(ctx, query, args...)
	return err
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
