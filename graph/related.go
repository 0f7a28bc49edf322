package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/predicate"
	"dugnad/ent/relation"
	"dugnad/graph/model"
	"dugnad/schema"
	"dugnad/schema/entgql"
)

// relationPlace orders the relations of an entry: first those it states, in its order; then those that others state,
// by the position they give themselves, then by who states them. Row ids have no part in it: publishing again makes
// new ones.
type relationPlace struct {
	In   bool   `json:"i,omitempty"`
	Key  int    `json:"k"` // seq of one it states; position of another's
	From string `json:"f"`
	Seq  int    `json:"s"`
}

func (p relationPlace) compare(o relationPlace) int {
	switch {
	case p.In != o.In && o.In:
		return -1
	case p.In != o.In:
		return 1
	default:
		return cmp.Or(p.Key-o.Key, strings.Compare(p.From, o.From), p.Seq-o.Seq)
	}
}

// noPosition comes after every position.
const noPosition = math.MaxInt32

// stated is a relation as seen from one of its ends.
type stated struct {
	*ent.Relation
	in bool
}

func (s stated) end() string {
	if s.in {
		return s.FromID
	}
	return s.ToID
}

// claim reports whether the relation is only the claim of another organisation, on the page of its target.
func (s stated) claim() bool { return s.in && s.Standing == schema.StatedByAnother }

func (s stated) place() relationPlace {
	p := relationPlace{In: s.in, Key: s.Seq, From: s.FromID, Seq: s.Seq}
	switch {
	case !s.in:
	case s.Position == nil:
		p.Key = noPosition
	default:
		p.Key = *s.Position
	}
	return p
}

func (s stated) cursor() ent.Cursor {
	text, _ := json.Marshal(s.place())
	return ent.Cursor{ID: string(text)}
}

func related(
	ctx context.Context, of ent.Content, types []schema.RelationType, direction schema.RelationDirection, first *int,
	after *ent.Cursor,
) (*model.RelationConnection, error) {
	limit := *ent.PageSize(first, nil)
	var from *relationPlace
	if after != nil {
		from = new(relationPlace)
		if err := json.Unmarshal([]byte(after.ID), from); err != nil {
			return nil, fmt.Errorf("a sealed cursor of relations holds %q: %w", after.ID, err)
		}
	}
	type page struct {
		grouped[stated]
		nodes     map[string]ent.Noder
		claimants map[string]*ent.Organization
	}
	found, err := ent.LoadPage(of.Page(), ent.FieldKey(ctx), func() (page, error) {
		p := page{grouped: grouped[stated]{items: make(map[string][]stated), totals: make(map[string]int)}}
		for _, in := range []bool{false, true} {
			if in && direction == schema.RelationOut || !in && direction == schema.RelationIn {
				continue
			}
			if err := loadRelations(ctx, p.grouped, of.Page().IDs(), in, types, limit, from); err != nil {
				return p, err
			}
		}
		var ids, claiming []string
		for _, relations := range p.items {
			slices.SortFunc(relations, func(a, b stated) int { return a.place().compare(b.place()) })
			for _, r := range relations[:min(limit, len(relations))] {
				ids = append(ids, r.end())
				if r.claim() {
					claiming = append(claiming, r.FromID)
				}
			}
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		var err error
		if p.claimants, err = claimantsOf(ctx, claiming); err != nil {
			return p, err
		}
		selection := ent.NodeSelection(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field)
		if selection == nil || len(ids) == 0 {
			return p, nil
		}
		p.nodes, err = ent.FromContext(ctx).Load(ctx, ids, selection)
		return p, err
	})
	if err != nil {
		return nil, err
	}
	mine, more := cut(found.items[of.ContentID()], limit)
	c := &model.RelationConnection{
		TotalCount: found.totals[of.ContentID()], Edges: []*model.RelationEdge{}, Nodes: []ent.Content{},
		PageInfo: pageInfo(mine, more, after, stated.cursor),
	}
	chain := ent.Chain(ctx)
	for _, r := range mine {
		node, _ := found.nodes[r.end()].(ent.Content)
		edge := &model.RelationEdge{
			Cursor: r.cursor(), Node: node, Type: r.Type, Direction: schema.RelationOut, Position: r.Position,
			Section: schema.OrNil(r.Sections.In(chain)), Note: schema.OrNil(r.Notes.In(chain)),
		}
		if r.in {
			edge.Direction = schema.RelationIn
		}
		if r.claim() { // the words are the other organisation's
			edge.Section, edge.Note, edge.ClaimedBy = nil, nil, found.claimants[r.FromID]
		}
		c.Edges = append(c.Edges, edge)
		if node != nil {
			c.Nodes = append(c.Nodes, node)
		}
	}
	return c, nil
}

// claimantsOf returns who owns the entries that state something of another organisation's, as far as it is asked for.
func claimantsOf(ctx context.Context, ids []string) (map[string]*ent.Organization, error) {
	oc := graphql.GetOperationContext(ctx)
	edges := ent.Select(oc, graphql.GetFieldContext(ctx).Field, "edges")
	if edges == nil {
		return nil, nil
	}
	slices.Sort(ids)
	return ownersOf(ctx, slices.Compact(ids), ent.Select(oc, *edges, "claimedBy"))
}

// loadRelations adds to g the relations that the entries state, or that others state of them, as far as the viewer
// sees the other end.
func loadRelations(
	ctx context.Context, g grouped[stated], ids []string, in bool, types []schema.RelationType, limit int,
	from *relationPlace,
) error {
	mine, other, key, ours := relation.FieldFromID, relation.FieldToID, "seq", relation.FromIDIn(ids...)
	if in {
		mine, other, key, ours = other, mine, fmt.Sprintf("COALESCE(position, %d)", noPosition), relation.ToIDIn(ids...)
	}
	q := ent.FromContext(ctx).Relation.Query().Where(ours, visible(ctx, other))
	if in {
		q.Where(relation.StandingNEQ(schema.DeclinedRelation))
	}
	if types != nil {
		q.Where(relation.TypeIn(types...))
	}
	if asksFor(ctx, "totalCount") {
		var counts []struct {
			FromID string `json:"from_id"`
			ToID   string `json:"to_id"`
			Count  int    `json:"count"`
		}
		if err := q.Clone().GroupBy(mine).Aggregate(ent.Count()).Scan(ctx, &counts); err != nil {
			return err
		}
		for _, c := range counts {
			g.totals[c.FromID+c.ToID] += c.Count // one of them is empty
		}
	}
	if from != nil {
		if from.In && !in {
			return nil
		}
		if from.In == in {
			q.Where(func(s *sql.Selector) {
				s.Where(sql.P(func(b *sql.Builder) {
					b.WriteString("("+key+", from_id, seq) > (").Args(from.Key, from.From, from.Seq).WriteString(")")
				}))
			})
		}
	}
	q.Modify(
		entgql.LimitPerRow(mine, limit+1, sql.ExprFunc(func(b *sql.Builder) { b.WriteString(key + ", from_id, seq") })),
	)
	rows, err := q.All(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		id := r.FromID
		if in {
			id = r.ToID
		}
		g.items[id] = append(g.items[id], stated{r, in})
	}
	return nil
}

// visible is the predicate of relations whose end in the column is live and in the viewer's scope.
func visible(ctx context.Context, column string) predicate.Relation {
	return func(s *sql.Selector) {
		var ends []*sql.Predicate
		for _, t := range ent.Types {
			if !t.Content {
				continue
			}
			table := sql.Table(t.Table)
			rows := sql.Dialect(s.Dialect()).Select(table.C("id")).From(table).Where(sql.ColumnsEQ(table.C("id"), s.C(column)))
			access.Scope(ctx)(rows)
			ends = append(ends, sql.And(sql.HasPrefix(s.C(column), t.Prefix+"_"), sql.Exists(rows)))
		}
		s.Where(sql.Or(ends...))
	}
}
