package filter

import (
	"context"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/schema"
)

// reference returns reference data in which everything that the filters name is called a, b, 0301 or 03.
func reference(context.Context, *ent.ReferenceData) (*ent.ReferenceData, error) {
	child := &ent.Theme{ID: "the_c"}
	parent := &ent.Theme{ID: "the_a", Edges: ent.ThemeEdges{Children: []*ent.Theme{child, {ID: "the_d"}}}}
	child.Edges.Children = []*ent.Theme{parent} // a circle must not hang
	county := &ent.County{ID: "cty_a", Number: "03"}
	oslo := &ent.Municipality{ID: "mun_a", Edges: ent.MunicipalityEdges{County: county}}
	return &ent.ReferenceData{
		ThemeBySlug:        map[string]*ent.Theme{"a": parent, "b": {ID: "the_b"}},
		TargetGroupBySlug:  map[string]*ent.TargetGroup{"a": {ID: "tgr_a"}},
		MethodBySlug:       map[string]*ent.Method{"a": {ID: "met_a"}},
		LawSectionBySlug:   map[string]*ent.LawSection{"a": {ID: "law_a"}},
		OrganizationBySlug: map[string]*ent.Organization{"a": {ID: "org_a"}},
		CountyByNumber:     map[string]*ent.County{"03": county},
		Municipality:       map[string]*ent.Municipality{"mun_a": oslo, "mun_b": {ID: "mun_b", Edges: ent.MunicipalityEdges{County: county}}},
		NumberUseByNumber:  map[string]*ent.NumberUse{"0301": {Edges: ent.NumberUseEdges{Municipality: oslo}}},
	}, nil
}

// TestSameFilterSameSQL compiles one filter many times: databases keep what they prepared by the text of the statement.
func TestSameFilterSameSQL(t *testing.T) {
	ctx := access.WithViewer(ent.WithRequest(t.Context(), ent.Request{Reference: reference}), access.Viewer{Kind: access.Anonymous})
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
