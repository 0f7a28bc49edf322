package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"dugnad/schema/entgql"
)

func notInAPI() []schema.Annotation { return []schema.Annotation{entgql.Skip(entgql.SkipAll)} }

// Entry is the editorial record of a piece of content; its live row, when it has one, has the same id.
type Entry struct{ ent.Schema }

// Mixin of Entry.
func (Entry) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Entry.
func (Entry) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Implements("Node"), entgql.MultiOrder(), Paged{On: true}}
}

// Fields of Entry. head and published are revision numbers; published stays when the entry is withdrawn, live says
// whether readers see it. slug is its address, from the first publishing on. key is the writer's own id, unique within
// the owner and type. publish_at and withdraw_at are set by publish_by and withdraw_by; publish_revision is the
// revision to publish then, and schedule_problem why publishing failed. The sort columns are never null; publish_order
// is publish_at as RFC 3339 text, Never without it.
func (Entry) Fields() []ent.Field {
	skip := entgql.Skip(entgql.SkipAll)
	order := entgql.Skip(entgql.SkipAll &^ entgql.SkipOrderField)
	return []ent.Field{
		field.Enum("type").GoType(ContentType("")),
		field.String("owner_id").Annotations(entgql.MapsTo("owner")),
		field.String("assignee_id").Optional().Nillable().Annotations(skip),
		field.String("key").Optional().Nillable(),
		field.Enum("stage").GoType(Stage("")).Default(string(Editing)),
		field.String("title"),
		field.String("sort_title").Default("").Annotations(order, entgql.OrderField("TITLE")),
		field.Text("folded_words").Default("").Annotations(skip).Comment(
			"The words of the head's texts, its key and its slug in folded form, each once and after a space, for the search filter.",
		),
		field.String("head_languages").Default("").Annotations(skip).
			Comment("The languages of the head's texts, each between commas."),
		field.Bool("stale").Default(false).Annotations(skip).
			Comment("Whether the original of one of the head's translations has changed since."),
		field.String("slug").Optional().Nillable(),
		field.Int("head").Annotations(entgql.MapsTo("head")),
		field.Int("published").Optional().Nillable(),
		field.Bool("live").Default(false),
		field.Enum("live_audience").GoType(Audience("")).Optional().Nillable().Annotations(skip),
		field.Time("first_published_at").Optional().Nillable(),
		field.Time("publish_at").Optional().Nillable(),
		field.Int("publish_revision").Optional().Nillable().Annotations(skip),
		field.String("publish_by").Optional().Nillable().Annotations(skip),
		field.String("publish_order").Default(Never).Annotations(order, entgql.OrderField("PUBLISH_AT")),
		field.Time("withdraw_at").Optional().Nillable(),
		field.String("withdraw_by").Optional().Nillable().Annotations(skip),
		field.String("withdraw_reason").Optional().Nillable(),
		field.String("schedule_problem").Optional().Nillable(),
		field.String("created_by").Default("").Annotations(skip),
		field.Time("created_at"),
		field.Time("updated_at").Annotations(entgql.OrderField("UPDATED_AT")),
	}
}

// Edges of Entry.
func (Entry) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("owner", Organization.Type).Field("owner_id").Unique().Required().Annotations(fromMemory()),
		edge.To("assignee", Account.Type).Field("assignee_id").Unique(),
	}
}

// Indexes of Entry.
func (Entry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("owner_id", "type", "key").Unique(),
		index.Fields("updated_at", "id"),
		index.Fields("owner_id", "updated_at", "id"),
		index.Fields("sort_title", "id"),
		index.Fields("publish_order", "id"),
		index.Fields("assignee_id"),
		index.Fields("publish_at"),
		index.Fields("withdraw_at"),
	}
}

// Revision is one save of an entry, or of a piece of reference data. It is never changed.
type Revision struct{ ent.Schema }

// Mixin of Revision.
func (Revision) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Revision.
func (Revision) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.MultiOrder(), Paged{On: true}}
}

// Fields of Revision. document is canonical JSON (sorted keys), kept as text so that hash, its SHA-256, stays true. An
// autosave replaces the last autosave of the same author.
func (Revision) Fields() []ent.Field {
	skip := entgql.Skip(entgql.SkipAll)
	return []ent.Field{
		field.String("entry_id").Immutable().Annotations(skip),
		field.Int("number").Immutable().Annotations(entgql.OrderField("NUMBER")),
		field.Text("document").Immutable().
			SchemaType(map[string]string{dialect.Postgres: "text"}),
		field.String("hash").Immutable(),
		field.String("author").Immutable(),
		field.String("note").Optional().Nillable().Immutable(),
		field.Bool("autosave").Default(false).Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of Revision.
func (Revision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("entry_id", "number").Unique()}
}

// Reference says that the head or published revision of an entry refers to another object. Only references of published
// revisions become edges of live rows.
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

// Slug is a present or former address of a published entry. It is taken when the entry is first published under it, and
// given up to an entry whose readers must not learn that it is taken (content/slugs.go).
type Slug struct{ ent.Schema }

// Annotations of Slug.
func (Slug) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Slug. audience is that of the readers who may follow it: MEMBERS until the entry is public under it.
func (Slug) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.Enum("type").GoType(ContentType("")),
		field.String("slug"),
		field.String("entry_id"),
		field.Enum("audience").GoType(Audience("")).Default(string(Public)),
	}
}

// Indexes of Slug.
func (Slug) Indexes() []ent.Index {
	return []ent.Index{index.Fields("type", "slug").Unique(), index.Fields("entry_id")}
}

// Change is one line of the change log, in commit order: something became visible, changed or disappeared. Its id is
// the sequence.
type Change struct{ ent.Schema }

// Annotations of Change.
func (Change) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Change. type is a GraphQL type's name in upper case; audience is that of the readers the change is for;
// revision is 0 for reference data.
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

// Comment is an editor's comment on an entry: a request for changes, or part of a discussion.
type Comment struct{ ent.Schema }

// Mixin of Comment.
func (Comment) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Comment.
func (Comment) Annotations() []schema.Annotation { return append(notInAPI(), Paged{On: true}) }

// Fields of Comment. act is the act that it was given with, or empty.
func (Comment) Fields() []ent.Field {
	return []ent.Field{
		field.String("entry_id").Immutable(),
		field.Int("revision").Immutable(),
		field.String("author").Immutable(),
		field.Text("text").Immutable(),
		field.String("act").Default("").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of Comment.
func (Comment) Indexes() []ent.Index { return []ent.Index{index.Fields("entry_id", "id")} }

// Step is one act in the life of an entry: who did what, when, with which revision. Unlike the change log it is kept
// for good.
type Step struct{ ent.Schema }

// Annotations of Step.
func (Step) Annotations() []schema.Annotation { return append(notInAPI(), Paged{On: true}) }

// Fields of Step. acknowledged holds the warnings that the publisher acknowledged, each with a reason.
func (Step) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("entry_id").Immutable(),
		field.Int("revision").Immutable(),
		field.String("act").Immutable(),
		field.Enum("stage").GoType(Stage("")).Immutable(),
		field.String("actor").Immutable(),
		field.Time("at").Immutable(),
		field.String("reason").Optional().Nillable().Immutable(),
		field.JSON("acknowledged", []Acknowledged{}).Optional().Immutable(),
	}
}

// Indexes of Step.
func (Step) Indexes() []ent.Index { return []ent.Index{index.Fields("entry_id", "id")} }

// Redaction records that a text was removed from all revisions and records of an entry, or of a piece of reference
// data, and keeps it from being saved again.
type Redaction struct{ ent.Schema }

// Mixin of Redaction.
func (Redaction) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Redaction.
func (Redaction) Annotations() []schema.Annotation { return append(notInAPI(), Paged{On: true}) }

// Fields of Redaction. The text itself is not stored: digest is a keyed hash of its words, and words their number, by
// which later occurrences are recognised. revisions and places count what it was removed from.
func (Redaction) Fields() []ent.Field {
	return []ent.Field{
		field.String("entry_id").Immutable(),
		field.String("digest").Immutable().Sensitive(),
		field.Int("words").Immutable(),
		field.Text("reason").Immutable(),
		field.String("actor").Immutable(),
		field.Time("at").Immutable(),
		field.Int("revisions").Immutable(),
		field.Int("places").Immutable(),
	}
}

// Indexes of Redaction.
func (Redaction) Indexes() []ent.Index {
	return []ent.Index{index.Fields("entry_id", "digest").Unique()}
}

// UnmetSearch counts the searches for some words on a day that found nothing. It holds nothing about who searched.
type UnmetSearch struct{ ent.Schema }

// Annotations of UnmetSearch.
func (UnmetSearch) Annotations() []schema.Annotation { return notInAPI() }

// Fields of UnmetSearch. day is YYYY-MM-DD, UTC; clients is the number of distinct clients that a replica has seen,
// counted only up to the number from which the words are shown.
func (UnmetSearch) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("day").Immutable(),
		field.String("words").Immutable(),
		field.Int("searches"),
		field.Int("clients"),
	}
}

// Indexes of UnmetSearch.
func (UnmetSearch) Indexes() []ent.Index {
	return []ent.Index{index.Fields("day", "words").Unique()}
}
