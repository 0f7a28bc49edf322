package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// TrustedDocument is a GraphQL document of a manifest: clients send its hash in its place, and keys may be restricted
// to what their manifest has.
type TrustedDocument struct{ ent.Schema }

// Annotations of TrustedDocument.
func (TrustedDocument) Annotations() []schema.Annotation { return notInAPI() }

// Fields of TrustedDocument. hash is the SHA-256 of the text, in hexadecimal digits.
func (TrustedDocument) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("manifest").Immutable().MaxLen(100),
		field.String("hash").Immutable(),
		field.String("name").Default(""),
		field.Text("text").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of TrustedDocument.
func (TrustedDocument) Indexes() []ent.Index {
	return []ent.Index{index.Fields("manifest", "hash").Unique(), index.Fields("hash")}
}
