package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dugnad/search/norwegian"
)

// Limits of what a reader may type; the rest is ignored, without an error.
const (
	maxTextRunes = 256
	maxTextWords = 10
)

// How words match other words, the same on every engine. Lengths are in letters.
const (
	PrefixFrom   = 3 // from this length the last word also matches longer words
	FuzzyFrom    = 5 // from this length one letter may be wrong
	FuzzyTwoFrom = 9 // from this length two letters may be wrong
	FixedLetters = 2 // leading letters that must be right
)

// Text is a parsed query text. A hit must match every word and phrase; stop words are dropped unless there is nothing
// else.
type Text struct {
	Words   []Term
	Phrases []Phrase
	Exclude []Phrase // -word and -"a phrase"

	Optional []Term // words that a hit may lack, see Query.Parsed
}

// Term is a word to search for.
type Term struct {
	Word   string
	Prefix bool // the last word, possibly unfinished: longer words match too
}

// Phrase is a sequence of adjacent words.
type Phrase []string

// Empty reports whether t has no words or phrases and so matches everything. It ignores Exclude.
func (t Text) Empty() bool { return len(t.Words) == 0 && len(t.Phrases) == 0 }

// ParseText parses what a reader typed: words, phrases in straight or Norwegian quotation marks, and -exclusions.
func ParseText(text string) Text {
	var out Text
	left := maxTextWords
	take := func(s string) Phrase {
		var p Phrase
		for _, w := range norwegian.Words(s) {
			if left == 0 {
				break
			}
			left--
			p = append(p, w.Text)
		}
		return p
	}
	rest := quotes.Replace(cut(text, maxTextRunes))
	for rest != "" && left > 0 {
		rest = strings.TrimLeft(rest, " \t\r\n")
		minus := len(rest) > 1 && rest[0] == '-' && rest[1] != ' ' && rest[1] != '-'
		if minus {
			rest = rest[1:]
		}
		var part string
		quoted := strings.HasPrefix(rest, `"`)
		if quoted {
			part, rest, _ = strings.Cut(rest[1:], `"`)
		} else if i := strings.IndexAny(rest, " \t\r\n\""); i >= 0 {
			part, rest = rest[:i], rest[i:]
		} else {
			part, rest = rest, ""
		}
		p := take(part)
		switch {
		case len(p) == 0:
		case minus:
			out.Exclude = append(out.Exclude, p)
		case quoted:
			out.Phrases = append(out.Phrases, p)
		default:
			for _, w := range p {
				out.Words = append(out.Words, Term{Word: w})
			}
			out.Words[len(out.Words)-1].Prefix = strings.TrimSpace(rest) == ""
		}
	}
	out.Words = meaningful(out.Words, len(out.Phrases) > 0)
	return out
}

var quotes = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`, "„", `"`)

// meaningful drops stop words, unless there is nothing else to search for.
func meaningful(words []Term, others bool) []Term {
	var kept []Term
	for _, w := range words {
		if !norwegian.IsStopWord(w.Word) {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 && !others {
		return words
	}
	return kept
}

// Edits returns how many letters of a word may be wrong in a match; 0 for short words and those with a digit.
func Edits(word string) int {
	letters := utf8.RuneCountInString(word)
	switch {
	case letters < FuzzyFrom || strings.IndexFunc(word, unicode.IsDigit) >= 0:
		return 0
	case letters < FuzzyTwoFrom:
		return 1
	}
	return 2
}

func cut(s string, runes int) string {
	n := 0
	for i := range s {
		if n == runes {
			return s[:i]
		}
		n++
	}
	return s
}
