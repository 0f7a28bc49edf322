package graph

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/changes/background"
	"dugnad/ent"
	"dugnad/ent/change"
	"dugnad/fault"
	"dugnad/graph/driven"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/graph/view"
)

const (
	livePage  = 100
	livePause = time.Second // between reads of the log without a notice
)

// followChanges sends the changes after a cursor, or from now on, as they happen. The viewer's rights are checked for
// each change.
func (r *Resolver) followChanges(
	ctx context.Context, after *ent.Cursor, filter *model.ChangeFilter,
) (<-chan *view.Change, error) {
	if err := notPreviewed(ctx, "changes"); err != nil {
		return nil, err
	}
	at, err := liveFrom(ctx, ent.FromContext(ctx), after)
	if err != nil {
		return nil, err
	}
	f := &following{
		r: r, ctx: ctx, at: at, filter: filter, field: graphql.GetFieldContext(ctx).Field, driver: driven.Of(ctx),
	}
	for _, t := range wanted(filter) {
		f.types = append(f.types, t.GQL)
	}
	found, err := f.read() // here, so that the client is told what is wrong with its cursor
	if err != nil {
		return nil, err
	}
	if f.driver == nil {
		f.told = make(chan *view.Change)
		f.start(found, nil)
	} else {
		f.asks = sameFor(ctx)
		f.told = make(chan *view.Change, 1)
		f.driver.Take(func() { f.start(found, nil) })
	}
	return f.told, nil
}

// following is one subscription to changes. It has a goroutine only while there is something to send; otherwise the
// lobby waits for it.
type following struct {
	r      *Resolver
	ctx    context.Context //nolint:containedctx // of the subscription
	at     changePlace
	filter *model.ChangeFilter
	types  []string
	field  graphql.CollectedField
	told   chan *view.Change
	driver *driven.Driver // nil where somebody waits at the other end of told
	asks   asked
}

// asked identifies what a subscription asks. Those that ask the same from the same place have the same answers.
type asked [sha256.Size]byte

// sameFor returns what the context's subscription asks, if its answers are the same for all who ask it: for anonymous
// readers. The zero value stands for answers that are its own.
func sameFor(ctx context.Context) asked {
	if v := access.ViewerOf(ctx); !v.IsAnonymous() || v.Name != "" {
		return asked{}
	}
	op := graphql.GetOperationContext(ctx)
	text, err := json.Marshal([]any{op.RawQuery, op.OperationName, op.Variables, op.Extensions})
	if err != nil {
		return asked{}
	}
	return sha256.Sum256(text)
}

// start has a goroutine deliver the changes found, and those after them.
func (f *following) start(found []listed, crowd []*following) {
	background.Go(f.ctx, "live changes", func(context.Context) { f.deliver(found, crowd) })
}

// hand sends a change to the subscription and to the crowd, and returns who of the crowd goes on together with it. ok is
// false when the subscription itself is over.
func (f *following) hand(c listed, crowd []*following) (together []*following, ok bool) {
	if f.ctx.Err() != nil {
		return crowd, false
	}
	select {
	case f.told <- c.Change:
	case <-f.ctx.Done():
		return crowd, false
	}
	if f.driver == nil {
		f.at = c.place
		return nil, true
	}
	answer, ok := f.driver.Produce()
	if !ok || f.ctx.Err() != nil { // what ended it may be in the answer
		return crowd, false
	}
	together = spread(answer, c.place, crowd)
	f.at = c.place
	return together, f.driver.Send(answer)
}

// finish ends the stream; the client may come back with its cursor.
func (f *following) finish() {
	close(f.told)
	if f.driver != nil {
		f.driver.Produce()
	}
}

// end ends the subscription.
func (f *following) end() {
	if f.driver != nil {
		f.driver.End()
	}
}

// read reads the changes from the subscription's place on, in its turn.
func (f *following) read() ([]listed, error) {
	if f.driver != nil && f.driver.Turn != nil { // else its operation is beginning
		defer f.driver.Turn(f.ctx)()
	}
	return liveChanges(f.ctx, ent.FromContext(f.ctx), f.at, f.filter, f.field)
}

// deliver sends the given changes and those after them, until it has sent the last one or the subscription ends. The
// crowd are others that ask the same from the same place: they are sent the same answers. When the subscription ends,
// one of them takes its part.
func (f *following) deliver(found []listed, crowd []*following) {
	waits := false
	defer func() {
		if value := recover(); value != nil { // nobody above would
			slog.ErrorContext(f.ctx, "subscription panicked", "value", value, "stack", string(debug.Stack()))
			f.finish()
		}
		if waits {
			return
		}
		if len(crowd) > 0 {
			crowd[0].start(nil, crowd[1:])
		}
		f.end()
	}()
	for {
		for _, c := range found {
			var ok bool
			if crowd, ok = f.hand(c, crowd); !ok {
				return
			}
		}
		if len(found) < livePage && f.r.lobby.enter(f, crowd) {
			waits = true // another goroutine may deliver already
			return
		}
		var err error
		if found, err = f.readOn(); err != nil {
			if f.ctx.Err() == nil { // the client comes back with its cursor, and is told
				f.finish()
			}
			return
		}
	}
}

// readOn reads until it can. The error is that of an expired cursor, or of the subscription's context.
func (f *following) readOn() ([]listed, error) {
	for {
		head := f.at.Seq
		if known, _, err := f.r.Log.News(f.ctx, f.at.Seq, f.types, access.Audiences(f.ctx)); err == nil {
			head = known
		}
		found, err := f.read()
		if err == nil {
			if len(found) == 0 { // what there is up to there is not for this viewer, and is not looked at again
				f.at = changePlace{Seq: max(f.at.Seq, head)}
			}
			return found, nil
		}
		if f.ctx.Err() != nil || gqlcode.Of(gqlcode.Present(f.ctx, err, nil, nil)) == fault.CursorExpired {
			return nil, err
		}
		slog.ErrorContext(f.ctx, "could not read changes for a subscription", "error", err)
		select {
		case <-time.After(livePause):
		case <-f.ctx.Done():
			return nil, f.ctx.Err()
		}
	}
}

// news reports whether there may be changes after the place, and moves it past changes that are not for the viewer. The
// error has been logged.
func (f *following) news() (bool, error) {
	head, news, err := f.r.Log.News(f.ctx, f.at.Seq, f.types, access.Audiences(f.ctx))
	if err != nil {
		if f.ctx.Err() == nil {
			slog.ErrorContext(f.ctx, "could not read the change log for a subscription", "error", err)
		}
		return false, err
	}
	if !news && !f.at.State {
		f.at.Seq = head
	}
	return news, nil
}

const (
	// spreadAtOnce is how many are sent an answer at the same time.
	spreadAtOnce = 64
	// spreadTime is how long the others wait for the slow ones.
	spreadTime = 250 * time.Millisecond
)

// spread sends an answer to a crowd, and returns who has been sent it in spreadTime. The others go on by themselves
// from the place, each when its client has taken the answer.
func spread(answer []byte, at changePlace, crowd []*following) (together []*following) {
	if len(crowd) == 0 {
		return nil
	}
	var mu sync.Mutex
	left := len(crowd)
	late, done := false, make(chan struct{})
	places := make(chan struct{}, spreadAtOnce)
	send := func(f *following) (then func()) {
		sent := f.ctx.Err() == nil && f.driver.Send(answer)
		f.at = at
		mu.Lock()
		if left--; left == 0 {
			close(done)
		}
		alone := late
		if sent && !alone {
			together = append(together, f)
		}
		mu.Unlock()
		switch {
		case !sent:
			return f.end
		case alone:
			return func() { f.deliver(nil, nil) }
		}
		return func() {}
	}
	ctx := context.Background() // each send has the context of its own client
	background.Go(ctx, "live changes", func(context.Context) {
		for _, f := range crowd {
			places <- struct{}{}
			background.Go(ctx, "live changes", func(context.Context) {
				then := send(f)
				<-places
				then()
			})
		}
	})
	select {
	case <-done:
	case <-time.After(spreadTime):
	}
	mu.Lock()
	defer mu.Unlock()
	late = true
	return together
}

// lobby holds the subscriptions that wait for changes. One goroutine reads the log for all of them.
type lobby struct {
	mu      sync.Mutex
	waiting map[*following]func() bool // what stops listening for the end of its context
	awake   bool
	head    int  // of the log, when all were looked at
	unsure  bool // not all could be
}

// enter adds a subscription and a crowd with the same place to the lobby. It returns false when there is news for them
// already.
func (l *lobby) enter(f *following, crowd []*following) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch news, err := f.news(); {
	case news:
		return false
	case err != nil:
		l.unsure = true
	}
	if l.waiting == nil {
		l.waiting = make(map[*following]func() bool)
	}
	l.wait(f)
	for _, other := range crowd {
		other.at = f.at
		l.wait(other)
	}
	if !l.awake {
		l.awake = true
		background.Go(context.Background(), "live changes", func(context.Context) { l.watch(f.r.Log, f.r.Waker) })
	}
	return true
}

// wait adds a subscription. The caller holds l.mu.
func (l *lobby) wait(f *following) {
	l.waiting[f] = context.AfterFunc(f.ctx, func() {
		l.mu.Lock()
		_, waits := l.waiting[f]
		delete(l.waiting, f)
		l.mu.Unlock()
		if waits {
			f.end()
		}
	})
}

// leave removes a subscription. The caller holds l.mu.
func (l *lobby) leave(f *following) {
	l.waiting[f]()
	delete(l.waiting, f)
}

// watch checks for news at every wake-up and every livePause, until no subscription waits.
func (l *lobby) watch(log Log, waker *changes.Waker) {
	woken, stop := waker.Subscribe()
	defer stop()
	timer := time.NewTicker(livePause)
	defer timer.Stop()
	for l.look(log) {
		select {
		case <-woken:
		case <-timer.C:
		}
	}
}

// look sends those on their way for whom there is news: those that ask the same from the same place together. It
// reports whether any waited.
func (l *lobby) look(log Log) bool {
	type same struct {
		asked
		changePlace
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.awake = false
		return false
	}
	head, _, err := log.News(context.Background(), l.head, nil, nil)
	if err == nil && head == l.head && !l.unsure {
		return true
	}
	l.head, l.unsure = head, err != nil
	crowds := make(map[same][]*following)
	for f := range l.waiting {
		if f.asks == (asked{}) {
			l.send([]*following{f})
			continue
		}
		of := same{f.asks, f.at}
		crowds[of] = append(crowds[of], f)
	}
	for _, crowd := range crowds {
		l.send(crowd)
	}
	return true
}

// send sends a crowd on its way if there is news for it. The caller holds l.mu.
func (l *lobby) send(crowd []*following) {
	first, others := crowd[0], crowd[1:]
	_ = background.Recover(first.ctx, "live changes", func(context.Context) error {
		news, err := first.news()
		l.unsure = l.unsure || err != nil
		if !news {
			for _, f := range others {
				f.at = first.at
			}
			return nil
		}
		for _, f := range crowd {
			l.leave(f)
		}
		first.start(nil, others)
		return nil
	})
}

func liveFrom(ctx context.Context, client *ent.Client, after *ent.Cursor) (at changePlace, err error) {
	if after != nil {
		return placeOf(*after)
	}
	at.Seq, err = client.Change.Query().Order(ent.Desc(change.FieldID)).FirstID(ctx)
	return at, ent.MaskNotFound(err)
}

func liveChanges(
	ctx context.Context, client *ent.Client, at changePlace, filter *model.ChangeFilter, field graphql.CollectedField,
) ([]listed, error) {
	found, err := readChanges(ctx, client, at, filter, livePage)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, showNodes(ctx, client, found, field)
}
