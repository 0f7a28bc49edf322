package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"dugnad/changes"
	"dugnad/ent"
	"dugnad/schema"
	"dugnad/search"
)

const (
	poll       = time.Second // wake-ups may be lost
	minBackOff = time.Second
	maxBackOff = 8 * time.Second // asking costs little, and readers wait for search
)

// Follower keeps a search engine's indexes at the state of the database. The engine's own cursor is its place in the
// change log, so it can end at any moment and goes on from there. An engine has one follower.
type Follower struct {
	client *ent.Client
	engine search.Engine
	waker  *changes.Waker
	log    *slog.Logger
	now    func() time.Time

	turn chan struct{} // holds a value while somebody writes to the engine

	mu      sync.Mutex
	repairs map[string]bool
	repair  chan struct{} // there are some

	dead       map[string]DeadLetter
	reconciled *Reconciliation
	rebuilding bool

	checked time.Time // when the engine was last asked whether its settings are right; only the holder of the turn touches it
}

// New makes a follower of the change log. Nothing happens before Run or Reindex.
func New(client *ent.Client, engine search.Engine, waker *changes.Waker, logger *slog.Logger, now func() time.Time) *Follower {
	return &Follower{
		client: client, engine: engine, waker: waker, log: logger, now: now,
		turn: make(chan struct{}, 1), repairs: map[string]bool{}, dead: map[string]DeadLetter{}, repair: make(chan struct{}, 1),
	}
}

// Run follows the log until ctx ends, and then returns nil. What fails is logged and tried again, after a second at
// first and 8 s at most; only an engine that was closed ends it with an error.
func (f *Follower) Run(ctx context.Context) error {
	woken, stop := f.waker.Subscribe()
	defer stop()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for failures := 0; ; {
		err := f.catchUp(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, search.ErrClosed):
			return err
		case err != nil:
			pause := backOff(failures)
			failures++
			f.log.ErrorContext(ctx, "search does not follow the change log", "error", err, "again_in", pause)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pause):
			}
			continue
		}
		failures = 0
		select {
		case <-ctx.Done():
			return nil
		case <-woken:
		case <-f.repair:
		case <-tick.C:
		}
	}
}

// backOff is how long to wait after so many failures before this one: twice as long each time, and up to half of it
// less, so that replicas do not all come back together.
func backOff(failures int) time.Duration {
	d := maxBackOff
	if failures < 3 {
		d = min(minBackOff<<failures, maxBackOff)
	}
	return d - rand.N(d/2) //nolint:gosec // nobody gains from foreseeing it
}

// CaughtUp reports whether searches see everything that is in the change log now. An error means that it is not known.
func (f *Follower) CaughtUp(ctx context.Context) (bool, error) {
	head, err := changes.Head(ctx, f.client)
	if err != nil {
		return false, fmt.Errorf("read the head of the change log: %w", err)
	}
	if err := f.engine.Health(ctx); err != nil {
		return false, notUnavailable(err)
	}
	seq, err := f.engine.Seq(ctx)
	return err == nil && seq >= int64(head), notUnavailable(err)
}

func notUnavailable(err error) error {
	if errors.Is(err, search.ErrUnavailable) {
		return nil
	}
	return err
}

// Repair has the document of an id made again or removed soon: a reader found it in the index and not in the database.
func (f *Follower) Repair(id string) {
	if !searched(id) {
		return
	}
	f.mu.Lock()
	f.repairs[id] = true
	f.mu.Unlock()
	select {
	case f.repair <- struct{}{}:
	default: // one is waiting
	}
}

// begin waits for the turn to write to the engine.
func (f *Follower) begin(ctx context.Context) (end func(), err error) {
	select {
	case f.turn <- struct{}{}:
		return func() { <-f.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// catchUp brings the indexes to the end of the log.
func (f *Follower) catchUp(ctx context.Context) error {
	end, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := f.check(ctx); err != nil {
		return err
	}
	for more := true; more; {
		if more, err = f.step(ctx); err != nil {
			return err
		}
	}
	return f.mend(ctx)
}

// checkPause is how often the engine's settings are looked at: another program may have changed them.
const checkPause = 10 * time.Minute

// check has the engine check its settings, and rebuilds the indexes when they are not as expected.
func (f *Follower) check(ctx context.Context) error {
	now := f.now()
	if now.Sub(f.checked) < checkPause {
		return nil
	}
	err := f.engine.Check(ctx)
	if errors.Is(err, search.ErrNeedsRebuild) {
		err = f.rebuild(ctx, err.Error())
	}
	if err == nil {
		f.checked = now
	}
	return err
}

// step takes the next batch of the log, or builds the indexes where there is no following it.
func (f *Follower) step(ctx context.Context) (more bool, err error) {
	batch, err := f.next(ctx)
	switch {
	case errors.Is(err, search.ErrNeedsRebuild), errors.Is(err, errCut), errors.Is(err, errTooFarBehind), errors.Is(err, errRedacted):
		return true, f.rebuild(ctx, err.Error())
	case err != nil:
		return false, err
	}
	return len(batch) > 0, f.follow(ctx, batch)
}

// errCut is that the index stands at a change that is not in the log: the log has been cut behind it, or is another
// database's.
var errCut = errors.New("the change log does not reach back to the index")

// next reads the changes after the engine's cursor; none when it stands at the end. The change at the cursor is read
// too: when it is not there any more, changes after it may be missing as well.
func (f *Follower) next(ctx context.Context) ([]*ent.Change, error) {
	seq, err := f.engine.Seq(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the index's cursor: %w", err)
	}
	if seq == 0 { // the log was empty when the indexes were built
		batch, err := f.read(ctx, 0, chunk)
		if err == nil && len(batch) > 0 {
			err = f.far(ctx, batch)
		}
		return batch, err
	}
	batch, err := f.read(ctx, int(seq)-1, chunk+1)
	if err != nil {
		return nil, err
	}
	if len(batch) == 0 || int64(batch[0].ID) != seq {
		return nil, fmt.Errorf("%w: it stands at %d", errCut, seq)
	}
	if slices.ContainsFunc(batch[1:], isRedacted) {
		return nil, errRedacted
	}
	return batch[1:], f.far(ctx, batch)
}

// errRedacted asks for a rebuild after a redaction: a replaced document stays in the files of an index for a while.
var errRedacted = errors.New("a text was redacted")

func isRedacted(c *ent.Change) bool { return c.Action == schema.Redacted }

// errTooFarBehind asks for a rebuild when that is faster than following the log: after an import, for instance.
var errTooFarBehind = errors.New("most of the index has changed")

// far is errTooFarBehind when a full batch shows that the log is long, and it holds more changes than half of what
// there is to search.
func (f *Follower) far(ctx context.Context, batch []*ent.Change) error {
	if len(batch) < chunk {
		return nil
	}
	head, err := changes.Head(ctx, f.client)
	if err != nil {
		return fmt.Errorf("read the head of the change log: %w", err)
	}
	behind := head - batch[0].ID
	if behind < 2*chunk {
		return nil
	}
	documents, err := count(ctx, f.client)
	if err == nil && 2*behind > documents {
		err = errTooFarBehind
	}
	return err
}

func (f *Follower) read(ctx context.Context, after, limit int) ([]*ent.Change, error) {
	batch, err := changes.Read(ctx, f.client, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the change log after %d: %w", after, err)
	}
	return batch, nil
}

// follow applies a batch of changes and then moves the engine's cursor past it. Documents that only show something of
// what has changed come last, in chunks, and the cursor waits for them, so that none is lost if the program ends in
// between; what others change meanwhile does not wait.
func (f *Follower) follow(ctx context.Context, batch []*ent.Change) error {
	if len(batch) == 0 {
		return nil
	}
	ids, last := changed(batch), batch[len(batch)-1].ID
	if !slices.ContainsFunc(ids, fansOut) {
		return f.apply(ctx, ids, int64(last))
	}
	if err := f.apply(ctx, ids, 0); err != nil {
		return err
	}
	ahead := last
	err := Dependents(ctx, f.client, ids, func(shown []string) error {
		if err := f.apply(ctx, shown, 0); err != nil {
			return err
		}
		next, err := f.read(ctx, ahead, chunk)
		if err != nil || len(next) == 0 {
			return err
		}
		ahead = next[len(next)-1].ID // its own turn comes when the cursor gets there
		return f.apply(ctx, changed(next), 0)
	})
	if err != nil {
		return err
	}
	return f.apply(ctx, nil, int64(last))
}

// changed is the ids of the changes, each once.
func changed(batch []*ent.Change) []string {
	seen := make(map[string]bool, len(batch))
	var ids []string
	for _, c := range batch {
		if !seen[c.NodeID] {
			seen[c.NodeID], ids = true, append(ids, c.NodeID)
		}
	}
	return ids
}

// apply gives the engine what the ids are now, whatever has been said of them, and removes those that are nothing any
// more. A seq of 0 leaves the cursor where it is.
func (f *Follower) apply(ctx context.Context, ids []string, seq int64) error {
	b := search.Batch{Seq: seq}
	f.revive(ids)
	docs, err := f.documents(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if d, ok := docs[id]; ok {
			b.Upserts = append(b.Upserts, d)
		} else if searched(id) {
			b.Deletes = append(b.Deletes, id)
		}
	}
	if len(b.Upserts)+len(b.Deletes) == 0 && seq == 0 {
		return nil
	}
	return f.give(ctx, f.engine, b)
}

// documents are those that any engine takes. One that none does must not hold up all others: it is set aside.
func (f *Follower) documents(ctx context.Context, ids []string) (map[string]search.Document, error) {
	docs, err := Documents(ctx, f.client, ids)
	for id, d := range docs {
		if err := d.Validate(); err != nil {
			f.bury(ctx, id, err)
			delete(docs, id)
		}
	}
	return docs, err
}

// mend does the repairs that have been asked for.
func (f *Follower) mend(ctx context.Context) error {
	f.mu.Lock()
	var ids []string
	for id := range f.repairs {
		if len(ids) < chunk {
			ids = append(ids, id)
		}
	}
	f.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	if err := f.apply(ctx, ids, 0); err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		delete(f.repairs, id)
	}
	return nil
}
