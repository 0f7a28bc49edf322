package meilisearch

import (
	"fmt"
	"maps"
	"slices"

	contentschema "dugnad/schema"
	"dugnad/search"
	"dugnad/search/norwegian"
)

// schemaVersion changes with the format of indexed documents; an index of another version, normalizer or other settings
// is rebuilt.
const schemaVersion = 1

// Attributes of a document besides the facets.
const (
	attrID      = "id"
	attrDate    = "sort_date" // the day as a number, YYYYMMDD
	attrIssued  = "issued"
	attrTitle   = "sort_title_" // followed by the language
	attrType    = "type"
	attrNames   = "names"   // titles to suggest
	attrAliases = "aliases" // other names that suggest the first of them
	attrSuggest = "s_suggest"
	attrWords   = "t_words" // each word once, for finding corrections
	attrHash    = "hash"
)

// titleLanguages are the tags of the languages that titles are sorted by; in any other, entries are sorted by id.
var titleLanguages = contentschema.TitleTags()

// searchable are the attributes that are searched, most significant first. Attributes k_* hold stems, s_* words as
// written.
var searchable = []string{
	"k_title", "s_title", "k_aliases", "s_aliases", "k_keywords", "s_keywords", "k_parts", "k_summary", "s_summary",
	"k_body", "s_body",
}

// marker is a document with the state of its index. No search finds it.
type marker struct {
	ID         string `json:"id"`
	Seq        int64  `json:"seq"`
	Writes     int64  `json:"writes"` // incremented with every batch; identifies the state together with Generation
	Generation string `json:"generation"`
	Schema     string `json:"schema"`
}

const markerID = "hub-marker"

// newDocument converts a search document to Meilisearch's form.
func newDocument(d search.Document) map[string]any {
	doc := map[string]any{
		attrID: d.ID, attrType: d.Type, attrHash: d.Hash(), attrNames: d.Suggest, attrAliases: d.Aliases,
		attrSuggest: suggestWords(d), attrWords: distinct(d),
		"k_title": keys(d.Titles), "s_title": words(d.Titles), "k_aliases": keys(d.Aliases), "s_aliases": words(d.Aliases),
		"k_keywords": keys(d.Keywords), "s_keywords": words(d.Keywords), "k_parts": parts(d.Titles, d.Keywords, d.Summaries),
		"k_summary": keys(d.Summaries), "s_summary": words(d.Summaries), "k_body": keys(d.Bodies), "s_body": words(d.Bodies),
	}
	for f, values := range d.FacetValues() {
		written := make([]string, len(values))
		for i, v := range values {
			written[i] = value(v)
		}
		doc[field(f)] = written
	}
	if day, _ := search.ParseDate(d.SortDate); day != 0 { // validated before
		doc[attrDate] = day
	}
	if day, _ := search.ParseDate(d.Issued); day != 0 {
		doc[attrIssued] = day
	}
	for _, lang := range titleLanguages {
		if key := d.SortTitle[lang]; key != "" {
			doc[attrTitle+lang] = key[:min(len(key), search.MaxSortKey)]
		}
	}
	return doc
}

// suggestWords returns the names that a suggestion can match, folded.
func suggestWords(d search.Document) []string {
	var out []string
	for _, name := range slices.Concat(d.Suggest, d.Aliases) {
		if folded := search.FoldName(name); folded != "" {
			out = append(out, folded)
		}
	}
	return out
}

// distinct returns each word of a document once, without those too short to be corrected.
func distinct(d search.Document) []string {
	seen := map[string]bool{}
	for _, texts := range [][]string{d.Titles, d.Aliases, d.Keywords, d.Summaries, d.Bodies} {
		for _, text := range texts {
			for _, w := range norwegian.Words(text) {
				if token := norwegian.Fold(w.Text); len(token) >= search.FuzzyFrom-1 {
					seen[token] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// stamp identifies the schema version, normalizer and settings that an index was built with.
func stamp() string { return fmt.Sprintf("%d/%d/%s", schemaVersion, norwegian.Version, settingsHash()) }
