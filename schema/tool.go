package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"dugnad/schema/entgql"
)

// Tool is something to use.
type Tool struct{ ent.Schema }

// Mixin of Tool.
func (Tool) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Names of Tool.
func (Tool) Names() ContentNames {
	return ContentNames{Position: 2, Prefix: "too", Plural: "tools", Path: "verktoy", LinkedData: "LearningResource"}
}

// Annotations of Tool.
func (Tool) Annotations() []schema.Annotation { return contentType(Tool{}) }

// Fields of Tool. running_time is in seconds.
func (Tool) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(ToolKind("")).Annotations(Requirement{On: true}),
		localized("how_to_use_texts", "HowToUse", "howToUse"),
		localizedList("step_texts", "Steps", "steps"),
		localizedList("sector_texts", "Sectors", "sectors"),
		field.String("licence").Optional().Nillable(),
		field.String("link").Optional().Nillable(),
		field.Int("running_time").Optional().Nillable().NonNegative(),
	}
}

// Edges of Tool: the reports it is based on, its files, and the practices that use it.
func (Tool) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("reports", Report.Type).Annotations(entgql.RelayConnection()),
		edge.To("files", Asset.Type),
		edge.From("practices", Practice.Type).Ref("tools").Annotations(entgql.RelayConnection()),
	}
}
