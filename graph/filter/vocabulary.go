package filter

import (
	"entgo.io/ent/dialect/sql"

	"dugnad/ent/predicate"
	"dugnad/ent/targetgroup"
	"dugnad/ent/theme"
	"dugnad/schema"
)

// Themes returns the predicate of the children of the theme with the slug, if one is given, and with top of the themes
// without a parent.
func Themes(below *string, top bool) predicate.Theme {
	return func(s *sql.Selector) {
		if below != nil {
			q := query{ctx: s.Context(), s: s}
			var parent []string
			if t := q.reference().ThemeBySlug[*below]; t != nil {
				parent = append(parent, t.ID)
			}
			s.Where(sql.In(s.C(theme.ParentColumn), anys(parent)...))
		}
		if top {
			s.Where(sql.IsNull(s.C(theme.ParentColumn)))
		}
	}
}

// TargetGroups returns the predicate of target groups with the role, of all if it is nil.
func TargetGroups(role *schema.TargetGroupRole) predicate.TargetGroup {
	return func(s *sql.Selector) {
		if role != nil {
			s.Where(sql.EQ(s.C(targetgroup.FieldRole), *role))
		}
	}
}
