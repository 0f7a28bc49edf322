package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
)

// Collection is an editor's ordered selection, with a note per item.
type Collection struct{ ent.Schema }

// Mixin of Collection.
func (Collection) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Names of Collection.
func (Collection) Names() ContentNames {
	return ContentNames{
		Position: 7, Prefix: "col", Plural: "collections", Path: "samling", LinkedData: "Collection", Gathers: true,
	}
}

// Annotations of Collection.
func (Collection) Annotations() []schema.Annotation { return contentType(Collection{}) }
