// Package content holds the rules of writing: what an editor saves becomes a revision, publishing copies a revision's
// document to the live row, withdrawing removes the row. Nothing else writes content.
//
// The write path is a line of stages over a batch of entries. batch.save (save.go) lists those of a draft, batch.do
// (acts.go) those of an act, batch.preparePublish and batch.publish (publish.go) what a publish adds. Each stage is in
// the file that its comment names.
package content

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"entgo.io/ent/dialect"
	"github.com/oklog/ulid/v2"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
)

// Files stores the bytes of assets under their SHA-256, in lower-case hex.
type Files interface {
	// Put stores what r reads; putting what is there already does nothing.
	Put(ctx context.Context, sha256 string, r io.Reader) error
	// Open returns the bytes. The caller closes them.
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)
}

// Service is the writing side of the hub. Now, NewID and Key may be set before its first use.
type Service struct {
	client *ent.Client
	waker  *changes.Waker
	files  Files

	previews chan struct{} // holds one item for every preview that is shown
	inside   *write        // the transaction that everything is part of; nil when each call has its own

	Now   func() time.Time
	NewID func(prefix string) string
	// PreviewTime bounds what one preview takes; 0 means 2 s, and 500 ms on SQLite.
	PreviewTime time.Duration
	Intake      Intake // nil for one that takes files as they are: of trusted ones
	Key         []byte // secret, and the same on every replica: of the hashes that keep redacted texts out
}

// New returns the service. It wakes the waker after every commit that changed what readers see.
func New(client *ent.Client, waker *changes.Waker, files Files) *Service {
	return &Service{
		client: client, waker: waker, files: files, NewID: idSource(), previews: make(chan struct{}, previewsAtOnce),
		Now: time.Now, //nolint:forbidigo // the one clock
	}
}

// idSource returns a source of ids that sort in the order in which they were made.
func idSource() func(prefix string) string {
	var mu sync.Mutex
	entropy := ulid.Monotonic(rand.Reader, 0)
	return func(prefix string) string {
		mu.Lock()
		defer mu.Unlock()
		return prefix + "_" + strings.ToLower(ulid.MustNew(ulid.Now(), entropy).String())
	}
}

// write is a transaction. It collects what it changes for readers, and appends that to the change log as its last
// statement.
type write struct {
	*ent.Client
	tx      *ent.Tx
	ctx     context.Context // with the hub as the viewer: it sees every row
	now     time.Time
	viewer  access.Viewer // with the rights of now
	actor   string
	audit   *access.Recorder // of what the viewer asked for; nil when it is not audited
	newID   func(prefix string) string
	key     []byte // Service.Key
	changes []changes.Entry
	preview bool        // it will be rolled back
	lock    publishLock // how it holds lockPublish

	coming   map[string]string  // of an import: owners of what it brings, by id, "" for reference data
	reserved map[slugKey]string // of an import: ids of what it brings, by the addresses that they will have
	accepted map[string]bool    // ids that documents may refer to although nothing has them
}

// write runs do in a transaction: all of it happens or nothing. It takes the publish lock first. The rights of
// the viewer are read again in the transaction, and stay until it ends; the error is UNAUTHENTICATED if there are none,
// and FORBIDDEN if they are not those that the request came with.
func (s *Service) write(ctx context.Context, lock publishLock, do func(w *write) error) error {
	viewer := access.ViewerOf(ctx)
	if s.inside != nil {
		return do(s.inside)
	}
	ctx = access.WithViewer(ctx, access.System("content"))
	tx, err := s.client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	w := &write{
		Client: tx.Client(), tx: tx, ctx: ctx, now: s.Now().UTC().Truncate(time.Millisecond), viewer: viewer,
		actor: actorName(viewer), audit: access.RecorderOf(ctx),
		newID: s.NewID, key: s.Key, lock: lock,
	}
	err = func() error {
		if lock != unlocked && w.Dialect() == dialect.Postgres {
			take := "SELECT pg_advisory_xact_lock($1)"
			if lock == together {
				take = "SELECT pg_advisory_xact_lock_shared($1)"
			}
			if _, err := tx.ExecContext(ctx, take, lockPublish); err != nil {
				return fmt.Errorf("lock publishing: %w", err)
			}
		}
		if w.viewer, err = access.UnchangedViewer(ctx, w.Client, w.now, viewer); err != nil {
			return err
		}
		if err := do(w); err != nil {
			return err
		}
		if err := w.audit.RecordIn(ctx, w.Client); err != nil {
			return fmt.Errorf("record the audit event: %w", err)
		}
		return changes.Append(ctx, tx, w.now, w.actor, w.changes)
	}()
	if err != nil {
		if rollback := tx.Rollback(); rollback != nil {
			return fmt.Errorf("%w (and the rollback failed: %w)", err, rollback)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	w.audit.MarkRecorded()
	if len(w.changes) > 0 {
		s.waker.Wake()
	}
	return nil
}

// within returns the service as a part of the transaction: it reads and writes there.
func (s *Service) within(w *write) *Service {
	part := *s
	part.client, part.inside = w.Client, w
	return &part
}

func actorName(v access.Viewer) string {
	return cmp.Or(v.Actor, v.Name, string(v.Kind))
}
