package schema

import (
	"entgo.io/ent/schema"

	"dugnad/schema/entgql"
)

// Document marks a type whose input struct, checks and row writing are generated.
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

// Managed marks a column that publishing fills and documents do not have.
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

// Requirement marks a field without which a document cannot be published.
type Requirement struct{ On bool }

// Name implements schema.Annotation.
func (Requirement) Name() string { return "Requirement" }

// Paged marks an editorial type whose rows know the page that they were read in, so that their related rows are loaded
// for the whole page at once.
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

// InDocument gives a column another name in the document and its input.
type InDocument struct{ As string }

// Name implements schema.Annotation.
func (InDocument) Name() string { return "InDocument" }

// DocumentName gives the column the name in documents.
func DocumentName(name string) schema.Annotation { return InDocument{As: name} }

// Held marks a type of reference data whose rows every replica holds in memory: edges to it are read there
// (docs/decisions/0045-reference-data.md).
type Held struct{ On bool }

// Name implements schema.Annotation.
func (Held) Name() string { return "Held" }

// held returns the annotation Held.
func held() Held { return Held{On: true} }

// fromMemory keeps an edge to a held type out of what a query loads.
func fromMemory() schema.Annotation { return entgql.Skip(entgql.SkipType) }
