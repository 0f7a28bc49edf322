package graph

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/agext/levenshtein"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/ent"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/schema/facet"
	"dugnad/text"
)

// FilterValues refuses operations whose filters name reference data that does not exist, or another value that nothing
// can have: an empty answer would look like a true one. It looks only at what everybody may know; ids and slugs of
// content are left alone. See decision 0044.
type FilterValues struct {
	fields map[string]*valueSet // by "Input.field" and "Type.field.argument"
	inputs map[string]bool      // inputs with such fields, also further inside
	inner  map[string]string    // by "Input.field": the name of such an input
}

// ExtensionName implements graphql.HandlerExtension.
func (*FilterValues) ExtensionName() string { return "FilterValues" }

// valueSet is what a filter field takes: the values in the database, or a closed list.
type valueSet struct {
	what  string // what a value is
	where string // where to find the values; "" for a closed list
	has   func(*ent.ReferenceData, string) bool
	all   func(*ent.ReferenceData) iter.Seq[string]
}

// valuesOf returns the set of the keys of a map of reference data.
func valuesOf[R any](what, where string, rows func(*ent.ReferenceData) map[string]*R) *valueSet {
	return &valueSet{
		what: what, where: where,
		has: func(d *ent.ReferenceData, value string) bool { _, ok := rows(d)[value]; return ok },
		all: func(d *ent.ReferenceData) iter.Seq[string] { return maps.Keys(rows(d)) },
	}
}

// kindsIn returns the set of the values that a column of reference data has.
func kindsIn(what, where string, values func(*ent.ReferenceData) iter.Seq[string]) *valueSet {
	return &valueSet{what: what, where: where, all: values, has: func(d *ent.ReferenceData, value string) bool {
		for v := range values(d) {
			if v == value {
				return true
			}
		}
		return false
	}}
}

func (v *FilterValues) sets(s *ast.Schema) map[string]*valueSet {
	numbers := valuesOf("a number that a municipality has or had since 2016", "municipalities",
		func(d *ent.ReferenceData) map[string]*ent.NumberUse { return d.NumberUseByNumber })
	themes := valuesOf("the slug of a theme", "themes", func(d *ent.ReferenceData) map[string]*ent.Theme { return d.ThemeBySlug })
	organizations := valuesOf("the slug of an organisation", "organizations",
		func(d *ent.ReferenceData) map[string]*ent.Organization { return d.OrganizationBySlug })
	organizationIDs := valuesOf("the id of an organisation", "organizations",
		func(d *ent.ReferenceData) map[string]*ent.Organization { return d.Organization })
	counties := valuesOf("the number of a county", "counties",
		func(d *ent.ReferenceData) map[string]*ent.County { return d.CountyByNumber })
	evidence := closedSet("a level of evidence", wholeNumbers(0, 5)...)
	sets := map[string]*valueSet{
		"themes": themes,
		"targetGroups": valuesOf("the slug of a target group", "targetGroups",
			func(d *ent.ReferenceData) map[string]*ent.TargetGroup { return d.TargetGroupBySlug }),
		"methods": valuesOf("the slug of a method", "methods",
			func(d *ent.ReferenceData) map[string]*ent.Method { return d.MethodBySlug }),
		"lawSections": valuesOf("the slug of a section of an act", "lawSections",
			func(d *ent.ReferenceData) map[string]*ent.LawSection { return d.LawSectionBySlug }),
		"municipalities": numbers, "counties": counties, "organizations": organizations,
		"evidenceAtLeast": evidence,

		"MunicipalityFilter.numbers":      numbers,
		"MunicipalityFilter.centralities": closedSet("a centrality class", wholeNumbers(1, 6)...),
		"MunicipalityFilter.kostraGroups": kindsIn("a KOSTRA group", "municipalities", func(d *ent.ReferenceData) iter.Seq[string] {
			return func(yield func(string) bool) {
				for _, m := range d.Municipality {
					if m.KostraGroup != nil && !yield(*m.KostraGroup) {
						return
					}
				}
			}
		}),
		"OrganizationFilter.slugs": organizations,
		"OrganizationFilter.kinds": kindsIn("a kind of organisation", "organizations", func(d *ent.ReferenceData) iter.Seq[string] {
			return func(yield func(string) bool) {
				for _, o := range d.Organization {
					if !yield(o.Kind) {
						return
					}
				}
			}
		}),
		"EntryFilter.organizations": organizationIDs, "ReleaseFilter.organizations": organizationIDs,
		"AuditFilter.organization":           organizationIDs,
		"SearchFilter.likeMunicipality":      numbers,
		"SearchFilter.evidence":              evidence,
		"SearchFilter.kinds":                 closedSet("a kind in the form TYPE.KIND", kindsOf(s)...),
		"Query.themes.below":                 themes,
		"Query.similarMunicipalities.number": numbers,
	}
	if years := facet.Of(facet.Year); years.Numeric() {
		sets["SearchFilter.years"] = closedSet("a year", wholeNumbers(years.Least, years.Most)...)
	}
	return sets
}

func closedSet(what string, values ...string) *valueSet {
	return kindsIn(what, "", func(*ent.ReferenceData) iter.Seq[string] { return slices.Values(values) })
}

func wholeNumbers(from, to int) []string {
	var all []string
	for n := from; n <= to; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return all
}

// kindsOf returns the kinds of all content types as search has them.
func kindsOf(s *ast.Schema) []string {
	var kinds []string
	for _, t := range ent.Types {
		if of := s.Types[t.Name+"Kind"]; t.Content && of != nil {
			for _, kind := range of.EnumValues {
				kinds = append(kinds, t.GQL+"."+kind.Name)
			}
		}
	}
	return kinds
}

// Validate finds the fields and arguments that take known values.
func (v *FilterValues) Validate(es graphql.ExecutableSchema) error {
	s := es.Schema()
	sets := v.sets(s)
	v.fields, v.inputs = map[string]*valueSet{}, map[string]bool{}
	for _, t := range s.Types {
		for _, f := range t.Fields {
			name := t.Name + "." + f.Name
			if t.Kind == ast.InputObject && strings.HasSuffix(t.Name, "Filter") {
				if set := cmp.Or(sets[name], sets[f.Name]); set != nil {
					v.fields[name], v.inputs[t.Name] = set, true
				}
			}
			for _, a := range f.Arguments {
				if set := sets[name+"."+a.Name]; set != nil {
					v.fields[name+"."+a.Name] = set
				}
			}
		}
	}
	for more := true; more; { // inputs around them
		more = false
		for _, t := range s.Types {
			if t.Kind == ast.InputObject && !v.inputs[t.Name] &&
				slices.ContainsFunc(t.Fields, func(f *ast.FieldDefinition) bool { return v.inputs[f.Type.Name()] }) {
				v.inputs[t.Name], more = true, true
			}
		}
	}
	v.inner = map[string]string{}
	for _, t := range s.Types {
		for _, f := range t.Fields {
			if t.Kind == ast.InputObject && v.inputs[f.Type.Name()] {
				v.inner[t.Name+"."+f.Name] = f.Type.Name()
			}
		}
	}
	for name := range sets {
		if strings.Contains(name, ".") && v.fields[name] == nil {
			return fmt.Errorf("filter values: the schema has no %s", name)
		}
	}
	return nil
}

// Checks reports whether the field of an input, as "Input.field", or an argument, as "Type.field.argument", takes known
// values only.
func (v *FilterValues) Checks(name string) bool { return v.fields[name] != nil }

// MutateOperationContext refuses an operation with a value that is not known.
func (v *FilterValues) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	w := &valueWalk{FilterValues: v, ctx: ctx, op: op}
	return w.selections(op.Operation.SelectionSet, nil)
}

// valueWalk looks for values of filters in one operation. It looks at each fragment once.
type valueWalk struct {
	*FilterValues
	ctx  context.Context //nolint:containedctx // of the walk
	op   *graphql.OperationContext
	seen map[string]bool
}

func (w *valueWalk) selections(set ast.SelectionSet, path ast.Path) *gqlerror.Error {
	for _, s := range set {
		var err *gqlerror.Error
		switch s := s.(type) {
		case *ast.Field:
			err = w.field(s, path)
		case *ast.InlineFragment:
			err = w.selections(s.SelectionSet, path)
		case *ast.FragmentSpread:
			if s.Definition == nil || w.seen[s.Name] {
				continue
			}
			if w.seen == nil {
				w.seen = map[string]bool{}
			}
			w.seen[s.Name] = true
			err = w.selections(s.Definition.SelectionSet, path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *valueWalk) field(f *ast.Field, path ast.Path) *gqlerror.Error {
	if f.Definition == nil || f.ObjectDefinition == nil {
		return nil
	}
	at := append(path[:len(path):len(path)], ast.PathName(cmp.Or(f.Alias, f.Name)))
	for _, a := range f.Arguments {
		def := f.Definition.Arguments.ForName(a.Name)
		if def == nil {
			continue
		}
		set := w.fields[f.ObjectDefinition.Name+"."+f.Name+"."+a.Name]
		if set == nil && !w.inputs[def.Type.Name()] {
			continue
		}
		if err := w.literal(a.Value, def.Type.Name(), set, append(at, ast.PathName(a.Name))); err != nil {
			return err
		}
	}
	return w.selections(f.SelectionSet, at)
}

// literal checks a value of the document. set is nil for an input object.
func (w *valueWalk) literal(value *ast.Value, of string, set *valueSet, path ast.Path) *gqlerror.Error {
	switch value.Kind {
	case ast.NullValue:
		return nil
	case ast.Variable:
		return w.value(reflect.ValueOf(w.op.Variables[value.Raw]), of, set, ast.Path{ast.PathName("variable"), ast.PathName(value.Raw)})
	case ast.ListValue:
		for i, child := range value.Children {
			if err := w.literal(child.Value, of, set, append(path[:len(path):len(path)], ast.PathIndex(i))); err != nil {
				return err
			}
		}
		return nil
	case ast.ObjectValue:
		for _, child := range value.Children {
			set, inner := w.inside(of, child.Name)
			if set == nil && inner == "" {
				continue
			}
			if err := w.literal(child.Value, inner, set, append(path[:len(path):len(path)], ast.PathName(child.Name))); err != nil {
				return err
			}
		}
		return nil
	}
	return w.check(set, value.Raw, path)
}

// inside returns what the field of an input takes: known values, or the name of an input with such.
func (w *valueWalk) inside(input, field string) (set *valueSet, inner string) {
	if set := w.fields[input+"."+field]; set != nil {
		return set, ""
	}
	return nil, w.inner[input+"."+field]
}

func (w *valueWalk) value(v reflect.Value, of string, set *valueSet, path ast.Path) *gqlerror.Error {
	for v.IsValid() && (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil
	}
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			if err := w.value(v.Index(i), of, set, append(path[:len(path):len(path)], ast.PathIndex(i))); err != nil {
				return err
			}
		}
		return nil
	case reflect.Map:
		for _, key := range v.MapKeys() {
			set, inner := w.inside(of, key.String())
			if set == nil && inner == "" {
				continue
			}
			if err := w.value(v.MapIndex(key), inner, set, append(path[:len(path):len(path)], ast.PathName(key.String()))); err != nil {
				return err
			}
		}
		return nil
	}
	return w.check(set, fmt.Sprint(v.Interface()), path)
}

func (w *valueWalk) check(set *valueSet, value string, path ast.Path) *gqlerror.Error {
	if set == nil {
		return nil
	}
	data, err := ent.ReferenceDataOf(w.ctx)
	if err != nil {
		return &gqlerror.Error{Err: err, Message: err.Error(), Path: path}
	}
	if set.has(data, value) {
		return nil
	}
	return gqlcode.At(
		fault.BadUserInput, path, fmt.Sprintf("%s is not %s%s", strconv.Quote(shortened(value)), set.what, set.hint(data, value)),
	)
}

// shortened returns a value as messages quote it.
func shortened(value string) string {
	const most = 60
	if runes := []rune(value); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return value
}

// hint says which values there are, or which are close.
func (s *valueSet) hint(data *ent.ReferenceData, value string) string {
	const most, few = 5, 12
	values := slices.Compact(slices.Sorted(s.all(data)))
	if len(values) <= few && len(values) > 0 {
		return ": use " + strings.Join(values, ", ")
	}
	if near := nearest(value, values, most); len(near) > 0 {
		return ": close to it are " + strings.Join(near, ", ")
	}
	if s.where != "" {
		return ": the query " + s.where + " lists them"
	}
	return ""
}

// nearest returns at most most of the values that are like a wrong one: they contain it or differ by a few letters.
func nearest(value string, among []string, most int) []string {
	wanted := text.Fold(shortened(value))
	if wanted == "" {
		return nil
	}
	type near struct {
		value string
		far   int
	}
	var found []near
	for _, v := range among {
		folded := text.Fold(v)
		far := levenshtein.Distance(wanted, folded, nil)
		switch {
		case folded == wanted:
			far = 0
		case strings.Contains(folded, wanted) && len(wanted) > 2:
			far = 1
		case far > max(1, len(wanted)/3):
			continue
		}
		found = append(found, near{v, far})
	}
	slices.SortFunc(found, func(a, b near) int { return cmp.Or(a.far-b.far, strings.Compare(a.value, b.value)) })
	var names []string
	for _, n := range found[:min(most, len(found))] {
		names = append(names, n.value)
	}
	return names
}
