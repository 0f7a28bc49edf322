// Package entgql is the part of entgo.io/contrib/entgql that the program needs, with the same names: the annotations
// that its templates read, and the pagination that its generated code calls. The original also links its generator,
// gqlgen's generator, go/types and ent's templates into the program. See docs/decisions/0027-build-size.md.
package entgql

import "entgo.io/ent/schema"

// Annotation is entgql's annotation of types, fields and edges. ent hands it to the templates as JSON under its name,
// so the names of the fields are entgql's.
type Annotation struct {
	OrderField      string   `json:"OrderField,omitempty"`
	MultiOrder      bool     `json:"MultiOrder,omitempty"`
	Unbind          bool     `json:"Unbind,omitempty"`
	Mapping         []string `json:"Mapping,omitempty"`
	Type            string   `json:"Type,omitempty"`
	Skip            SkipMode `json:"Skip,omitempty"`
	RelayConnection bool     `json:"RelayConnection,omitempty"`
	Implements      []string `json:"Implements,omitempty"`
}

var _ schema.Merger = Annotation{}

// SkipMode is a set of things that are not generated.
type SkipMode int

// What can be skipped; the bits are entgql's.
const (
	SkipType       SkipMode = 1 << 0
	SkipOrderField SkipMode = 1 << 2
	SkipAll        SkipMode = 1<<6 - 1
)

// Name implements schema.Annotation.
func (Annotation) Name() string { return "EntGQL" }

// Merge implements schema.Merger: values that other sets replace those of a, and its lists are appended.
func (a Annotation) Merge(other schema.Annotation) schema.Annotation {
	b, ok := other.(Annotation)
	if !ok {
		return a
	}
	if b.OrderField != "" {
		a.OrderField = b.OrderField
	}
	if b.Type != "" {
		a.Type = b.Type
	}
	a.MultiOrder = a.MultiOrder || b.MultiOrder
	a.Unbind = a.Unbind || b.Unbind
	a.RelayConnection = a.RelayConnection || b.RelayConnection
	a.Skip |= b.Skip
	if len(b.Mapping) > 0 {
		a.Mapping = b.Mapping
	}
	a.Implements = append(a.Implements[:len(a.Implements):len(a.Implements)], b.Implements...)
	return a
}

// OrderField makes a field available as an order with the name.
func OrderField(name string) Annotation { return Annotation{OrderField: name} }

// MultiOrder makes the type's order a list of terms.
func MultiOrder() Annotation { return Annotation{MultiOrder: true} }

// MapsTo gives a field or an edge its names in the API.
func MapsTo(names ...string) Annotation { return Annotation{Mapping: names, Unbind: true} }

// Type names the GraphQL type.
func Type(name string) Annotation { return Annotation{Type: name} }

// Skip keeps a type, field or edge out of the API: all of it, or the given parts.
func Skip(modes ...SkipMode) Annotation {
	if len(modes) == 0 {
		return Annotation{Skip: SkipAll}
	}
	var skip SkipMode
	for _, m := range modes {
		skip |= m
	}
	return Annotation{Skip: skip}
}

// RelayConnection makes an edge a connection.
func RelayConnection() Annotation { return Annotation{RelayConnection: true} }

// Implements lists the interfaces that the type implements.
func Implements(names ...string) Annotation { return Annotation{Implements: names} }
