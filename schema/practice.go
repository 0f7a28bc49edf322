package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"dugnad/schema/entgql"
)

// Practice is what was done or learnt.
type Practice struct{ ent.Schema }

// Mixin of Practice.
func (Practice) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Names of Practice.
func (Practice) Names() ContentNames {
	return ContentNames{Position: 1, Prefix: "pra", Plural: "practices", Path: "praksis", LinkedData: "Article"}
}

// Annotations of Practice.
func (Practice) Annotations() []schema.Annotation { return contentType(Practice{}) }

// Fields of Practice.
func (Practice) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(PracticeKind("")).Annotations(Requirement{On: true}),
		localized("challenge_texts", "Challenge", "challenge"),
		localizedList("goal_texts", "Goals", "goals"),
		localizedList("step_texts", "Steps", "steps"),
		localized("resource_texts", "Resources", "resources"),
		localized("cost_texts", "Cost", "cost"),
		localized("precondition_texts", "Preconditions", "preconditions"),
		localized("lesson_texts", "Lessons", "lessons"),
		localized("did_not_work_texts", "DidNotWork", "didNotWork"),
		field.JSON("measured", []PracticeResult{}).Optional().Annotations(entgql.MapsTo("results"), DocumentName("results")),
		field.JSON("period", &Period{}).Optional(),
	}
}

// Edges of Practice: the tools it uses, the reports that document it.
func (Practice) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("tools", Tool.Type).Annotations(entgql.RelayConnection()),
		edge.To("reports", Report.Type).Annotations(entgql.RelayConnection()),
	}
}
