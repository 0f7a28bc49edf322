package graph

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/agext/levenshtein"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/county"
	"dugnad/ent/lawsection"
	"dugnad/ent/method"
	"dugnad/ent/municipality"
	"dugnad/ent/numberuse"
	"dugnad/ent/organization"
	"dugnad/ent/targetgroup"
	"dugnad/ent/theme"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/schema"
	"dugnad/schema/facet"
	"dugnad/text"
)

// FilterValues refuses operations whose filters name reference data that does not exist, or another value that nothing
// can have: an empty answer would look like a true one. It looks only at what everybody may know; ids and slugs of
// content are left alone. See decision 0044.
type FilterValues struct {
	Client *ent.Client
	Log    Log

	fields map[string]*valueSet // by "Input.field" and "Type.field.argument"
	inputs map[string]bool      // inputs with such fields, also further inside
	inner  map[string]string    // by "Input.field": the name of such an input
}

// ExtensionName implements graphql.HandlerExtension.
func (*FilterValues) ExtensionName() string { return "FilterValues" }

// valueSet is what a filter field takes: the values in the database, or a closed list.
type valueSet struct {
	what   string // what a value is
	where  string // where to find the values; "" for a closed list
	types  []string
	read   func(context.Context, *ent.Client) ([]string, error)
	closed bool

	mu     sync.Mutex
	loaded bool
	seq    int // of the change log, when they were read
	values []string
	is     map[string]bool
}

func (v *FilterValues) sets(s *ast.Schema) map[string]*valueSet {
	numbers := &valueSet{what: "a number that a municipality has or had since 2016", where: "municipalities", types: []string{"MUNICIPALITY"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
		return c.NumberUse.Query().Select(numberuse.FieldNumber).Strings(ctx)
	}}
	themes := &valueSet{what: "the slug of a theme", where: "themes", types: []string{"THEME"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
		return c.Theme.Query().Select(theme.FieldSlug).Strings(ctx)
	}}
	organizations := &valueSet{what: "the slug of an organisation", where: "organizations", types: []string{"ORGANIZATION"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
		return c.Organization.Query().Select(organization.FieldSlug).Strings(ctx)
	}}
	organizationIDs := &valueSet{what: "the id of an organisation", where: "organizations", types: []string{"ORGANIZATION"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
		return c.Organization.Query().IDs(ctx)
	}}
	counties := &valueSet{what: "the number of a county", where: "counties", types: []string{"COUNTY"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
		return c.County.Query().Select(county.FieldNumber).Strings(ctx)
	}}
	evidence := closedSet("a level of evidence", wholeNumbers(0, 5)...)
	sets := map[string]*valueSet{
		"themes": themes,
		"targetGroups": {what: "the slug of a target group", where: "targetGroups", types: []string{"TARGET_GROUP"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
			return c.TargetGroup.Query().Select(targetgroup.FieldSlug).Strings(ctx)
		}},
		"methods": {what: "the slug of a method", where: "methods", types: []string{"METHOD"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
			return c.Method.Query().Select(method.FieldSlug).Strings(ctx)
		}},
		"lawSections": {what: "the slug of a section of an act", where: "lawSections", types: []string{"LAW_SECTION"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
			return c.LawSection.Query().Select(lawsection.FieldSlug).Strings(ctx)
		}},
		"municipalities": numbers, "counties": counties, "organizations": organizations,
		"evidenceAtLeast": evidence,

		"MunicipalityFilter.numbers":      numbers,
		"MunicipalityFilter.centralities": closedSet("a centrality class", wholeNumbers(1, 6)...),
		"MunicipalityFilter.kostraGroups": {what: "a KOSTRA group", where: "municipalities", types: []string{"MUNICIPALITY"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
			return c.Municipality.Query().Unique(true).Where(municipality.KostraGroupNotNil()).Select(municipality.FieldKostraGroup).Strings(ctx)
		}},
		"OrganizationFilter.slugs": organizations,
		"OrganizationFilter.kinds": {what: "a kind of organisation", where: "organizations", types: []string{"ORGANIZATION"}, read: func(ctx context.Context, c *ent.Client) ([]string, error) {
			return c.Organization.Query().Unique(true).Select(organization.FieldKind).Strings(ctx)
		}},
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
	v := &valueSet{what: what, closed: true}
	v.set(values)
	return v
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
func (v *FilterValues) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	w := &valueWalk{FilterValues: v, op: op}
	return w.selections(op.Operation.SelectionSet, nil)
}

// valueWalk looks for values of filters in one operation. It looks at each fragment once.
type valueWalk struct {
	*FilterValues
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
	known, err := set.has(value, w.Client, w.Log)
	if err != nil {
		return &gqlerror.Error{Err: err, Message: err.Error(), Path: path}
	}
	if known {
		return nil
	}
	return gqlcode.At(fault.BadUserInput, path, fmt.Sprintf("%s is not %s%s", strconv.Quote(shortened(value)), set.what, set.hint(value)))
}

// shortened returns a value as messages quote it.
func shortened(value string) string {
	const most = 60
	if runes := []rune(value); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return value
}

// readValues bounds reading the values of a set.
const readValues = 2 * time.Second

// has reports whether the value is known. The values are read when the change log has news of their types.
func (s *valueSet) has(value string, client *ent.Client, log Log) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return s.is[value], nil
	}
	ctx, cancel := context.WithTimeout(access.WithViewer(context.Background(), access.System("values")), readValues)
	defer cancel()
	after := s.seq
	if !s.loaded {
		after = math.MaxInt32
	}
	head, news, err := log.News(ctx, after, s.types, []schema.Audience{schema.Public})
	if err != nil {
		return false, err
	}
	if news || !s.loaded {
		values, err := s.read(ctx, client)
		if err != nil {
			return false, fmt.Errorf("read the values of a filter: %w", err)
		}
		s.set(values)
		s.loaded = true
	}
	s.seq = head
	return s.is[value], nil
}

func (s *valueSet) set(values []string) {
	s.values, s.is = values, make(map[string]bool, len(values))
	for _, v := range values {
		s.is[v] = true
	}
}

// hint says which values there are, or which are close.
func (s *valueSet) hint(value string) string {
	const most, few = 5, 12
	if len(s.values) <= few && len(s.values) > 0 {
		return ": use " + strings.Join(slices.Sorted(slices.Values(s.values)), ", ")
	}
	if near := nearest(value, s.values, most); len(near) > 0 {
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
