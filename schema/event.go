package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Event is a workshop or gathering.
type Event struct{ ent.Schema }

// Mixin of Event.
func (Event) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Names of Event.
func (Event) Names() ContentNames {
	return ContentNames{Position: 6, Prefix: "eve", Plural: "events", Path: "arrangement", LinkedData: "Event"}
}

// Annotations of Event.
func (Event) Annotations() []schema.Annotation { return contentType(Event{}) }

// Fields of Event. participants counts people.
func (Event) Fields() []ent.Field {
	return []ent.Field{
		field.Time("starts_at").Optional().Nillable(),
		field.Time("ends_at").Optional().Nillable(),
		field.String("place").Optional().Nillable(),
		field.Bool("online").Default(false),
		field.Int("participants").Optional().Nillable().NonNegative(),
		localized("programme_texts", "Programme", "programme"),
		localizedList("sector_texts", "Sectors", "sectors"),
	}
}
