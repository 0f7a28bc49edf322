package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"dugnad/schema/entgql"
)

// Organization owns content or takes part in it. Every active municipality has one, and every district of Oslo.
type Organization struct{ ent.Schema }

// Mixin of Organization.
func (Organization) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Organization.
func (Organization) Annotations() []schema.Annotation {
	return append(searchedReference("org", "ORGANIZATION"), held())
}

// Fields of Organization. kind is a slug of the organisation types: municipality, directorate, research-institute, ….
func (Organization) Fields() []ent.Field {
	return []ent.Field{
		field.String("slug").Unique().Annotations(Requirement{On: true}),
		field.JSON("local_names", LocalText{}).
			Annotations(entgql.MapsTo("name", "names"), DocumentName("names"), Requirement{On: true}),
		field.String("sort_name").Annotations(managed(), entgql.OrderField("NAME")),
		field.String("folded_name").Annotations(managed()).Comment("Names in folded form, for the name filter."),
		field.String("short_name").Optional().Nillable(),
		field.String("kind").Annotations(Requirement{On: true}),
		field.String("url").Optional().Nillable(),
	}
}

// Edges of Organization.
func (Organization) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("municipality", Municipality.Type).Unique().Annotations(fromMemory()),
		edge.To("district", District.Type).Unique().Annotations(fromMemory()),
	}
}

// Contact is a function that answers questions, never a private person.
type Contact struct{ ent.Schema }

// Mixin of Contact.
func (Contact) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Contact.
func (Contact) Annotations() []schema.Annotation { return reference("con", "CONTACT") }

// Fields of Contact.
func (Contact) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").Unique().Annotations(entgql.Skip(entgql.SkipAll), Requirement{On: true}),
		field.JSON("functions", LocalText{}).Annotations(entgql.MapsTo("function"), Requirement{On: true}),
		field.String("email").Optional().Nillable(),
		field.String("phone").Optional().Nillable(),
		field.String("url").Optional().Nillable(),
	}
}

// Edges of Contact.
func (Contact) Edges() []ent.Edge {
	return append(ofContent("contacts"),
		edge.To("organization", Organization.Type).Unique().Required().Annotations(Requirement{On: true}))
}
