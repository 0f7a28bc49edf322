package limits

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// The cost of an operation is the number of objects that its answer may hold: 1 for each object, and what is inside
// a list counted once for each element. Long texts cost what textCosts has, other leaves nothing. A connection's
// `edges` and `nodes` have first ?? last ?? DefaultPage elements, another list `first` or as many as its `ids`, else
// AssumedList. A totalCount is 1. Of
// fragments on different object types only the dearest counts, because an object has one type. The same field asked
// for in two fragments counts twice, although it runs once.

// cost is linear in the size of the surrounding connection, so that a fragment on a connection type is computed once
// whatever pages it is used for.
type cost struct {
	flat    int64
	perItem int64
	texts   int64 // of the object's own texts, in parts of an object; see textCosts
}

// partsOfObject is how many short texts of one object cost as much as an object.
const partsOfObject = 20

// textCosts are the costs of fields with long texts, by name, in parts of an object: as much as an object for up to
// 100,000 characters, one part for up to 10,000 or lists of shorter ones. A String with another name is a title, a
// label, an address or the like. What bounds memory is the size of the answer, see size.go; this keeps operations from
// asking for texts that they will not get.
var textCosts = map[string]int64{
	"body": partsOfObject, "html": partsOfObject, "before": partsOfObject, "after": partsOfObject,
	"challenge": 1, "cost": 1, "detail": 1, "didNotWork": 1, "error": 1, "findings": 1, "goals": 1, "howToUse": 1,
	"lessons": 1, "meetings": 1, "message": 1, "method": 1, "needs": 1, "note": 1, "partners": 1, "preconditions": 1,
	"problemStatement": 1, "programme": 1, "reason": 1, "recommendations": 1, "researchQuestions": 1, "resources": 1,
	"sample": 1, "sectors": 1, "steps": 1, "text": 1,
}

const unpayable = int64(1) << 40

func (c cost) plus(d cost) cost {
	return cost{
		min(c.flat+d.flat, unpayable), min(c.perItem+d.perItem, unpayable), min(c.texts+d.texts, unpayable),
	}
}

// sum orders costs.
func (c cost) sum() int64 { return partsOfObject*(c.flat+c.perItem) + c.texts }

// whole returns the cost of what an object holds, with its texts as objects. The object itself pays for the first
// texts, up to an object's worth.
func (c cost) whole() cost {
	return cost{flat: min(c.flat+c.texts/partsOfObject, unpayable), perItem: c.perItem}
}

func (c cost) of(size int) int64 { return min(c.flat+c.perItem*int64(size), unpayable) }

// walk goes once through an operation that has been validated, with its variables.
type walk struct {
	limits    Limits
	schema    *ast.Schema
	op        *graphql.OperationContext
	inputs    *inputs
	fragments map[string]cost // computed ones; introspection inside types of its own never mixes with the rest
	path      ast.Path
}

func newWalk(l Limits, schema *ast.Schema, op *graphql.OperationContext) *walk {
	return &walk{limits: l, schema: schema, op: op, inputs: newInputs(l, op), fragments: map[string]cost{}}
}

// operation returns the cost of the operation and, apart from it, of its introspection.
func (w *walk) operation() (total, introspection int64, err *gqlerror.Error) {
	operation := w.op.Operation
	if err := w.directives(operation.Directives); err != nil {
		return 0, 0, err
	}
	root := w.schema.Query
	switch operation.Operation {
	case ast.Mutation:
		root = w.schema.Mutation
	case ast.Subscription:
		root = w.schema.Subscription
	}
	sum, err := w.set(root, operation.SelectionSet)
	if err != nil {
		return 0, 0, err
	}
	// At the root, perItem is free to carry introspection: an operation type is no connection.
	return sum.flat, sum.perItem, nil
}

func (w *walk) set(parent *ast.Definition, set ast.SelectionSet) (cost, *gqlerror.Error) {
	var sum cost
	var dearest map[string]cost // by object type, for the fragments on an abstract type
	add := func(on string, c cost) {
		condition := w.schema.Types[on]
		if parent == nil || condition == nil || !parent.IsAbstractType() || condition.Kind != ast.Object {
			sum = sum.plus(c)
			return
		}
		if dearest == nil {
			dearest = map[string]cost{}
		}
		dearest[on] = dearest[on].plus(c)
	}
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			if err := w.directives(selection.Directives); err != nil {
				return cost{}, err
			}
			if w.left(selection.Directives) {
				continue
			}
			c, err := w.field(selection)
			if err != nil {
				return cost{}, err
			}
			sum = sum.plus(c)
		case *ast.InlineFragment:
			if err := w.directives(selection.Directives); err != nil {
				return cost{}, err
			}
			if w.left(selection.Directives) {
				continue
			}
			on := parent
			if selection.TypeCondition != "" {
				on = w.schema.Types[selection.TypeCondition]
			}
			c, err := w.set(on, selection.SelectionSet)
			if err != nil {
				return cost{}, err
			}
			add(selection.TypeCondition, c)
		case *ast.FragmentSpread:
			if err := w.directives(selection.Directives); err != nil {
				return cost{}, err
			}
			if w.left(selection.Directives) || selection.Definition == nil {
				continue
			}
			c, err := w.fragment(selection.Definition)
			if err != nil {
				return cost{}, err
			}
			add(selection.Definition.TypeCondition, c)
		}
	}
	var most cost
	for _, c := range dearest {
		if c.sum() > most.sum() {
			most = c
		}
	}
	return sum.plus(most), nil
}

func (w *walk) fragment(f *ast.FragmentDefinition) (cost, *gqlerror.Error) {
	if c, ok := w.fragments[f.Name]; ok {
		return c, nil
	}
	c, err := w.set(w.schema.Types[f.TypeCondition], f.SelectionSet)
	if err != nil {
		return cost{}, err
	}
	w.fragments[f.Name] = c
	return c, nil
}

func (w *walk) field(f *ast.Field) (cost, *gqlerror.Error) {
	if f.Definition == nil || f.Name == "__typename" {
		return cost{}, nil
	}
	w.path = append(w.path, ast.PathName(f.Alias))
	defer func() { w.path = w.path[:len(w.path)-1] }()

	size, err := w.arguments(f)
	if err != nil {
		return cost{}, err
	}
	typ := w.schema.Types[f.Definition.Type.Name()]
	if typ == nil || typ.IsLeafType() {
		switch {
		case f.Name == "totalCount":
			return cost{flat: 1}, nil
		case f.Definition.Type.Name() == "String":
			return cost{texts: textCosts[f.Name]}, nil
		}
		return cost{}, nil
	}
	inside, err := w.set(typ, f.SelectionSet)
	if err != nil {
		return cost{}, err
	}
	inside = inside.whole()
	list := f.Definition.Type.Elem != nil
	if strings.HasPrefix(typ.Name, "__") {
		return w.introspection(f, inside), nil
	}
	switch {
	case list && w.isConnection(f.ObjectDefinition) && (f.Name == "edges" || f.Name == "nodes"):
		return cost{perItem: min(1+inside.flat, unpayable)}, nil
	case list:
		if size < 0 {
			size = w.limits.AssumedList
		}
		return cost{flat: cost{perItem: min(1+inside.flat, unpayable)}.of(size)}, nil
	case w.isConnection(typ):
		if size < 0 {
			size = w.limits.DefaultPage
		}
		return cost{flat: min(1+inside.of(size), unpayable)}, nil
	}
	return cost{flat: min(1+inside.flat, unpayable)}, nil
}

// introspectionSizes are the assumed lengths of introspection's lists, on the high side of a schema of this kind.
var introspectionSizes = map[string]int64{"types": 100, "args": 2, "interfaces": 2}

// introspection computes the cost of a field of an introspection type; for __schema and __type themselves it moves
// into perItem, where operation expects it.
func (w *walk) introspection(f *ast.Field, inside cost) cost {
	c := min(1+inside.flat, unpayable)
	if f.Definition.Type.Elem != nil {
		size, ok := introspectionSizes[f.Name]
		if !ok {
			size = 10
		}
		c = min(c*size, unpayable)
	}
	if f.Name == "__schema" || f.Name == "__type" {
		return cost{perItem: c}
	}
	return cost{flat: c}
}

func (w *walk) isConnection(typ *ast.Definition) bool {
	return typ != nil && typ.Kind == ast.Object && strings.HasSuffix(typ.Name, "Connection")
}

// left reports whether @skip or @include removes the selection.
func (w *walk) left(directives ast.DirectiveList) bool { return isLeft(directives, w.op.Variables) }

// isLeft reports whether @skip or @include removes a selection with these variables.
func isLeft(directives ast.DirectiveList, variables map[string]any) bool {
	for _, directive := range directives {
		if directive.Name != "skip" && directive.Name != "include" {
			continue
		}
		argument := directive.Arguments.ForName("if")
		if argument == nil {
			continue
		}
		value, err := argument.Value.Value(variables)
		if on, ok := value.(bool); err == nil && ok && on == (directive.Name == "skip") {
			return true
		}
	}
	return false
}

func (w *walk) directives(directives ast.DirectiveList) *gqlerror.Error {
	for _, directive := range directives {
		if directive.Name == "defer" { // gqlgen would leave the deferred part out of a plain answer without a word
			return gqlcode.At(fault.ValidationFailed, append(ast.Path{}, w.path...), "@defer is not supported")
		}
		for _, argument := range directive.Arguments {
			if problem := w.inputs.check(argument.Value); problem != "" {
				return w.refuse("@"+directive.Name, argument.Name+": "+problem)
			}
		}
	}
	return nil
}

// refuse returns the BAD_USER_INPUT error of an argument of the current field, with the path that gqlgen gives to
// arguments: the field's, then the argument.
func (w *walk) refuse(argument, problem string) *gqlerror.Error {
	path := append(append(ast.Path{}, w.path...), ast.PathName(argument))
	return gqlcode.At(fault.BadUserInput, path, argument+": "+problem)
}

// arguments checks the arguments of f and returns the page size they ask for, -1 where they ask for none.
func (w *walk) arguments(f *ast.Field) (size int, err *gqlerror.Error) {
	for _, argument := range f.Arguments {
		if problem := w.inputs.check(argument.Value); problem != "" {
			return 0, w.refuse(argument.Name, problem)
		}
	}
	size = -1
	asked := ""
	for _, name := range []string{"first", "last"} {
		definition := f.Definition.Arguments.ForName(name)
		if definition == nil || definition.Type.NamedType != "Int" {
			continue
		}
		n, given, ok := w.intArgument(f, definition)
		switch {
		case !ok, given && n < 1, given && n > int64(w.limits.Page):
			return 0, w.refuse(name, fmt.Sprintf("must be from 1 to %d", w.limits.Page))
		case given && asked != "":
			return 0, w.refuse(name, "first and last exclude each other")
		case given:
			size, asked = int(n), name
		}
	}
	if definition := f.Definition.Arguments.ForName("ids"); definition != nil && definition.Type.Elem != nil {
		if argument := f.Arguments.ForName("ids"); argument != nil {
			n := w.inputs.length(argument.Value)
			if n > w.limits.Page {
				return 0, w.refuse("ids", fmt.Sprintf("at most %d, these are %d", w.limits.Page, n))
			}
			if size < 0 {
				size = n
			}
		}
	}
	return size, nil
}

// intArgument returns the value of an Int argument: the literal, the variable or the default. An explicit null is
// not given. ok is false when it is not an integer, which custom coercion may let through.
func (w *walk) intArgument(f *ast.Field, definition *ast.ArgumentDefinition) (n int64, given, ok bool) {
	value := definition.DefaultValue
	if argument := f.Arguments.ForName(definition.Name); argument != nil && !w.inputs.unset(argument.Value) {
		value = argument.Value
	}
	if value == nil {
		return 0, false, true
	}
	raw, err := value.Value(w.op.Variables)
	if err != nil {
		return 0, true, false
	}
	switch raw := raw.(type) {
	case nil:
		return 0, false, true
	case int64:
		return raw, true, true
	case int:
		return int64(raw), true, true
	case int32:
		return int64(raw), true, true
	case float64:
		return int64(raw), true, raw == float64(int64(raw))
	case json.Number:
		n, err := raw.Int64()
		return n, true, err == nil
	case string:
		n, err := strconv.ParseInt(raw, 10, 64)
		return n, true, err == nil
	}
	return 0, true, false
}
