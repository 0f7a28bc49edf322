package graphqlhttp

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Reads is what an answer was made of, as a set: bit i is type i of Sharing.Types.
type Reads uint64

// Searched is in the set when the answer was made by searching, too.
const Searched Reads = 1 << 63

// Everything is the set of all types and searching.
const Everything = ^Reads(0)

// reader finds out what operations read, from the schema alone and so for any arguments. It errs towards too much.
type reader struct {
	schema *ast.Schema
	bits   map[string]Reads // by GraphQL type
	roots  map[string]Reads // of root fields that read more than what they select

	unshared map[string]bool // root fields whose answers are not kept
}

func newReader(schema *ast.Schema, s *Sharing) *reader {
	r := &reader{schema: schema, bits: map[string]Reads{}, roots: s.Roots, unshared: s.Unshared}
	for i, name := range s.Types {
		r.bits[name] |= 1 << i
	}
	return r
}

// operation returns what an operation reads, and whether its answer may be kept: of queries, when all of their root
// fields allow it.
func (r *reader) operation(op *ast.OperationDefinition) (reads Reads, shareable bool) {
	if op.Operation != ast.Query {
		return 0, false
	}
	shareable = true
	r.selection(op.SelectionSet, &reads, map[string]bool{}, &shareable)
	return reads, shareable
}

// selection adds what a selection reads. shareable is nil below the root fields.
func (r *reader) selection(set ast.SelectionSet, reads *Reads, spread map[string]bool, shareable *bool) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Definition == nil {
				continue
			}
			if shareable != nil {
				*reads |= r.roots[s.Name]
				*shareable = *shareable && !r.unshared[s.Name]
			}
			r.named(s.Definition.Type.Name(), reads)
			for _, a := range s.Definition.Arguments {
				r.input(a.Type.Name(), reads, map[string]bool{})
			}
			r.selection(s.SelectionSet, reads, spread, nil)
		case *ast.InlineFragment:
			r.selection(s.SelectionSet, reads, spread, shareable)
		case *ast.FragmentSpread:
			if s.Definition != nil && !spread[s.Name] {
				spread[s.Name] = true
				r.selection(s.Definition.SelectionSet, reads, spread, shareable)
			}
		}
	}
}

// named adds a type: all possible types of an interface or union, and the nodes of a connection, which it counts even
// if nobody selects them.
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

// input adds the types that a filter reads: XFilter reads X.
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
