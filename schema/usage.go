package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Feedback counts the readers who on a day found what they were looking for, and those who did not. It holds nothing
// about the readers.
type Feedback struct{ ent.Schema }

// Annotations of Feedback.
func (Feedback) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Feedback. day is YYYY-MM-DD, UTC; about is the id of an entry, and empty for searches.
func (Feedback) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("day").Immutable(),
		field.String("about").Immutable(),
		field.Int("found"),
		field.Int("not_found"),
	}
}

// Indexes of Feedback.
func (Feedback) Indexes() []ent.Index {
	return []ent.Index{index.Fields("day", "about").Unique(), index.Fields("about", "day")}
}

// EmbedUse counts the requests of a day for an embed, by site.
type EmbedUse struct{ ent.Schema }

// Annotations of EmbedUse.
func (EmbedUse) Annotations() []schema.Annotation { return notInAPI() }

// Fields of EmbedUse. day is YYYY-MM-DD, UTC; site is a host; about is the id of an entry, empty for a list or a
// search; key is the id of a partner's key, or empty.
func (EmbedUse) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.String("day").Immutable(),
		field.String("site").Immutable(),
		field.Enum("element").GoType(EmbedElement("")).Immutable(),
		field.String("about").Immutable(),
		field.String("key").Immutable(),
		field.Int("shows"),
	}
}

// Indexes of EmbedUse.
func (EmbedUse) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("day", "site", "element", "about", "key").Unique(), index.Fields("about", "day"),
		index.Fields("key", "day"),
	}
}
