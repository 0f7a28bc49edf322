package graphqlhttp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/agext/levenshtein"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// variables checks the values of variables before gqlparser does, which takes enum values in any letter case, refuses
// 2.0 for an Int, and does not say what it expects. What it leaves alone, gqlparser checks.
type variables struct {
	documents *queryCache
	tokens    int
	schema    *ast.Schema
}

// ExtensionName names the extension in gqlgen's messages.
func (*variables) ExtensionName() string { return "Variables" }

// Validate takes the schema; gqlgen calls it when the extension is added.
func (v *variables) Validate(es graphql.ExecutableSchema) error {
	v.schema = es.Schema()
	return nil
}

// MutateOperationParameters comes after the limits, which bound what is parsed here. It replaces values in a copy.
func (v *variables) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if len(params.Variables) == 0 {
		return nil
	}
	document, ok := v.documents.Get(ctx, params.Query)
	if !ok {
		var err error
		document, err = parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, v.tokens)
		if err != nil {
			return nil // the executor finds the same mistake and words it
		}
	}
	operation := document.Operations.ForName(params.OperationName)
	if operation == nil {
		return nil
	}
	var taken map[string]any
	for _, declared := range operation.VariableDefinitions {
		given, ok := params.Variables[declared.Variable]
		if !ok {
			continue
		}
		value, changed, err := v.value(declared.Type, given, ast.Path{ast.PathName("variable"), ast.PathName(declared.Variable)})
		if err != nil {
			return err
		}
		if changed {
			if taken == nil {
				taken = maps.Clone(params.Variables)
			}
			taken[declared.Variable] = value
		}
	}
	if taken != nil {
		params.Variables = taken
	}
	return nil
}

// value returns the value as gqlparser takes it, and whether that is another one.
func (v *variables) value(t *ast.Type, given any, path ast.Path) (value any, changed bool, err *gqlerror.Error) {
	if given == nil {
		return nil, false, nil
	}
	if t.Elem != nil {
		return v.list(t.Elem, given, path)
	}
	def := v.schema.Types[t.NamedType]
	switch {
	case def == nil:
		return given, false, nil
	case def.Kind == ast.Enum:
		return given, false, enumValue(def, given, path)
	case def.Kind == ast.InputObject:
		return v.object(def, given, path)
	case def.Name == "Int":
		return wholeNumber(given, path)
	}
	return given, false, nil
}

func (v *variables) list(of *ast.Type, given any, path ast.Path) (any, bool, *gqlerror.Error) {
	if texts, ok := given.([]string); ok { // of the hub's own pages
		for i, text := range texts {
			if _, _, err := v.value(of, text, at(path, ast.PathIndex(i))); err != nil {
				return nil, false, err
			}
		}
		return given, false, nil
	}
	items, ok := given.([]any)
	if !ok { // one stands for a list of one
		return v.value(of, given, path)
	}
	var taken []any
	for i, item := range items {
		value, changed, err := v.value(of, item, at(path, ast.PathIndex(i)))
		if err != nil {
			return nil, false, err
		}
		if changed {
			if taken == nil {
				taken = slices.Clone(items)
			}
			taken[i] = value
		}
	}
	if taken != nil {
		return taken, true, nil
	}
	return given, false, nil
}

func (v *variables) object(def *ast.Definition, given any, path ast.Path) (any, bool, *gqlerror.Error) {
	fields, ok := given.(map[string]any)
	if !ok {
		return given, false, nil
	}
	var taken map[string]any
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field := def.Fields.ForName(name)
		if field == nil {
			return nil, false, gqlcode.At(fault.BadUserInput, at(path, ast.PathName(name)), unknownField(def, name))
		}
		value, changed, err := v.value(field.Type, fields[name], at(path, ast.PathName(name)))
		if err != nil {
			return nil, false, err
		}
		if changed {
			if taken == nil {
				taken = maps.Clone(fields)
			}
			taken[name] = value
		}
	}
	if taken != nil {
		return taken, true, nil
	}
	return given, false, nil
}

func at(path ast.Path, element ast.PathElement) ast.Path {
	return append(path[:len(path):len(path)], element)
}

func enumValue(def *ast.Definition, given any, path ast.Path) *gqlerror.Error {
	name, ok := given.(string)
	if ok && def.EnumValues.ForName(name) != nil {
		return nil
	}
	if _, listed := given.([]any); listed || !isScalar(given) { // gqlparser says what is wrong
		return nil
	}
	return gqlcode.At(fault.BadUserInput, path, fmt.Sprintf("%.100s is not a value of %s: use %s", quoted(given), def.Name, enumValues(def)))
}

func isScalar(v any) bool {
	_, object := v.(map[string]any)
	return !object
}

func quoted(v any) string {
	if s, ok := v.(string); ok {
		return strconv.Quote(s)
	}
	return fmt.Sprint(v)
}

// enumValues lists the values of an enum.
func enumValues(def *ast.Definition) string {
	names := make([]string, len(def.EnumValues))
	for i, v := range def.EnumValues {
		names[i] = v.Name
	}
	return strings.Join(names, ", ")
}

// unknownField words the error of a field that an input does not have, with the fields whose names are like it, or all
// where none is: the schema prints them.
func unknownField(def *ast.Definition, name string) string {
	const most = 5
	type near struct {
		name string
		far  int
	}
	var found []near
	all := make([]string, len(def.Fields))
	for i, f := range def.Fields {
		all[i] = f.Name
		wanted, is := strings.ToLower(name), strings.ToLower(f.Name)
		far := math.MaxInt
		if len(wanted) <= 2*len(is)+3 { // else it is not like it, however long
			far = levenshtein.Distance(wanted, is, nil)
		}
		if far <= max(2, len(is)/3) || len(wanted) > 2 && strings.HasPrefix(is, wanted) {
			found = append(found, near{f.Name, far})
		}
	}
	slices.SortFunc(found, func(a, b near) int { return cmp.Or(cmp.Compare(a.far, b.far), strings.Compare(a.name, b.name)) })
	if len(found) > 0 {
		all = nil
		for _, n := range found[:min(most, len(found))] {
			all = append(all, n.name)
		}
		return fmt.Sprintf("unknown field of %s: like it are %s", def.Name, strings.Join(all, ", "))
	}
	return fmt.Sprintf("unknown field: %s has %s", def.Name, strings.Join(all, ", "))
}

// wholeNumber takes a number without a fraction for an Int, however it is written: 2, 2.0 or 2e0.
func wholeNumber(given any, path ast.Path) (any, bool, *gqlerror.Error) {
	number, ok := given.(json.Number)
	if !ok {
		return given, false, nil
	}
	if n, err := number.Int64(); err == nil {
		if n < math.MinInt32 || n > math.MaxInt32 {
			return nil, false, notAnInt(number, path)
		}
		return given, false, nil
	}
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return nil, false, notAnInt(number, path)
	}
	return json.Number(strconv.FormatInt(int64(f), 10)), true, nil
}

func notAnInt(number json.Number, path ast.Path) *gqlerror.Error {
	return gqlcode.At(fault.BadUserInput, path, fmt.Sprintf(
		"%.40s is not an Int: a whole number from %d to %d", number, math.MinInt32, math.MaxInt32))
}

// enumNamed finds the enum in gqlparser's messages about values in a document.
var enumNamed = regexp.MustCompile(`(?:does not exist in|^Enum) "(\w+)!?"`)

// explained adds the values of the enum to the message about a value in a document that it does not have.
func (v *variables) explained(err *gqlerror.Error) {
	found := enumNamed.FindStringSubmatch(err.Message)
	if found == nil {
		return
	}
	if def := v.schema.Types[found[1]]; def != nil && def.Kind == ast.Enum {
		err.Message = strings.TrimSuffix(err.Message, ".") + ": use " + enumValues(def)
	}
}
