package filter

import (
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/schema"
	"dugnad/text"
)

// EntryFilter is the filter of entries, for editors.
type EntryFilter struct {
	Search        *string
	Types         []schema.ContentType
	Stages        []schema.Stage
	Organizations []string
	Assignees     []string
	Live          *bool
	Languages     []schema.Language
	Stale         *bool
	Scheduled     *bool
	Failed        *bool
	UpdatedAfter  *time.Time
	UpdatedBefore *time.Time
}

// Entries compiles the filter of entries. The client adds the viewer's scope.
func Entries(f *EntryFilter) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if f == nil {
			return
		}
		q := query{s: s}
		all := in(q, "type", f.Types)
		all = append(all, in(q, "stage", f.Stages)...)
		all = append(all, in(q, "owner_id", f.Organizations)...)
		all = append(all, in(q, "assignee_id", f.Assignees)...)
		all = append(all, between(q, "updated_at", utc(f.UpdatedAfter), utc(f.UpdatedBefore))...)
		for column, want := range map[string]*bool{"live": f.Live, "stale": f.Stale} {
			if want != nil {
				all = append(all, sql.EQ(s.C(column), *want))
			}
		}
		if f.Scheduled != nil {
			all = append(all, when(*f.Scheduled, sql.Or(sql.NotNull(s.C("publish_at")), sql.NotNull(s.C("withdraw_at")))))
		}
		if f.Failed != nil {
			all = append(all, when(*f.Failed, sql.NotNull(s.C("schedule_problem"))))
		}
		if len(f.Languages) > 0 {
			some := []*sql.Predicate{sql.False(), sql.False()} // an Or of one is written without parentheses
			for _, l := range f.Languages {
				some = append(some, sql.Contains(s.C("head_languages"), ","+string(l)+","))
			}
			all = append(all, sql.Or(some...))
		}
		if f.Search != nil {
			for word := range strings.FieldsSeq(text.Fold(*f.Search)) {
				all = append(all, sql.Contains(s.C("folded_words"), " "+word))
			}
		}
		for _, p := range all {
			s.Where(p)
		}
	}
}

func when(wanted bool, p *sql.Predicate) *sql.Predicate {
	if wanted {
		return p
	}
	return sql.Not(p)
}
