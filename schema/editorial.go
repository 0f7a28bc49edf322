package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

func notInAPI() []schema.Annotation { return []schema.Annotation{entgql.Skip(entgql.SkipAll)} }

// Entry is the editorial record of a piece of content; its live row, when it has one, has the same id.
type Entry struct{ ent.Schema }

// Mixin of Entry.
func (Entry) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Entry.
func (Entry) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Entry. head and published are revision numbers; published stays when the entry is withdrawn, live tells whether
// readers see it. slug is its address, from the first publishing on. key is the writer's own id, unique within the owner and type.
func (Entry) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("type").GoType(ContentType("")),
		field.String("owner_id"),
		field.String("key").Optional().Nillable(),
		field.Enum("stage").GoType(Stage("")).Default(string(Editing)),
		field.String("title"),
		field.String("slug").Optional().Nillable(),
		field.Int("head"),
		field.Int("published").Optional().Nillable(),
		field.Bool("live").Default(false),
		field.Enum("live_audience").GoType(Audience("")).Optional().Nillable(),
		field.Time("first_published_at").Optional().Nillable(),
		field.Time("publish_at").Optional().Nillable(),
		field.Time("withdraw_at").Optional().Nillable(),
		field.Time("created_at"),
		field.Time("updated_at"),
	}
}

// Indexes of Entry.
func (Entry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("owner_id", "type", "key").Unique(),
		index.Fields("updated_at", "id"),
		index.Fields("publish_at"),
		index.Fields("withdraw_at"),
	}
}

// Revision is one save of an entry, or of a piece of reference data. It is never changed.
type Revision struct{ ent.Schema }

// Mixin of Revision.
func (Revision) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Revision.
func (Revision) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Revision. document is canonical JSON (sorted keys), kept as text so that hash, its SHA-256, stays true.
func (Revision) Fields() []ent.Field {
	return []ent.Field{
		field.String("entry_id").Immutable(),
		field.Int("number").Immutable(),
		field.Text("document").Immutable().
			SchemaType(map[string]string{dialect.Postgres: "text"}),
		field.String("hash").Immutable(),
		field.String("author").Immutable(),
		field.String("note").Optional().Nillable().Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of Revision.
func (Revision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("entry_id", "number").Unique()}
}

// Reference says that a revision of an entry points at something: its head revision, or its published one. Only the published
// ones make live edges.
type Reference struct{ ent.Schema }

// Annotations of Reference.
func (Reference) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Reference. field is the document's field that holds the id.
func (Reference) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("from_id"),
		field.String("to_id"),
		field.String("field"),
		field.Enum("state").GoType(ReferenceState("")),
	}
}

// Indexes of Reference.
func (Reference) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("from_id", "state"),
		index.Fields("to_id", "state"),
	}
}

// Slug is an address that a published entry has or had. It is taken when the entry is first published under it.
type Slug struct{ ent.Schema }

// Annotations of Slug.
func (Slug) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Slug.
func (Slug) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.Enum("type").GoType(ContentType("")),
		field.String("slug"),
		field.String("entry_id"),
	}
}

// Indexes of Slug.
func (Slug) Indexes() []ent.Index {
	return []ent.Index{index.Fields("type", "slug").Unique(), index.Fields("entry_id")}
}

// Change is one line of the change log: what became visible, changed or went, in commit order. Its id is the sequence.
type Change struct{ ent.Schema }

// Annotations of Change.
func (Change) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Change. type is a GraphQL type's name in upper case; audience is that of the readers the change is for; revision is
// 0 for reference data.
func (Change) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.Time("at"),
		field.String("node_id"),
		field.String("type"),
		field.Enum("action").GoType(ChangeAction("")),
		field.Int("revision").Default(0),
		field.Enum("audience").GoType(Audience("")),
		field.String("actor"),
	}
}

// Indexes of Change.
func (Change) Indexes() []ent.Index {
	return []ent.Index{index.Fields("node_id", "id"), index.Fields("at")}
}
