package graph

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
)

// byName orders municipalities by name, in the Norwegian alphabet.
var byName = []*ent.MunicipalityOrder{{Field: ent.MunicipalityOrderFieldSortName, Direction: entgql.OrderDirectionAsc}}

// municipalityBy finds by exactly one of id and a number that the municipality has or had.
func municipalityBy(id, number *string) (func(*sql.Selector), error) {
	if number == nil || id != nil {
		return byIDOr(id, number, "number")
	}
	return func(s *sql.Selector) {
		uses := sql.Table("number_uses")
		s.Where(sql.In(s.C("id"), sql.Select(uses.C("municipality_numbers")).From(uses).Where(sql.EQ(uses.C("number"), *number))))
	}, nil
}
