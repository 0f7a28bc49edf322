// Package usage counts what readers say and where partners show content: by day, and never by person.
package usage

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"strings"
	"sync"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/changes/background"
	"dugnad/ent"
	"dugnad/ent/embeduse"
	"dugnad/ent/entry"
	"dugnad/ent/feedback"
	"dugnad/ent/predicate"
	"dugnad/schema"
)

const (
	kept       = 2 * 365 * 24 * time.Hour // so that a year can be compared with the one before
	counted    = 90 * 24 * time.Hour      // what is counted where no first day is given
	flushed    = time.Minute
	mostOfDay  = 10_000 // different places that are counted on a day
	mostAnswer = 50_000 // answers that are remembered, so that none counts twice on a day
	longestSay = 253    // letters of a host
)

// Counter counts. Feedback is in the database when it is acknowledged; uses of embeds are added now and then. It is safe for concurrent use.
type Counter struct {
	client *ent.Client
	now    func() time.Time
	seed   maphash.Seed // of this process only, so that a client cannot be found again

	mu       sync.Mutex
	day      string
	answered map[uint64]bool
	uses     map[Use]int  // since the last flush
	known    map[Use]bool // of the day
}

// New makes a counter. now is the time, time.Now but in tests.
func New(client *ent.Client, now func() time.Time) *Counter {
	return &Counter{client: client, now: now, seed: maphash.MakeSeed(), answered: map[uint64]bool{}, uses: map[Use]int{}, known: map[Use]bool{}}
}

// ErrFull is answered when more answers came on a day than can be told apart.
var ErrFull = errors.New("more answers came today than can be counted")

func own(ctx context.Context) context.Context { return access.WithViewer(ctx, access.System("usage")) }

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Answer counts whether a reader found what they were looking for, about an entry or, with an empty id, in a search. A client counts once a day
// for each; what it says again changes nothing.
func (c *Counter) Answer(ctx context.Context, client, about string, found bool) error {
	today := day(c.now())
	who := maphash.String(c.seed, client+"\n"+about)
	if first, full := c.first(today, who); full {
		return ErrFull
	} else if !first {
		return nil
	}
	create := c.client.Feedback.Create().SetDay(today).SetAbout(about)
	yes, no := 0, 1
	if found {
		yes, no = 1, 0
	}
	err := create.SetFound(yes).SetNotFound(no).OnConflict(sql.ConflictColumns(feedback.FieldDay, feedback.FieldAbout), sql.ResolveWith(func(u *sql.UpdateSet) {
		u.Add(feedback.FieldFound, yes)
		u.Add(feedback.FieldNotFound, no)
	})).Exec(own(ctx))
	if err != nil {
		c.forget(who)
		return fmt.Errorf("count an answer: %w", err)
	}
	return nil
}

// first tells whether a client has not answered today, and remembers that it has now; full when no more can be remembered.
func (c *Counter) first(today string, who uint64) (first, full bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(today)
	if c.answered[who] {
		return false, false
	}
	if len(c.answered) >= mostAnswer {
		return false, true
	}
	c.answered[who] = true
	return true, false
}

// turn forgets what was remembered of another day; the lock is held.
func (c *Counter) turn(today string) {
	if c.day != today {
		c.day = today
		clear(c.answered)
		clear(c.known)
	}
}

func (c *Counter) forget(who uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.answered, who)
}

// Use is a place where something is shown.
type Use struct {
	Day, Site  string
	Element    schema.EmbedElement
	About, Key string // ids; empty for several things, and for no key
}

// Shown counts that something was asked for to be shown in a site.
func (c *Counter) Shown(u Use) {
	u.Day, u.Site = day(c.now()), strings.ToLower(u.Site)
	if u.Site == "" || len(u.Site) > longestSay {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(u.Day)
	if c.known[u] || len(c.known) < mostOfDay {
		c.known[u] = true
		c.uses[u]++
	}
}

// Flush adds what was counted to the database.
func (c *Counter) Flush(ctx context.Context) error {
	c.mu.Lock()
	uses := c.uses
	c.uses = map[Use]int{}
	c.mu.Unlock()
	var errs []error
	for u, n := range uses {
		err := c.client.EmbedUse.Create().SetDay(u.Day).SetSite(u.Site).SetElement(u.Element).SetAbout(u.About).SetKey(u.Key).SetShows(n).
			OnConflict(sql.ConflictColumns(embeduse.FieldDay, embeduse.FieldSite, embeduse.FieldElement, embeduse.FieldAbout, embeduse.FieldKey),
				sql.ResolveWith(func(set *sql.UpdateSet) { set.Add(embeduse.FieldShows, n) })).Exec(own(ctx))
		if err != nil {
			errs = append(errs, fmt.Errorf("count what is embedded: %w", err))
			c.mu.Lock()
			c.uses[u] += n
			c.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

// Run flushes each minute, as one of the tasks, and what is left when ctx ends.
func (c *Counter) Run(ctx context.Context, tasks *background.Tasks) {
	tasks.Every(ctx, "embed counts", flushed, nil, func(ctx context.Context) error { return c.Flush(context.WithoutCancel(ctx)) })
	if err := c.Flush(context.WithoutCancel(ctx)); err != nil {
		slog.ErrorContext(ctx, "could not store the last embed counts", "error", err)
	}
}

// Tidy deletes what is older than two years, and gives how many rows went.
func (c *Counter) Tidy(ctx context.Context) (int, error) {
	before := day(c.now().Add(-kept))
	answers, err := c.client.Feedback.Delete().Where(feedback.DayLT(before)).Exec(own(ctx))
	if err != nil {
		return 0, err
	}
	uses, err := c.client.EmbedUse.Delete().Where(embeduse.DayLT(before)).Exec(own(ctx))
	return answers + uses, err
}

// Time is the days that are asked for, both included. The zero value is the last 90.
type Time struct{ Since, Until *schema.Date }

func (c *Counter) days(t Time) (first, last string) {
	first, last = day(c.now().Add(-counted)), day(c.now())
	if t.Since != nil {
		first = string(*t.Since)
	}
	if t.Until != nil {
		last = string(*t.Until)
	}
	return first, last
}

// FeedbackCount is what readers said of an entry, or of searches.
type FeedbackCount struct {
	About    ent.Content `json:"-"` // as the viewer sees it; nil until it is loaded, and for what they do not see
	AboutID  string      `json:"about"`
	Found    int         `json:"found"`
	NotFound int         `json:"not_found"`
}

// Search tells whether it is of searches.
func (f *FeedbackCount) Search() bool { return f.AboutID == "" }

// Feedback gives what readers said of the entries of some organisations and of searches, what has most answers first; of all entries when
// organizations is nil.
func (c *Counter) Feedback(ctx context.Context, organizations []string, t Time, limit int) ([]*FeedbackCount, error) {
	first, last := c.days(t)
	where := []predicate.Feedback{feedback.DayGTE(first), feedback.DayLTE(last)}
	if organizations != nil {
		where = append(where, func(s *sql.Selector) {
			s.Where(sql.Or(sql.EQ(s.C(feedback.FieldAbout), ""), sql.In(s.C(feedback.FieldAbout), entriesOf(organizations))))
		})
	}
	counts := []*FeedbackCount{}
	err := c.client.Feedback.Query().Where(where...).Where(func(s *sql.Selector) {
		s.OrderExpr(sql.DescExpr(sql.Expr("SUM("+s.C(feedback.FieldFound)+" + "+s.C(feedback.FieldNotFound)+")")), sql.Expr(s.C(feedback.FieldAbout)))
		s.Limit(limit)
	}).GroupBy(feedback.FieldAbout).Aggregate(ent.As(ent.Sum(feedback.FieldFound), "found"), ent.As(ent.Sum(feedback.FieldNotFound), "not_found")).Scan(own(ctx), &counts)
	if err != nil {
		return nil, fmt.Errorf("list the feedback: %w", err)
	}
	return counts, nil
}

// entriesOf selects the ids of the entries of organisations.
func entriesOf(organizations []string) *sql.Selector {
	ids := make([]any, len(organizations))
	for i, id := range organizations {
		ids[i] = id
	}
	entries := sql.Table(entry.Table)
	return sql.Select(entries.C(entry.FieldID)).From(entries).Where(sql.In(entries.C(entry.OwnerColumn), ids...))
}

// EmbedUse is where something is shown, and how often in a time.
type EmbedUse struct {
	About    ent.Content         `json:"-"` // as the viewer sees it; nil until it is loaded, and for what they do not see
	Site     string              `json:"site"`
	Element  schema.EmbedElement `json:"element"`
	AboutID  string              `json:"about"`
	KeyID    string              `json:"key"`
	Shows    int                 `json:"shows"`
	FirstDay schema.Date         `json:"first_day"`
	LastDay  schema.Date         `json:"last_day"`
}

// Key is the id of the key that was given; nil where none was.
func (u *EmbedUse) Key() *string {
	if u.KeyID == "" {
		return nil
	}
	return &u.KeyID
}

// Embeds gives where the entries of some organisations are shown, and what is shown by some keys, the most shown first; all of it when
// organizations is nil.
func (c *Counter) Embeds(ctx context.Context, organizations, keys []string, t Time, limit int) ([]*EmbedUse, error) {
	first, _ := c.days(t)
	where := []predicate.EmbedUse{embeduse.DayGTE(first)}
	if organizations != nil {
		where = append(where, func(s *sql.Selector) {
			mine := sql.In(s.C(embeduse.FieldAbout), entriesOf(organizations))
			if len(keys) > 0 {
				ids := make([]any, len(keys))
				for i, id := range keys {
					ids[i] = id
				}
				mine = sql.Or(mine, sql.In(s.C(embeduse.FieldKey), ids...))
			}
			s.Where(mine)
		})
	}
	uses := []*EmbedUse{}
	err := c.client.EmbedUse.Query().Where(where...).Where(func(s *sql.Selector) {
		s.OrderExpr(sql.DescExpr(sql.Expr("SUM("+s.C(embeduse.FieldShows)+")")), sql.Expr(s.C(embeduse.FieldSite)), sql.Expr(s.C(embeduse.FieldAbout)))
		s.Limit(limit)
	}).GroupBy(embeduse.FieldSite, embeduse.FieldElement, embeduse.FieldAbout, embeduse.FieldKey).
		Aggregate(ent.As(ent.Sum(embeduse.FieldShows), "shows"), ent.As(ent.Min(embeduse.FieldDay), "first_day"), ent.As(ent.Max(embeduse.FieldDay), "last_day")).
		Scan(own(ctx), &uses)
	if err != nil {
		return nil, fmt.Errorf("list what is embedded: %w", err)
	}
	return uses, nil
}
