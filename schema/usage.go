package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Feedback is how many said on a day that they found what they were looking for, and how many that they did not. It
// says nothing of who they were.
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

// EmbedUse is how often something was asked for on a day to be shown in another site.
type EmbedUse struct{ ent.Schema }

// Annotations of EmbedUse.
func (EmbedUse) Annotations() []schema.Annotation { return notInAPI() }

// Fields of EmbedUse. day is YYYY-MM-DD, UTC; site is a host; about is the id of an entry, and empty where several were
// shown; key is the id of a partner's key, and empty where none was given.
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
	return []ent.Index{index.Fields("day", "site", "element", "about", "key").Unique(), index.Fields("about", "day"), index.Fields("key", "day")}
}
