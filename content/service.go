// Package content holds the rules of writing: what an editor saves becomes a revision, publishing copies a revision's document to the
// live row, withdrawing removes the row. Nothing else writes content.
package content

import (
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

// Files keeps the bytes of assets, named by their SHA-256 in lower-case hex.
type Files interface {
	// Put keeps what r gives; putting what is there already does nothing.
	Put(ctx context.Context, sha256 string, r io.Reader) error
	// Open gives the bytes.
	Open(ctx context.Context, sha256 string) (io.ReadSeekCloser, error)
}

// Service is the writing side of the hub. Now, NewID and Key may be set before its first use.
type Service struct {
	client *ent.Client
	waker  *changes.Waker
	files  Files

	previews chan struct{} // holds one item for every preview that is shown
	inside   *write        // the transaction that everything is part of; nil for one each

	Now   func() time.Time
	NewID func(prefix string) string
	// PreviewTime bounds what one preview takes; 0 means 2 s, and 500 ms on SQLite.
	PreviewTime time.Duration
	Key         []byte // secret, and the same on every replica: of the hashes that keep redacted texts out
}

// New makes the service. It wakes the waker after every commit that changed what readers see.
func New(client *ent.Client, waker *changes.Waker, files Files) *Service {
	return &Service{
		client: client, waker: waker, files: files, NewID: idSource(), previews: make(chan struct{}, previewsAtOnce),
		Now: time.Now, //nolint:forbidigo // the one clock
	}
}

// idSource makes ids that sort in the order they were made in.
func idSource() func(prefix string) string {
	var mu sync.Mutex
	entropy := ulid.Monotonic(rand.Reader, 0)
	return func(prefix string) string {
		mu.Lock()
		defer mu.Unlock()
		return prefix + "_" + strings.ToLower(ulid.MustNew(ulid.Now(), entropy).String())
	}
}

// Code tells errors apart; they are the codes of the API.
type Code string

// The codes of content's errors.
const (
	BadInput    Code = "BAD_USER_INPUT"
	NotFound    Code = "NOT_FOUND"
	Forbidden   Code = "FORBIDDEN"
	Conflict    Code = "CONFLICT"
	Unavailable Code = "UNAVAILABLE"
)

// Error is something that the writer can do something about.
type Error struct {
	Code    Code
	Field   string
	Message string
}

func (e *Error) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// lockPublish is the advisory lock of publishing and withdrawing on PostgreSQL: two entries that point at each other would lose their
// edge if each were published without seeing the other. It is taken before anything is read.
const lockPublish = 0x6475676e_707562 // "dugnpub"

// write is a transaction that collects what it changes for readers, to append that to the change log as the last thing it does.
type write struct {
	*ent.Client
	tx      *ent.Tx
	ctx     context.Context // the hub's own: it sees every row
	now     time.Time
	viewer  access.Viewer
	actor   string
	changes []changes.Entry
	preview bool // all of it is taken back
}

// write runs do in a transaction; all of it happens or nothing.
func (s *Service) write(ctx context.Context, publishing bool, do func(w *write) error) error {
	viewer := access.ViewerOf(ctx)
	if s.inside != nil {
		return do(s.inside)
	}
	ctx = access.WithViewer(ctx, access.System("content"))
	tx, err := s.client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	w := &write{Client: tx.Client(), tx: tx, ctx: ctx, now: s.Now().UTC().Truncate(time.Millisecond), viewer: viewer, actor: actorName(viewer)}
	err = func() error {
		if publishing && w.Dialect() == dialect.Postgres {
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", lockPublish); err != nil {
				return fmt.Errorf("lock publishing: %w", err)
			}
		}
		if err := do(w); err != nil {
			return err
		}
		if err := access.Keep(ctx, w.Client); err != nil {
			return fmt.Errorf("keep the audit event: %w", err)
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
	access.Kept(ctx)
	if len(w.changes) > 0 {
		s.waker.Wake()
	}
	return nil
}

// within is the service as a part of the transaction: what it reads and writes is read and written there.
func (s *Service) within(w *write) *Service {
	part := *s
	part.client, part.inside = w.Client, w
	return &part
}

func actorName(v access.Viewer) string {
	if v.Name != "" {
		return v.Name
	}
	return string(v.Kind)
}
