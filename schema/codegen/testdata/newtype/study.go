package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Study is research that has been registered and is not finished. scripts/newtype adds it to a copy of the tree.
type Study struct{ ent.Schema }

// Mixin of Study.
func (Study) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Names of Study.
func (Study) Names() ContentNames {
	return ContentNames{Position: 8, Prefix: "stu", Plural: "studies", Path: "studie", LinkedData: "ResearchProject"}
}

// Annotations of Study.
func (Study) Annotations() []schema.Annotation { return contentType(Study{}) }

// Fields of Study.
func (Study) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(StudyKind("")).Annotations(Requirement{On: true}),
		field.String("registration").Optional().Nillable(),
		localized("method_texts", "Method", "method"),
	}
}
