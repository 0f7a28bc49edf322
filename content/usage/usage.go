// Package usage counts readers' feedback and the use of embeds: by day, never by person.
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
	counted    = 90 * 24 * time.Hour      // the days that are summed when no first day is given
	flushed    = time.Minute
	maxPlaces  = 10_000 // different places counted a day
	maxAnswers = 50_000 // answers remembered a day, so that none counts twice
	maxHost    = 253    // bytes of a host name
)

// Counter counts. Feedback is stored before it is acknowledged; uses of embeds are stored once a minute. It is safe for
// concurrent use.
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

// New returns a Counter. now is time.Now except in tests.
func New(client *ent.Client, now func() time.Time) *Counter {
	return &Counter{
		client: client, now: now, seed: maphash.MakeSeed(), answered: map[uint64]bool{}, uses: map[Use]int{},
		known: map[Use]bool{},
	}
}

// ErrFull is returned when a day has more answers than can be counted.
var ErrFull = errors.New("more answers came today than can be counted")

func own(ctx context.Context) context.Context { return access.WithViewer(ctx, access.System("usage")) }

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Answer counts whether a reader found what they were looking for. about is the id of an entry, or empty for searches.
// A client's first answer of the day about each counts; later ones are ignored. It returns ErrFull if no more clients
// can be counted today.
func (c *Counter) Answer(ctx context.Context, client, about string, found bool) error {
	today := day(c.now())
	who := maphash.String(c.seed, client+"\n"+about)
	if first, full := c.first(today, who); full {
		return ErrFull
	} else if !first {
		return nil
	}
	yes, no := 0, 1
	if found {
		yes, no = 1, 0
	}
	insert := sql.Insert(feedback.Table).
		Columns(feedback.FieldDay, feedback.FieldAbout, feedback.FieldFound, feedback.FieldNotFound).
		Values(today, about, yes, no).
		OnConflict(sql.ConflictColumns(feedback.FieldDay, feedback.FieldAbout), sql.ResolveWith(func(u *sql.UpdateSet) {
			u.Add(feedback.FieldFound, yes)
			u.Add(feedback.FieldNotFound, no)
		}))
	if err := c.client.Insert(ctx, insert); err != nil {
		c.forget(who)
		return fmt.Errorf("store feedback: %w", err)
	}
	return nil
}

// first records a client's answer and reports whether it is the client's first of the day, or that the day is full.
func (c *Counter) first(today string, who uint64) (first, full bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(today)
	if c.answered[who] {
		return false, false
	}
	if len(c.answered) >= maxAnswers {
		return false, true
	}
	c.answered[who] = true
	return true, false
}

// turn clears the answers of an earlier day. The caller holds the lock.
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

// Use is a place where content is embedded.
type Use struct {
	Day, Site  string
	Element    schema.EmbedElement
	About, Key string // ids; About is empty for a list or a search, Key without a key
}

// Shown counts a request to show something in a site. Its day is today.
func (c *Counter) Shown(u Use) {
	u.Day, u.Site = day(c.now()), strings.ToLower(u.Site)
	if u.Site == "" || len(u.Site) > maxHost {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(u.Day)
	if c.known[u] || len(c.known) < maxPlaces {
		c.known[u] = true
		c.uses[u]++
	}
}

// Flush stores the counts since the last call. Counts that cannot be stored are kept for the next call.
func (c *Counter) Flush(ctx context.Context) error {
	c.mu.Lock()
	uses := c.uses
	c.uses = map[Use]int{}
	c.mu.Unlock()
	var errs []error
	for u, n := range uses {
		if err := c.add(ctx, u, n); err != nil {
			errs = append(errs, fmt.Errorf("store the uses of embeds: %w", err))
			c.mu.Lock()
			c.uses[u] += n
			c.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

// add adds to the count of a place in one statement, so that replicas can count the same place concurrently.
func (c *Counter) add(ctx context.Context, u Use, shows int) error {
	if err := embeduse.ElementValidator(u.Element); err != nil {
		return err
	}
	place := []string{embeduse.FieldDay, embeduse.FieldSite, embeduse.FieldElement, embeduse.FieldAbout, embeduse.FieldKey}
	return c.client.Insert(ctx, sql.Insert(embeduse.Table).
		Columns(append(place, embeduse.FieldShows)...).
		Values(u.Day, u.Site, u.Element, u.About, u.Key, shows).
		OnConflict(
			sql.ConflictColumns(place...), sql.ResolveWith(func(set *sql.UpdateSet) { set.Add(embeduse.FieldShows, shows) }),
		))
}

// Run flushes every minute, as one of the tasks, and once more when ctx ends.
func (c *Counter) Run(ctx context.Context, tasks *background.Tasks) {
	tasks.Every(
		ctx, "embed counts", flushed, nil, func(ctx context.Context) error { return c.Flush(context.WithoutCancel(ctx)) },
	)
	if err := c.Flush(context.WithoutCancel(ctx)); err != nil {
		slog.ErrorContext(ctx, "could not store the last embed counts", "error", err)
	}
}

// Tidy deletes counts older than two years and returns the number of deleted rows.
func (c *Counter) Tidy(ctx context.Context) (int, error) {
	before := day(c.now().Add(-kept))
	answers, err := c.client.Feedback.Delete().Where(feedback.DayLT(before)).Exec(own(ctx))
	if err != nil {
		return 0, err
	}
	uses, err := c.client.EmbedUse.Delete().Where(embeduse.DayLT(before)).Exec(own(ctx))
	return answers + uses, err
}

// Time is a range of days, both included. The zero value is the last 90.
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

// FeedbackCount is the feedback on an entry, or on searches.
type FeedbackCount struct {
	About    ent.Content `json:"-"` // nil until it is loaded, and if the viewer may not see it
	AboutID  string      `json:"about"`
	Found    int         `json:"found"`
	NotFound int         `json:"not_found"`
}

// Search reports whether the feedback is on searches.
func (f *FeedbackCount) Search() bool { return f.AboutID == "" }

// Feedback returns the feedback on searches and on the entries of the organisations, most answers first. A nil
// organizations means those of all.
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
		s.OrderExpr(
			sql.DescExpr(sql.Expr("SUM("+s.C(feedback.FieldFound)+" + "+s.C(feedback.FieldNotFound)+")")),
			sql.Expr(s.C(feedback.FieldAbout)),
		)
		s.Limit(limit)
	}).GroupBy(feedback.FieldAbout).Aggregate(
		ent.As(ent.Sum(feedback.FieldFound), "found"), ent.As(ent.Sum(feedback.FieldNotFound), "not_found"),
	).Scan(own(ctx), &counts)
	if err != nil {
		return nil, fmt.Errorf("list the feedback: %w", err)
	}
	return counts, nil
}

// entriesOf returns a query for the ids of the entries that the organisations own.
func entriesOf(organizations []string) *sql.Selector {
	ids := make([]any, len(organizations))
	for i, id := range organizations {
		ids[i] = id
	}
	entries := sql.Table(entry.Table)
	return sql.Select(entries.C(entry.FieldID)).From(entries).Where(sql.In(entries.C(entry.OwnerColumn), ids...))
}

// EmbedUse is a place where content is embedded, and how often it was shown.
type EmbedUse struct {
	About    ent.Content         `json:"-"` // nil until it is loaded, and if the viewer may not see it
	Site     string              `json:"site"`
	Element  schema.EmbedElement `json:"element"`
	AboutID  string              `json:"about"`
	KeyID    string              `json:"key"`
	Shows    int                 `json:"shows"`
	FirstDay schema.Date         `json:"first_day"`
	LastDay  schema.Date         `json:"last_day"`
}

// Key returns the id of the partner's key, or nil without one.
func (u *EmbedUse) Key() *string {
	if u.KeyID == "" {
		return nil
	}
	return &u.KeyID
}

// Embeds returns where the entries of the organisations are embedded and what the keys embed, most shown first. A nil
// organizations means everything.
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
		s.OrderExpr(
			sql.DescExpr(sql.Expr("SUM("+s.C(embeduse.FieldShows)+")")), sql.Expr(s.C(embeduse.FieldSite)),
			sql.Expr(s.C(embeduse.FieldAbout)),
		)
		s.Limit(limit)
	}).GroupBy(embeduse.FieldSite, embeduse.FieldElement, embeduse.FieldAbout, embeduse.FieldKey).
		Aggregate(
			ent.As(ent.Sum(embeduse.FieldShows), "shows"), ent.As(ent.Min(embeduse.FieldDay), "first_day"),
			ent.As(ent.Max(embeduse.FieldDay), "last_day"),
		).
		Scan(own(ctx), &uses)
	if err != nil {
		return nil, fmt.Errorf("list the uses of embeds: %w", err)
	}
	return uses, nil
}
