package filter

import (
	"time"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"
)

// AuditFilter is the filter of audit events.
type AuditFilter struct {
	Actor, Organization, Action, Subject *string
	Refused                              *bool
	After, Before                        *time.Time
}

// AuditEvents compiles the filter of audit events.
func AuditEvents(f *AuditFilter) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if f == nil {
			return
		}
		for column, want := range map[string]*string{"actor": f.Actor, "organization_id": f.Organization, "action": f.Action} {
			if want != nil {
				s.Where(sql.EQ(s.C(column), *want))
			}
		}
		if f.Subject != nil {
			s.Where(sqljson.ValueContains(s.C("subjects"), *f.Subject))
		}
		if f.Refused != nil {
			s.Where(when(*f.Refused, sql.NotNull(s.C("code"))))
		}
		q := query{s: s}
		for _, p := range between(q, "at", utc(f.After), utc(f.Before)) {
			s.Where(p)
		}
	}
}
