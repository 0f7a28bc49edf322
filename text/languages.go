// Package text prepares texts for display: it chooses the language that a reader gets, makes sort keys and slugs of
// titles, and renders Markdown as safe HTML or plain text. Languages are codes in upper case (NB NN EN SE SMA SMJ FKV)
// of the caller's own string type. Everything here is pure and safe for concurrent use.
package text

import (
	"slices"

	"dugnad/schema"
)

// Chain returns the languages to try, in order, for a reader who wants these: the wanted ones as given, then the
// fallbacks of the first. With none wanted, the first is the default language. No language is listed twice.
func Chain[L ~string](wanted []L) []L {
	first := L(schema.AllLanguages()[0])
	if len(wanted) > 0 {
		first = wanted[0]
	}
	chain := make([]L, 0, len(wanted)+4)
	add := func(language L) {
		if !slices.Contains(chain, language) {
			chain = append(chain, language)
		}
	}
	for _, language := range wanted {
		add(language)
	}
	add(first)
	for _, language := range schema.Language(first).Fallback() {
		add(L(language))
	}
	return chain
}

// Choose returns the first language of the chain that an entry has, else the first that it has in the order of
// schema.AllLanguages, else any; false when it has none.
func Choose[L ~string](chain, has []L) (L, bool) {
	for _, language := range chain {
		if slices.Contains(has, language) {
			return language, true
		}
	}
	for language := range schema.EachLanguage() {
		if slices.Contains(has, L(language)) {
			return L(language), true
		}
	}
	if len(has) == 0 {
		return "", false
	}
	return slices.Min(has), true
}

// IsFallback reports whether the chosen language is another than the one that the chain starts with.
func IsFallback[L ~string](chain []L, chosen L) bool {
	return len(chain) > 0 && chain[0] != chosen
}
