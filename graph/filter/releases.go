package filter

import (
	"entgo.io/ent/dialect/sql"

	"dugnad/ent/releaseitem"
)

// ReleaseFilter is the filter of releases.
type ReleaseFilter struct {
	Organizations []string
	Open          *bool
	Entry         *string
}

// Releases compiles the filter of releases. The client adds the viewer's scope.
func Releases(f *ReleaseFilter) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if f == nil {
			return
		}
		for _, p := range in(query{s: s}, "owner_id", f.Organizations) {
			s.Where(p)
		}
		if f.Open != nil {
			s.Where(when(*f.Open, sql.IsNull(s.C("published_at"))))
		}
		if f.Entry != nil {
			items := sql.Table(releaseitem.Table)
			s.Where(sql.In(s.C("id"), sql.Select(items.C(releaseitem.FieldReleaseID)).From(items).
				Where(sql.EQ(items.C(releaseitem.FieldEntryID), *f.Entry))))
		}
	}
}
