package filter

import (
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/schema"
)

// TestSameFilterSameSQL compiles one filter many times: databases keep what they prepared by the text of the statement.
func TestSameFilterSameSQL(t *testing.T) {
	ctx := access.WithViewer(t.Context(), access.Viewer{Kind: access.Anonymous})
	var contains []string
	for _, of := range schema.ContentTypes() {
		contains = append(contains, of.Prefix+"_01m8000000000000000000000")
	}
	level, day := 2, schema.Date("2020-01-01")
	shared := Shared{
		Themes: []string{"a", "b"}, TargetGroups: []string{"a"}, Methods: []string{"a"}, LawSections: []string{"a"},
		Municipalities: []string{"0301"}, Counties: []string{"03"}, Organizations: []string{"a"},
		Languages: []schema.Language{schema.NB, schema.NN}, IssuedAfter: &day, EvidenceAtLeast: &level,
	}
	filter := &CollectionFilter{
		Shared: shared, Contains: contains,
		Or:  []*CollectionFilter{{Contains: contains[:3]}, {Shared: shared}},
		Not: &CollectionFilter{Contains: contains[2:]},
	}
	for _, d := range []string{dialect.SQLite, dialect.Postgres} {
		texts := make(map[string]bool)
		for range 100 {
			s := sql.Dialect(d).Select("id").From(sql.Table("collections"))
			filter.Where(ctx)(s)
			text, _ := s.Query()
			texts[text] = true
		}
		if len(texts) != 1 {
			t.Errorf("%s: one filter is compiled to %d different statements", d, len(texts))
		}
	}
}
