package filter

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/ent/predicate"
	"dugnad/ent/relation"
	"dugnad/schema"
)

// node is a filter of any content type. All given conditions must hold.
type node struct {
	shared  *Shared
	own     func(q query) []*sql.Predicate
	and, or []*node
	not     *node
}

// query is the query that a filter narrows: its selector, and the singular of its table for the names of join tables.
type query struct {
	ctx     context.Context
	s       *sql.Selector
	name    string
	doubted bool // the part of the filter at hand is inside an or or a not: rows may match without it
}

// noder is a pointer to one of the content filters.
type noder[F any] interface {
	*F
	node() *node
}

func nodes[F any, P noder[F]](filters []P) []*node {
	if filters == nil {
		return nil
	}
	out := make([]*node, 0, len(filters))
	for _, f := range filters {
		out = append(out, f.node())
	}
	return out
}

func optional[F any, P noder[F]](filter P) *node {
	if filter == nil {
		return nil
	}
	return filter.node()
}

// where compiles a filter to the predicate of a query. singular is the name of the content type.
func where[F any, P noder[F]](ctx context.Context, singular string, filter P) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if filter == nil {
			return
		}
		if p := filter.node().compile(query{ctx: ctx, s: s, name: singular}); p != nil {
			s.Where(p)
		}
	}
}

// compile returns the predicate of the filter; nil when it accepts every row.
func (n *node) compile(q query) *sql.Predicate {
	all := append(n.shared.predicates(q), n.own(q)...)
	for _, m := range n.and {
		all = add(all, m.compile(q))
	}
	if len(n.or) > 0 {
		var some []*sql.Predicate
		open, q := false, q
		q.doubted = q.doubted || len(n.or) > 1
		for _, m := range n.or {
			p := m.compile(q)
			open = open || p == nil
			some = add(some, p)
		}
		switch {
		case open: // one of them lets everything pass
		case len(some) == 1: // an Or of one is written without parentheses, and so is an Or inside it
			all = append(all, some[0])
		default:
			all = append(all, sql.Or(some...))
		}
	}
	if n.not != nil {
		q.doubted = true
		if p := n.not.compile(q); p != nil {
			all = append(all, sql.Not(p))
		} else {
			all = append(all, sql.False())
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	default:
		return sql.And(all...)
	}
}

func add(list []*sql.Predicate, p *sql.Predicate) []*sql.Predicate {
	if p == nil {
		return list
	}
	return append(list, p)
}

func (f *Shared) predicates(q query) []*sql.Predicate {
	all := add(nil, q.filed(f.demands(q)))
	if len(f.Languages) > 0 {
		all = append(all, hasLanguage(q, f.Languages))
	}
	if f.EvidenceAtLeast != nil {
		all = append(all, known(q, "evidence_level", sql.GTE(q.s.C("evidence_level"), *f.EvidenceAtLeast)))
	}
	all = append(all, between(q, "issued_on", f.IssuedAfter, f.IssuedBefore)...)
	return append(all, between(q, "published_at", utc(f.PublishedAfter), utc(f.PublishedBefore))...)
}

// isOne returns the predicate of rows whose id is among those that ids selects. For a page, the plus keeps SQLite from
// fetching the rows of all the ids and sorting them: instead it reads the index of the list's order and tests each id.
func (q query) isOne(ids sql.Querier) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		if b.Dialect() == dialect.SQLite && !ent.ReadsAll(q.s) {
			b.WriteByte('+')
		}
		b.Ident(q.s.C("id")).WriteString(" IN (").Join(ids).WriteByte(')')
	})
}

// contains returns the predicate of collections with any of the entries that the viewer may see.
func contains(q query, ids []string) []*sql.Predicate {
	if len(ids) == 0 {
		return nil
	}
	byTable := make(map[string][]any)
	for _, id := range ids {
		if t, ok := ent.TypeOf(id); ok && t.Content {
			byTable[t.Table] = append(byTable[t.Table], id)
		}
	}
	links := sql.Table(relation.Table)
	visible := make([]*sql.Predicate, 0, len(byTable))
	// sorted, so that the same filter has the same SQL text and its prepared statement is reused
	for _, name := range slices.Sorted(maps.Keys(byTable)) {
		table := sql.Table(name)
		items := sql.Dialect(q.s.Dialect()).Select(table.C("id")).From(table).Where(sql.In(table.C("id"), byTable[name]...))
		access.Scope(q.ctx)(items)
		visible = append(visible, sql.In(links.C(relation.FieldToID), items))
	}
	if len(visible) == 0 {
		return []*sql.Predicate{sql.False()}
	}
	return []*sql.Predicate{q.isOne(sql.Select(links.C(relation.FieldFromID)).From(links).
		Where(sql.And(sql.EQ(links.C(relation.FieldType), schema.Contains), sql.Or(visible...))))}
}

func in[T any](q query, column string, values []T) []*sql.Predicate {
	if len(values) == 0 {
		return nil
	}
	return []*sql.Predicate{known(q, column, sql.In(q.s.C(column), anys(values)...))}
}

// ofKind returns the predicate of content of any of the kinds, which are terms on PostgreSQL.
func ofKind[K ~string](q query, kinds []K) []*sql.Predicate {
	if len(kinds) == 0 || q.s.Dialect() != dialect.Postgres {
		return in(q, "kind", kinds)
	}
	terms := make(schema.Terms, len(kinds))
	for i, k := range kinds {
		terms[i] = schema.KindTerm(k)
	}
	return []*sql.Predicate{q.overlaps(terms)}
}

// known makes a predicate false instead of unknown where the column is NULL, so that its negation is true there.
func known(q query, column string, p *sql.Predicate) *sql.Predicate {
	return sql.And(sql.NotNull(q.s.C(column)), p)
}

func between[T any](q query, column string, from, to *T) []*sql.Predicate {
	var all []*sql.Predicate
	if from != nil {
		all = append(all, known(q, column, sql.GTE(q.s.C(column), *from)))
	}
	if to != nil {
		all = append(all, known(q, column, sql.LTE(q.s.C(column), *to)))
	}
	return all
}

// running returns the predicate of rows whose period includes the day.
func running(q query, day *schema.Date) []*sql.Predicate {
	if day == nil {
		return nil
	}
	start, end := sqljson.Path("start"), sqljson.Path("end")
	column := q.s.C("period")
	return []*sql.Predicate{sql.And(
		sql.NotNull(column),
		sqljson.HasKey(column, start),
		sqljson.ValueLTE(column, string(*day), start),
		sql.Or(sql.Not(sqljson.HasKey(column, end)), sqljson.ValueGTE(column, string(*day), end)),
	)}
}

func hasLanguage(q query, languages []schema.Language) *sql.Predicate {
	some := make([]*sql.Predicate, len(languages))
	for i, l := range languages {
		some[i] = sqljson.HasKey(q.s.C("titles"), sqljson.Path(string(l)))
	}
	return sql.Or(some...)
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// Municipalities compiles the filter of municipalities. Former ones are included only on request.
func Municipalities(f *MunicipalityFilter, former bool) predicate.Municipality {
	return func(s *sql.Selector) {
		q := query{ctx: s.Context(), s: s}
		if !former {
			s.Where(sql.EQ(s.C("active"), true))
		}
		if f == nil {
			return
		}
		all := append(in(q, "kostra_group", f.KostraGroups), in(q, "centrality", f.Centralities)...)
		all = append(all, between(q, "population", f.PopulationAtLeast, f.PopulationAtMost)...)
		all = append(all, named(q, f.Name)...)
		if len(f.Counties) > 0 {
			all = append(all, sql.In(s.C(municipality.CountyColumn), anys(countyIDs(q.reference(), f.Counties))...))
		}
		if len(f.Numbers) > 0 {
			all = append(all, sql.In(s.C("id"), anys(today(q.reference(), f.Numbers))...))
		}
		for _, p := range all {
			s.Where(p)
		}
	}
}

// Organizations compiles the filter of organisations.
func Organizations(f *OrganizationFilter) predicate.Organization {
	return func(s *sql.Selector) {
		if f == nil {
			return
		}
		q := query{ctx: s.Context(), s: s}
		all := append(in(q, "kind", f.Kinds), in(q, "slug", f.Slugs)...)
		all = append(all, named(q, f.Name)...)
		if len(f.Municipalities) > 0 {
			var ids []string
			for _, id := range today(q.reference(), f.Municipalities) {
				if of := q.reference().Municipality[id].Edges.Organization; of != nil {
					ids = append(ids, of.ID)
				}
			}
			all = append(all, sql.In(s.C("id"), anys(ids)...))
		}
		for _, p := range all {
			s.Where(p)
		}
	}
}

// Any compiles the shared part of a filter for a type known only at run time. It returns nil for reference data, or if
// the filter accepts every row.
func Any(ctx context.Context, t ent.Type, shared *Shared) func(*sql.Selector) {
	if !t.Content {
		return nil
	}
	n := &node{shared: shared, own: func(query) []*sql.Predicate { return nil }}
	return func(s *sql.Selector) {
		if p := n.compile(query{ctx: ctx, s: s, name: strings.ToLower(t.Name)}); p != nil {
			s.Where(p)
		}
	}
}
