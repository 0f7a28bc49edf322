package filter

import (
	"entgo.io/ent/dialect/sql"

	"dugnad/ent/predicate"
	"dugnad/ent/targetgroup"
	"dugnad/ent/theme"
	"dugnad/schema"
)

// Themes holds for themes right below the one with the slug, if one is given, and with top for those that nothing is above.
func Themes(below *string, top bool) predicate.Theme {
	return func(s *sql.Selector) {
		if below != nil {
			s.Where(sql.In(s.C(theme.ParentColumn), bySlug(theme.Table, []string{*below})))
		}
		if top {
			s.Where(sql.IsNull(s.C(theme.ParentColumn)))
		}
	}
}

// TargetGroups holds for those with the role, for all when it is nil.
func TargetGroups(role *schema.TargetGroupRole) predicate.TargetGroup {
	return func(s *sql.Selector) {
		if role != nil {
			s.Where(sql.EQ(s.C(targetgroup.FieldRole), *role))
		}
	}
}
