package graph

import (
	"context"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/theme"
)

// byName orders municipalities by name, in the Norwegian alphabet.
var byName = []*ent.MunicipalityOrder{{Field: ent.MunicipalityOrderFieldSortName, Direction: entgql.OrderDirectionAsc}}

// municipalityBy finds by exactly one of id and a number that the municipality has or had.
func municipalityBy(id, number *string) (func(*sql.Selector), error) {
	if number == nil || id != nil {
		return one(id, number, "number")
	}
	return func(s *sql.Selector) {
		uses := sql.Table("number_uses")
		s.Where(sql.In(s.C("id"), sql.Select(uses.C("municipality_numbers")).From(uses).Where(sql.EQ(uses.C("number"), *number))))
	}, nil
}

// themes lists themes, those above before those below.
func themes(ctx context.Context, below *string, top bool) ([]*ent.Theme, error) {
	q := ent.FromContext(ctx).Theme.Query().Order(theme.BySlug())
	if below != nil {
		q.Where(func(s *sql.Selector) {
			above := sql.Table(theme.Table)
			s.Where(sql.In(s.C(theme.ParentColumn), sql.Select(above.C(theme.FieldID)).From(above).Where(sql.EQ(above.C(theme.FieldSlug), *below))))
		})
	}
	if top {
		q.Where(func(s *sql.Selector) { s.Where(sql.IsNull(s.C(theme.ParentColumn))) })
	}
	return q.Collected(ctx)
}
