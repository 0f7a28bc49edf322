// Package demand counts what readers look for and do not find, so that editors learn what is missing. It keeps words and numbers, and nothing of
// those who searched.
package demand

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/changes/background"
	"dugnad/ent"
	"dugnad/ent/unmetsearch"
	"dugnad/schema"
	"dugnad/search"
	"dugnad/search/norwegian"
)

// What makes words safe to show: they came on so many days, or from so many clients on one.
const (
	enoughDays    = 5
	enoughClients = 5
)

const (
	kept       = 180 * 24 * time.Hour
	flushed    = time.Minute
	typing     = 10 * time.Second // within which longer words replace their beginning: the reader was typing them
	mostOfDay  = 10_000           // different words that are counted on a day
	shortest   = 3                // letters
	manyDigits = 6                // a run of so many is a number of somebody's: of a birth, a telephone, a case
)

// Recorder counts in memory and adds to the database now and then. It is safe for concurrent use.
type Recorder struct {
	client *ent.Client
	now    func() time.Time
	seed   maphash.Seed // of this process only, so that a client cannot be found again

	mu     sync.Mutex
	typed  map[uint64]typed
	counts map[place]*count
}

// typed are the last words of a client, which it may be typing still.
type typed struct {
	words string
	at    time.Time
}

// place is a row.
type place struct{ day, words string }

type count struct {
	searches int // since the last flush
	clients  map[uint64]bool
}

// New makes a recorder. now is the time, time.Now but in tests.
func New(client *ent.Client, now func() time.Time) *Recorder {
	return &Recorder{client: client, now: now, seed: maphash.MakeSeed(), typed: map[uint64]typed{}, counts: map[place]*count{}}
}

type clientKey struct{}

// WithClient puts into the context who searches: an account or an address.
func WithClient(ctx context.Context, client string) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientOf is who searches; empty when nobody said.
func ClientOf(ctx context.Context) string {
	client, _ := ctx.Value(clientKey{}).(string)
	return client
}

// Unmet takes down that the context's client found nothing for a text, or only for other words than it wrote. Words that could tell of a person are
// left out, and texts without other words.
func (r *Recorder) Unmet(ctx context.Context, text string) {
	words := Words(text)
	if words == "" {
		return
	}
	who, now := maphash.String(r.seed, ClientOf(ctx)), r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	last, ok := r.typed[who]
	switch {
	case ok && now.Sub(last.at) < typing && (strings.HasPrefix(words, last.words) || strings.HasPrefix(last.words, words)):
		if len(words) < len(last.words) {
			words = last.words
		}
	case ok:
		r.settle(who, last)
	case len(r.typed) >= mostOfDay:
		return
	}
	r.typed[who] = typed{words, now}
}

// settle counts what a client has finished typing; the lock is held.
func (r *Recorder) settle(who uint64, t typed) {
	at := place{day(t.at), t.words}
	c := r.counts[at]
	if c == nil {
		if len(r.counts) >= mostOfDay {
			return
		}
		c = &count{clients: map[uint64]bool{}}
		r.counts[at] = c
	}
	c.searches++
	if len(c.clients) < enoughClients {
		c.clients[who] = true
	}
}

// Flush adds what has been counted to the database, also what may be being typed if all.
func (r *Recorder) Flush(ctx context.Context, all bool) error {
	ctx = access.WithViewer(ctx, access.System("demand"))
	full := map[string]bool{}
	var errs []error
	for at, c := range r.take(all) {
		if _, ok := full[at.day]; !ok {
			n, err := r.client.UnmetSearch.Query().Where(unmetsearch.Day(at.day)).Count(ctx)
			if err != nil {
				return errors.Join(append(errs, fmt.Errorf("count the unmet searches of a day: %w", err))...)
			}
			full[at.day] = n >= mostOfDay
		}
		if full[at.day] {
			continue
		}
		if err := r.add(ctx, at, c); err != nil {
			errs = append(errs, err)
			r.giveBack(at, c)
		}
	}
	return errors.Join(errs...)
}

// add is one statement, so that replicas can count the same words at the same time.
func (r *Recorder) add(ctx context.Context, at place, c count) error {
	err := r.client.UnmetSearch.Create().SetDay(at.day).SetWords(at.words).SetSearches(c.searches).SetClients(len(c.clients)).
		OnConflict(sql.ConflictColumns(unmetsearch.FieldDay, unmetsearch.FieldWords), sql.ResolveWith(func(u *sql.UpdateSet) {
			u.Add(unmetsearch.FieldSearches, c.searches)
			clients := u.Table().C(unmetsearch.FieldClients)
			u.Set(unmetsearch.FieldClients, sql.Expr(fmt.Sprintf("CASE WHEN %[1]s < %[2]d THEN %[2]d ELSE %[1]s END", clients, len(c.clients))))
		})).Exec(ctx)
	if err != nil {
		return fmt.Errorf("add to the unmet searches: %w", err)
	}
	return nil
}

// take gives what there is to add, and keeps the clients of today so that none counts twice.
func (r *Recorder) take(all bool) map[place]count {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	for who, t := range r.typed {
		if all || now.Sub(t.at) >= typing {
			r.settle(who, t)
			delete(r.typed, who)
		}
	}
	taken := map[place]count{}
	for at, c := range r.counts {
		if c.searches > 0 {
			taken[at] = count{c.searches, maps.Clone(c.clients)}
			c.searches = 0
		} else if at.day != day(now) {
			delete(r.counts, at)
		}
	}
	return taken
}

// giveBack keeps for the next time what could not be added.
func (r *Recorder) giveBack(at place, c count) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if there := r.counts[at]; there != nil {
		there.searches += c.searches
	}
}

// Run flushes each minute, as one of the tasks, and what is left when ctx ends.
func (r *Recorder) Run(ctx context.Context, tasks *background.Tasks) {
	tasks.Every(ctx, "unmet searches", flushed, nil, func(ctx context.Context) error {
		return r.Flush(context.WithoutCancel(ctx), false)
	})
	if err := r.Flush(context.WithoutCancel(ctx), true); err != nil {
		slog.ErrorContext(ctx, "could not store the last unmet searches", "error", err)
	}
}

// Unmet is what readers looked for and did not find.
type Unmet struct {
	Words    string      `json:"words"`
	Searches int         `json:"searches"`
	Days     int         `json:"days"`
	LastDay  schema.Date `json:"last_day"`
}

// List gives what was looked for most, and only what came on enough days or from enough clients that it cannot tell of one person.
func (r *Recorder) List(ctx context.Context, limit int) ([]*Unmet, error) {
	all := []*Unmet{}
	err := r.client.UnmetSearch.Query().
		Where(unmetsearch.DayGTE(day(r.now().Add(-kept))), func(s *sql.Selector) {
			s.Having(sql.ExprP(fmt.Sprintf("COUNT(*) >= %d OR MAX(%s) >= %d", enoughDays, s.C(unmetsearch.FieldClients), enoughClients)))
			s.OrderExpr(sql.DescExpr(sql.Expr("SUM("+s.C(unmetsearch.FieldSearches)+")")), sql.Expr(s.C(unmetsearch.FieldWords)))
			s.Limit(limit)
		}).
		GroupBy(unmetsearch.FieldWords).
		Aggregate(ent.As(ent.Sum(unmetsearch.FieldSearches), "searches"), ent.As(ent.Count(), "days"), ent.As(ent.Max(unmetsearch.FieldDay), "last_day")).
		Scan(access.WithViewer(ctx, access.System("demand")), &all)
	if err != nil {
		return nil, fmt.Errorf("list the unmet searches: %w", err)
	}
	return all, nil
}

// Tidy deletes what is older than half a year, and gives how many rows went.
func (r *Recorder) Tidy(ctx context.Context) (int, error) {
	return r.client.UnmetSearch.Delete().Where(unmetsearch.DayLT(day(r.now().Add(-kept)))).Exec(access.WithViewer(ctx, access.System("demand")))
}

// Words are the meaningful words of a text as they are counted: in lower case, without what is excluded, without addresses of e-mail and without
// words with a long run of digits.
func Words(text string) string {
	var plain []string
	for token := range strings.FieldsSeq(text) {
		if !strings.Contains(token, "@") {
			plain = append(plain, token)
		}
	}
	t := search.ParseText(strings.Join(plain, " "))
	var words []string
	for _, w := range t.Words {
		words = append(words, w.Word)
	}
	for _, p := range t.Phrases {
		words = append(words, p...)
	}
	words = slices.DeleteFunc(withoutNumbers(words), norwegian.IsStopWord)
	joined := strings.Join(words, " ")
	if utf8.RuneCountInString(joined) < shortest {
		return ""
	}
	return joined
}

// withoutNumbers leaves out words with a long run of digits, also one that is written in groups.
func withoutNumbers(words []string) (kept []string) {
	for i := 0; i < len(words); {
		end, digits := i, 0
		for end < len(words) && strings.Trim(words[end], "0123456789") == "" {
			digits += len(words[end])
			end++
		}
		if end == i {
			end, digits = i+1, longestRun(words[i])
		}
		if digits < manyDigits {
			kept = append(kept, words[i:end]...)
		}
		i = end
	}
	return kept
}

func longestRun(word string) int {
	run, longest := 0, 0
	for _, r := range word {
		if run++; !unicode.IsDigit(r) {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
