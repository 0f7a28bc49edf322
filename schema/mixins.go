package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"

	"dugnad/schema/entgql"
)

// PrefixedID gives a type ids like pra_01j…: a prefix that names the type, and a ULID in lower case. content makes
// them.
type PrefixedID struct{ mixin.Schema }

// Fields of the mixin.
func (PrefixedID) Fields() []ent.Field {
	return []ent.Field{field.String("id").NotEmpty().MaxLen(32).Immutable()}
}

// Content holds the fields of all content types. Their rows are live: readers in the audience may see them. Drafts have
// no row.
type Content struct{ mixin.Schema }

func managed() Managed { return Managed{On: true} }

// Fields of the mixin. Each text has a column of its own with all languages, so that lists do not load bodies.
func (Content) Fields() []ent.Field {
	orderTitle := func(column, name string) ent.Field {
		return field.String(column).Annotations(managed(), entgql.OrderField(name)).
			Comment("Collation key of the title in this language's rules, 128 hex digits.")
	}
	return []ent.Field{
		field.String("id").NotEmpty().MaxLen(32).Immutable(),
		field.String("slug").Unique().Annotations(managed(), entgql.MapsTo("slug", "url")),
		field.JSON("titles", Texts{}).Annotations(Local{In: "Title"}, managed(),
			entgql.MapsTo(
				"title", "language", "isFallback", "languages", "related", "members", "items",
			)),
		field.JSON("summaries", Texts{}).Annotations(Local{In: "Summary"}, managed(), entgql.MapsTo("summary")),
		field.JSON("bodies", Texts{}).Annotations(Local{In: "Body"}, managed(), entgql.MapsTo("body")),
		field.JSON("finding_texts", TextLists{}).
			Annotations(Local{In: "Findings", List: true}, managed(), entgql.MapsTo("findings")),
		field.JSON("recommendation_texts", TextLists{}).
			Annotations(Local{In: "Recommendations", List: true}, managed(), entgql.MapsTo("recommendations")),
		field.JSON("partner_texts", Texts{}).Annotations(Local{In: "Partners"}, managed(), entgql.MapsTo("partners")),
		orderTitle("sort_title_nb", "TITLE"),
		orderTitle("sort_title_nn", "TITLE_NN"),
		orderTitle("sort_title_en", "TITLE_EN"),
		orderTitle("sort_title_se", "TITLE_SE"),
		field.Enum("audience").GoType(Audience("")).Default(string(Public)),
		field.JSON("issued", &PartialDate{}).Optional(),
		field.String("issued_on").Optional().Nillable().Annotations(managed()).
			Comment("issued.date, for filters."),
		field.String("sort_date").Annotations(managed(), entgql.OrderField("ISSUED")).
			Comment("issued, else the start of the period, else publishedAt: never null."),
		field.Time("published_at").Annotations(managed(), entgql.OrderField("PUBLISHED_AT")),
		field.Time("updated_at").Annotations(managed(), entgql.OrderField("UPDATED_AT")),
		field.Int("revision").Annotations(managed()),
		field.Int("version").Default(1).Annotations(managed(), entgql.MapsTo("version", "permalink")).
			Comment("How many times the entry has been published."),
		field.JSON("figures", []KeyFigure{}).Optional().Annotations(entgql.MapsTo("keyFigures"), DocumentName("keyFigures")),
		field.JSON("unnamed_groups", []UnnamedGroup{}).Optional().
			Annotations(entgql.MapsTo("unnamedMunicipalities"), DocumentName("unnamedMunicipalities")),
		field.JSON("download_list", []Download{}).Optional().
			Annotations(entgql.MapsTo("downloads"), DocumentName("downloads")),
		field.JSON("rating", &Evidence{}).Optional().Annotations(entgql.MapsTo("evidence"), DocumentName("evidence")),
		field.Int("evidence_level").Optional().Nillable().Annotations(managed()),
		field.String("owner_id").Annotations(managed(), entgql.MapsTo("owner")),
		field.String("image_id").Optional().Nillable().Annotations(managed()),
		field.JSON("links", Links{}).Optional().
			Annotations(managed(), entgql.MapsTo(
				"themes", "targetGroups", "methods", "lawSections", "organizations", "municipalities", "districts",
			)).
			Comment("What the entry points at in reference data, so that no join is needed to show it. null where an older version wrote the row."),
		field.Other("terms", Terms{}).
			SchemaType(map[string]string{dialect.Postgres: "text[]", dialect.SQLite: "text"}).
			Annotations(managed(), entsql.Default("{}"), entgql.Skip()).
			Comment("Ids of the reference data that filters of lists find the row by, and its kind."),
	}
}

// Edges of the mixin: to reference data, which is always live.
func (Content) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("owner", Organization.Type).Field("owner_id").Unique().Required().Annotations(managed(), fromMemory()),
		edge.To("image", Asset.Type).Field("image_id").Unique(),
		edge.To("themes", Theme.Type).Annotations(fromMemory()),
		edge.To("target_groups", TargetGroup.Type).Annotations(fromMemory()),
		edge.To("methods", Method.Type).Annotations(fromMemory()),
		edge.To("contacts", Contact.Type),
		edge.To("law_sections", LawSection.Type).Annotations(fromMemory()),
	}
}

// Indexes of the mixin serve the orders of lists; the audience comes first because every reader's query tests it. The
// index of the default order also holds the date that filters use, so that filtered lists are counted from the index
// alone. That of the terms is on PostgreSQL only (schema/codegen/migrate).
func (Content) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("audience", "sort_date", "id", "issued_on"),
		index.Fields("audience", "published_at", "id"),
		index.Fields("audience", "updated_at", "id"),
		index.Fields("audience", "sort_title_nb", "id"),
		index.Fields("audience", "sort_title_nn", "id"),
		index.Fields("owner_id"),
		index.Fields("image_id"),
		index.Fields("terms").Annotations(entsql.IndexTypes(map[string]string{dialect.Postgres: "GIN"})),
	}
}

// localized returns a text column that only one type has, filled from the field of ContentText named in.
func localized(column, in, name string) ent.Field {
	return field.JSON(column, Texts{}).Annotations(Local{In: in}, managed(), entgql.MapsTo(name))
}

// localizedList is localized for a list of texts.
func localizedList(column, in, name string) ent.Field {
	return field.JSON(column, TextLists{}).Annotations(Local{In: in, List: true}, managed(), entgql.MapsTo(name))
}
