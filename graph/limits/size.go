package limits

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// The size of an answer is counted while it is made: the bytes of each value as JSON and, when the object or list that
// a field is in has been resolved, its name and fieldBytes. So an answer of many short values ends as well, before its
// fields are resolved.

const (
	// fieldBytes is what a field counts besides its name and value: quotes, a colon, a comma, and what it takes in memory.
	fieldBytes = 16
	// errorBytes is what an error of a field counts.
	errorBytes = 300
	// smallValue is the size in bytes of values that an answer of a mutation has beyond its size.
	smallValue = 1000
)

// budget is what one answer may still have. Cancelling stops what the other resolvers of the answer are doing.
type budget struct {
	limits   Limits
	size     int  // in bytes
	mutation bool // ends fields, not the answer: what has been done must be told
	elements atomic.Int64
	bytes    atomic.Int64
	answer   context.Context    //nolint:containedctx // in which the answer is made
	cancel   context.CancelFunc // of that context
	schema   *ast.Schema
	op       *graphql.OperationContext
	outlines sync.Map // of selections by their *ast.Field
}

func (b *budget) exceeded() bool { return b.elements.Load() < 0 || b.bytes.Load() < 0 }

// message says which bound the answer exceeds.
func (b *budget) message() string {
	if b.elements.Load() < 0 {
		return fmt.Sprintf("the answer has more than %d nodes", b.limits.Nodes)
	}
	return fmt.Sprintf("the answer is larger than %d bytes: ask for fewer texts, or for shorter pages", b.size)
}

// take takes what a field resolved to from the budget, and returns an error when there is too little left.
func (b *budget) take(field *graphql.FieldContext, result any, err error) error {
	switch {
	case err != nil:
		b.bytes.Add(-errorBytes)
		return nil
	case result == nil:
		return nil
	}
	definition := field.Field.Definition
	elements := 1
	if definition.Type.Elem != nil {
		if list := reflect.ValueOf(result); list.Kind() == reflect.Slice {
			elements = list.Len()
			b.elements.Add(-int64(elements))
		}
	}
	var bytes int64
	if typ := b.schema.Types[definition.Type.Name()]; typ != nil && typ.IsCompositeType() {
		bytes = int64(elements) * b.outline(&field.Field)
	} else {
		bytes = sizeOf(result)
	}
	left := b.bytes.Add(-bytes)
	if !b.mutation {
		if b.exceeded() {
			b.cancel()
			return gqlcode.ErrStopped
		}
		return nil
	}
	isRoot := field.Parent == nil || field.Parent.Parent == nil
	if !isRoot && (left < 0 && bytes > smallValue || left < -int64(b.size)) {
		b.bytes.Add(bytes)
		return gqlcode.Error(fault.TooComplex, fmt.Sprintf(
			"the answer is larger than %d bytes: this field is left out; the mutation has run", b.size))
	}
	return nil
}

// outline returns the bytes of the names of the fields inside a field, for one object.
func (b *budget) outline(field *graphql.CollectedField) int64 {
	if bytes, ok := b.outlines.Load(field.Field); ok {
		return bytes.(int64)
	}
	o := outliner{b.schema, b.op.Variables, map[*ast.FragmentDefinition]int64{}}
	bytes := o.set(b.schema.Types[field.Definition.Type.Name()], field.Selections)
	b.outlines.Store(field.Field, bytes)
	return bytes
}

// outliner computes outlines; each fragment once.
type outliner struct {
	schema    *ast.Schema
	variables map[string]any
	fragments map[*ast.FragmentDefinition]int64
}

// set returns the bytes of the names of a selection. Of fragments on different object types only the largest counts.
func (o *outliner) set(parent *ast.Definition, set ast.SelectionSet) int64 {
	sum, byType := int64(0), map[string]int64(nil)
	add := func(on string, bytes int64) {
		condition := o.schema.Types[on]
		if parent == nil || condition == nil || !parent.IsAbstractType() || condition.Kind != ast.Object {
			sum += bytes
			return
		}
		if byType == nil {
			byType = map[string]int64{}
		}
		byType[on] += bytes
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if !isLeft(s.Directives, o.variables) {
				sum += int64(len(s.Alias) + fieldBytes)
			}
		case *ast.InlineFragment:
			if isLeft(s.Directives, o.variables) {
				continue
			}
			on := parent
			if s.TypeCondition != "" {
				on = o.schema.Types[s.TypeCondition]
			}
			add(s.TypeCondition, o.set(on, s.SelectionSet))
		case *ast.FragmentSpread:
			if s.Definition == nil || isLeft(s.Directives, o.variables) {
				continue
			}
			bytes, known := o.fragments[s.Definition]
			if !known {
				bytes = o.set(o.schema.Types[s.Definition.TypeCondition], s.Definition.SelectionSet)
				o.fragments[s.Definition] = bytes
			}
			add(s.Definition.TypeCondition, bytes)
		}
	}
	largest := int64(0)
	for _, bytes := range byType {
		largest = max(largest, bytes)
	}
	return sum + largest
}

// sizeOf returns the bytes of a value as JSON, without its name.
func sizeOf(value any) int64 {
	switch v := value.(type) {
	case nil:
		return 4
	case string:
		return textSize(v)
	case *string:
		if v == nil {
			return 4
		}
		return textSize(*v)
	case []string:
		size := int64(2)
		for _, s := range v {
			size += 1 + textSize(s)
		}
		return size
	case time.Time, *time.Time:
		return 32
	case graphql.Marshaler:
		if of := reflect.ValueOf(value); of.Kind() == reflect.Pointer && of.IsNil() {
			return 4
		}
		var n counter
		v.MarshalGQL(&n)
		return int64(n)
	}
	return sizeOfValue(reflect.ValueOf(value))
}

// sizeOfValue is sizeOf for values of other types: named strings, numbers, lists and pointers of them.
func sizeOfValue(v reflect.Value) int64 {
	switch v.Kind() {
	case reflect.String:
		return textSize(v.String())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 4
		}
		return sizeOf(v.Elem().Interface())
	case reflect.Slice:
		size := int64(2)
		for i := range v.Len() {
			size += 1 + sizeOf(v.Index(i).Interface())
		}
		return size
	}
	return 8 // a number or a boolean
}

// textSize returns the bytes of a text as a JSON string.
func textSize(s string) int64 {
	size := int64(len(s) + 2)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\', c == '\n', c == '\r', c == '\t':
			size++
		case c < ' ':
			size += 5
		}
	}
	if !utf8.ValidString(s) {
		size *= 3 // each wrong byte becomes the three of U+FFFD
	}
	return size
}

// counter is a writer that counts.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
