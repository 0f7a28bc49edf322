package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"dugnad/schema/entgql"
)

// Asset is a file that the hub keeps. A reader sees it when something that the reader may see points at it.
type Asset struct{ ent.Schema }

// Mixin of Asset.
func (Asset) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Asset.
func (Asset) Annotations() []schema.Annotation { return reference("ast", "ASSET") }

// Edges of Asset: only what makes tools' files many-to-many.
func (Asset) Edges() []ent.Edge {
	return []ent.Edge{edge.From("tools", Tool.Type).Ref("files").Annotations(entgql.Skip(entgql.SkipAll))}
}

// Fields of Asset. The file is named by the SHA-256 of its bytes. owner_id is the organisation that has uploaded it.
func (Asset) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").Unique().Annotations(entgql.Skip(entgql.SkipAll), Requirement{On: true}),
		field.String("file").Annotations(entgql.MapsTo("url"), Requirement{On: true}).Comment("Its name when given."),
		field.String("media_type").Annotations(Requirement{On: true}),
		field.String("sha256").Annotations(managed()),
		field.Int("bytes").Annotations(managed()).NonNegative(),
		field.Int("width").Optional().Nillable().Annotations(managed()),
		field.Int("height").Optional().Nillable().Annotations(managed()),
		field.JSON("alts", LocalText{}).Optional().Annotations(entgql.MapsTo("alt"), DocumentName("alt")),
		field.String("credit").Optional().Nillable(),
		field.JSON("focal_point", &FocalPoint{}).Optional(),
		field.Int("pages").Optional().Nillable().Annotations(managed()),
		field.String("owner_id").Optional().Nillable().Annotations(managed(), entgql.Skip(entgql.SkipAll)),
	}
}
