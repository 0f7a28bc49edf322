package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"dugnad/schema/entgql"
)

// Report is research, an evaluation, a survey, statistics or a review.
type Report struct{ ent.Schema }

// Mixin of Report.
func (Report) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Names of Report.
func (Report) Names() ContentNames {
	return ContentNames{Position: 3, Prefix: "rep", Plural: "reports", Path: "rapport", LinkedData: "Report"}
}

// Annotations of Report.
func (Report) Annotations() []schema.Annotation { return contentType(Report{}) }

// Fields of Report.
func (Report) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(ReportKind("")).Annotations(Requirement{On: true}),
		field.Int("edition_year").Optional().Nillable(),
		field.String("series").Optional().Nillable(),
		field.Int("sample_size").Optional().Nillable().NonNegative(),
		localized("method_texts", "Method", "method"),
		localized("sample_texts", "Sample", "sample"),
		field.JSON("grants", []Funding{}).Optional().Annotations(entgql.MapsTo("funding"), DocumentName("funding")),
	}
}

// Edges of Report: the practices that it documents and the tools that are based on it.
func (Report) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("practices", Practice.Type).Ref("reports").Annotations(entgql.RelayConnection()),
		edge.From("tools", Tool.Type).Ref("reports").Annotations(entgql.RelayConnection()),
	}
}
