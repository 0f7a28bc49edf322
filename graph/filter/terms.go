package filter

import (
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/networkmember"
	"dugnad/schema"
)

// Filters name reference data by slugs and numbers. They become ids before the statement is made, from the reference
// data in memory, so that the database plans for what is asked. On PostgreSQL an inverted index has the ids that each
// row is filed under (schema.Terms), and finds the rows of several demands in one scan. SQLite has no such index: there
// the join tables are intersected.

// demand is the reference data of one field of a filter: a row must be filed under one of the ids.
type demand struct {
	ids []string
	// filed returns the queries for the ids of the rows, where a join table has them.
	filed func(q query, ids []any) []*sql.Selector
}

// reference returns the reference data. If it cannot be read, the statement fails with the reason.
func (q query) reference() *ent.ReferenceData {
	d, err := ent.ReferenceDataOf(q.ctx)
	if err != nil {
		q.s.AddError(err)
		return &ent.ReferenceData{}
	}
	return d
}

// demands returns those of the filter.
func (f *Shared) demands(q query) []demand {
	var all []demand
	if len(f.Themes)+len(f.TargetGroups)+len(f.Methods)+len(f.LawSections)+len(f.Municipalities)+len(f.Counties)+len(f.Organizations) == 0 {
		return nil
	}
	d := q.reference()
	if len(f.Themes) > 0 {
		all = append(all, demand{below(d, f.Themes), joined("theme")})
	}
	if len(f.TargetGroups) > 0 {
		all = append(all, demand{idsOf(d.TargetGroupBySlug, func(r *ent.TargetGroup) string { return r.ID }, f.TargetGroups), joined("target_group")})
	}
	if len(f.Methods) > 0 {
		all = append(all, demand{idsOf(d.MethodBySlug, func(r *ent.Method) string { return r.ID }, f.Methods), joined("method")})
	}
	if len(f.LawSections) > 0 {
		all = append(all, demand{idsOf(d.LawSectionBySlug, func(r *ent.LawSection) string { return r.ID }, f.LawSections), joined("law_section")})
	}
	if len(f.Municipalities) > 0 {
		all = append(all, demand{today(d, f.Municipalities), inMunicipality})
	}
	if len(f.Counties) > 0 {
		all = append(all, demand{inCounties(d, f.Counties), inMunicipality})
	}
	if len(f.Organizations) > 0 {
		all = append(all, demand{idsOf(d.OrganizationBySlug, func(r *ent.Organization) string { return r.ID }, f.Organizations), ofOrganization})
	}
	return all
}

// filed returns the predicate of rows that meet all the demands; nil without any.
func (q query) filed(demands []demand) *sql.Predicate {
	if len(demands) == 0 {
		return nil
	}
	if slices.ContainsFunc(demands, func(d demand) bool { return len(d.ids) == 0 }) {
		return sql.False()
	}
	if !q.doubted {
		ent.Narrowed(q.s)
	}
	if q.s.Dialect() == dialect.Postgres {
		all := make([]*sql.Predicate, len(demands))
		for i, d := range demands {
			all[i] = q.overlaps(d.ids)
		}
		return sql.And(all...)
	}
	return q.isOne(sql.ExprFunc(func(b *sql.Builder) {
		for i, d := range demands {
			if i > 0 {
				b.WriteString(" INTERSECT ")
			}
			queries := d.filed(q, anys(d.ids))
			if len(queries) > 1 {
				b.WriteString("SELECT * FROM (")
			}
			for j, ids := range queries {
				if j > 0 {
					b.WriteString(" UNION ")
				}
				b.Join(ids)
			}
			if len(queries) > 1 {
				b.WriteByte(')')
			}
		}
	}))
}

// overlaps returns the predicate of rows that are filed under any of the terms, on PostgreSQL.
func (q query) overlaps(terms schema.Terms) *sql.Predicate {
	return sql.P(func(b *sql.Builder) { b.Ident(q.s.C("terms")).WriteString(" && ").Arg(terms) })
}

// joined returns the query for the rows that the many-to-many edge to singular connects with an id.
func joined(singular string) func(query, []any) []*sql.Selector {
	return func(q query, ids []any) []*sql.Selector {
		join := sql.Table(q.name + "_" + singular + "s")
		return []*sql.Selector{sql.Select(join.C(q.name + "_id")).From(join).Where(sql.In(join.C(singular+"_id"), ids...))}
	}
}

// inMunicipality returns the queries for the rows in which a municipality takes part or is a member.
func inMunicipality(q query, ids []any) []*sql.Selector {
	links := sql.Table(contentmunicipality.Table)
	all := []*sql.Selector{sql.Select(links.C(contentmunicipality.FieldContentID)).From(links).
		Where(sql.In(links.C(contentmunicipality.FieldMunicipalityID), ids...))}
	if q.name == "network" {
		members := sql.Table(networkmember.Table)
		all = append(all, sql.Select(members.C(networkmember.FieldContentID)).From(members).
			Where(sql.In(members.C(networkmember.FieldMunicipalityID), ids...)))
	}
	return all
}

// ofOrganization returns the queries for the rows that an organisation owns or takes part in.
func ofOrganization(q query, ids []any) []*sql.Selector {
	links, rows := sql.Table(contentorganization.Table), sql.Table(q.s.TableName())
	return []*sql.Selector{
		sql.Select(links.C(contentorganization.FieldContentID)).From(links).
			Where(sql.In(links.C(contentorganization.FieldOrganizationID), ids...)),
		sql.Select(rows.C("id")).From(rows).Where(sql.In(rows.C("owner_id"), ids...)),
	}
}
