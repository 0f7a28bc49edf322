package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"dugnad/schema/entgql"
)

// Links carry what an edge cannot: a role, an order, a note, an end of several types. They are keyed by content id
// without a foreign key, written with the live row and deleted with it.

// Relation is from one live entry to another entry. It is read only when both ends are live and in the viewer's scope.
type Relation struct{ ent.Schema }

// Annotations of Relation.
func (Relation) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Fields of Relation. position is the order that the writer gave; seq keeps the order of the document; standing is
// derived from the owners of both ends and from RelationDecision.
func (Relation) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("from_id"),
		field.String("to_id"),
		field.Enum("type").GoType(RelationType("")),
		field.Int("seq"),
		field.Int("position").Optional().Nillable(),
		field.JSON("sections", LocalText{}).Optional(),
		field.JSON("notes", LocalText{}).Optional(),
		field.Enum("standing").GoType(RelationStanding("")).Default(string(StatedByOwner)),
	}
}

// Indexes of Relation.
func (Relation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("from_id", "seq"), index.Fields("to_id")}
}

// RelationDecision is what the owner of a relation's target has decided about it, when another organisation states it.
type RelationDecision struct{ ent.Schema }

// Annotations of RelationDecision.
func (RelationDecision) Annotations() []schema.Annotation { return notInAPI() }

// Fields of RelationDecision. The decision holds while both entries have these owners, and an acceptance also only
// while the relation has this hash, of its notes and sections.
func (RelationDecision) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("from_id"),
		field.String("to_id"),
		field.Enum("type").GoType(RelationType("")),
		field.Bool("accepted"),
		field.String("hash"),
		field.String("from_owner_id"),
		field.String("to_owner_id"),
		field.String("decided_by"),
		field.Time("decided_at"),
	}
}

// Indexes of RelationDecision.
func (RelationDecision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("from_id", "to_id", "type").Unique(), index.Fields("to_id")}
}

// ContentMunicipality is a municipality's part in an entry, with its name and number at the time.
type ContentMunicipality struct{ ent.Schema }

// Annotations of ContentMunicipality.
func (ContentMunicipality) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Type("ContentMunicipalityEdge"), entgql.Skip(entgql.SkipOrderField)}
}

// Fields of ContentMunicipality.
func (ContentMunicipality) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Comment("The content's id, a colon and seq."),
		field.String("content_id"),
		field.String("municipality_id").Annotations(entgql.MapsTo("node")),
		field.Enum("role").GoType(MunicipalityRole("")),
		field.Int("seq"),
		field.String("name_then").Optional().Nillable(),
		field.String("number_then").Optional().Nillable(),
	}
}

// Edges of ContentMunicipality.
func (ContentMunicipality) Edges() []ent.Edge {
	return []ent.Edge{edge.To("municipality", Municipality.Type).Field("municipality_id").Unique().Required().
		Annotations(fromMemory())}
}

// Indexes of ContentMunicipality.
func (ContentMunicipality) Indexes() []ent.Index {
	return []ent.Index{index.Fields("content_id", "seq"), index.Fields("municipality_id", "content_id")}
}

// ContentOrganization is an organisation's part in an entry.
type ContentOrganization struct{ ent.Schema }

// Annotations of ContentOrganization.
func (ContentOrganization) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Type("OrganizationLink"), entgql.Skip(entgql.SkipOrderField)}
}

// Fields of ContentOrganization.
func (ContentOrganization) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Comment("The content's id, a colon and seq."),
		field.String("content_id"),
		field.String("organization_id").Annotations(entgql.MapsTo("organization")),
		field.Enum("role").GoType(OrganizationRole("")),
		field.Int("seq"),
	}
}

// Edges of ContentOrganization.
func (ContentOrganization) Edges() []ent.Edge {
	return []ent.Edge{edge.To("organization", Organization.Type).Field("organization_id").Unique().Required().
		Annotations(fromMemory())}
}

// Indexes of ContentOrganization.
func (ContentOrganization) Indexes() []ent.Index {
	return []ent.Index{index.Fields("content_id", "seq"), index.Fields("organization_id", "content_id")}
}

// ContentDistrict is the part of one of Oslo's districts in an entry.
type ContentDistrict struct{ ent.Schema }

// Annotations of ContentDistrict.
func (ContentDistrict) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Type("DistrictLink"), entgql.Skip(entgql.SkipOrderField)}
}

// Fields of ContentDistrict.
func (ContentDistrict) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Comment("The content's id, a colon and seq."),
		field.String("content_id"),
		field.String("district_id").Annotations(entgql.MapsTo("district")),
		field.Enum("role").GoType(MunicipalityRole("")),
		field.Int("seq"),
	}
}

// Edges of ContentDistrict.
func (ContentDistrict) Edges() []ent.Edge {
	return []ent.Edge{edge.To("district", District.Type).Field("district_id").Unique().Required().
		Annotations(fromMemory())}
}

// Indexes of ContentDistrict.
func (ContentDistrict) Indexes() []ent.Index {
	return []ent.Index{index.Fields("content_id", "seq"), index.Fields("district_id", "content_id")}
}

// NetworkMember is a municipality's membership of a network. Days; an open end is nil.
type NetworkMember struct{ ent.Schema }

// Annotations of NetworkMember.
func (NetworkMember) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Type("NetworkMemberEdge"), entgql.Skip(entgql.SkipOrderField)}
}

// Fields of NetworkMember.
func (NetworkMember) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Comment("The content's id, a colon and seq."),
		field.String("content_id"),
		field.String("municipality_id").Annotations(entgql.MapsTo("node")),
		field.Int("seq"),
		field.String("from_date").GoType(Date("")).Optional().Nillable().Annotations(entgql.MapsTo("from")),
		field.String("to_date").GoType(Date("")).Optional().Nillable().Annotations(entgql.MapsTo("to")),
	}
}

// Edges of NetworkMember.
func (NetworkMember) Edges() []ent.Edge {
	return []ent.Edge{edge.To("municipality", Municipality.Type).Field("municipality_id").Unique().Required().
		Annotations(fromMemory())}
}

// Indexes of NetworkMember.
func (NetworkMember) Indexes() []ent.Index {
	return []ent.Index{index.Fields("content_id", "seq"), index.Fields("municipality_id", "content_id")}
}
