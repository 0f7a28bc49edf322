package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"dugnad/schema/entgql"
)

// Term is what the vocabularies share: a slug, a label per language, and a place among their like.
type Term struct{ PrefixedID }

// Fields of the mixin.
func (t Term) Fields() []ent.Field {
	return append(t.PrefixedID.Fields(),
		field.String("slug").Unique().Annotations(entgql.OrderField("SLUG"), Requirement{On: true}),
		field.JSON("label_texts", LocalText{}).
			Annotations(entgql.MapsTo("label", "labels"), DocumentName("labels"), Requirement{On: true}),
		field.Int("position").Default(0).Annotations(entgql.OrderField("POSITION")),
	)
}

// Theme is a node in the tree of themes.
type Theme struct{ ent.Schema }

// Mixin of Theme.
func (Theme) Mixin() []ent.Mixin { return []ent.Mixin{Term{}} }

// Annotations of Theme.
func (Theme) Annotations() []schema.Annotation { return append(reference("the", "THEME"), held()) }

// Edges of Theme.
func (Theme) Edges() []ent.Edge {
	return append(ofContent("themes"),
		edge.To("children", Theme.Type).Annotations(managed(), fromMemory()).From("parent").Unique().Annotations(fromMemory()))
}

// TargetGroup is whom a service is for (END_USER) or who provides it (PROFESSIONAL).
type TargetGroup struct{ ent.Schema }

// Mixin of TargetGroup.
func (TargetGroup) Mixin() []ent.Mixin { return []ent.Mixin{Term{}} }

// Annotations of TargetGroup.
func (TargetGroup) Annotations() []schema.Annotation {
	return append(reference("tgr", "TARGET_GROUP"), held())
}

// Fields of TargetGroup.
func (TargetGroup) Fields() []ent.Field {
	return []ent.Field{field.Enum("role").GoType(TargetGroupRole("")).Annotations(Requirement{On: true})}
}

// Edges of TargetGroup.
func (TargetGroup) Edges() []ent.Edge { return ofContent("target_groups") }

// Method is a way of working.
type Method struct{ ent.Schema }

// Mixin of Method.
func (Method) Mixin() []ent.Mixin { return []ent.Mixin{Term{}} }

// Annotations of Method.
func (Method) Annotations() []schema.Annotation { return append(reference("met", "METHOD"), held()) }

// Edges of Method.
func (Method) Edges() []ent.Edge { return ofContent("methods") }

// LawSection is a section of an act, with the days on which it came into force and went out of it.
type LawSection struct{ ent.Schema }

// Mixin of LawSection.
func (LawSection) Mixin() []ent.Mixin { return []ent.Mixin{Term{}} }

// Annotations of LawSection.
func (LawSection) Annotations() []schema.Annotation {
	return append(reference("law", "LAW_SECTION"), held())
}

// Fields of LawSection.
func (LawSection) Fields() []ent.Field {
	return []ent.Field{
		field.JSON("acts", LocalText{}).Annotations(entgql.MapsTo("act"), DocumentName("act"), Requirement{On: true}),
		field.String("section").Annotations(Requirement{On: true}),
		field.String("in_force_from").GoType(Date("")).Optional().Nillable().
			Annotations(DocumentName("from"), entgql.MapsTo("inForceFrom")),
		field.String("in_force_to").GoType(Date("")).Optional().Nillable().
			Annotations(DocumentName("to"), entgql.MapsTo("inForceTo")),
	}
}

// Edges of LawSection.
func (LawSection) Edges() []ent.Edge { return ofContent("law_sections") }
