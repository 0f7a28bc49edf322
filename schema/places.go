package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"dugnad/schema/entgql"
)

// County is one of today's counties.
type County struct{ ent.Schema }

// Mixin of County.
func (County) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of County.
func (County) Annotations() []schema.Annotation { return append(reference("cty", "COUNTY"), held()) }

// Fields of County.
func (County) Fields() []ent.Field {
	return []ent.Field{
		field.String("number").Unique().Annotations(entgql.OrderField("NUMBER"), Requirement{On: true}),
		field.String("name").Annotations(Requirement{On: true}),
		field.JSON("local_names", LocalText{}).Optional().Annotations(entgql.MapsTo("names"), DocumentName("names")),
	}
}

// Municipality is a municipality of today or, inactive, a former one. A renumbering keeps the municipality and adds a
// number; a merger or split makes a new one, and the old ones point at it as successors.
type Municipality struct{ ent.Schema }

// Mixin of Municipality.
func (Municipality) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Municipality.
func (Municipality) Annotations() []schema.Annotation {
	return append(searchedReference("mun", "MUNICIPALITY"), held())
}

// Fields of Municipality. Latitude and longitude are of the middle of its land area, in degrees (WGS84).
func (Municipality) Fields() []ent.Field {
	return []ent.Field{
		field.String("number").Unique().Annotations(Requirement{On: true}),
		field.String("name").Annotations(Requirement{On: true}),
		field.String("official_name").Optional().Nillable(),
		field.JSON("local_names", LocalText{}).Optional().Annotations(entgql.MapsTo("names"), DocumentName("names")),
		field.String("sort_name").Annotations(managed(), entgql.OrderField("NAME")),
		field.String("folded_name").Annotations(managed()).Comment("Names in folded form, for the name filter."),
		field.Bool("active").Default(true),
		field.Float("latitude").Optional().Nillable(),
		field.Float("longitude").Optional().Nillable(),
		field.Int("population").Optional().Nillable().NonNegative(),
		field.Int("population_year").Optional().Nillable(),
		field.String("kostra_group").Optional().Nillable(),
		field.Int("kostra_year").Optional().Nillable(),
		field.Int("centrality").Optional().Nillable(),
		field.Int("centrality_index").Optional().Nillable(),
		field.Int("centrality_year").Optional().Nillable(),
		field.Bool("sami_area").Default(false),
	}
}

// Edges of Municipality.
func (Municipality) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("county", County.Type).Unique().Annotations(fromMemory()),
		edge.To("successors", Municipality.Type).Annotations(fromMemory()).From("predecessors").Annotations(fromMemory()),
		edge.To("numbers", NumberUse.Type).Annotations(managed(), fromMemory()),
		edge.From("organization", Organization.Type).Ref("municipality").Unique().Annotations(fromMemory()),
	}
}

// Indexes of Municipality.
func (Municipality) Indexes() []ent.Index {
	return []ent.Index{index.Fields("active", "sort_name", "id")}
}

// NumberUse is a number that a municipality has or had; no two municipalities share one.
type NumberUse struct{ ent.Schema }

// Annotations of NumberUse.
func (NumberUse) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Type("MunicipalityNumber"), entgql.Skip(entgql.SkipOrderField), held()}
}

// Fields of NumberUse. Dates are days; to_date is the last one.
func (NumberUse) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Comment("The number."),
		field.String("number").Unique(),
		field.String("name"),
		field.String("from_date").GoType(Date("")).Optional().Nillable().Annotations(entgql.MapsTo("from")),
		field.String("to_date").GoType(Date("")).Optional().Nillable().Annotations(entgql.MapsTo("to")),
	}
}

// Edges of NumberUse.
func (NumberUse) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("municipality", Municipality.Type).Ref("numbers").Unique().Required().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// District is a district of Oslo.
type District struct{ ent.Schema }

// Mixin of District.
func (District) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of District.
func (District) Annotations() []schema.Annotation {
	return append(reference("dis", "DISTRICT"), held())
}

// Fields of District.
func (District) Fields() []ent.Field {
	return []ent.Field{
		field.String("number").Unique().Annotations(entgql.OrderField("NUMBER"), Requirement{On: true}),
		field.String("name").Annotations(Requirement{On: true}),
	}
}

// Edges of District.
func (District) Edges() []ent.Edge {
	return []ent.Edge{edge.To("municipality", Municipality.Type).Unique().Required().Annotations(Requirement{On: true}, fromMemory())}
}
