package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"dugnad/schema/entgql"
)

// Release is a named list of entries that are published together.
type Release struct{ ent.Schema }

// Mixin of Release.
func (Release) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Release.
func (Release) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Implements("Node"), entgql.MultiOrder(), Paged{On: true}}
}

// Fields of Release. published_at is set once, and the release does not change afterwards; schedule_problem says why
// publishing at the set time failed.
func (Release) Fields() []ent.Field {
	skip := entgql.Skip(entgql.SkipAll)
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(200),
		field.String("owner_id").Immutable().Annotations(entgql.MapsTo("owner")),
		field.Time("publish_at").Optional().Nillable(),
		field.String("publish_by").Optional().Nillable().Annotations(skip),
		field.Time("published_at").Optional().Nillable(),
		field.String("published_by").Optional().Nillable().Annotations(skip),
		field.String("schedule_problem").Optional().Nillable(),
		field.String("created_by").Immutable().Annotations(skip),
		field.Time("created_at").Immutable(),
		field.Time("updated_at").Annotations(entgql.OrderField("UPDATED_AT")),
	}
}

// Edges of Release.
func (Release) Edges() []ent.Edge {
	return []ent.Edge{edge.To("owner", Organization.Type).Field("owner_id").Unique().Required().Immutable().Annotations(fromMemory())}
}

// Indexes of Release.
func (Release) Indexes() []ent.Index {
	return []ent.Index{index.Fields("owner_id", "updated_at", "id"), index.Fields("publish_at")}
}

// ReleaseItem is an entry in a release, with the revision to publish and the warnings that were acknowledged for it.
type ReleaseItem struct{ ent.Schema }

// Annotations of ReleaseItem.
func (ReleaseItem) Annotations() []schema.Annotation { return notInAPI() }

// Fields of ReleaseItem.
func (ReleaseItem) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("release_id").Immutable(),
		field.String("entry_id").Immutable(),
		field.Int("revision"),
		field.JSON("acknowledged", []Acknowledged{}),
	}
}

// Indexes of ReleaseItem.
func (ReleaseItem) Indexes() []ent.Index {
	return []ent.Index{index.Fields("release_id", "entry_id").Unique(), index.Fields("entry_id")}
}
