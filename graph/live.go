package graph

import (
	"context"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/change"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/graph/view"
)

const (
	livePage  = 100
	livePause = time.Second // between looks at the log when nothing is heard
)

// followChanges gives the changes after a place, or from now on, as they happen. What the viewer sees is asked anew for each.
func (r *Resolver) followChanges(ctx context.Context, after *ent.Cursor, filter *model.ChangeFilter) (<-chan *view.Change, error) {
	if err := notPreviewed(ctx, "changes"); err != nil {
		return nil, err
	}
	client, field := ent.FromContext(ctx), graphql.GetFieldContext(ctx).Field
	woken, stop := r.Waker.Waiting() // before the first look, so that nothing falls between
	at, err := liveFrom(ctx, client, after)
	var found []listed
	if err == nil {
		found, err = liveChanges(ctx, client, at, filter, field) // here, so that the client is told what is wrong with its cursor
	}
	if err != nil {
		stop()
		return nil, err
	}
	told := make(chan *view.Change)
	go func() {
		defer close(told)
		defer stop()
		for {
			for _, f := range found {
				select {
				case told <- f.Change:
					at = f.place
				case <-ctx.Done():
					return
				}
			}
			head := at.Seq
			if len(found) < livePage {
				if at, head, err = r.wait(ctx, woken, at, filter); err != nil {
					return
				}
			}
			if found, err = liveChanges(ctx, client, at, filter, field); err != nil {
				if ctx.Err() != nil || gqlcode.Of(gqlcode.Present(ctx, err, nil, nil)) == gqlcode.CursorExpired {
					return // the client comes back with its cursor, and is told
				}
				slog.ErrorContext(ctx, "changes could not be read for a subscription", "error", err)
				select {
				case <-time.After(livePause):
				case <-ctx.Done():
					return
				}
			} else if len(found) == 0 { // what there is up to there is not for this viewer, and is not looked at again
				at = changePlace{Seq: max(at.Seq, head)}
			}
		}
	}()
	return told, nil
}

// wait returns when there may be something after a place that the viewer is told of. It gives the place before it, and where the log ended then. An
// error is that of ctx.
func (r *Resolver) wait(ctx context.Context, woken <-chan struct{}, at changePlace, filter *model.ChangeFilter) (changePlace, int, error) {
	var types []string
	for _, t := range wanted(filter) {
		types = append(types, t.GQL)
	}
	timer := time.NewTimer(livePause)
	defer timer.Stop()
	for {
		head, news, err := r.Log.News(ctx, at.Seq, types, access.Audiences(ctx))
		switch {
		case err != nil && ctx.Err() == nil:
			slog.ErrorContext(ctx, "the change log could not be read for a subscription", "error", err)
		case err == nil && news:
			return at, head, nil
		case err == nil && !at.State:
			at.Seq = head
		}
		select {
		case <-woken:
		case <-timer.C:
			timer.Reset(livePause)
		case <-ctx.Done():
			return at, 0, ctx.Err()
		}
	}
}

func liveFrom(ctx context.Context, client *ent.Client, after *ent.Cursor) (at changePlace, err error) {
	if after != nil {
		return placeOf(*after)
	}
	at.Seq, err = client.Change.Query().Order(ent.Desc(change.FieldID)).FirstID(ctx)
	return at, ent.MaskNotFound(err)
}

func liveChanges(ctx context.Context, client *ent.Client, at changePlace, filter *model.ChangeFilter, field graphql.CollectedField) ([]listed, error) {
	found, err := readChanges(ctx, client, at, filter, livePage)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, showNodes(ctx, client, found, field)
}
