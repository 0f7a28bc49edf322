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
	"dugnad/changes/background"
	"dugnad/ent"
	"dugnad/ent/change"
	"dugnad/schema"
	"dugnad/search"
)

const (
	poll       = time.Second // wake-ups may be lost
	minBackOff = time.Second
	maxBackOff = 8 * time.Second // asking costs little, and readers wait for search
)

// Follower keeps a search engine's indexes at the state of the database. The engine stores the sequence of the last
// change that it has applied, so a follower can stop at any time and a new one continues from there. An engine has one
// follower.
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
	failed     error // of the last round

	// when the engine's settings were last checked; only the holder of the turn accesses it
	checked time.Time
}

// New returns a follower of the change log. It does nothing until Run or Reindex is called.
func New(
	client *ent.Client, engine search.Engine, waker *changes.Waker, logger *slog.Logger, now func() time.Time,
) *Follower {
	return &Follower{
		client: client, engine: engine, waker: waker, log: logger, now: now,
		turn: make(chan struct{}, 1), repairs: map[string]bool{}, dead: map[string]DeadLetter{}, repair: make(chan struct{}, 1),
	}
}

// Run follows the log until ctx ends, and then returns nil. Failures are logged and retried after 1 to 8 seconds. Run
// returns an error only if the engine was closed.
func (f *Follower) Run(ctx context.Context) error {
	woken, stop := f.waker.Subscribe()
	defer stop()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for failures := 0; ; {
		began := f.now()
		err := f.catchUp(ctx)
		f.report(ctx, err)
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
		case <-time.After(rest(f.now().Sub(began))):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-woken:
		case <-f.repair:
		case <-tick.C:
		}
	}
}

// maxRest is the longest pause between rounds that succeed: what is published shows in search within a second.
const maxRest = 500 * time.Millisecond

// rest returns the pause after a round that took so long. What is published meanwhile is indexed with one batch, and
// while much is published the index takes at most a third of the time.
func rest(took time.Duration) time.Duration { return min(max(2*took, 0), maxRest) }

// report records how the last round went, for the task that runs the follower and for Status.
func (f *Follower) report(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	background.Report(ctx, err)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = err
}

// backOff returns the pause before the next attempt: doubled with each earlier failure, and shortened at random by up
// to half, so that replicas do not retry at the same time.
func backOff(failures int) time.Duration {
	d := maxBackOff
	if failures < 3 {
		d = min(minBackOff<<failures, maxBackOff)
	}
	return d - rand.N(d/2) //nolint:gosec // nobody gains from foreseeing it
}

// CaughtUp reports whether the index contains every change that is in the log now.
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

// Repair queues the document of an id to be rebuilt or removed, because a reader found it in the index but not in the
// database.
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

// begin waits until this follower may write to the engine.
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

// checkPause is the interval between checks of the engine's settings, which another program may have changed.
const checkPause = 10 * time.Minute

// check compares the engine's settings with the expected ones, and rebuilds the indexes when they differ.
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

// step applies the next batch of the log, or rebuilds the indexes when the log does not reach back to them.
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

// errCut means that the index's last change is not in the log: the log was pruned beyond it, or belongs to another
// database.
var errCut = errors.New("the change log does not reach back to the index")

// next returns the changes after the engine's cursor, none if it is at the end. The change at the cursor is read too:
// if it is missing, changes after it may be missing as well, and the error is errCut.
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
	if len(batch) > chunk && slices.ContainsFunc(batch[1:], isShown) { // there may be thousands, in one place
		more, err := f.own(ctx, int(seq))
		if err != nil {
			return nil, err
		}
		batch = append(batch[:1], more...)
	}
	if slices.ContainsFunc(batch[1:], isRedacted) {
		return nil, errRedacted
	}
	return batch[1:], f.far(ctx, batch)
}

// errRedacted requests a rebuild after a redaction, because a replaced document stays in the files of an index for a
// while.
var errRedacted = errors.New("a text was redacted")

// isShown reports whether the change is one of an object that shows changed reference data. The follower finds those by
// itself (Dependents), so that other changes do not wait for them.
func isShown(c *ent.Change) bool { return c.Action == schema.Shown || c.Action == schema.Moved }

var notShown = change.Not(change.ActionIn(schema.Shown, schema.Moved))

// own returns the next changes that are not about what shows something else, and the last change of the log, which
// moves the cursor, when there are few.
func (f *Follower) own(ctx context.Context, after int) ([]*ent.Change, error) {
	head, err := changes.Head(ctx, f.client)
	if err != nil {
		return nil, fmt.Errorf("read the head of the change log: %w", err)
	}
	batch, err := f.client.Change.Query().Where(change.IDGT(after), change.IDLTE(head), change.Or(notShown, change.ID(head))).
		Order(change.ByID()).Limit(chunk).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the change log after %d: %w", after, err)
	}
	return batch, nil
}

func isRedacted(c *ent.Change) bool { return c.Action == schema.Redacted }

// errTooFarBehind requests a rebuild when that is faster than following the log, for instance after an import.
var errTooFarBehind = errors.New("most of the index has changed")

// far returns errTooFarBehind if the batch is full and the rest of the log has more changes than half the number of
// searchable rows.
func (f *Follower) far(ctx context.Context, batch []*ent.Change) error {
	if len(batch) < chunk {
		return nil
	}
	behind, err := f.client.Change.Query().Where(change.IDGT(batch[0].ID), notShown).Count(ctx)
	if err != nil {
		return fmt.Errorf("count the changes not yet indexed: %w", err)
	}
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

// follow applies a batch of changes and then moves the engine's cursor past it. Documents that only mention a changed
// row are updated last, in chunks. The cursor moves after them, so that none is lost if the program stops in between;
// other changes are applied between the chunks.
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
		next, err := f.own(ctx, ahead)
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

// changed returns the ids of the changes, each once.
func changed(batch []*ent.Change) []string {
	seen := make(map[string]bool, len(batch))
	var ids []string
	for _, c := range batch {
		if !seen[c.NodeID] && !isShown(c) {
			seen[c.NodeID], ids = true, append(ids, c.NodeID)
		}
	}
	return ids
}

// apply writes the present documents of the ids to the engine, and deletes those of ids that are no longer live. A seq
// of 0 leaves the cursor unchanged.
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

// documents returns the documents that an engine accepts. Invalid ones are logged and left out, so that they do not
// stop the others.
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

// mend performs the queued repairs.
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
