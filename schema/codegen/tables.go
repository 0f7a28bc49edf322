package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/schema/facet"
)

// generateTables writes the Go code that is the same for every content type, and for every facet, outside ent.
func generateTables(types registry) error {
	sdl, err := parseSDL("schema")
	if err != nil {
		return err
	}
	filters, err := filterTypes(types.content, sdl.Definitions)
	if err != nil {
		return err
	}
	for path, text := range map[string][]byte{
		"graph/filter/content_gen.go": filters,
		"graph/content_gen.go":        documentTypes(types.content),
		"graph/facets_gen.go":         facetFields(),
		"web/explorer/content_gen.go": kindFields(types.content),
	} {
		if err := writeGo(path, text); err != nil {
			return err
		}
	}
	return nil
}

// filterTypes writes a struct for the filter of each content type. A type whose filter has own fields besides kinds
// must have a method own in graph/filter/own.go, or the package does not compile.
func filterTypes(types []contentType, sdl ast.DefinitionList) ([]byte, error) {
	var b bytes.Buffer
	for _, t := range types {
		name := t.Name + "Filter"
		fmt.Fprintf(&b, "\n// %s is the filter of %s.\ntype %s struct {\nShared\n", name, t.Plural, name)
		own := sdl.ForName(name).Fields
		for _, f := range own {
			goType, err := filterType(f.Type, t)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", name, f.Name, err)
			}
			fmt.Fprintf(&b, "%s %s\n", titled(f.Name), goType)
		}
		fmt.Fprintf(&b, "And, Or []*%[1]s\nNot *%[1]s\n}\n", name)
		fmt.Fprintf(&b, "\n// Where returns the predicate of a query for %s. A nil filter accepts every row.\n", t.Plural)
		fmt.Fprintf(
			&b, "func (f *%s) Where(ctx context.Context) func(*sql.Selector) {\nreturn where(ctx, %q, f)\n}\n", name, t.Singular,
		)
		fmt.Fprintf(&b, "\nfunc (f *%s) node() *node {\n"+
			"return &node{&f.Shared, f.own, nodes(f.And), nodes(f.Or), optional(f.Not)}\n}\n", name)
		if len(own) == 1 && own[0].Name == "kinds" {
			fmt.Fprintf(&b, "\nfunc (f *%s) own(q query) []*sql.Predicate { return ofKind(q, f.Kinds) }\n", name)
		}
	}
	imports := "\"context\"\n"
	if bytes.Contains(b.Bytes(), []byte("time.Time")) {
		imports += "\"time\"\n"
	}
	imports += "\n\"entgo.io/ent/dialect/sql\"\n\n\"dugnad/schema\"\n"
	return append([]byte(generatedHeader+"package filter\n\nimport (\n"+imports+")\n"), b.Bytes()...), nil
}

// filterType returns the Go type of a field of a filter.
func filterType(t *ast.Type, of contentType) (string, error) {
	name, pointer := t.Name(), "*"
	if t.Elem != nil {
		pointer = "[]"
	}
	goType := map[string]string{
		"String": "string", "ID": "string", "Int": "int", "Boolean": "bool", "Time": "time.Time",
		"Date": "schema.Date", "Language": "schema.Language", of.Name + "Kind": "schema." + of.Name + "Kind",
	}[name]
	if goType == "" {
		return "", fmt.Errorf("filters of content have no fields of type %s: add it to schema/codegen/tables.go", name)
	}
	return pointer + goType, nil
}

// documentTypes writes the function that makes the GraphQL document of each content type.
func documentTypes(types []contentType) []byte {
	var b bytes.Buffer
	b.WriteString(generatedHeader +
		"package graph\n\nimport (\n\"fmt\"\n\n\"dugnad/graph/model\"\n\"dugnad/graph/view\"\n)\n")
	b.WriteString("\n// newDocument returns an empty document of a content type, PRACTICE for instance, and the list of its texts.\n" +
		"func newDocument(t string) (view.Document, *[]*model.ContentTextDocument, error) {\nswitch t {\n")
	for _, t := range types {
		fmt.Fprintf(&b, "case %q:\nd := &model.%sDocument{}\nreturn d, &d.Texts, nil\n", t.GQL, t.Name)
	}
	b.WriteString("}\nreturn nil, nil, fmt.Errorf(\"no type %q has documents\", t)\n}\n")
	return b.Bytes()
}

// facetFields writes the function that reads the facets of a SearchFilter.
func facetFields() []byte {
	var b bytes.Buffer
	b.WriteString(generatedHeader + "package graph\n\nimport (\n\"dugnad/graph/model\"\n\"dugnad/search\"\n)\n")
	b.WriteString("\n// chosenFacets returns the values that a filter asks for; facets that it does not name are absent.\n" +
		"func chosenFacets(f *model.SearchFilter) map[search.Facet][]string {\nchosen := make(map[search.Facet][]string)\n")
	for _, f := range facet.All() {
		values := "stringsOf"
		if f.Values == "Int" {
			values = "numbers"
		}
		fmt.Fprintf(&b, "if f.%[1]s != nil {\nchosen[%[2]q] = %[3]s(f.%[1]s)\n}\n", titled(f.Field), f.Facet, values)
	}
	b.WriteString("return chosen\n}\n")
	return b.Bytes()
}

// kindFields writes the fields by which the explorer reads the kind of a card: one per type, because the enums differ
// and GraphQL does not let such fields share a name.
func kindFields(types []contentType) []byte {
	var b, sum bytes.Buffer
	b.WriteString(generatedHeader + "package explorer\n\n// kinds holds the kind of an entry in the field of its type.\n" +
		"type kinds struct {\n")
	for _, t := range types {
		if t.Kinds {
			fmt.Fprintf(&b, "%sKind string\n", t.Name)
			fmt.Fprintf(&sum, "+ k.%sKind", t.Name)
		}
	}
	b.WriteString("}\n\n// kind returns the kind, a value of an enum of the API; empty for a type without kinds.\n")
	fmt.Fprintf(&b, "func (k kinds) kind() string { return %s }\n", strings.TrimPrefix(sum.String(), "+ "))
	return b.Bytes()
}

// titled returns a GraphQL name as a Go name.
func titled(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
