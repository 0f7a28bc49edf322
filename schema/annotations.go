package schema

import (
	"entgo.io/ent/schema"

	"dugnad/schema/entgql"
)

// Document marks a type whose input struct, checks and row writing are generated: with Texts for content, which has
// drafts and languages, without for reference data.
type Document struct {
	Content  bool   // has drafts, texts, audience, links
	Searched bool   // search finds it
	Prefix   string // of its ids
	GQL      string // its name in the API's enums, PRACTICE

	// Of content, as ContentInfo has them.
	Singular, Plural, Path, LinkedData string
	Position                           int
}

// Name implements schema.Annotation.
func (Document) Name() string { return "Document" }

// Managed marks a column that publishing fills; it is not in the document.
type Managed struct{ On bool }

// Name implements schema.Annotation.
func (Managed) Name() string { return "Managed" }

// Local marks a column that holds a text, or a list of texts, by language. In is the field of ContentText it is taken
// from; the API's field has the same name.
type Local struct {
	In   string
	List bool
}

// Name implements schema.Annotation.
func (Local) Name() string { return "Local" }

// Requirement says that a document cannot be published without the field.
type Requirement struct{ On bool }

// Name implements schema.Annotation.
func (Requirement) Name() string { return "Requirement" }

// Paged marks an editorial type whose rows know the page that they were read in, so that what belongs to them is loaded
// for all at once.
type Paged struct{ On bool }

// Name implements schema.Annotation.
func (Paged) Name() string { return "Paged" }

// reference returns the annotations of a type of reference data.
func reference(prefix, gql string) []schema.Annotation {
	return []schema.Annotation{Document{Prefix: prefix, GQL: gql}, entgql.MultiOrder(), entgql.Implements("Node")}
}

// searchedReference returns the annotations of a type of reference data that search finds.
func searchedReference(prefix, gql string) []schema.Annotation {
	return append(reference(prefix, gql)[1:], Document{Searched: true, Prefix: prefix, GQL: gql})
}

// InDocument names a column's field in the document and its input where it differs from the column.
type InDocument struct{ As string }

// Name implements schema.Annotation.
func (InDocument) Name() string { return "InDocument" }

// DocumentName says that the column is called name in documents.
func DocumentName(name string) schema.Annotation { return InDocument{As: name} }
