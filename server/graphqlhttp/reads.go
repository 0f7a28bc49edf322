package graphqlhttp

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Reads is what an answer was made of, as a set: bit i is type i of Sharing.Types.
type Reads uint64

// Searched tells that the answer was made by searching too.
const Searched Reads = 1 << 63

// Everything is all types, and searching.
const Everything = ^Reads(0)

// reader tells what operations read, from the schema alone and so for whatever arguments there are. It says too much rather than too little.
type reader struct {
	schema *ast.Schema
	bits   map[string]Reads // by GraphQL type
	roots  map[string]Reads // of root fields that read more than what they select
}

func newReader(schema *ast.Schema, s *Sharing) *reader {
	r := &reader{schema: schema, bits: map[string]Reads{}, roots: s.Roots}
	for i, name := range s.Types {
		r.bits[name] |= 1 << i
	}
	return r
}

// operation is what an operation reads.
func (r *reader) operation(op *ast.OperationDefinition) Reads {
	var reads Reads
	r.selection(op.SelectionSet, &reads, map[string]bool{}, true)
	return reads
}

func (r *reader) selection(set ast.SelectionSet, reads *Reads, spread map[string]bool, root bool) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Definition == nil {
				continue
			}
			if root {
				*reads |= r.roots[s.Name]
			}
			r.named(s.Definition.Type.Name(), reads)
			for _, a := range s.Definition.Arguments {
				r.input(a.Type.Name(), reads, map[string]bool{})
			}
			r.selection(s.SelectionSet, reads, spread, false)
		case *ast.InlineFragment:
			r.selection(s.SelectionSet, reads, spread, root)
		case *ast.FragmentSpread:
			if s.Definition != nil && !spread[s.Name] {
				spread[s.Name] = true
				r.selection(s.Definition.SelectionSet, reads, spread, root)
			}
		}
	}
}

// named adds a type, all that an interface or union may be, and what a connection counts though nobody selects it.
func (r *reader) named(name string, reads *Reads) {
	def := r.schema.Types[name]
	if def == nil {
		return
	}
	*reads |= r.bits[name]
	for _, possible := range r.schema.GetPossibleTypes(def) {
		*reads |= r.bits[possible.Name]
	}
	if strings.HasSuffix(name, "Connection") {
		for _, f := range def.Fields {
			if f.Name == "nodes" {
				r.named(f.Type.Name(), reads)
			}
		}
	}
}

// input adds the types that a filter looks at: XFilter is of X.
func (r *reader) input(name string, reads *Reads, seen map[string]bool) {
	def := r.schema.Types[name]
	if def == nil || def.Kind != ast.InputObject || seen[name] {
		return
	}
	seen[name] = true
	*reads |= r.bits["*input"]
	if of, ok := strings.CutSuffix(name, "Filter"); ok {
		*reads |= r.bits[of]
	}
	for _, f := range def.Fields {
		r.input(f.Type.Name(), reads, seen)
	}
}
