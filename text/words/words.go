// Package words holds the words of the interface: every phrase that a page says, in every language of the interface.
//
// languages.json lists the languages, the default first; each has a file of its own, nb.json, with a phrase for every
// key. text/words/generate checks the files and writes words_gen.go, which has a name for each key, so that code asking
// for a phrase that does not exist does not compile:
//
//	l.Say(words.SearchFilter)           // a phrase
//	l.Say(words.SearchResults(12))      // a phrase with placeholders
//	l.Say(words.ContentType["REPORT"])  // a value of a list
//
// docs/contributing.md says how to add a phrase or a language; package message describes the syntax of phrases.
package words

import "strings"

// Phrase is something that the interface says: a Key, a phrase whose placeholders are filled, or Verbatim.
type Phrase interface {
	in(l *Language) string
}

// Key is a phrase without placeholders. Zero is no phrase, and says nothing.
type Key int

func (k Key) in(l *Language) string { return filled{key: k}.in(l) }

// Verbatim is a text that is the same in every language.
type Verbatim string

func (v Verbatim) in(*Language) string { return string(v) }

// filled is a phrase with the values of its placeholders.
type filled struct {
	key    Key
	values []placeholder
}

// placeholder is a placeholder with its value. With counted set, it is a number that chooses a plural form.
type placeholder struct {
	name, text string
	count      int
	counted    bool
}

func (f filled) in(l *Language) string { return l.phrases[f.key].Format(filling{l, f.values}) }

// filling gives a message the values of its placeholders in a language.
type filling struct {
	language *Language
	values   []placeholder
}

// Text returns the text of a placeholder; a count is written as the language writes numbers.
func (f filling) Text(name string) string {
	for _, v := range f.values {
		if v.name == name && v.counted {
			return f.language.Whole(v.count)
		}
		if v.name == name {
			return v.text
		}
	}
	return ""
}

// Category returns the plural category of a count.
func (f filling) Category(name string) string {
	for _, v := range f.values {
		if v.name == name {
			return f.language.category(v.count)
		}
	}
	return "other"
}

// listed returns the phrases of a list by the value that each is for.
func listed(list string) map[string]Key {
	phrases := map[string]Key{}
	for key, name := range keys {
		if value, ok := strings.CutPrefix(name, list+"."); ok {
			phrases[value] = Key(key)
		}
	}
	return phrases
}
