package graph

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"dugnad/ent"
	"dugnad/ent/contentdistrict"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/networkmember"
	"dugnad/graph/model"
	"dugnad/schema"
)

// Links are loaded for the whole page that an entry was read in, by whichever entry is asked first: two statements a field of the
// operation, however many entries there are.

// grouped is what a page's entries have, by entry.
type grouped[T any] struct {
	items  map[string][]T
	totals map[string]int
}

func organizationLinks(ctx context.Context, of ent.Content, roles []schema.OrganizationRole) ([]*ent.ContentOrganization, error) {
	found, err := ent.LoadPage(of.Page(), ent.FieldKey(ctx), func() (grouped[*ent.ContentOrganization], error) {
		q := ent.FromContext(ctx).ContentOrganization.Query().Where(contentorganization.ContentIDIn(of.Page().IDs()...))
		if roles != nil {
			q.Where(contentorganization.RoleIn(roles...))
		}
		q, err := q.Collecting(ctx, graphql.GetFieldContext(ctx).Field)
		if err != nil {
			return grouped[*ent.ContentOrganization]{}, err
		}
		rows, err := q.Order(contentorganization.BySeq()).All(ctx)
		return grouped[*ent.ContentOrganization]{items: group(rows, func(l *ent.ContentOrganization) string { return l.ContentID })}, err
	})
	return orEmpty(found.items[of.ContentID()]), err
}

func districtLinks(ctx context.Context, of ent.Content, roles []schema.MunicipalityRole) ([]*ent.ContentDistrict, error) {
	found, err := ent.LoadPage(of.Page(), ent.FieldKey(ctx), func() (grouped[*ent.ContentDistrict], error) {
		q := ent.FromContext(ctx).ContentDistrict.Query().Where(contentdistrict.ContentIDIn(of.Page().IDs()...))
		if roles != nil {
			q.Where(contentdistrict.RoleIn(roles...))
		}
		q, err := q.Collecting(ctx, graphql.GetFieldContext(ctx).Field)
		if err != nil {
			return grouped[*ent.ContentDistrict]{}, err
		}
		rows, err := q.Order(contentdistrict.BySeq()).All(ctx)
		return grouped[*ent.ContentDistrict]{items: group(rows, func(l *ent.ContentDistrict) string { return l.ContentID })}, err
	})
	return orEmpty(found.items[of.ContentID()]), err
}

func municipalityLinks(ctx context.Context, of ent.Content, roles []schema.MunicipalityRole, first *int, after *ent.Cursor) (*model.ContentMunicipalityConnection, error) {
	limit, from, err := window(first, after)
	if err != nil {
		return nil, err
	}
	found, err := ent.LoadPage(of.Page(), ent.FieldKey(ctx), func() (g grouped[*ent.ContentMunicipality], err error) {
		q := ent.FromContext(ctx).ContentMunicipality.Query().Where(contentmunicipality.ContentIDIn(of.Page().IDs()...))
		if roles != nil {
			q.Where(contentmunicipality.RoleIn(roles...))
		}
		if asksFor(ctx, "totalCount") {
			var counts []count
			if err = q.Clone().GroupBy(contentmunicipality.FieldContentID).Aggregate(ent.Count()).Scan(ctx, &counts); err != nil {
				return g, err
			}
			g.totals = totals(counts)
		}
		if q, err = q.Where(contentmunicipality.SeqGT(from)).CollectingNodes(ctx, graphql.GetFieldContext(ctx).Field); err != nil {
			return g, err
		}
		perEntry(q.Modify, contentmunicipality.FieldContentID, limit+1)
		rows, err := q.All(ctx)
		g.items = group(rows, func(l *ent.ContentMunicipality) string { return l.ContentID })
		return g, err
	})
	if err != nil {
		return nil, err
	}
	edges, more := cut(found.items[of.ContentID()], limit, func(l *ent.ContentMunicipality) int { return l.Seq })
	nodes := make([]*ent.Municipality, len(edges))
	for i, e := range edges {
		nodes[i] = e.Edges.Municipality
	}
	return &model.ContentMunicipalityConnection{
		TotalCount: found.totals[of.ContentID()], Edges: edges, Nodes: nodes,
		PageInfo: pageInfo(edges, more, after, (*ent.ContentMunicipality).Cursor),
	}, nil
}

func networkMembers(ctx context.Context, of *ent.Network, first *int, after *ent.Cursor) (*model.NetworkMemberConnection, error) {
	limit, from, err := window(first, after)
	if err != nil {
		return nil, err
	}
	found, err := ent.LoadPage(of.Page(), ent.FieldKey(ctx), func() (g grouped[*ent.NetworkMember], err error) {
		q := ent.FromContext(ctx).NetworkMember.Query().Where(networkmember.ContentIDIn(of.Page().IDs()...))
		if asksFor(ctx, "totalCount") {
			var counts []count
			if err = q.Clone().GroupBy(networkmember.FieldContentID).Aggregate(ent.Count()).Scan(ctx, &counts); err != nil {
				return g, err
			}
			g.totals = totals(counts)
		}
		if q, err = q.Where(networkmember.SeqGT(from)).CollectingNodes(ctx, graphql.GetFieldContext(ctx).Field); err != nil {
			return g, err
		}
		perEntry(q.Modify, networkmember.FieldContentID, limit+1)
		rows, err := q.All(ctx)
		g.items = group(rows, func(l *ent.NetworkMember) string { return l.ContentID })
		return g, err
	})
	if err != nil {
		return nil, err
	}
	edges, more := cut(found.items[of.ContentID()], limit, func(l *ent.NetworkMember) int { return l.Seq })
	nodes := make([]*ent.Municipality, len(edges))
	for i, e := range edges {
		nodes[i] = e.Edges.Municipality
	}
	return &model.NetworkMemberConnection{
		TotalCount: found.totals[of.ContentID()], Edges: edges, Nodes: nodes,
		PageInfo: pageInfo(edges, more, after, (*ent.NetworkMember).Cursor),
	}, nil
}

// organizationOf is an organisation that an entry's values name, loaded with those of the whole page.
func organizationOf(ctx context.Context, of ent.Content, id string) (*ent.Organization, error) {
	if id == "" {
		return nil, nil
	}
	found, err := ent.LoadPage(of.Page(), ent.FieldKey(ctx), func() (map[string]ent.Noder, error) {
		var ids []string
		for _, row := range of.Page().Rows() {
			ids = append(ids, row.OrganizationIDs()...)
		}
		slices.Sort(ids)
		return ent.FromContext(ctx).Load(ctx, slices.Compact(ids), &graphql.GetFieldContext(ctx).Field)
	})
	o, _ := found[id].(*ent.Organization)
	return o, err
}

// count is how many links an entry has.
type count struct {
	ContentID string `json:"content_id"`
	Count     int    `json:"count"`
}

func totals(counts []count) map[string]int {
	by := make(map[string]int, len(counts))
	for _, c := range counts {
		by[c.ContentID] = c.Count
	}
	return by
}

// perEntry limits a query to the first rows of each entry.
func perEntry[S any](modify func(...func(*sql.Selector)) S, column string, limit int) {
	modify(entgql.LimitPerRow(column, limit, sql.ExprFunc(func(b *sql.Builder) { b.Ident("seq") })))
}

// window is how many links are wanted, and after which.
func window(first *int, after *ent.Cursor) (limit, from int, err error) {
	limit, from = *ent.PageSize(first, nil), -1
	if after != nil {
		if from, err = strconv.Atoi(after.ID); err != nil {
			return 0, 0, fmt.Errorf("a sealed cursor of links holds %q: %w", after.ID, err)
		}
	}
	return limit, from, nil
}

// cut gives the first of the links in order, and whether there are more.
func cut[T any](links []T, limit int, seq func(T) int) ([]T, bool) {
	links = orEmpty(slices.Clone(links))
	slices.SortFunc(links, func(a, b T) int { return seq(a) - seq(b) })
	if len(links) > limit {
		return links[:limit], true
	}
	return links, false
}

func pageInfo[T any](edges []T, more bool, after *ent.Cursor, cursor func(T) ent.Cursor) *ent.PageInfo {
	info := &ent.PageInfo{HasNextPage: more, HasPreviousPage: after != nil}
	if len(edges) > 0 {
		start, end := cursor(edges[0]), cursor(edges[len(edges)-1])
		info.StartCursor, info.EndCursor = &start, &end
	}
	return info
}

// asksFor tells whether the connection being resolved is asked for the named field.
func asksFor(ctx context.Context, name string) bool {
	oc, fc := graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx)
	return slices.ContainsFunc(graphql.CollectFields(oc, fc.Field.Selections, nil), func(f graphql.CollectedField) bool { return f.Name == name })
}

func group[T any](rows []T, by func(T) string) map[string][]T {
	groups := make(map[string][]T)
	for _, row := range rows {
		groups[by(row)] = append(groups[by(row)], row)
	}
	return groups
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
