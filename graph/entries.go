package graph

import (
	"context"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/comment"
	"dugnad/ent/entry"
	"dugnad/ent/predicate"
	"dugnad/ent/redaction"
	"dugnad/ent/reference"
	"dugnad/ent/revision"
	"dugnad/ent/slug"
	"dugnad/ent/step"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/graph/view"
	"dugnad/schema"
	"dugnad/schema/entgql"
)

// Data of entries is loaded for all entries that were read together, when the first of them needs it.

// revisionsAt returns the revision of obj with the number that of returns, nil for 0, loading those of all entries of
// the page at once. It leaves the documents out: documentOfRevision loads them.
func revisionsAt(ctx context.Context, obj *ent.Entry, of func(*ent.Entry) int) (*ent.Revision, error) {
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string]*ent.Revision, error) {
		wanted := make([]predicate.Revision, 0, len(obj.Page().Rows()))
		for _, e := range obj.Page().Rows() {
			if n := of(e); n > 0 {
				wanted = append(wanted, revision.And(revision.EntryID(e.ID), revision.Number(n)))
			}
		}
		byEntry := make(map[string]*ent.Revision, len(wanted))
		if len(wanted) == 0 {
			return byEntry, nil
		}
		rows, err := ent.FromContext(ctx).Revision.Query().Where(revision.Or(wanted...)).Select(withoutDocument...).All(ctx)
		for _, r := range rows {
			byEntry[r.EntryID] = r
		}
		return byEntry, err
	})
	return found[obj.ID], err
}

// withoutDocument are the columns of a revision except the document, which is large.
var withoutDocument = slices.DeleteFunc(
	slices.Clone(revision.Columns), func(c string) bool { return c == revision.FieldDocument },
)

// documentOfRevision returns the document of a revision, loading those of all revisions that were read with it.
func documentOfRevision(ctx context.Context, obj *ent.Revision) (view.Document, error) {
	texts, err := ent.LoadPage(obj.Page(), "document", func() (map[string]string, error) {
		ids := make([]string, 0, len(obj.Page().Rows()))
		texts := make(map[string]string)
		for _, r := range obj.Page().Rows() {
			if texts[r.ID] = r.Document; r.Document == "" {
				ids = append(ids, r.ID)
			}
		}
		if len(ids) == 0 {
			return texts, nil
		}
		rows, err := ent.FromContext(ctx).Revision.Query().
			Where(revision.IDIn(ids...)).
			Select(revision.FieldID, revision.FieldDocument).
			All(ctx)
		for _, r := range rows {
			texts[r.ID] = r.Document
		}
		return texts, err
	})
	if err != nil {
		return nil, err
	}
	t, _ := ent.TypeOf(obj.EntryID)
	return documentOf(t.GQL, []byte(texts[obj.ID]))
}

// personOf returns the account with the id, nil if there is none, loading those of all rows that were read together.
func personOf[T any](ctx context.Context, page *ent.PageOf[T], id string, of func(*T) string) (*ent.Account, error) {
	found, err := ent.LoadPage(page, "people", func() (map[string]*ent.Account, error) {
		ids := make([]string, len(page.Rows()))
		for i, row := range page.Rows() {
			ids[i] = of(row)
		}
		return people(ctx, ids)
	})
	return found[id], err
}

// people returns accounts by id; ids that are not those of accounts are missing.
func people(ctx context.Context, ids []string) (map[string]*ent.Account, error) {
	found := make(map[string]*ent.Account)
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return !strings.HasPrefix(id, "acc_") })
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := ent.FromContext(ctx).Account.Query().
		Where(account.IDIn(ids...)).
		Select(account.FieldID, account.FieldName).
		All(ctx)
	for _, a := range rows {
		found[a.ID] = a
	}
	return found, err
}

// liveContent returns what readers see of an entry, within the viewer's scope.
func liveContent(ctx context.Context, obj *ent.Entry) (ent.Noder, error) {
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string]ent.Noder, error) {
		var ids []string
		for _, e := range obj.Page().Rows() {
			if e.Live {
				ids = append(ids, e.ID)
			}
		}
		return ent.FromContext(ctx).Load(ctx, ids, &graphql.GetFieldContext(ctx).Field)
	})
	return found[obj.ID], err
}

func entryIDs(obj *ent.Entry) []string {
	ids := make([]string, len(obj.Page().Rows()))
	for i, e := range obj.Page().Rows() {
		ids[i] = e.ID
	}
	return ids
}

// newest returns at most first rows of each entry of the page, newest first. fetch must read them with the modifier,
// which sets that limit. It returns BAD_USER_INPUT if first is out of range.
func newest[T any](
	ctx context.Context, obj *ent.Entry, first int, column string, fetch func(limit func(*sql.Selector)) ([]T, error),
	of func(T) string, order func(a, b T) int,
) ([]T, error) {
	if first < 1 || first > ent.MaxPage {
		return nil, gqlcode.Error(fault.BadUserInput, "first must be 1 to 100")
	}
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string][]T, error) {
		rows, err := fetch(entgql.LimitPerRow("entry_id", first, sql.ExprP(column+" DESC")))
		byEntry := make(map[string][]T)
		for _, row := range rows {
			byEntry[of(row)] = append(byEntry[of(row)], row)
		}
		for _, list := range byEntry {
			slices.SortFunc(list, order)
		}
		return byEntry, err
	})
	return orEmpty(found[obj.ID]), err
}

func revisionsOf(ctx context.Context, obj *ent.Entry, first int, before *int) ([]*ent.Revision, error) {
	return newest(ctx, obj, first, revision.FieldNumber, func(limit func(*sql.Selector)) ([]*ent.Revision, error) {
		q := ent.FromContext(ctx).Revision.Query().Where(revision.EntryIDIn(entryIDs(obj)...))
		if before != nil {
			q.Where(revision.NumberLT(*before))
		}
		q.Modify(limit)
		return q.All(ctx)
	}, func(r *ent.Revision) string { return r.EntryID }, func(a, b *ent.Revision) int { return b.Number - a.Number })
}

func stepsOf(ctx context.Context, obj *ent.Entry, first int) ([]*ent.Step, error) {
	return newest(ctx, obj, first, step.FieldID, func(limit func(*sql.Selector)) ([]*ent.Step, error) {
		q := ent.FromContext(ctx).Step.Query().Where(step.EntryIDIn(entryIDs(obj)...))
		q.Modify(limit)
		return q.All(ctx)
	}, func(s *ent.Step) string { return s.EntryID }, func(a, b *ent.Step) int { return b.ID - a.ID })
}

func commentsOf(ctx context.Context, obj *ent.Entry) ([]*ent.Comment, error) {
	return newest(ctx, obj, ent.MaxPage, comment.FieldID, func(limit func(*sql.Selector)) ([]*ent.Comment, error) {
		q := ent.FromContext(ctx).Comment.Query().Where(comment.EntryIDIn(entryIDs(obj)...))
		q.Modify(limit)
		return q.All(ctx)
	}, func(c *ent.Comment) string { return c.EntryID }, func(a, b *ent.Comment) int {
		return strings.Compare(a.ID, b.ID)
	})
}

func redactionsOf(ctx context.Context, obj *ent.Entry) ([]*ent.Redaction, error) {
	return newest(ctx, obj, ent.MaxPage, redaction.FieldID, func(limit func(*sql.Selector)) ([]*ent.Redaction, error) {
		q := ent.FromContext(ctx).Redaction.Query().Where(redaction.EntryIDIn(entryIDs(obj)...))
		q.Modify(limit)
		return q.All(ctx)
	}, func(r *ent.Redaction) string { return r.EntryID }, func(a, b *ent.Redaction) int {
		return strings.Compare(b.ID, a.ID)
	})
}

// formerSlugs returns the addresses that lead to an entry besides its present one, in alphabetical order.
func formerSlugs(ctx context.Context, obj *ent.Entry) ([]string, error) {
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string][]string, error) {
		rows, err := ent.FromContext(ctx).Slug.Query().Where(slug.EntryIDIn(entryIDs(obj)...)).Order(slug.BySlug()).All(ctx)
		by := make(map[string][]string, len(rows))
		for _, r := range rows {
			by[r.EntryID] = append(by[r.EntryID], r.Slug)
		}
		return by, err
	})
	former := slices.DeleteFunc(slices.Clone(found[obj.ID]), func(s string) bool { return s == value(obj.Slug) })
	return orEmpty(former), err
}

// usedBy returns the references to an entry from heads and published revisions of entries that the viewer may read as
// an editor.
func usedBy(ctx context.Context, obj *ent.Entry) ([]*model.EntryUse, error) {
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string][]*model.EntryUse, error) {
		rows, err := ent.FromContext(ctx).Reference.Query().
			Where(reference.ToIDIn(entryIDs(obj)...)).
			Order(reference.ByFromID(), reference.ByField()).
			All(ctx)
		if err != nil {
			return nil, err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.FromID
		}
		entries, err := entriesByID(ctx, ids)
		if err != nil {
			return nil, err
		}
		uses := make(map[string][]*model.EntryUse)
		for _, r := range rows {
			e := entries[r.FromID]
			if e == nil { // the viewer may not read it as an editor
				continue
			}
			uses[r.ToID] = addUse(
				uses[r.ToID],
				&model.EntryUse{Entry: e, ID: r.FromID, Field: r.Field, Live: r.State == schema.OfPublished && e.Live},
			)
		}
		return uses, nil
	})
	return orEmpty(found[obj.ID]), err
}

// breaksIfWithdrawn returns the live content visible to the viewer whose published document refers to the entry.
func breaksIfWithdrawn(ctx context.Context, obj *ent.Entry) ([]*model.LiveUse, error) {
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string][]*model.LiveUse, error) {
		var ids []string
		for _, e := range obj.Page().Rows() {
			if e.Live {
				ids = append(ids, e.ID)
			}
		}
		rows, err := ent.FromContext(ctx).Reference.Query().
			Where(reference.ToIDIn(ids...), reference.StateEQ(schema.OfPublished)).
			Order(reference.ByFromID(), reference.ByField()).
			All(ctx)
		if err != nil {
			return nil, err
		}
		from := make([]string, len(rows))
		for i, r := range rows {
			from[i] = r.FromID
		}
		slices.Sort(from)
		selected := ent.Select(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field, "node")
		nodes, err := ent.FromContext(ctx).Load(ctx, slices.Compact(from), selected)
		if err != nil {
			return nil, err
		}
		uses := make(map[string][]*model.LiveUse)
		for _, r := range rows {
			n := nodes[r.FromID]
			if n == nil { // not live, or the viewer may not read it
				continue
			}
			all := uses[r.ToID]
			if last := len(all) - 1; last >= 0 && all[last].Node == n {
				if !slices.Contains(all[last].Fields, r.Field) {
					all[last].Fields = append(all[last].Fields, r.Field)
				}
				continue
			}
			uses[r.ToID] = append(all, &model.LiveUse{Node: n, Fields: []string{r.Field}})
		}
		return uses, nil
	})
	return orEmpty(found[obj.ID]), err
}

// addUse adds a use; references from head and published revision count as one.
func addUse(all []*model.EntryUse, one *model.EntryUse) []*model.EntryUse {
	for _, u := range all {
		if u.ID == one.ID && u.Field == one.Field {
			u.Live = u.Live || one.Live
			return all
		}
	}
	return append(all, one)
}

// dangling returns the references from the head to content that readers do not see.
func dangling(ctx context.Context, obj *ent.Entry) ([]*model.EntryUse, error) {
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string][]*model.EntryUse, error) {
		rows, err := ent.FromContext(ctx).Reference.Query().
			Where(reference.FromIDIn(entryIDs(obj)...), reference.StateEQ(schema.OfHead)).
			Order(reference.ByID()).
			All(ctx)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, r := range rows {
			if t, ok := ent.TypeOf(r.ToID); ok && (t.Content || r.Field == content.InBodies) {
				ids = append(ids, r.ToID)
			}
		}
		seen, err := ent.LiveIDs(ctx, ent.FromContext(ctx), ids)
		if err != nil {
			return nil, err
		}
		entries, err := entriesByID(ctx, ids)
		if err != nil {
			return nil, err
		}
		uses := make(map[string][]*model.EntryUse)
		for _, r := range rows {
			if t, _ := ent.TypeOf(r.ToID); (t.Content || r.Field == content.InBodies) && !seen[r.ToID] {
				uses[r.FromID] = addUse(uses[r.FromID], &model.EntryUse{Entry: entries[r.ToID], ID: r.ToID, Field: r.Field})
			}
		}
		return uses, nil
	})
	return orEmpty(found[obj.ID]), err
}

// entriesByID returns the entries that the viewer may read as an editor, by id, with their owners and assignees.
func entriesByID(ctx context.Context, ids []string) (map[string]*ent.Entry, error) {
	found := make(map[string]*ent.Entry)
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return found, nil
	}
	rows, err := ent.FromContext(ctx).Entry.Query().Where(entry.IDIn(ids...)).WithOwner().WithAssignee().All(ctx)
	for _, e := range rows {
		found[e.ID] = e
	}
	return found, err
}

// reports returns the problems and languages of an entry, computed for the whole page at once.
func (r *Resolver) reports(ctx context.Context, obj *ent.Entry) (content.Report, error) {
	found, err := ent.LoadPage(obj.Page(), "reports", func() (map[string]content.Report, error) {
		return r.Content.Reports(ctx, obj.Page().Rows())
	})
	return found[obj.ID], err
}
