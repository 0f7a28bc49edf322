// Package demand counts searches without results, so that editors learn what is missing. It stores words and numbers,
// and nothing about who searched.
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

// Words are safe to show once they were searched for on so many days, or by so many clients on one.
const (
	enoughDays    = 5
	enoughClients = 5
)

const (
	kept       = 180 * 24 * time.Hour
	flushed    = time.Minute
	typing     = 10 * time.Second // within this time, words that continue the last ones replace them
	maxWords   = 10_000           // different words counted a day
	shortest   = 3                // letters
	manyDigits = 6                // so many in a row may be a personal number: of a birth, a telephone, a case
)

// Recorder counts in memory and stores the counts once a minute. It is safe for concurrent use.
type Recorder struct {
	client *ent.Client
	now    func() time.Time
	seed   maphash.Seed // of this process only, so that a client cannot be found again

	mu     sync.Mutex
	typed  map[uint64]typed
	counts map[place]*count
}

// typed is a client's last search, which may not be finished.
type typed struct {
	words string
	at    time.Time
}

// place identifies a row.
type place struct{ day, words string }

type count struct {
	searches int // since the last flush
	clients  map[uint64]bool
}

// New returns a Recorder. now is time.Now except in tests.
func New(client *ent.Client, now func() time.Time) *Recorder {
	return &Recorder{
		client: client, now: now, seed: maphash.MakeSeed(), typed: map[uint64]typed{}, counts: map[place]*count{},
	}
}

type clientKey struct{}

// WithClient returns a context that carries who searches: an account or an address.
func WithClient(ctx context.Context, client string) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientOf returns who searches, or "".
func ClientOf(ctx context.Context) string {
	client, _ := ctx.Value(clientKey{}).(string)
	return client
}

// Unmet records that the context's client found nothing for a text, or only after a correction. Words that could
// identify a person are left out, and so are texts of nothing else.
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
	case len(r.typed) >= maxWords:
		return
	}
	r.typed[who] = typed{words, now}
}

// settle counts a finished search. The caller holds the lock.
func (r *Recorder) settle(who uint64, t typed) {
	at := place{day(t.at), t.words}
	c := r.counts[at]
	if c == nil {
		if len(r.counts) >= maxWords {
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

// Flush stores what was counted since the last time, and with all also searches that may be unfinished. What cannot be
// stored is kept for the next time.
func (r *Recorder) Flush(ctx context.Context, all bool) error {
	ctx = access.WithViewer(ctx, access.System("demand"))
	full := map[string]bool{}
	var errs []error
	for at, c := range r.take(all) {
		if _, ok := full[at.day]; !ok {
			n, err := r.client.UnmetSearch.Query().Where(unmetsearch.Day(at.day)).Count(ctx)
			if err != nil {
				return errors.Join(append(errs, fmt.Errorf("count a day's unmet searches: %w", err))...)
			}
			full[at.day] = n >= maxWords
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

// add adds to a row in one statement, so that replicas can count the same words concurrently.
func (r *Recorder) add(ctx context.Context, at place, c count) error {
	insert := sql.Insert(unmetsearch.Table).
		Columns(unmetsearch.FieldDay, unmetsearch.FieldWords, unmetsearch.FieldSearches, unmetsearch.FieldClients).
		Values(at.day, at.words, c.searches, len(c.clients)).
		OnConflict(sql.ConflictColumns(unmetsearch.FieldDay, unmetsearch.FieldWords), sql.ResolveWith(func(u *sql.UpdateSet) {
			u.Add(unmetsearch.FieldSearches, c.searches)
			clients := u.Table().C(unmetsearch.FieldClients)
			u.Set(unmetsearch.FieldClients, sql.Expr(
				fmt.Sprintf("CASE WHEN %[1]s < %[2]d THEN %[2]d ELSE %[1]s END", clients, len(c.clients)),
			))
		}))
	if err := r.client.Insert(ctx, insert); err != nil {
		return fmt.Errorf("store unmet searches: %w", err)
	}
	return nil
}

// take returns the new counts. It keeps today's clients, so that none counts twice.
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

// giveBack returns to the counts what could not be stored.
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

// Unmet is a search that found nothing.
type Unmet struct {
	Words    string      `json:"words"`
	Searches int         `json:"searches"`
	Days     int         `json:"days"`
	LastDay  schema.Date `json:"last_day"`
}

// List returns the most frequent unmet searches of the last 180 days, of those that came on enough days or from enough
// clients not to point to one person.
func (r *Recorder) List(ctx context.Context, limit int) ([]*Unmet, error) {
	all := []*Unmet{}
	err := r.client.UnmetSearch.Query().
		Where(unmetsearch.DayGTE(day(r.now().Add(-kept))), func(s *sql.Selector) {
			s.Having(
				sql.ExprP(fmt.Sprintf("COUNT(*) >= %d OR MAX(%s) >= %d", enoughDays, s.C(unmetsearch.FieldClients), enoughClients)),
			)
			s.OrderExpr(sql.DescExpr(sql.Expr("SUM("+s.C(unmetsearch.FieldSearches)+")")), sql.Expr(s.C(unmetsearch.FieldWords)))
			s.Limit(limit)
		}).
		GroupBy(unmetsearch.FieldWords).
		Aggregate(
			ent.As(ent.Sum(unmetsearch.FieldSearches), "searches"), ent.As(ent.Count(), "days"),
			ent.As(ent.Max(unmetsearch.FieldDay), "last_day"),
		).
		Scan(access.WithViewer(ctx, access.System("demand")), &all)
	if err != nil {
		return nil, fmt.Errorf("list the unmet searches: %w", err)
	}
	return all, nil
}

// Tidy deletes counts older than 180 days and returns the number of deleted rows.
func (r *Recorder) Tidy(ctx context.Context) (int, error) {
	return r.client.UnmetSearch.Delete().Where(unmetsearch.DayLT(day(r.now().Add(-kept)))).
		Exec(access.WithViewer(ctx, access.System("demand")))
}

// Words returns the words of a text that are counted, in lower case and joined by spaces: without excluded words, stop
// words, e-mail addresses and words with a long run of digits.
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

// withoutNumbers returns the words without those that have a long run of digits, even if it is written in groups.
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
