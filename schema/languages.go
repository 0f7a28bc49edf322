package schema

import (
	"iter"
	"slices"
	"strings"
)

// Language is a BCP 47 language in upper case, as the API writes it: NB, NN, EN, SE (Northern Sami), SMA, SMJ, FKV
// (Kven).
type Language string

// The languages that a text can be in.
const (
	NB  Language = "NB"
	NN  Language = "NN"
	EN  Language = "EN"
	SE  Language = "SE"
	SMA Language = "SMA"
	SMJ Language = "SMJ"
	FKV Language = "FKV"
)

// languages has a row for each Language, in the order that choices are shown.
//
// collation is the BCP 47 tag of the alphabet that titles are sorted by. Bokmål and Nynorsk have one alphabet, and
// golang.org/x/text has it under nn alone: its table for nb sorts å as a and ø as o. A language without a collation has
// no order of titles of its own: it has no column for it, and sorts as the first language does.
//
// fallback are the languages that a reader of this one is offered next, the best first.
var languages = []struct {
	code      Language
	collation string
	fallback  []Language
}{
	{NB, "nn", []Language{NN, EN}},
	{NN, "nn", []Language{NB, EN}},
	{EN, "en", []Language{NB, NN}},
	{SE, "se", []Language{NB, NN, EN}},
	{SMA, "", []Language{NB, NN, EN}},
	{SMJ, "", []Language{NB, NN, EN}},
	{FKV, "", []Language{NB, NN, EN}},
}

// AllLanguages returns every Language in the order that choices are shown. The first is the default.
func AllLanguages() []Language { return slices.Clone(allLanguages) }

var allLanguages = func() []Language {
	all := make([]Language, len(languages))
	for i, l := range languages {
		all[i] = l.code
	}
	return all
}()

// EachLanguage yields what AllLanguages returns.
func EachLanguage() iter.Seq[Language] { return slices.Values(allLanguages) }

// TitleLanguages returns the languages that titles are sorted by, in the order that choices are shown.
func TitleLanguages() []Language {
	return slices.DeleteFunc(AllLanguages(), func(l Language) bool { return l.Collation() == "" })
}

// TitleTags returns the tags of TitleLanguages.
func TitleTags() []string {
	var tags []string
	for _, l := range TitleLanguages() {
		tags = append(tags, l.Tag())
	}
	return tags
}

// LanguageOf returns the language with a BCP 47 tag in any case, and false if there is none.
func LanguageOf(tag string) (Language, bool) {
	l := Language(strings.ToUpper(tag))
	return l, slices.Contains(AllLanguages(), l)
}

// Values lists the languages.
func (Language) Values() []string {
	all := make([]string, len(languages))
	for i, l := range languages {
		all[i] = string(l.code)
	}
	return all
}

// Tag returns the BCP 47 tag: nb.
func (l Language) Tag() string { return strings.ToLower(string(l)) }

// Collation returns the BCP 47 tag of the alphabet that titles are sorted by, and "" if the language has no order of
// its own.
func (l Language) Collation() string {
	for _, row := range languages {
		if row.code == l {
			return row.collation
		}
	}
	return ""
}

// Fallback returns the languages that a reader of this one is offered next, the best first. For a language that is not
// listed these are the first three.
func (l Language) Fallback() []Language {
	for _, row := range languages {
		if row.code == l {
			return row.fallback
		}
	}
	return AllLanguages()[:3]
}
