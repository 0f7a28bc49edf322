package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
)

// Collection is an editor's ordered selection, with a note per item.
type Collection struct{ ent.Schema }

// Mixin of Collection.
func (Collection) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }

// Annotations of Collection.
func (Collection) Annotations() []schema.Annotation {
	return document(true, "col", "COLLECTION", "Content")
}
