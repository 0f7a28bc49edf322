package inplace

import (
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// FieldSet is graphql.FieldSet for an object whose fields are resolved one after the other, and never deferred.
type FieldSet struct {
	fields []graphql.CollectedField

	Values   []graphql.Marshaler
	Invalids uint32
}

// NewFieldSet returns a FieldSet without values.
func NewFieldSet(fields []graphql.CollectedField) *FieldSet {
	return &FieldSet{fields: fields, Values: make([]graphql.Marshaler, len(fields))}
}

// Dispatch is where graphql.FieldSet waits for concurrent fields.
func (*FieldSet) Dispatch(context.Context) {}

// fewFields is how many names are looked through one by one.
const fewFields = 40

// MarshalGQL writes the object. A name that several fields have is written once: one field of an interface and of a
// type is collected twice.
func (s *FieldSet) MarshalGQL(w io.Writer) {
	var written map[string]bool
	if len(s.fields) > fewFields {
		written = make(map[string]bool, len(s.fields))
	}
	_, _ = io.WriteString(w, "{")
	comma := ""
	for i := range s.fields {
		name := s.fields[i].Alias
		if written[name] || written == nil && s.has(i, name) {
			continue
		}
		if written != nil {
			written[name] = true
		}
		_, _ = io.WriteString(w, comma)
		_, _ = io.WriteString(w, `"`)
		_, _ = io.WriteString(w, name) // of letters, digits and underscores
		_, _ = io.WriteString(w, `":`)
		s.Values[i].MarshalGQL(w)
		comma = ","
	}
	_, _ = io.WriteString(w, "}")
}

// has reports whether one of the first n fields has the name.
func (s *FieldSet) has(n int, name string) bool {
	for i := range n {
		if s.fields[i].Alias == name {
			return true
		}
	}
	return false
}
