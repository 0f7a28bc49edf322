package limits

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// inputs checks the values of arguments. Every variable is looked at once, however often it is used.
type inputs struct {
	limits    Limits
	variables map[string]any
	seen      map[string]measure
	list      int
	chars     int
}

// measure is what the limits check of a value; problem is "" when nothing is wrong inside it.
type measure struct {
	problem  string
	nesting  int
	filters  int // and, or and not inside each other
	branches int
}

func newInputs(l Limits, op *graphql.OperationContext) *inputs {
	in := &inputs{limits: l, variables: op.Variables, seen: map[string]measure{}, list: l.List, chars: l.String}
	if op.Operation.Operation == ast.Mutation {
		in.list, in.chars = l.MutationList, l.MutationString
	}
	return in
}

// check returns what is wrong with the value of an argument, "" when nothing is.
func (in *inputs) check(value *ast.Value) string {
	m := in.literal(value)
	switch {
	case m.problem != "":
		return m.problem
	case m.nesting > in.limits.ArgumentNesting:
		return fmt.Sprintf("at most %d lists and objects inside each other", in.limits.ArgumentNesting)
	case m.filters > in.limits.FilterDepth:
		return fmt.Sprintf("at most %d of and, or and not inside each other", in.limits.FilterDepth)
	case m.branches > in.limits.FilterBranches:
		return fmt.Sprintf("at most %d branches of and, or and not", in.limits.FilterBranches)
	}
	return ""
}

// unset reports whether value is a variable that was not given and has no default, which counts as absent.
func (in *inputs) unset(value *ast.Value) bool {
	if value.Kind != ast.Variable {
		return false
	}
	_, given := in.variables[value.Raw]
	return !given
}

// length returns the number of items of a list value; one value stands for a list of itself.
func (in *inputs) length(value *ast.Value) int {
	switch value.Kind {
	case ast.ListValue:
		return len(value.Children)
	case ast.NullValue:
		return 0
	case ast.Variable:
		given := reflect.ValueOf(in.variables[value.Raw])
		switch {
		case !given.IsValid():
			return 0
		case given.Kind() == reflect.Slice:
			return given.Len()
		}
	}
	return 1
}

func (in *inputs) literal(value *ast.Value) measure {
	switch value.Kind {
	case ast.Variable:
		if m, ok := in.seen[value.Raw]; ok {
			return m
		}
		m := in.value(reflect.ValueOf(in.variables[value.Raw]))
		in.seen[value.Raw] = m
		return m
	case ast.StringValue, ast.BlockValue:
		return in.text(value.Raw)
	case ast.IntValue:
		if _, err := strconv.ParseInt(value.Raw, 10, 64); err != nil { // a panic in gqlparser where it is unchecked
			return measure{problem: "the number is too large"}
		}
	case ast.FloatValue:
		if _, err := strconv.ParseFloat(value.Raw, 64); err != nil {
			return measure{problem: "the number is too large"}
		}
	case ast.ListValue:
		sum := measure{problem: in.tooLong(len(value.Children))}
		for i, child := range value.Children {
			sum = sum.with(strconv.Itoa(i), in.literal(child.Value))
		}
		return sum.deeper()
	case ast.ObjectValue:
		var sum measure
		for _, child := range value.Children {
			members := 1
			if child.Value.Kind == ast.ListValue || child.Value.Kind == ast.Variable {
				members = in.length(child.Value)
			}
			sum = sum.with(child.Name, in.literal(child.Value).under(child.Name, members))
		}
		return sum.deeper()
	}
	return measure{}
}

func (in *inputs) value(v reflect.Value) measure {
	for v.IsValid() && (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) {
		v = v.Elem()
	}
	if !v.IsValid() {
		return measure{}
	}
	switch v.Kind() {
	case reflect.String:
		return in.text(v.String())
	case reflect.Float64:
		if f := v.Float(); math.IsInf(f, 0) || math.IsNaN(f) {
			return measure{problem: "the number is too large"}
		}
	case reflect.Slice:
		sum := measure{problem: in.tooLong(v.Len())}
		if sum.problem != "" {
			return sum
		}
		for i := range v.Len() {
			sum = sum.with(strconv.Itoa(i), in.value(v.Index(i)))
		}
		return sum.deeper()
	case reflect.Map:
		var sum measure
		for _, key := range v.MapKeys() {
			child := v.MapIndex(key)
			for child.IsValid() && child.Kind() == reflect.Interface {
				child = child.Elem()
			}
			members := 1
			if child.IsValid() && child.Kind() == reflect.Slice {
				members = child.Len()
			}
			sum = sum.with(key.String(), in.value(child).under(key.String(), members))
		}
		return sum.deeper()
	}
	return measure{}
}

func (in *inputs) text(s string) measure {
	switch {
	case len(s) > in.chars && utf8.RuneCountInString(s) > in.chars:
		return measure{problem: fmt.Sprintf("a text has at most %d characters", in.chars)}
	case strings.ContainsRune(s, 0): // PostgreSQL cannot hold it
		return measure{problem: "a text may not hold the character U+0000"}
	}
	return measure{}
}

func (in *inputs) tooLong(items int) string {
	if items > in.list {
		return fmt.Sprintf("a list has at most %d items, this one has %d", in.list, items)
	}
	return ""
}

func (m measure) with(name string, child measure) measure {
	if m.problem == "" && child.problem != "" {
		m.problem = name + ": " + strings.TrimPrefix(child.problem, " ")
	}
	m.nesting = max(m.nesting, child.nesting)
	m.filters = max(m.filters, child.filters)
	m.branches += child.branches
	return m
}

func (m measure) deeper() measure {
	m.nesting++
	return m
}

// under counts m as the value of an object's field of this name.
func (m measure) under(name string, members int) measure {
	if name == "and" || name == "or" || name == "not" {
		m.filters++
		m.branches += members
	}
	return m
}
