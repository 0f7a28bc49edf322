package graph

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"dugnad/ent"
	"dugnad/ent/networkmember"
	"dugnad/graph/model"
	"dugnad/schema"
	"dugnad/schema/entgql"
)

// Links to reference data are in the entry's own row. Members of a network, of which there can be many, are rows of
// their own: they are loaded for the whole page that an entry was read in, by whichever entry is asked first.

// grouped is what a page's entries have, by entry.
type grouped[T any] struct {
	items  map[string][]T
	totals map[string]int
}

// linkID is the id of an entry's link at an index.
func linkID(entry string, i int) string { return entry + ":" + strconv.Itoa(i) }

// inRole returns a link for each of an entry's references whose role is among the given ones, all without any.
func inRole[R any, O ~string, L any](refs []R, roles []O, link func(i int, ref R) (*L, O)) []*L {
	links := make([]*L, 0, len(refs))
	for i, ref := range refs {
		if l, role := link(i, ref); roles == nil || slices.Contains(roles, role) {
			links = append(links, l)
		}
	}
	return links
}

func organizationLinks(of ent.Content, roles []schema.OrganizationRole) []*ent.ContentOrganization {
	id := of.ContentID()
	return inRole(of.ContentLinks().Organizations, roles, func(i int, r schema.OrganizationRef) (*ent.ContentOrganization, schema.OrganizationRole) {
		return &ent.ContentOrganization{ID: linkID(id, i), ContentID: id, Seq: i, OrganizationID: r.Organization, Role: r.Role}, r.Role
	})
}

func districtLinks(of ent.Content, roles []schema.MunicipalityRole) []*ent.ContentDistrict {
	id := of.ContentID()
	return inRole(of.ContentLinks().Districts, roles, func(i int, r schema.DistrictRef) (*ent.ContentDistrict, schema.MunicipalityRole) {
		return &ent.ContentDistrict{ID: linkID(id, i), ContentID: id, Seq: i, DistrictID: r.District, Role: r.Role}, r.Role
	})
}

func municipalityLinks(
	ctx context.Context, of ent.Content, roles []schema.MunicipalityRole, first *int, after *ent.Cursor,
) (*model.ContentMunicipalityConnection, error) {
	id, from, err := of.ContentID(), -1, error(nil)
	if after != nil {
		if from, err = linkAfter(after); err != nil {
			return nil, err
		}
	}
	all := inRole(of.ContentLinks().Municipalities, roles, func(i int, r schema.MunicipalityRef) (*ent.ContentMunicipality, schema.MunicipalityRole) {
		return &ent.ContentMunicipality{
			ID: linkID(id, i), ContentID: id, Seq: i, MunicipalityID: r.Municipality, Role: r.Role,
			NameThen: schema.OrNil(r.NameThen), NumberThen: schema.OrNil(r.NumberThen),
		}, r.Role
	})
	rest := slices.IndexFunc(all, func(l *ent.ContentMunicipality) bool { return l.Seq > from })
	if rest < 0 {
		rest = len(all)
	}
	edges, more := cut(all[rest:], *ent.PageSize(first, nil))
	nodes, err := municipalitiesOf(ctx, edges)
	return &model.ContentMunicipalityConnection{
		TotalCount: len(all), Edges: edges, Nodes: nodes, PageInfo: pageInfo(edges, more, after, (*ent.ContentMunicipality).Cursor),
	}, err
}

// municipalitiesOf returns the municipality of each link.
func municipalitiesOf[L interface {
	Municipality(ctx context.Context) (*ent.Municipality, error)
}](ctx context.Context, links []L) (nodes []*ent.Municipality, err error) {
	nodes = make([]*ent.Municipality, len(links))
	for i, l := range links {
		if nodes[i], err = l.Municipality(ctx); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

func networkMembers(
	ctx context.Context, of *ent.Network, first *int, after *ent.Cursor,
) (*model.NetworkMemberConnection, error) {
	limit, from := *ent.PageSize(first, nil), -1
	if after != nil {
		var err error
		if from, err = linkAfter(after); err != nil {
			return nil, err
		}
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
		q.Where(networkmember.SeqGT(from)).Modify(perEntry(limit + 1))
		rows, err := q.All(ctx)
		g.items = byEntry(rows)
		return g, err
	})
	if err != nil {
		return nil, err
	}
	edges, more := cut(found.items[of.ID], limit)
	nodes, err := municipalitiesOf(ctx, edges)
	return &model.NetworkMemberConnection{
		TotalCount: found.totals[of.ID], Edges: edges, Nodes: nodes, PageInfo: pageInfo(edges, more, after, (*ent.NetworkMember).Cursor),
	}, err
}

// heldOrganization returns the organisation with the id, nil for none.
func heldOrganization(ctx context.Context, id string) (*ent.Organization, error) {
	if id == "" {
		return nil, nil
	}
	return ent.HeldOrganization(ctx, id)
}

// linkAfter returns the place that a cursor of links holds.
func linkAfter(after *ent.Cursor) (int, error) {
	from, err := strconv.Atoi(after.ID)
	if err != nil {
		return 0, fmt.Errorf("a sealed cursor of links holds %q: %w", after.ID, err)
	}
	return from, nil
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

// byEntry groups members by network, in order.
func byEntry(rows []*ent.NetworkMember) map[string][]*ent.NetworkMember {
	slices.SortFunc(rows, func(a, b *ent.NetworkMember) int { return a.Seq - b.Seq })
	groups := make(map[string][]*ent.NetworkMember)
	for _, row := range rows {
		groups[row.ContentID] = append(groups[row.ContentID], row)
	}
	return groups
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
