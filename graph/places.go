package graph

import (
	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/schema/entgql"
)

// byName orders municipalities by name, in the Norwegian alphabet.
var byName = []*ent.MunicipalityOrder{{Field: ent.MunicipalityOrderFieldSortName, Direction: entgql.OrderDirectionAsc}}

// municipalityBy is byIDOr for municipalities: a number selects the municipality that has or had it.
func municipalityBy(id, number *string) (func(*sql.Selector), error) {
	if number == nil || id != nil {
		return byIDOr(id, number, "number")
	}
	return func(s *sql.Selector) {
		uses := sql.Table("number_uses")
		s.Where(
			sql.In(s.C("id"), sql.Select(uses.C("municipality_numbers")).From(uses).Where(sql.EQ(uses.C("number"), *number))),
		)
	}, nil
}
