package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/graph/rules"
	"dugnad/schema"
	"dugnad/server/graphqlhttp"
)

// pollInterval is how often the change log is read without a notice: notices can be lost, and on SQLite another
// program may have imported.
const pollInterval = time.Second

// readTimeout bounds one read of the log; while the database does not answer, nothing is served from memory.
const readTimeout = 2 * time.Second

// changeCounter counts the changes of each type. No goroutine follows the log for it: a caller that comes after a
// notice reads the log first, so an answer that was made before a change is not served after it on this replica, and
// on the others as soon as they are notified.
type changeCounter struct {
	client *ent.Client
	now    func() time.Time

	notified atomic.Uint64 // notices of changes
	applied  atomic.Uint64 // notices up to which the log has been read
	readAt   atomic.Int64  // when it was read, in Unix nanoseconds

	mu    sync.Mutex
	begun bool
	seq   int // up to which the log has been read
	types []atomic.Uint64

	recent []*ent.Change // the last of them, for subscriptions; guarded by mu
	since  int           // the sequence before the first of recent
}

// recentChanges is the number of changes that are kept in memory.
const recentChanges = 2000

func newChangeCounter(client *ent.Client, waker *changes.Waker) *changeCounter {
	v := &changeCounter{client: client, now: time.Now, types: make([]atomic.Uint64, len(ent.Types))}
	waker.OnWake(func() { v.notified.Add(1) })
	return v
}

// sum returns a number that differs after a change of any of the types.
func (v *changeCounter) sum(reads graphqlhttp.Reads) (uint64, error) {
	notified := v.notified.Load()
	if v.applied.Load() < notified || v.now().UnixNano()-v.readAt.Load() > int64(pollInterval) {
		if err := v.readOn(notified); err != nil {
			return 0, err
		}
	}
	var sum uint64
	for i := range v.types {
		if reads&(1<<i) != 0 {
			sum += v.types[i].Load()
		}
	}
	return sum, nil
}

// readOn reads the log on. Its context is its own, so that no single request's deadline cuts it off.
func (v *changeCounter) readOn(notified uint64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	if v.applied.Load() >= notified && now.UnixNano()-v.readAt.Load() <= int64(pollInterval) {
		return nil // another caller has read it meanwhile
	}
	ctx, cancel := context.WithTimeout(access.WithViewer(context.Background(), access.System("versions")), readTimeout)
	defer cancel()
	if !v.begun {
		head, err := changes.Head(ctx, v.client)
		if err != nil {
			return fmt.Errorf("read the head of the change log: %w", err)
		}
		v.seq, v.since, v.begun = head, head, true
	}
	const chunk = 1000
	for {
		batch, err := changes.Read(ctx, v.client, v.seq, chunk)
		if err != nil {
			return fmt.Errorf("read the change log: %w", err)
		}
		for _, c := range batch {
			v.seq = c.ID
			v.recent = append(v.recent, c)
			if i := slices.IndexFunc(ent.Types, func(t ent.Type) bool { return t.GQL == c.Type }); i >= 0 {
				v.types[i].Add(1)
				continue
			}
			for i := range v.types { // a change without a type counts for all
				v.types[i].Add(1)
			}
		}
		if n := len(v.recent) - recentChanges; n > 0 {
			v.since = v.recent[n-1].ID
			v.recent = slices.Delete(v.recent, 0, n)
		}
		if len(batch) < chunk {
			break
		}
	}
	v.applied.Store(max(v.applied.Load(), notified))
	v.readAt.Store(now.UnixNano())
	return nil
}

// News implements graph.Log.
func (v *changeCounter) News(
	_ context.Context, after int, types []string, audiences []schema.Audience,
) (head int, news bool, err error) {
	if _, err := v.sum(0); err != nil { // reads on
		return 0, false, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if after < v.since {
		return v.seq, true, nil // too old to know
	}
	from, _ := slices.BinarySearchFunc(v.recent, after+1, func(c *ent.Change, seq int) int { return c.ID - seq })
	return v.seq, slices.ContainsFunc(v.recent[from:], func(c *ent.Change) bool {
		return slices.Contains(types, c.Type) && slices.Contains(audiences, c.Audience)
	}), nil
}

// sharing returns how answers are shared among anonymous readers, nil when none are kept.
func (h *Hub) sharing(root rules.Rules) *graphqlhttp.Sharing {
	if h.config.CacheMB == 0 {
		return nil
	}
	s := &graphqlhttp.Sharing{
		With: func(r *http.Request) (string, bool) {
			v := access.ViewerOf(r.Context())
			return v.Manifest, isAnonymous(r.Context()) // a manifest restricts what may be asked
		},
		Roots: map[string]graphqlhttp.Reads{}, Unshared: map[string]bool{}, Bytes: uint64(h.config.CacheMB) << 20, //nolint:gosec // not negative, see Config.check
	}
	for i, t := range ent.Types {
		s.Types = append(s.Types, t.Name)
		if !t.Content {
			s.Inputs |= 1 << i // filters name themes, municipalities, organisations
		}
	}
	for field, rule := range root.Query {
		s.Unshared[field] = !rule.Shareable
		if rule.ReadsAll {
			s.Roots[field] |= graphqlhttp.Everything &^ graphqlhttp.Searched
		}
		if rule.ReadsIndex {
			s.Roots[field] |= graphqlhttp.Searched
		}
	}
	applied := h.applied()
	s.State = func(ctx context.Context, reads graphqlhttp.Reads) (uint64, error) {
		sum, err := h.changeCounter.sum(reads)
		if err != nil || reads&graphqlhttp.Searched == 0 {
			return sum, err
		}
		seq, err := applied(ctx)
		const mixed = 0x9E3779B97F4A7C15    // after a rebuild the indexes can stand further back than they did
		return sum*mixed + uint64(seq), err //nolint:gosec // sequences are not negative
	}
	return s
}

// appliedKept is how long the sequence of a search server is remembered.
const appliedKept = 250 * time.Millisecond

// applied returns a function that returns the sequence up to which the search indexes have applied the change log. A
// search server is not asked each time.
func (h *Hub) applied() func(context.Context) (int64, error) {
	if !h.meili {
		return h.engine.Seq
	}
	return keptFor(appliedKept, h.engine.Seq)
}

// keptFor returns get with its value remembered for a while.
func keptFor[T any](life time.Duration, get func(context.Context) (T, error)) func(context.Context) (T, error) {
	var mu sync.Mutex
	var last T
	var at time.Time
	return func(ctx context.Context) (T, error) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(at) < life {
			return last, nil
		}
		v, err := get(ctx)
		if err == nil {
			last, at = v, time.Now()
		}
		return v, err
	}
}
