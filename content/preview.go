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
	"dugnad/ent/step"
	"dugnad/fault"
)

// The bounds of previews. On SQLite a preview makes writers wait, so there it is short.
const (
	previewsAtOnce    = 4
	previewTime       = 2 * time.Second
	previewTimeSQLite = 500 * time.Millisecond
	// MaxPreviewed is the number of entries that one preview may show.
	MaxPreviewed = 200
)

// errTooManyPreviews is returned while previewsAtOnce others are shown.
var errTooManyPreviews = &fault.Error{Code: fault.Unavailable, Message: "too many previews at once; try again later"}

// MayPreview returns what keeps the viewer from previewing the entries. Contributors of their owners only.
func (s *Service) MayPreview(ctx context.Context, ids []string) (problems []Problem, err error) {
	w := &write{Client: s.client, ctx: access.WithViewer(ctx, access.System("content")), viewer: access.ViewerOf(ctx)}
	if len(ids) == 0 || len(ids) > MaxPreviewed {
		return []Problem{problemAt(ProblemInvalid, fmt.Sprintf("must have 1 to %d entries", MaxPreviewed), "entries")}, nil
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

// Preview runs show in a context in which what the viewer previews is published, and rolls it back afterwards. It shows
// what publishing will do, because the same code does it. It takes neither the publish lock nor the change log's, and
// appends no change; entries themselves are not written, so that editors can go on saving. The error is UNAVAILABLE
// while too many previews are shown, and BAD_USER_INPUT where something cannot be published.
func (s *Service) Preview(ctx context.Context, show func(ctx context.Context)) (err error) {
	viewer := access.ViewerOf(ctx)
	if viewer.Preview == nil {
		return fmt.Errorf("preview for a viewer of kind %s: no entries given", viewer.Kind)
	}
	select {
	case s.previews <- struct{}{}:
		defer func() { <-s.previews }()
	default:
		return errTooManyPreviews
	}
	timeout := previewTime
	if s.client.Dialect() == dialect.SQLite {
		timeout = previewTimeSQLite
	}
	if s.PreviewTime > 0 {
		timeout = s.PreviewTime
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	inside := access.WithViewer(ctx, access.System("preview"))
	tx, err := s.client.Tx(inside)
	if err != nil {
		return fmt.Errorf("begin a preview: %w", err)
	}
	defer func() {
		if rollback := tx.Rollback(); rollback != nil && err == nil && ctx.Err() == nil {
			err = fmt.Errorf("roll back a preview: %w", rollback)
		}
	}()
	w := &write{
		Client: tx.Client(), ctx: inside, now: s.Now().UTC().Truncate(time.Millisecond),
		viewer: access.System("preview"), preview: true,
	}
	if w.Dialect() == dialect.Postgres {
		for _, setting := range []string{"SET LOCAL statement_timeout = '2s'", "SET LOCAL lock_timeout = '1s'"} {
			if _, err := tx.ExecContext(inside, setting); err != nil {
				return fmt.Errorf("set the timeouts of a preview: %w", err)
			}
		}
	}
	if maker := viewer.Preview.Maker; maker != nil {
		w.viewer = *maker
	}
	ids, err := w.previewed(*viewer.Preview)
	if err != nil {
		return err
	}
	if ids, err = w.notTransferred(ids, viewer.Preview.Made); err != nil {
		return err
	}
	if ids, err = w.showAsPublished(ids); err != nil {
		return err
	}
	viewer.Preview = &access.Previewed{Entries: ids}
	show(ent.NewContext(access.WithViewer(ctx, viewer), tx.Client()))
	return nil
}

// previewed returns the ids of the entries that a preview names.
func (w *write) previewed(p access.Previewed) ([]string, error) {
	switch {
	case p.Release != nil:
		r, err := w.Release.Get(w.ctx, *p.Release)
		if ent.IsNotFound(err) || err == nil && w.viewer.RoleIn(r.OwnerID) == "" {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		ids, err := w.ReleaseItem.Query().Where(releaseitem.ReleaseID(*p.Release)).Order(releaseitem.ByID()).
			Limit(MaxPreviewed + 1).
			Select(releaseitem.FieldEntryID).Strings(w.ctx)
		if err == nil && len(ids) > MaxPreviewed {
			err = fault.Errorf(fault.BadUserInput, "", "the release has more than %d entries", MaxPreviewed)
		}
		return ids, err
	case p.ScheduledBefore == nil:
		return p.Entries, nil
	}
	q := w.Entry.Query().Where(entry.PublishAtLTE(p.ScheduledBefore.UTC())).
		Order(ent.Asc(entry.FieldPublishAt, entry.FieldID)).Limit(MaxPreviewed + 1)
	if p.Organizations != nil {
		q.Where(entry.OwnerIDIn(p.Organizations...))
	}
	if organizations, all := w.viewer.Organizations(); !all {
		q.Where(entry.OwnerIDIn(organizations...))
	}
	ids, err := q.IDs(w.ctx)
	if err == nil && len(ids) > MaxPreviewed {
		err = fault.Errorf(fault.BadUserInput, "",
			"more than %d entries are to be published up to then: preview an earlier time", MaxPreviewed)
	}
	return ids, err
}

// notTransferred returns the entries without those that have got another owner since a preview was made: it ends for
// them, also where they come back.
func (w *write) notTransferred(ids []string, since time.Time) ([]string, error) {
	if len(ids) == 0 || since.IsZero() {
		return ids, nil
	}
	moved, err := w.Step.Query().Where(step.EntryIDIn(ids...), step.Act(string(ActTransfer)), step.AtGT(since)).
		Select(step.FieldEntryID).Strings(w.ctx)
	return slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(moved, id) }), err
}

// showAsPublished publishes the heads of the entries in the transaction of a preview, and returns their ids: those that
// the maker of the preview may preview now, which leaves out what was deleted, archived or transferred meanwhile, and
// what others put into the maker's release.
func (w *write) showAsPublished(ids []string) (shown []string, err error) {
	items := make([]Item, len(ids))
	for i, id := range ids {
		items[i].ID = id
	}
	b := w.actBatch(ActPreview, ActOptions{}, items)
	if err := b.readHeads(); err != nil {
		return nil, err
	}
	b.entries = slices.DeleteFunc(b.entries, func(e *entryWrite) bool {
		_, err := Decide(w.viewer, e.entry(), ActPreview)
		return err != nil
	})
	if len(b.entries) == 0 {
		return nil, nil
	}
	for _, e := range b.entries {
		e.item.Revision = e.head.number()
	}
	w.viewer = access.System("preview") // publishing in a preview needs no right to publish
	if err := b.preparePublish(); err != nil {
		return nil, err
	}
	if n := len(b.problems); n > 0 {
		p := b.problems[0]
		return nil, fault.Errorf(fault.BadUserInput, "", "%s cannot be previewed: %v %s (%d problems in all)", p.Entry, p.Path,
			p.Message, n)
	}
	return b.ids(), b.publish()
}
