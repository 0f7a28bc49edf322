package graph

import (
	"context"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/relation"
	"dugnad/graph/model"
	"dugnad/schema"
)

// maxClaims is the maximum number of claims of an entry in an answer.
const maxClaims = 100

// claims returns what entries of other organisations state of an entry, the open ones first.
func claims(ctx context.Context, obj *ent.Entry) ([]*model.RelationClaim, error) {
	found, err := ent.LoadPage(obj.Page(), ent.FieldKey(ctx), func() (map[string][]*model.RelationClaim, error) {
		var ids []string
		for _, e := range obj.Page().Rows() {
			ids = append(ids, e.ID)
		}
		rows, err := ent.FromContext(ctx).Relation.Query().
			Where(relation.ToIDIn(ids...), relation.StandingNEQ(schema.StatedByOwner), visible(ctx, relation.FieldFromID)).
			Order(relation.ByFromID(), relation.BySeq()).
			All(ctx)
		if err != nil {
			return nil, err
		}
		return claimsOf(ctx, rows)
	})
	all := slices.Clone(found[obj.ID])
	slices.SortStableFunc(all, func(a, b *model.RelationClaim) int { return openFirst(a) - openFirst(b) })
	return orEmpty(all[:min(maxClaims, len(all))]), err
}

func openFirst(c *model.RelationClaim) int {
	if c.Standing == schema.StatedByAnother {
		return 0
	}
	return 1
}

// claimsOf returns the claims by the entry that they are about.
func claimsOf(ctx context.Context, rows []*ent.Relation) (map[string][]*model.RelationClaim, error) {
	oc, field := graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field
	from := make([]string, len(rows))
	for i, r := range rows {
		from[i] = r.FromID
	}
	slices.Sort(from)
	from = slices.Compact(from)
	nodes, err := ent.FromContext(ctx).Load(ctx, from, ent.Select(oc, field, "from"))
	if err != nil {
		return nil, err
	}
	owners, err := ownersOf(ctx, from, ent.Select(oc, field, "organization"))
	if err != nil {
		return nil, err
	}
	chain := ent.Chain(ctx)
	by := map[string][]*model.RelationClaim{}
	for _, r := range rows {
		if nodes[r.FromID] == nil { // withdrawn since
			continue
		}
		by[r.ToID] = append(by[r.ToID], &model.RelationClaim{
			From: nodes[r.FromID], Organization: owners[r.FromID], Type: r.Type, Standing: r.Standing,
			Section: schema.OrNil(r.Sections.In(chain)), Note: schema.OrNil(r.Notes.In(chain)),
		})
	}
	return by, nil
}

// ownersOf returns the organisations that own live entries, by the entry's id. selection is what is asked for of them;
// nil for nothing.
func ownersOf(
	ctx context.Context, ids []string, selection *graphql.CollectedField,
) (map[string]*ent.Organization, error) {
	if selection == nil || len(ids) == 0 {
		return nil, nil
	}
	// Anonymous readers see no entries, but of live content everybody sees who owns it.
	entries, err := ent.FromContext(ctx).Entry.Query().Where(entry.IDIn(ids...), entry.Live(true)).
		Select(entry.FieldID, entry.FieldOwnerID).All(access.WithViewer(ctx, access.System("owners")))
	if err != nil {
		return nil, err
	}
	owners := make([]string, len(entries))
	for i, e := range entries {
		owners[i] = e.OwnerID
	}
	slices.Sort(owners)
	found, err := ent.FromContext(ctx).Load(ctx, slices.Compact(owners), selection)
	if err != nil {
		return nil, err
	}
	by := make(map[string]*ent.Organization, len(entries))
	for _, e := range entries {
		by[e.ID], _ = found[e.OwnerID].(*ent.Organization)
	}
	return by, nil
}

// decideRelation accepts or declines a relation that another organisation states.
func (r *Resolver) decideRelation(
	ctx context.Context, from, to string, of schema.RelationType, accept bool,
) (*model.RelationPayload, error) {
	decided, problems, err := r.Content.DecideRelation(ctx, from, to, of, accept)
	switch {
	case err != nil:
		problems, err := problemsOf(err)
		return &model.RelationPayload{Problems: problems}, err
	case len(problems) > 0:
		return &model.RelationPayload{Problems: pointers(problems)}, nil
	}
	now, err := entriesByID(ctx, []string{decided.ID})
	return &model.RelationPayload{Entry: now[decided.ID], Problems: []*content.Problem{}}, err
}

// claimed restricts a query to live entries of which published entries that the viewer reads state something that
// nobody has decided about. That a collection lists an entry needs no decision.
func claimed(ctx context.Context) func(*sql.Selector) {
	return func(s *sql.Selector) {
		relations, from := sql.Table(relation.Table), sql.Table(entry.Table)
		var audiences []any
		for _, a := range access.Audiences(ctx) {
			audiences = append(audiences, a)
		}
		s.Where(sql.And(sql.EQ(s.C(entry.FieldLive), true), sql.Exists(
			sql.Select(relations.C(relation.FieldID)).From(relations).Join(from).
				On(relations.C(relation.FieldFromID), from.C(entry.FieldID)).
				Where(sql.And(
					sql.ColumnsEQ(relations.C(relation.FieldToID), s.C(entry.FieldID)),
					sql.EQ(relations.C(relation.FieldStanding), schema.StatedByAnother),
					sql.NEQ(relations.C(relation.FieldType), schema.Contains),
					sql.EQ(from.C(entry.FieldLive), true), sql.In(from.C(entry.FieldLiveAudience), audiences...),
				)),
		)))
	}
}
