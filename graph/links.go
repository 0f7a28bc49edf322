package graph

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"dugnad/ent"
	"dugnad/ent/contentdistrict"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/networkmember"
	"dugnad/graph/model"
	"dugnad/schema"
	"dugnad/schema/entgql"
)

// Links are loaded for the whole page that an entry was read in, by whichever entry is asked first: two statements a
// field of the operation, however many entries there are.

// grouped is what a page's entries have, by entry.
type grouped[T any] struct {
	items  map[string][]T
	totals map[string]int
}

func organizationLinks(
	ctx context.Context, of ent.Content, roles []schema.OrganizationRole,
) ([]*ent.ContentOrganization, error) {
	return linkList(ctx, of, func() ([]*ent.ContentOrganization, error) {
		q := ent.FromContext(ctx).ContentOrganization.Query().Where(contentorganization.ContentIDIn(of.Page().IDs()...))
		if roles != nil {
			q.Where(contentorganization.RoleIn(roles...))
		}
		q, err := q.Collecting(ctx, graphql.GetFieldContext(ctx).Field)
		if err != nil {
			return nil, err
		}
		return q.All(ctx)
	})
}

func districtLinks(
	ctx context.Context, of ent.Content, roles []schema.MunicipalityRole,
) ([]*ent.ContentDistrict, error) {
	return linkList(ctx, of, func() ([]*ent.ContentDistrict, error) {
		q := ent.FromContext(ctx).ContentDistrict.Query().Where(contentdistrict.ContentIDIn(of.Page().IDs()...))
		if roles != nil {
			q.Where(contentdistrict.RoleIn(roles...))
		}
		q, err := q.Collecting(ctx, graphql.GetFieldContext(ctx).Field)
		if err != nil {
			return nil, err
		}
		return q.All(ctx)
	})
}

// linkList returns all links of an entry, in order. fetch reads them for all entries that were read together.
func linkList[L link](ctx context.Context, of ent.Content, fetch func() ([]L, error)) ([]L, error) {
	found, err := ent.LoadPage(of.Page(), ent.FieldKey(ctx), func() (map[string][]L, error) {
		rows, err := fetch()
		return byEntry(rows), err
	})
	return orEmpty(found[of.ContentID()]), err
}

func municipalityLinks(
	ctx context.Context, of ent.Content, roles []schema.MunicipalityRole, first *int, after *ent.Cursor,
) (*model.ContentMunicipalityConnection, error) {
	links, err := linkPage(ctx, of, first, after, func(from, limit int) (rows []*ent.ContentMunicipality, counts []count, err error) {
		q := ent.FromContext(ctx).ContentMunicipality.Query().Where(contentmunicipality.ContentIDIn(of.Page().IDs()...))
		if roles != nil {
			q.Where(contentmunicipality.RoleIn(roles...))
		}
		if asksFor(ctx, "totalCount") {
			if err = q.Clone().GroupBy(contentmunicipality.FieldContentID).Aggregate(ent.Count()).Scan(ctx, &counts); err != nil {
				return nil, nil, err
			}
		}
		if q, err = q.Where(contentmunicipality.SeqGT(from)).CollectingNodes(ctx, graphql.GetFieldContext(ctx).Field); err != nil {
			return nil, nil, err
		}
		q.Modify(perEntry(limit))
		rows, err = q.All(ctx)
		return rows, counts, err
	})
	if err != nil {
		return nil, err
	}
	nodes := make([]*ent.Municipality, len(links.edges))
	for i, e := range links.edges {
		nodes[i] = e.Edges.Municipality
	}
	return &model.ContentMunicipalityConnection{
		TotalCount: links.total, Edges: links.edges, Nodes: nodes, PageInfo: links.info,
	}, nil
}

func networkMembers(
	ctx context.Context, of *ent.Network, first *int, after *ent.Cursor,
) (*model.NetworkMemberConnection, error) {
	links, err := linkPage(ctx, of, first, after, func(from, limit int) (rows []*ent.NetworkMember, counts []count, err error) {
		q := ent.FromContext(ctx).NetworkMember.Query().Where(networkmember.ContentIDIn(of.Page().IDs()...))
		if asksFor(ctx, "totalCount") {
			if err = q.Clone().GroupBy(networkmember.FieldContentID).Aggregate(ent.Count()).Scan(ctx, &counts); err != nil {
				return nil, nil, err
			}
		}
		if q, err = q.Where(networkmember.SeqGT(from)).CollectingNodes(ctx, graphql.GetFieldContext(ctx).Field); err != nil {
			return nil, nil, err
		}
		q.Modify(perEntry(limit))
		rows, err = q.All(ctx)
		return rows, counts, err
	})
	if err != nil {
		return nil, err
	}
	nodes := make([]*ent.Municipality, len(links.edges))
	for i, e := range links.edges {
		nodes[i] = e.Edges.Municipality
	}
	return &model.NetworkMemberConnection{
		TotalCount: links.total, Edges: links.edges, Nodes: nodes, PageInfo: links.info,
	}, nil
}

// link is a link row, with its entry and its place among those of the entry.
type link interface {
	Of() (entry string, seq int)
	Cursor() ent.Cursor
}

// linked is a page of an entry's links.
type linked[L link] struct {
	edges []L
	total int
	info  *ent.PageInfo
}

// linkPage returns a page of an entry's links. fetch reads them for all entries that were read together: at most
// limit of each, after from.
func linkPage[L link](
	ctx context.Context, of ent.Content, first *int, after *ent.Cursor, fetch func(from, limit int) ([]L, []count, error),
) (linked[L], error) {
	limit, from := *ent.PageSize(first, nil), -1
	if after != nil {
		var err error
		if from, err = strconv.Atoi(after.ID); err != nil {
			return linked[L]{}, fmt.Errorf("a sealed cursor of links holds %q: %w", after.ID, err)
		}
	}
	found, err := ent.LoadPage(of.Page(), ent.FieldKey(ctx), func() (g grouped[L], err error) {
		rows, counts, err := fetch(from, limit+1)
		if err != nil {
			return g, err
		}
		g.items = byEntry(rows)
		g.totals = totals(counts)
		return g, nil
	})
	if err != nil {
		return linked[L]{}, err
	}
	edges, more := cut(found.items[of.ContentID()], limit)
	return linked[L]{edges, found.totals[of.ContentID()], pageInfo(edges, more, after, L.Cursor)}, nil
}

// organizationOf returns an organisation that an entry refers to, loaded with those of the whole page.
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

// count returns the number of links of an entry.
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

// perEntry limits a query of links to the first of each entry.
func perEntry(limit int) func(*sql.Selector) {
	return entgql.LimitPerRow("content_id", limit, sql.ExprFunc(func(b *sql.Builder) { b.Ident("seq") }))
}

// cut returns the first of a list, and whether there are more.
func cut[T any](list []T, limit int) ([]T, bool) {
	if len(list) > limit {
		return list[:limit], true
	}
	return orEmpty(list), false
}

func pageInfo[T any](edges []T, more bool, after *ent.Cursor, cursor func(T) ent.Cursor) *ent.PageInfo {
	info := &ent.PageInfo{HasNextPage: more, HasPreviousPage: after != nil}
	if len(edges) > 0 {
		start, end := cursor(edges[0]), cursor(edges[len(edges)-1])
		info.StartCursor, info.EndCursor = &start, &end
	}
	return info
}

// asksFor reports whether the connection being resolved is asked for the named field.
func asksFor(ctx context.Context, name string) bool {
	oc, fc := graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx)
	return slices.ContainsFunc(
		graphql.CollectFields(oc, fc.Field.Selections, nil), func(f graphql.CollectedField) bool { return f.Name == name },
	)
}

// byEntry groups links by entry, in order.
func byEntry[L link](rows []L) map[string][]L {
	slices.SortFunc(rows, func(a, b L) int {
		_, i := a.Of()
		_, j := b.Of()
		return i - j
	})
	groups := make(map[string][]L)
	for _, row := range rows {
		entry, _ := row.Of()
		groups[entry] = append(groups[entry], row)
	}
	return groups
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
