package content

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/releaseitem"
)

// What a preview may take. On SQLite it makes writers wait, so there it is short.
const (
	previewsAtOnce    = 4
	previewTime       = 2 * time.Second
	previewTimeSQLite = 500 * time.Millisecond
	// MostPreviewed is how many entries one preview may show.
	MostPreviewed = 200
)

// errTooManyPreviews is for the fifth at once.
var errTooManyPreviews = &Error{Code: Unavailable, Message: "too many previews at once: try again in a moment"}

// MayPreview finds what keeps the viewer from previewing the entries.
func (s *Service) MayPreview(ctx context.Context, ids []string) (problems []Problem, err error) {
	w := &write{Client: s.client, ctx: access.WithViewer(ctx, access.System("content")), viewer: access.ViewerOf(ctx)}
	if len(ids) == 0 || len(ids) > MostPreviewed {
		return []Problem{{Code: "INVALID", Severity: SeverityError, Path: []string{"entries"}, Message: fmt.Sprintf("a preview shows 1 to %d entries", MostPreviewed)}}, nil
	}
	heads, err := w.heads(ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, problem := w.decide(id, heads[id].entry, ActPreview); problem != nil {
			problems = append(problems, *problem)
		}
	}
	return problems, nil
}

// Preview runs show in a context in which what the viewer previews is published, and takes all of it back afterwards. What is shown is what
// publishing will do, because the same code does it. It takes neither the publish lock nor the log's, and writes no change; entries
// themselves are not written, so that editors can go on saving.
func (s *Service) Preview(ctx context.Context, show func(ctx context.Context)) (err error) {
	viewer := access.ViewerOf(ctx)
	if viewer.Preview == nil {
		return fmt.Errorf("preview of %s: it names nothing", viewer.Kind)
	}
	select {
	case s.previews <- struct{}{}:
		defer func() { <-s.previews }()
	default:
		return errTooManyPreviews
	}
	longest := previewTime
	if s.client.Dialect() == dialect.SQLite {
		longest = previewTimeSQLite
	}
	if s.PreviewTime > 0 {
		longest = s.PreviewTime
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	inside := access.WithViewer(ctx, access.System("preview"))
	tx, err := s.client.Tx(inside)
	if err != nil {
		return fmt.Errorf("begin a preview: %w", err)
	}
	defer func() {
		if rollback := tx.Rollback(); rollback != nil && err == nil && ctx.Err() == nil {
			err = fmt.Errorf("take a preview back: %w", rollback)
		}
	}()
	w := &write{Client: tx.Client(), ctx: inside, now: s.Now().UTC().Truncate(time.Millisecond), viewer: access.System("preview"), preview: true}
	if w.Dialect() == dialect.Postgres {
		for _, setting := range []string{"SET LOCAL statement_timeout = '2s'", "SET LOCAL lock_timeout = '1s'"} {
			if _, err := tx.ExecContext(inside, setting); err != nil {
				return fmt.Errorf("bound a preview: %w", err)
			}
		}
	}
	ids, err := w.previewed(*viewer.Preview)
	if err != nil {
		return err
	}
	if err := w.showAsPublished(ids); err != nil {
		return err
	}
	viewer.Preview = &access.Previewed{Entries: ids}
	show(ent.NewContext(access.WithViewer(ctx, viewer), tx.Client()))
	return nil
}

// previewed are the ids of the entries that a preview shows.
func (w *write) previewed(p access.Previewed) ([]string, error) {
	switch {
	case p.Release != nil:
		ids, err := w.ReleaseItem.Query().Where(releaseitem.ReleaseID(*p.Release)).Order(releaseitem.ByID()).Limit(MostPreviewed + 1).
			Select(releaseitem.FieldEntryID).Strings(w.ctx)
		if err == nil && len(ids) > MostPreviewed {
			err = &Error{Code: BadInput, Message: fmt.Sprintf("the release has more than %d entries", MostPreviewed)}
		}
		return ids, err
	case p.ScheduledBefore == nil:
		return p.Entries, nil
	}
	q := w.Entry.Query().Where(entry.PublishAtLTE(p.ScheduledBefore.UTC())).Order(ent.Asc(entry.FieldPublishAt, entry.FieldID)).Limit(MostPreviewed + 1)
	if p.Organizations != nil {
		q.Where(entry.OwnerIDIn(p.Organizations...))
	}
	ids, err := q.IDs(w.ctx)
	if err == nil && len(ids) > MostPreviewed {
		err = &Error{Code: BadInput, Message: fmt.Sprintf("more than %d entries are to be published up to then: preview an earlier time", MostPreviewed)}
	}
	return ids, err
}

func (w *write) showAsPublished(ids []string) error {
	heads, err := w.heads(ids)
	if err != nil {
		return err
	}
	var items []Item
	for _, id := range ids {
		if h := heads[id]; h.entry != nil && slices.Contains(rules[ActPreview].from, h.entry.Stage) { // what was deleted or put away meanwhile is not there
			items = append(items, Item{ID: id, Revision: h.entry.Head})
		}
	}
	if len(items) == 0 {
		return nil
	}
	p, err := w.prepare(items, heads)
	if err != nil {
		return err
	}
	if len(p.problems) > 0 {
		problem := p.problems[0]
		return &Error{Code: BadInput, Message: fmt.Sprintf("%s cannot be previewed: %s %s (%d problems in all)", problem.Entry, fmt.Sprint(problem.Path), problem.Message, len(p.problems))}
	}
	return p.publish(items)
}
