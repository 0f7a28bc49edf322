package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Network is municipalities that learn together.
type Network struct{ ent.Schema }

// Mixin of Network.
func (Network) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Names of Network.
func (Network) Names() ContentNames {
	return ContentNames{Position: 5, Prefix: "net", Plural: "networks", Path: "nettverk", LinkedData: "Organization"}
}

// Annotations of Network.
func (Network) Annotations() []schema.Annotation { return contentType(Network{}) }

// Fields of Network. Its members are NetworkMember links.
func (Network) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").GoType(NetworkKind("")).Annotations(Requirement{On: true}),
		field.JSON("period", &Period{}).Optional(),
		localized("method_texts", "Method", "method"),
		localized("meeting_texts", "Meetings", "meetings"),
	}
}
