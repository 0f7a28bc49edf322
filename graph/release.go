package graph

import (
	"context"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/release"
	"dugnad/ent/releaseitem"
	"dugnad/graph/model"
	"dugnad/graph/view"
)

func releasePayload(ctx context.Context, o content.ReleaseResult, err error) (*model.ReleasePayload, error) {
	p := &model.ReleasePayload{Problems: pointers(o.Problems), Conflicts: []*model.Conflict{}}
	if err != nil {
		p.Problems, err = problemsOf(err)
		return p, err
	}
	conflicts, told, err := conflictsOf(o.Conflicts)
	if err != nil {
		return nil, err
	}
	p.Conflicts, p.Problems = conflicts, append(p.Problems, told...)
	if o.Release != nil {
		p.Release, err = releaseByID(ctx, o.Release.ID)
	}
	return p, err
}

func releaseByID(ctx context.Context, id string) (*ent.Release, error) {
	r, err := ent.FromContext(ctx).Release.Query().Where(release.ID(id)).WithOwner().Only(ctx)
	return r, ent.MaskNotFound(err)
}

func (r *Resolver) createRelease(
	ctx context.Context, name string, organization *string,
) (*model.ReleasePayload, error) {
	of := value(organization)
	if organizations, _ := access.ViewerOf(ctx).Organizations(); organization == nil && len(organizations) == 1 {
		of = organizations[0]
	}
	o, err := r.Content.CreateRelease(ctx, name, of)
	return releasePayload(ctx, o, err)
}

// releaseItemsOf returns the items of a release that the viewer may read as an editor, in the order in which they were
// added, loading those of all releases of the page.
func releaseItemsOf(ctx context.Context, obj *ent.Release) ([]*view.ReleaseItem, error) {
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string][]*view.ReleaseItem, error) {
		ids := make([]string, len(obj.Page().Rows()))
		for i, r := range obj.Page().Rows() {
			ids[i] = r.ID
		}
		rows, err := ent.FromContext(ctx).ReleaseItem.Query().
			Where(releaseitem.ReleaseIDIn(ids...)).
			Order(releaseitem.ByID()).
			All(ctx)
		if err != nil {
			return nil, err
		}
		entries := make([]string, len(rows))
		for i, row := range rows {
			entries[i] = row.EntryID
		}
		byID, err := entriesByID(ctx, entries)
		items := make(map[string][]*view.ReleaseItem)
		for _, row := range rows {
			if byID[row.EntryID] == nil { // deleted, or of an organisation that the viewer has no role in
				continue
			}
			items[row.ReleaseID] = append(items[row.ReleaseID], &view.ReleaseItem{
				ID: row.EntryID, Entry: byID[row.EntryID], Revision: row.Revision, Acknowledged: row.Acknowledged,
			})
		}
		return items, err
	})
	return orEmpty(found[obj.ID]), err
}

func itemsOf(given []*content.Item) []content.Item {
	items := make([]content.Item, len(given))
	for i, item := range given {
		items[i] = *item
	}
	return items
}
