package graph

import (
	"context"
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
		f.send(found)
	} else {
		f.told = make(chan *view.Change, 1)
		f.driver.Take(func() { f.send(found) })
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
}

// send starts to deliver the changes found, and those after them.
func (f *following) send(found []listed) {
	background.Go(f.ctx, "live changes", func(context.Context) { f.deliver(found) })
}

// hand sends a change, and reports whether to continue.
func (f *following) hand(c *view.Change) bool {
	if f.ctx.Err() != nil {
		return false
	}
	select {
	case f.told <- c:
		return f.driver == nil || f.driver.Pump()
	case <-f.ctx.Done():
		return false
	}
}

// finish ends the stream; the client may come back with its cursor.
func (f *following) finish() {
	close(f.told)
	if f.driver != nil {
		f.driver.Pump()
	}
}

// end ends the subscription.
func (f *following) end() {
	if f.driver != nil {
		f.driver.End()
	}
}

func (f *following) read() ([]listed, error) {
	return liveChanges(f.ctx, ent.FromContext(f.ctx), f.at, f.filter, f.field)
}

// deliver sends the given changes and those after them, until it has sent the last one or the subscription ends.
func (f *following) deliver(found []listed) {
	waits := false
	defer func() {
		if value := recover(); value != nil { // nobody above would
			slog.ErrorContext(f.ctx, "subscription panicked", "value", value, "stack", string(debug.Stack()))
			f.finish()
		}
		if !waits {
			f.end()
		}
	}()
	for {
		for _, c := range found {
			if !f.hand(c.Change) {
				return
			}
			f.at = c.place
		}
		if len(found) < livePage && !f.news() && f.r.lobby.enter(f) {
			waits = true // another goroutine may deliver already
			return
		}
		for {
			head := f.at.Seq
			if known, _, err := f.r.Log.News(f.ctx, f.at.Seq, f.types, access.Audiences(f.ctx)); err == nil {
				head = known
			}
			var err error
			if found, err = f.read(); err == nil {
				if len(found) == 0 { // what there is up to there is not for this viewer, and is not looked at again
					f.at = changePlace{Seq: max(f.at.Seq, head)}
				}
				break
			}
			if f.ctx.Err() != nil || gqlcode.Of(gqlcode.Present(f.ctx, err, nil, nil)) == fault.CursorExpired {
				f.finish() // the client comes back with its cursor, and is told
				return
			}
			slog.ErrorContext(f.ctx, "could not read changes for a subscription", "error", err)
			select {
			case <-time.After(livePause):
			case <-f.ctx.Done():
				return
			}
		}
	}
}

// news reports whether there may be changes after the place, and moves it past changes that are not for the viewer.
func (f *following) news() bool {
	head, news, err := f.r.Log.News(f.ctx, f.at.Seq, f.types, access.Audiences(f.ctx))
	if err != nil {
		if f.ctx.Err() == nil {
			slog.ErrorContext(f.ctx, "could not read the change log for a subscription", "error", err)
		}
		return false
	}
	if !news && !f.at.State {
		f.at.Seq = head
	}
	return news
}

// lobby holds the subscriptions that wait for changes. One goroutine reads the log for all of them.
type lobby struct {
	mu      sync.Mutex
	waiting map[*following]func() bool // what stops listening for the end of its context
	awake   bool
}

// enter adds a subscription to the lobby. It returns false when there is news for it already.
func (l *lobby) enter(f *following) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = make(map[*following]func() bool)
	}
	l.waiting[f] = context.AfterFunc(f.ctx, func() {
		l.mu.Lock()
		_, waits := l.waiting[f]
		delete(l.waiting, f)
		l.mu.Unlock()
		if waits {
			f.end()
		}
	})
	if !l.awake {
		l.awake = true
		background.Go(context.Background(), "live changes", func(context.Context) { l.watch(f.r.Waker) })
	}
	if f.news() { // between the last look and now
		l.leave(f)
		return false
	}
	return true
}

func (l *lobby) leave(f *following) {
	l.waiting[f]()
	delete(l.waiting, f)
}

// watch checks for news at every wake-up and every livePause, until no subscription waits.
func (l *lobby) watch(waker *changes.Waker) {
	woken, stop := waker.Subscribe()
	defer stop()
	timer := time.NewTicker(livePause)
	defer timer.Stop()
	for {
		if !l.look() {
			return
		}
		select {
		case <-woken:
		case <-timer.C:
		}
	}
}

// look starts the subscriptions that have news, and reports whether any waits for more.
func (l *lobby) look() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.awake = false
		return false
	}
	for f := range l.waiting {
		_ = background.Recover(f.ctx, "live changes", func(context.Context) error {
			if f.news() {
				l.leave(f)
				f.send(nil)
			}
			return nil
		})
	}
	return true
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
