package filter

import "entgo.io/ent/dialect/sql"

// The methods below compile the fields of a filter that only its content type has. content_gen.go has those of the
// filters whose only own field is kinds.

func (f *ReportFilter) own(q query) []*sql.Predicate {
	return append(ofKind(q, f.Kinds), in(q, "series", f.Series)...)
}

func (f *ProjectFilter) own(q query) []*sql.Predicate { return running(q, f.RunningOn) }

func (f *EventFilter) own(q query) []*sql.Predicate {
	return between(q, "starts_at", utc(f.StartsAfter), utc(f.StartsBefore))
}

func (f *CollectionFilter) own(q query) []*sql.Predicate { return contains(q, f.Contains) }
