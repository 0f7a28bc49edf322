// Package facet lists the properties that search results are counted and narrowed by. The GraphQL schema, the search
// engines, the search protocol, the feeds and the explorer all read this one table. It imports nothing, so that the
// generators can use it before anything is generated.
package facet

import "slices"

// Facet is the name of a facet, as in the GraphQL enum SearchFacet.
type Facet string

// The facets. Values are stable slugs and numbers, never labels.
const (
	Type         Facet = "TYPE"
	Kind         Facet = "KIND"
	Theme        Facet = "THEME"
	TargetGroup  Facet = "TARGET_GROUP"
	Method       Facet = "METHOD"
	County       Facet = "COUNTY"
	Municipality Facet = "MUNICIPALITY"
	Organization Facet = "ORGANIZATION"
	Language     Facet = "LANGUAGE"
	Year         Facet = "YEAR"
	Evidence     Facet = "EVIDENCE"
)

// Spec describes a facet.
type Spec struct {
	Facet       Facet
	Description string // of the enum value in the GraphQL schema

	Field            string // of the GraphQL input SearchFilter, which takes a list: targetGroups
	Values           string // GraphQL type of its values
	FieldDescription string

	Attribute string // in the documents and filters of Meilisearch's search protocol
	Param     string // in addresses of the explorer, in Norwegian without æ, ø and å
	Feed      string // parameter of feeds; empty when a feed cannot be narrowed by it

	InLists      bool // the lists of the API have the same filter field
	Single       bool // a document has at most one value
	Hierarchical bool // a document that has a value has all values above it
	Labels       Labels
	Least, Most  int // bounds of a facet whose values are whole numbers, both 0 for others
}

// Labels is the source of the labels of a facet's values.
type Labels int

// The sources of labels.
const (
	FromRows   Labels = iota // reference data: graph/labels.go says how they are read
	FromWords                // the interface's words for a closed list
	Themselves               // a value is its own label
)

// Numeric reports whether the values are whole numbers between Least and Most.
func (s Spec) Numeric() bool { return s.Most > 0 }

var all = []Spec{
	{
		Facet: Type, Description: "Type, a SearchType.", Field: "types", Values: "SearchType", FieldDescription: "Types.",
		Attribute: "type", Param: "type", Single: true, Labels: FromWords,
	},
	{
		Facet: Kind, Description: "Type and kind, as PRACTICE.ADVICE.", Field: "kinds", Values: "String",
		FieldDescription: "Kinds as TYPE.KIND, for instance PRACTICE.ADVICE.",
		Attribute:        "kind", Param: "slag", Single: true, Labels: FromWords,
	},
	{
		Facet: Theme, Description: "Slugs of themes, a tree; the count of a theme includes those below it.",
		Field: "themes", Values: "String", FieldDescription: "Slugs; a theme includes those below it.",
		Attribute: "themes", Param: "tema", Feed: "theme", InLists: true, Hierarchical: true,
	},
	{
		Facet: TargetGroup, Description: "Slugs of target groups.", Field: "targetGroups", Values: "String", FieldDescription: "Slugs.",
		Attribute: "targetGroups", Param: "malgruppe", Feed: "targetGroup", InLists: true,
	},
	{
		Facet: Method, Description: "Slugs of methods.", Field: "methods", Values: "String", FieldDescription: "Slugs.",
		Attribute: "methods", Param: "metode", Feed: "method", InLists: true,
	},
	{
		Facet: County, Description: "Numbers of counties.", Field: "counties", Values: "String", FieldDescription: "Numbers of counties.",
		Attribute: "counties", Param: "fylke", Feed: "county", InLists: true,
	},
	{
		Facet: Municipality, Description: "Numbers of today's municipalities.", Field: "municipalities", Values: "String",
		FieldDescription: "Numbers used in any year since 2016; a former one stands for its municipalities of today.",
		Attribute:        "municipalities", Param: "kommune", Feed: "municipality", InLists: true,
	},
	{
		Facet: Organization, Description: "Slugs of organisations, as owner or in any role.", Field: "organizations", Values: "String",
		FieldDescription: "Slugs.",
		Attribute:        "organizations", Param: "organisasjon", Feed: "organization", InLists: true,
	},
	{
		Facet: Language, Description: "Languages that the content has texts in.", Field: "languages", Values: "Language",
		FieldDescription: "Languages that there is a text in.",
		Attribute:        "languages", Param: "sprak", InLists: true, Labels: FromWords,
	},
	{
		Facet: Year, Description: "Years: of the date of issue, otherwise of the start of the period, otherwise of the first publishing here.",
		Field: "years", Values: "Int", FieldDescription: "Years, as the facet YEAR counts them.",
		Attribute: "year", Param: "ar", Single: true, Labels: Themselves, Least: 1900, Most: 2200,
	},
	{
		Facet: Evidence, Description: "Levels of evidence, 0 to 5.", Field: "evidence", Values: "Int",
		FieldDescription: "Levels of evidence, 0 to 5.",
		Attribute:        "evidence", Param: "grunnlag", Single: true, Labels: FromWords, Most: 5,
	},
}

// All returns the facets in the order of the GraphQL enum. The caller must not change the slice.
func All() []Spec { return all }

// Of returns the specification of a facet, the zero Spec for an unknown one.
func Of(f Facet) Spec {
	if i := slices.IndexFunc(all, func(s Spec) bool { return s.Facet == f }); i >= 0 {
		return all[i]
	}
	return Spec{}
}
