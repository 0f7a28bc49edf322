package limits

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// shape is what a selection set amounts to with its fragments filled in.
type shape struct {
	fields int // saturates at unbounded
	roots  int // fields of the set itself
	depth  int
}

const unbounded = 1 << 30

// outline measures a document that has been parsed and not validated: names may be unknown and fragments missing.
// Fragments are measured once each, so that a chain of doublings costs no more than its text.
type outline struct {
	fragments map[string]*ast.FragmentDefinition
	measured  map[string]shape
	open      map[string]bool
	cycle     *ast.FragmentSpread
}

// checkShape returns the first bound that the document exceeds.
func checkShape(l Limits, document *ast.QueryDocument) *gqlerror.Error {
	tooComplex := func(what string, n, limit int) *gqlerror.Error {
		count := fmt.Sprint(n)
		if n >= unbounded {
			count = "more than a billion"
		}
		return gqlcode.Error(fault.TooComplex, fmt.Sprintf("the document has %s %s, the limit is %d", count, what, limit))
	}
	if n := len(document.Fragments); n > l.Fragments {
		return tooComplex("fragments", n, l.Fragments)
	}
	o := &outline{
		fragments: map[string]*ast.FragmentDefinition{},
		measured:  map[string]shape{},
		open:      map[string]bool{},
	}
	for _, fragment := range document.Fragments {
		o.fragments[fragment.Name] = fragment
	}
	total := 0
	for _, operation := range document.Operations {
		s := o.set(operation.SelectionSet)
		switch {
		case o.cycle != nil:
			return cycleError(o.cycle)
		case s.depth > l.Depth:
			return tooComplex("levels of fields", s.depth, l.Depth)
		case s.roots > l.Roots:
			return tooComplex("root fields", s.roots, l.Roots)
		}
		if total = saturate(total + s.fields); total > l.Fields {
			return tooComplex("fields", total, l.Fields)
		}
	}
	for _, fragment := range document.Fragments { // those that no operation uses are validated too
		if _, used := o.measured[fragment.Name]; used {
			continue
		}
		s := o.fragment(fragment)
		if o.cycle != nil {
			return cycleError(o.cycle)
		}
		if total = saturate(total + s.fields); total > l.Fields {
			return tooComplex("fields", total, l.Fields)
		}
	}
	pairs := 0 // from here on, filling in fragments gives at most l.Fields fields
	for _, operation := range document.Operations {
		pairs += o.pairs([]ast.SelectionSet{operation.SelectionSet})
	}
	for _, fragment := range document.Fragments {
		pairs += o.pairs([]ast.SelectionSet{fragment.SelectionSet})
	}
	if pairs > l.Repeats {
		return tooComplex("pairs of fields to merge", pairs, l.Repeats)
	}
	return nil
}

func cycleError(spread *ast.FragmentSpread) *gqlerror.Error {
	err := gqlerror.ErrorPosf(spread.Position, "Cannot spread fragment %q within itself.", spread.Name)
	err.Extensions = map[string]any{"code": string(fault.ValidationFailed)}
	return err
}

func saturate(n int) int { return min(n, unbounded) }

func (o *outline) set(set ast.SelectionSet) shape {
	var sum shape
	for _, selection := range set {
		var s shape
		switch selection := selection.(type) {
		case *ast.Field:
			s = o.set(selection.SelectionSet)
			s.fields, s.roots = saturate(s.fields+1), 1
			s.depth++
			if selection.Name == "__schema" || selection.Name == "__type" {
				s.depth = 1
			}
		case *ast.InlineFragment:
			s = o.set(selection.SelectionSet)
		case *ast.FragmentSpread:
			fragment := o.fragments[selection.Name]
			switch {
			case fragment == nil:
			case o.open[selection.Name]:
				o.cycle = selection
			default:
				s = o.fragment(fragment)
			}
		}
		sum.fields = saturate(sum.fields + s.fields)
		sum.roots = saturate(sum.roots + s.roots)
		sum.depth = max(sum.depth, s.depth)
	}
	return sum
}

func (o *outline) fragment(fragment *ast.FragmentDefinition) shape {
	if s, ok := o.measured[fragment.Name]; ok {
		return s
	}
	o.open[fragment.Name] = true
	s := o.set(fragment.SelectionSet)
	delete(o.open, fragment.Name)
	o.measured[fragment.Name] = s
	return s
}

// pairs counts the pairs of fields that answer under the same name in the same place.
func (o *outline) pairs(sets []ast.SelectionSet) int {
	byName := map[string][]*ast.Field{}
	var gather func(ast.SelectionSet)
	gather = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				byName[selection.Alias] = append(byName[selection.Alias], selection)
			case *ast.InlineFragment:
				gather(selection.SelectionSet)
			case *ast.FragmentSpread:
				if fragment := o.fragments[selection.Name]; fragment != nil {
					gather(fragment.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		gather(set)
	}
	pairs := 0
	for _, fields := range byName {
		pairs += len(fields) * (len(fields) - 1) / 2
		var inside []ast.SelectionSet
		for _, field := range fields {
			if len(field.SelectionSet) > 0 {
				inside = append(inside, field.SelectionSet)
			}
		}
		if inside != nil {
			pairs += o.pairs(inside)
		}
	}
	return pairs
}
