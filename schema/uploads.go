package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Upload is a file that is being uploaded.
type Upload struct{ ent.Schema }

// Mixin of Upload.
func (Upload) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Upload.
func (Upload) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Upload. hash is the SHA-256 of the secret in its address. received is the number of bytes received;
// sum_state is the state of their SHA-256, so that no byte is read twice; head is the first bytes, from which the
// format is detected. problem says why the file was refused, warnings what its sender should know.
func (Upload) Fields() []ent.Field {
	return []ent.Field{
		field.String("hash").Unique().Immutable().Sensitive(),
		field.String("organization_id").Immutable(),
		field.String("name").Immutable().MaxLen(255),
		field.String("media_type").Immutable(),
		field.Int("bytes").Immutable(),
		field.Int("received").Default(0),
		field.JSON("parts", []UploadPart{}),
		field.Bytes("sum_state").Optional(),
		field.Bytes("head").Optional(),
		field.String("asset_id").Optional().Nillable(),
		field.String("problem").Optional().Nillable(),
		field.JSON("warnings", []FileWarning{}).Optional(),
		field.String("created_by").Immutable(),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Immutable(),
	}
}

// Indexes of Upload.
func (Upload) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id"), index.Fields("expires_at")}
}
