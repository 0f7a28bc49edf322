package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"dugnad/changes"
	"dugnad/ent/change"
	"dugnad/search"
)

// State is the state of search.
type State string

// The states, best first.
const (
	Ready  State = "READY"  // searches know of everything
	Behind State = "BEHIND" // searches are answered, and some changes are not in them yet
	// new indexes are being built; searches use the old ones, if there are any
	Rebuilding  State = "REBUILDING"
	Unavailable State = "UNAVAILABLE" // no search is answered
)

// EngineName names a search engine.
type EngineName string

// The engines.
const (
	Bleve       EngineName = "BLEVE"
	Meilisearch EngineName = "MEILISEARCH"
)

// Status is the state of the indexes. Dead letters, reconciliation and rebuilding are known only to the replica that
// updates the indexes, and empty on others.
type Status struct {
	Engine         EngineName // set by whoever made it
	State          State
	Applied        int           // sequence in the change log up to which searches know of everything
	Waiting        int           // changes after that
	Lag            time.Duration // since the oldest of them
	DeadLetters    []DeadLetter
	Reconciliation *Reconciliation // the last one since the program's start
	Answers        bool            // searches are answered, perhaps from old indexes
	Problem        string          // what is the matter, for operators
}

// LagSeconds is Lag for the API.
func (s Status) LagSeconds() float64 { return s.Lag.Seconds() }

// Status returns the state of the indexes. An error is one of the database.
func (f *Follower) Status(ctx context.Context) (Status, error) {
	f.mu.Lock()
	s := Status{State: Ready, DeadLetters: slices.Collect(maps.Values(f.dead)), Reconciliation: f.reconciled}
	rebuilding, failed := f.rebuilding, f.failed
	f.mu.Unlock()
	slices.SortFunc(s.DeadLetters, func(a, b DeadLetter) int { return cmp.Compare(a.ID, b.ID) })
	err := f.engine.Health(ctx)
	var seq int64
	if err == nil {
		seq, err = f.engine.Seq(ctx)
	}
	if err != nil {
		s.State, s.Problem = Unavailable, err.Error()
	} else if failed != nil {
		s.Problem = failed.Error()
	}
	s.Answers = err == nil
	ctx = asIndex(ctx)
	s.Applied = int(seq)
	if err == nil || errors.Is(err, search.ErrNeedsRebuild) {
		if s.Waiting, err = f.client.Change.Query().Where(change.IDGT(s.Applied)).Count(ctx); err != nil {
			return s, fmt.Errorf("count the changes not yet indexed: %w", err)
		}
		oldest, err := changes.Read(ctx, f.client, s.Applied, 1)
		if err != nil {
			return s, fmt.Errorf("read the oldest change not yet indexed: %w", err)
		}
		if len(oldest) > 0 {
			s.Lag = max(0, f.now().Sub(oldest[0].At))
		}
	}
	switch {
	case rebuilding:
		s.State = Rebuilding
	case s.State == Ready && s.Waiting > 0:
		s.State = Behind
	}
	return s, nil
}
