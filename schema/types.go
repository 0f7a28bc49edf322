package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"dugnad/schema/entgql"
)

// ContentNames holds what cannot be derived from the name of a content type.
type ContentNames struct {
	Position   int    // place in lists of the types, from 1
	Prefix     string // of its ids, three letters: pra
	Plural     string // in the API: practices
	Path       string // first segment of the addresses of its pages, in Norwegian without æ, ø and å: praksis
	LinkedData string // its type in the vocabulary of schema.org: Article
	Gathers    bool   // it only gathers entries of other types, so lists of what is new leave it out
}

// contentSchema is implemented by the schema of every content type, which is every schema with the mixin Content.
// scripts/generate lists them in types_gen.go.
type contentSchema interface {
	ent.Interface
	Names() ContentNames
}

// ContentInfo is a content type with all its names.
type ContentInfo struct {
	ContentNames
	Name     string      // of the Go type and the GraphQL type: Practice
	Singular string      // in the API: practice
	Value    ContentType // in the API's enums: PRACTICE
	Kinds    []string    // values of its enum of kinds; nil for a type without kinds
	schema   contentSchema
}

// ContentTypes returns the content types in the order in which they are listed. The caller must not change the slice.
func ContentTypes() []ContentInfo { return allContentTypes() }

var allContentTypes = sync.OnceValue(func() []ContentInfo {
	all := make([]ContentInfo, len(contentSchemas))
	for i, s := range contentSchemas {
		name := reflect.TypeOf(s).Name()
		all[i] = ContentInfo{
			ContentNames: s.Names(), Name: name, Singular: strings.ToLower(name), Value: ContentType(strings.ToUpper(name)), schema: s,
		}
		for _, f := range s.Fields() {
			if d := f.Descriptor(); d.Name == "kind" {
				for _, e := range d.Enums {
					all[i].Kinds = append(all[i].Kinds, e.V)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b ContentInfo) int { return a.Position - b.Position })
	return all
})

// Values returns the content types in the order in which they are listed.
func (ContentType) Values() []string {
	values := make([]string, len(ContentTypes()))
	for i, t := range ContentTypes() {
		values[i] = string(t.Value)
	}
	return values
}

// PagePath returns the first segment of the addresses of a content type's pages, by the name of its GraphQL type:
// /rapport/{slug} is the page of a Report. It returns "" for other types.
func PagePath(name string) string {
	for _, t := range ContentTypes() {
		if t.Name == name {
			return t.Path
		}
	}
	return ""
}

// contentType returns the annotations of a content type.
func contentType(of contentSchema) []schema.Annotation {
	i := slices.IndexFunc(
		ContentTypes(), func(t ContentInfo) bool { return reflect.TypeOf(t.schema) == reflect.TypeOf(of) },
	)
	if i < 0 {
		panic(fmt.Sprintf("schema %T is not in types_gen.go: its Mixin must be []ent.Mixin{Content{}}", of))
	}
	t := ContentTypes()[i]
	return []schema.Annotation{
		Document{
			Content: true, Searched: true, Prefix: t.Prefix, GQL: string(t.Value), Singular: t.Singular, Plural: t.Plural,
			Position: t.Position, Path: t.Path, LinkedData: t.LinkedData,
		},
		entgql.MultiOrder(),
		entgql.Implements("Content", "Node"),
	}
}

// ofContent returns an inverse edge from every content type. A vocabulary needs them for its edges to be many-to-many;
// the API does not show them.
func ofContent(ref string) []ent.Edge {
	edges := make([]ent.Edge, len(ContentTypes()))
	for i, t := range ContentTypes() {
		// ent reads the name of the type from the first parameter, as of Practice.Type.
		method := reflect.FuncOf([]reflect.Type{reflect.TypeOf(t.schema)}, nil, false)
		edges[i] = edge.From(t.Plural, reflect.Zero(method).Interface()).Ref(ref).Annotations(entgql.Skip(entgql.SkipAll))
	}
	return edges
}
