package graph

import (
	"context"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/revision"
	"dugnad/ent/step"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/schema"
)

// openStages are the stages in which an entry still needs work.
var openStages = []schema.Stage{schema.Editing, schema.InReview, schema.Approved}

// tasks returns at most first entries that wait for the viewer, longest waiting first within each reason.
func tasks(ctx context.Context, first int) ([]*model.Task, error) {
	if first < 1 || first > ent.MaxPage {
		return nil, gqlcode.Error(fault.BadUserInput, "first must be 1 to 100")
	}
	v := access.ViewerOf(ctx)
	entries := func(where ...func(*sql.Selector)) ([]*ent.Entry, error) {
		q := ent.FromContext(ctx).Entry.Query()
		for _, w := range where {
			q.Where(w)
		}
		return q.WithOwner().WithAssignee().Order(ent.Asc(entry.FieldUpdatedAt, entry.FieldID)).Limit(first).All(ctx)
	}
	var all []*model.Task
	add := func(reason model.TaskReason, found []*ent.Entry) {
		for _, e := range found {
			all = append(all, &model.Task{Reason: reason, Entry: e})
		}
	}
	failed, err := entries(entry.ScheduleProblemNotNil(), editorOf(v))
	if err != nil {
		return nil, err
	}
	add(model.TaskReasonScheduleFailed, failed)
	assigned, err := entries(entry.AssigneeID(v.Account()), entry.StageIn(openStages...))
	if err != nil {
		return nil, err
	}
	sentBack, err := sentBackEntries(ctx, assigned)
	if err != nil {
		return nil, err
	}
	for _, e := range assigned {
		reason := model.TaskReasonAssigned
		if sentBack[e.ID] {
			reason = model.TaskReasonChangesRequested
		}
		add(reason, []*ent.Entry{e})
	}
	review, err := entries(
		entry.StageEQ(schema.InReview), entry.Or(entry.AssigneeIDIsNil(), entry.AssigneeIDNEQ(v.Account())), editorOf(v),
	)
	if err != nil {
		return nil, err
	}
	add(model.TaskReasonReview, review)
	of, err := entries(claimed(ctx), editorOf(v))
	if err != nil {
		return nil, err
	}
	add(model.TaskReasonClaim, of)
	return orEmpty(all[:min(first, len(all))]), nil
}

// editorOf restricts a query to entries that the viewer may review.
func editorOf(v access.Viewer) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if v.HubRole != "" {
			return
		}
		var ids []any
		for id, role := range v.Roles {
			if role != schema.Contributor {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			s.Where(sql.False())
			return
		}
		slices.SortFunc(ids, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		s.Where(sql.In(s.C(entry.FieldOwnerID), ids...))
	}
}

// sentBackEntries returns for which of the entries the last act was sending them back.
func sentBackEntries(ctx context.Context, entries []*ent.Entry) (map[string]bool, error) {
	back := make(map[string]bool)
	if len(entries) == 0 {
		return back, nil
	}
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	steps, err := ent.FromContext(ctx).Step.Query().
		Where(step.EntryIDIn(ids...), step.ActIn(string(content.ActRequestChanges), string(content.ActSubmit))).
		Order(ent.Asc(step.FieldID)).
		All(ctx)
	for _, s := range steps {
		back[s.EntryID] = s.Act == string(content.ActRequestChanges)
	}
	return back, err
}

// drafts returns at most first entries whose head the viewer wrote and that are not published in that form, last
// changed first.
func drafts(ctx context.Context, first int) ([]*ent.Entry, error) {
	if first < 1 || first > ent.MaxPage {
		return nil, gqlcode.Error(fault.BadUserInput, "first must be 1 to 100")
	}
	mine := func(s *sql.Selector) {
		r := sql.Table(revision.Table)
		s.Where(sql.Exists(sql.Select(r.C(revision.FieldID)).From(r).Where(sql.And(
			sql.ColumnsEQ(r.C(revision.FieldEntryID), s.C(entry.FieldID)),
			sql.ColumnsEQ(r.C(revision.FieldNumber), s.C(entry.FieldHead)),
			sql.EQ(r.C(revision.FieldAuthor), access.ViewerOf(ctx).Account()),
		))))
	}
	return ent.FromContext(ctx).Entry.Query().Where(mine, entry.StageIn(openStages...)).WithOwner().WithAssignee().
		Order(ent.Desc(entry.FieldUpdatedAt, entry.FieldID)).Limit(first).All(ctx)
}
