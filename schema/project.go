package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"dugnad/schema/entgql"
)

// Project is an undertaking with a period.
type Project struct{ ent.Schema }

// Mixin of Project.
func (Project) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Names of Project.
func (Project) Names() ContentNames {
	return ContentNames{Position: 4, Prefix: "pro", Plural: "projects", Path: "prosjekt", LinkedData: "Project"}
}

// Annotations of Project.
func (Project) Annotations() []schema.Annotation { return contentType(Project{}) }

// Fields of Project. value is in currency (ISO 4217).
func (Project) Fields() []ent.Field {
	return []ent.Field{
		field.String("project_number").Optional().Nillable(),
		field.Float("value").Optional().Nillable(),
		field.String("currency").Optional().Nillable().MaxLen(3),
		field.JSON("period", &Period{}).Optional(),
		localizedList("goal_texts", "Goals", "goals"),
		localizedList("need_texts", "Needs", "needs"),
		localizedList("research_question_texts", "ResearchQuestions", "researchQuestions"),
		localized("method_texts", "Method", "method"),
		localized("problem_texts", "ProblemStatement", "problemStatement"),
		field.JSON("grants", []Funding{}).Optional().Annotations(entgql.MapsTo("funding"), DocumentName("funding")),
	}
}
