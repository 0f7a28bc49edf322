package bleve

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"dugnad/search"
	"dugnad/search/norwegian"
)

// schemaVersion changes with the format of indexed documents and with the normalizer; an index of another version is
// rebuilt.
var schemaVersion = fmt.Sprintf("2/%d", norwegian.Version)

// textField is a searchable field. The weights were tuned on the relevance set. average is a typical length in words,
// fixed so that a score depends on the document alone and not on how the index is divided into segments.
type textField struct {
	name    string
	weight  float64
	average float64
}

// surface fields hold words as written, normal fields their stems.
var (
	surface = []textField{
		{"title", 8, 8},
		{"aliases", 12, 12},
		{"keywords", 5, 12},
		{"summary", 3, 40},
		{bodyField, 1, 400},
	}
	normal = []textField{{"n_title", 5, 8}, {"n_keywords", 3, 12}, {"n_summary", 2, 40}, {"n_body", .6, 400}}
	parts  = textField{"n_parts", 1, 12} // parts of compounds in title, keywords and summary
)

const bodyField = "body"

// Names of the fields that hold no searchable text.
const (
	fieldID     = "_id"
	fieldDate   = "sort_date"
	fieldIssued = "issued"
	fieldTitle  = "sort_title_" // followed by the language
	fieldStored = "stored"
)

func fieldFacet(f search.Facet) string { return "f_" + string(f) }

// stored is what is stored of a search document, as JSON, besides the inverted index.
type stored struct {
	suggestible

	Hash string `json:"h"`
}

// suggestible is what suggestions need of a search document.
type suggestible struct {
	Type    string   `json:"t"`
	Titles  []string `json:"s"`
	Aliases []string `json:"a,omitempty"`
}

// newDocument converts a search document to Bleve's form. It builds the fields itself, without a mapping, so that the
// hub's own tokenizer is used.
func newDocument(d search.Document) (*document.Document, error) {
	doc := document.NewDocument(d.ID)
	text := func(name string, values []string, options index.FieldIndexingOptions, a analysis.Analyzer) {
		for i, v := range values {
			doc.AddField(document.NewTextFieldCustom(name, []uint64{uint64(i)}, []byte(v), options, a))
		}
	}
	const phrases = index.IndexField | index.IncludeTermVectors
	text("title", d.Titles, phrases, surfaceWords{})
	text("aliases", d.Aliases, phrases, aliasWords{})
	text("keywords", d.Keywords, phrases, surfaceWords{})
	text("summary", d.Summaries, phrases, surfaceWords{})
	text("body", d.Bodies, phrases, surfaceWords{})
	text("n_title", d.Titles, index.IndexField, keyWords{})
	text("n_keywords", d.Keywords, index.IndexField, keyWords{})
	text("n_summary", d.Summaries, index.IndexField, keyWords{})
	text("n_body", d.Bodies, index.IndexField, keyWords{})

	text(parts.name, slices.Concat(d.Titles, d.Keywords, d.Summaries), index.IndexField, compoundParts{})

	const keyword = index.IndexField | index.SkipFreqNorm
	for f, values := range d.FacetValues() {
		text(fieldFacet(f), values, keyword, nil)
	}
	if d.SortDate != "" {
		text(fieldDate, []string{d.SortDate}, keyword, nil)
	}
	if d.Issued != "" {
		text(fieldIssued, []string{d.Issued}, keyword, nil)
	}
	for lang, key := range d.SortTitle {
		text(fieldTitle+lang, []string{key[:min(len(key), search.MaxSortKey)]}, keyword, nil)
	}

	kept, err := json.Marshal(stored{newSuggestible(d), d.Hash()})
	if err != nil {
		return nil, fmt.Errorf("encode stored fields of %s: %w", d.ID, err)
	}
	doc.AddField(document.NewTextFieldCustom(fieldStored, nil, kept, index.StoreField, nil))
	return doc, nil
}

func newSuggestible(d search.Document) suggestible {
	return suggestible{Type: d.Type, Titles: d.Suggest, Aliases: d.Aliases}
}

// The analyzers of the kinds of text field.
type (
	surfaceWords  struct{}
	aliasWords    struct{}
	keyWords      struct{}
	compoundParts struct{}
)

// Analyze returns the words as written; hyphenated ones also joined.
func (surfaceWords) Analyze(text []byte) analysis.TokenStream {
	return tokens(text, func(w norwegian.Word) []string { return []string{w.Text, w.Joined} })
}

// Analyze returns the words of names, also folded to plain letters.
func (aliasWords) Analyze(text []byte) analysis.TokenStream {
	return tokens(text, func(w norwegian.Word) []string {
		if folded := norwegian.FoldWord(w.Text); folded != w.Text {
			return []string{w.Text, folded}
		}
		return []string{w.Text, w.Joined}
	})
}

// Analyze returns the stems of the words.
func (keyWords) Analyze(text []byte) analysis.TokenStream {
	return tokens(text, func(w norwegian.Word) []string {
		keys := []string{norwegian.Key(w.Text)}
		if w.Joined != "" {
			keys = append(keys, norwegian.Key(w.Joined))
		}
		return keys
	})
}

// Analyze returns the stems of the parts of compounds.
func (compoundParts) Analyze(text []byte) analysis.TokenStream {
	return tokens(text, func(w norwegian.Word) []string { return norwegian.Parts(w.Text) })
}

func tokens(text []byte, terms func(norwegian.Word) []string) analysis.TokenStream {
	words := norwegian.Words(string(text))
	out := make(analysis.TokenStream, 0, len(words))
	made := make([]analysis.Token, len(words)) // together, because a body has thousands
	spelt := make([]byte, 0, len(text))
	for i, w := range words {
		for _, term := range terms(w) {
			if term == "" {
				continue
			}
			if len(made) == 0 {
				made = make([]analysis.Token, len(words))
			}
			at := len(spelt)
			spelt = append(spelt, term...)
			made[0] = analysis.Token{Term: spelt[at:len(spelt):len(spelt)], Start: w.Start, End: w.End, Position: i + 1}
			out, made = append(out, &made[0]), made[1:]
		}
	}
	return out
}
