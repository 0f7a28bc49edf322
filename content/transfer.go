package content

import (
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/entry"
	"dugnad/ent/predicate"
	"dugnad/ent/reference"
	"dugnad/ent/release"
	"dugnad/ent/releaseitem"
	"dugnad/schema"
)

// transfer gives the entries to another organisation. Live rows and the files that only these entries use follow at
// once. What the former owner made of them ends: their places in its releases, and schedules of whoever may not publish
// for the new owner. Its previews show them no more.
func (b *batch) transfer() error {
	to := b.options.Organization
	refuse := func(code ProblemCode, message, entry string) {
		b.addProblem(problemAt(code, message, "organization").of(entry))
	}
	there, err := ent.LiveIDs(b.ctx, b.Client, []string{to})
	if err != nil {
		return err
	}
	if t, _ := ent.TypeOf(to); t.Name != "Organization" || !there[to] || b.viewer.RoleIn(to) == "" {
		refuse(ProblemNotFound, noOrganization, "")
		return nil
	}
	if b.viewer.RoleIn(to).Rank() < schema.Editor.Rank() {
		refuse(ProblemForbidden, "a transfer needs the role EDITOR in both organisations", "")
		return nil
	}
	for _, one := range b.entries {
		e := one.entry()
		if e.Key != nil {
			taken, err := b.keyTaken(e.Type, to, *e.Key, e.ID)
			if err != nil {
				return err
			}
			if taken {
				refuse(ProblemKeyTaken, "an entry of that organisation has its key", e.ID)
				continue
			}
		}
		if err := b.endSchedules(one, to); err != nil {
			return err
		}
		if !e.Live {
			continue
		}
		if err := b.transferLive(e, to); err != nil {
			return err
		}
	}
	if len(b.problems) == 0 {
		if err := b.forgetDecisions(b.ids(), to); err != nil { // relations.go
			return err
		}
	}
	if err := b.leaveReleases(to); err != nil {
		return err
	}
	return b.transferFiles(to)
}

// tellEnded adds to what the transfer has ended.
func (b *batch) tellEnded(entry, format string, args ...any) {
	b.ended = append(b.ended, Problem{
		Code: WarningEnded, Severity: SeverityWarning, Path: []string{}, Entry: entry, Message: fmt.Sprintf(format, args...),
	})
}

// endSchedules ends the schedules of an entry that were set by somebody who may not publish for the new owner.
func (b *batch) endSchedules(one *entryWrite, to string) error {
	e := one.entry()
	for _, by := range []*string{e.PublishBy, e.WithdrawBy} {
		if by == nil {
			continue
		}
		v, err := access.PresentViewer(b.ctx, b.Client, b.now, *by)
		if err != nil && !access.IsUnauthenticated(err) {
			return err
		}
		if err == nil && v.Publishes(to) {
			continue
		}
		what := "publishing"
		if by == e.PublishBy {
			one.endPublish = true
		} else {
			one.endWithdraw, what = true, "withdrawal"
		}
		b.tellEnded(e.ID, "its scheduled %s: the account or key that set it may not do that for the new owner", what)
	}
	return nil
}

// leaveReleases takes the entries out of the releases of other organisations that are not published yet.
func (b *batch) leaveReleases(to string) error {
	for chunk := range slices.Chunk(b.ids(), 500) {
		items, err := b.ReleaseItem.Query().Where(releaseitem.EntryIDIn(chunk...)).Order(releaseitem.ByID()).All(b.ctx)
		if err != nil {
			return err
		}
		for _, item := range items {
			r, err := b.Release.Query().
				Where(release.ID(item.ReleaseID), release.OwnerIDNEQ(to), release.PublishedAtIsNil()).Only(b.ctx)
			if ent.IsNotFound(err) {
				continue
			}
			if err != nil {
				return err
			}
			if err := b.takeOut(r.ID, []string{item.EntryID}); err != nil {
				return err
			}
			b.tellEnded(item.EntryID, "its place in the release %q (%s)", r.Name, r.ID)
		}
	}
	return nil
}

// transferFiles gives the files that the entries use to the new owner, unless another entry uses them as
// well: nobody may change the picture of a page that they do not edit.
func (b *batch) transferFiles(to string) error {
	owners := make(map[string][]string) // former owners, with the entries that they give away
	for _, e := range b.entries {
		owners[e.owner()] = append(owners[e.owner()], e.id)
	}
	own := func(u *sql.UpdateBuilder) { u.Set(asset.FieldOwnerID, to) }
	for from, ids := range owners {
		used, err := b.filesOf(ids, asset.OwnerID(from))
		if err != nil {
			return err
		}
		for _, id := range used {
			others, err := b.usedBy(id, ids)
			if err != nil {
				return err
			}
			if others {
				b.tellEnded("", "the file %s stays with the former owner, because it is used elsewhere too", id)
				continue
			}
			if err := b.Asset.UpdateOneID(id).Modify(own).Exec(b.ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// filesOf returns the ids of the assets that the entries point at, in order.
func (w *write) filesOf(entries []string, where predicate.Asset) (ids []string, err error) {
	for chunk := range slices.Chunk(entries, 500) {
		to, err := w.Reference.Query().Where(reference.FromIDIn(chunk...), predicate.Reference(sql.FieldHasPrefix(reference.FieldToID, "ast_"))).
			Select(reference.FieldToID).Strings(w.ctx)
		if err != nil {
			return nil, err
		}
		ids = append(ids, to...)
	}
	var owned []string
	for chunk := range slices.Chunk(unique(ids), 500) {
		found, err := w.Asset.Query().Where(asset.IDIn(chunk...), where).Order(asset.ByID()).IDs(w.ctx)
		if err != nil {
			return nil, err
		}
		owned = append(owned, found...)
	}
	return owned, nil
}

// usedBy reports whether an entry besides the given ones points at the asset.
func (w *write) usedBy(asset string, besides []string) (bool, error) {
	from, err := w.Reference.Query().Where(reference.ToID(asset)).Select(reference.FieldFromID).Strings(w.ctx)
	if err != nil {
		return false, err
	}
	from = slices.DeleteFunc(unique(from), func(id string) bool { return slices.Contains(besides, id) })
	for chunk := range slices.Chunk(from, 500) {
		there, err := w.Entry.Query().Where(entry.IDIn(chunk...)).Exist(w.ctx)
		if err != nil || there {
			return there, err
		}
	}
	return false, nil
}

func (w *write) transferLive(e *ent.Entry, to string) error {
	published, err := w.revisions(map[string]int{e.ID: *e.Published})
	if err != nil {
		return err
	}
	doc, err := decode(string(e.Type), []byte(published[e.ID].Document))
	if err != nil {
		return err
	}
	if err := w.putLive(e, doc, *e.Slug, to); err != nil {
		return err
	}
	w.changes = append(w.changes, changes.Entry{
		NodeID: e.ID, Action: schema.Upsert, Revision: *e.Published,
		Audience: *e.LiveAudience,
	})
	return nil
}
