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
	"dugnad/schema"
	"dugnad/server/graphqlhttp"
)

// lookAgain is how often the change log is looked at though nothing was heard: notices can be lost, and on SQLite another program may have imported.
const lookAgain = time.Second

// readOnTime bounds one look; while the database does not answer nothing is given from memory.
const readOnTime = 2 * time.Second

// versions count the changes of each type. Nothing follows the log for them: whoever asks after something was heard of reads on first, so an answer
// that was made before a change is not given after it on this replica, and on the others as soon as they hear.
type versions struct {
	client *ent.Client
	now    func() time.Time

	heard atomic.Uint64 // wake-ups
	known atomic.Uint64 // those up to which the log has been read
	read  atomic.Int64  // when, in Unix nanoseconds

	mu    sync.Mutex
	begun bool
	seq   int // up to which the log has been read
	types []atomic.Uint64

	recent []*ent.Change // the last of them, for subscriptions; guarded by mu
	since  int           // the sequence before the first of recent
}

// recentChanges is how many changes are kept in memory.
const recentChanges = 2000

func newVersions(client *ent.Client, waker *changes.Waker) *versions {
	v := &versions{client: client, now: time.Now, types: make([]atomic.Uint64, len(ent.Types))}
	waker.OnWake(func() { v.heard.Add(1) })
	return v
}

// sum is another number after a change of any of the types.
func (v *versions) sum(reads graphqlhttp.Reads) (uint64, error) {
	heard := v.heard.Load()
	if v.known.Load() < heard || v.now().UnixNano()-v.read.Load() > int64(lookAgain) {
		if err := v.readOn(heard); err != nil {
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

// readOn is nobody's request in particular, and not counted or cut off as a part of one.
func (v *versions) readOn(heard uint64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	if v.known.Load() >= heard && now.UnixNano()-v.read.Load() <= int64(lookAgain) {
		return nil // somebody else has, meanwhile
	}
	ctx, cancel := context.WithTimeout(access.WithViewer(context.Background(), access.System("versions")), readOnTime)
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
			for i := range v.types { // what is not of a type is of all
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
	v.known.Store(max(v.known.Load(), heard))
	v.read.Store(now.UnixNano())
	return nil
}

// News tells where the log ends, and whether it has anything of some types for some audiences after a place.
func (v *versions) News(_ context.Context, after int, types []string, audiences []schema.Audience) (head int, news bool, err error) {
	if _, err := v.sum(0); err != nil { // reads on
		return 0, false, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if after < v.since {
		return v.seq, true, nil // who knows
	}
	from, _ := slices.BinarySearchFunc(v.recent, after+1, func(c *ent.Change, seq int) int { return c.ID - seq })
	return v.seq, slices.ContainsFunc(v.recent[from:], func(c *ent.Change) bool {
		return slices.Contains(types, c.Type) && slices.Contains(audiences, c.Audience)
	}), nil
}

// sharing says which answers are kept for everybody.
func (h *Hub) sharing() *graphqlhttp.Sharing {
	if h.config.CacheMB == 0 {
		return nil
	}
	s := &graphqlhttp.Sharing{
		With: func(r *http.Request) (string, bool) {
			v := access.ViewerOf(r.Context())
			return v.Manifest, isAnonymous(r.Context()) // what one may ask is refused to the other
		},
		Roots: map[string]graphqlhttp.Reads{}, Bytes: uint64(h.config.CacheMB) << 20, //nolint:gosec // not negative, see Config.check
	}
	for i, t := range ent.Types {
		s.Types = append(s.Types, t.Name)
		if !t.Content {
			s.Inputs |= 1 << i // filters name themes, municipalities, organisations
		}
	}
	for _, root := range []string{"search", "suggest", "facetValues", "similar"} {
		s.Roots[root] = graphqlhttp.Everything
	}
	for _, root := range []string{"changes", "publishedVersion", "node", "nodes"} {
		s.Roots[root] = graphqlhttp.Everything &^ graphqlhttp.Searched
	}
	applied := h.applied()
	s.State = func(ctx context.Context, reads graphqlhttp.Reads) (uint64, error) {
		sum, err := h.versions.sum(reads)
		if err != nil || reads&graphqlhttp.Searched == 0 {
			return sum, err
		}
		seq, err := applied(ctx)
		const mixed = 0x9E3779B97F4A7C15    // after a rebuild the indexes can stand further back than they did
		return sum*mixed + uint64(seq), err //nolint:gosec // sequences are not negative
	}
	return s
}

// appliedKept is how long it counts where the indexes of a search server stand.
const appliedKept = 250 * time.Millisecond

// applied tells where the search indexes stand in the change log. A search server is not asked each time.
func (h *Hub) applied() func(context.Context) (int64, error) {
	if !h.meili {
		return h.engine.Seq
	}
	return keptFor(appliedKept, h.engine.Seq)
}

// keptFor remembers what was got for a while.
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
