package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dugnad/search/norwegian"
)

// What a reader may type: more is cut, not refused.
const (
	maxTextRunes = 256
	maxTextWords = 10
)

// How a word is widened, the same on every engine; in letters.
const (
	PrefixFrom   = 3 // the last word counts as the beginning of longer ones from here
	FuzzyFrom    = 5 // one letter may be wrong from here
	FuzzyTwoFrom = 9 // and two from here
	FixedLetters = 2 // that a misspelt word must have right
)

// Text is what a reader typed, taken apart. Every word and phrase must be found; words that carry no meaning are left out, unless there are no others.
type Text struct {
	Words   []Term
	Phrases []Phrase
	Exclude []Phrase // -word and -"a phrase"

	Optional []Term // words that need not be found, see Query.Parsed
}

// Term is a word to look for.
type Term struct {
	Word   string
	Prefix bool // the last word, which the reader may be typing still: longer words count as well
}

// Phrase is words to be found next to each other.
type Phrase []string

// Empty tells that there is nothing to look for, so that everything is found. A text that only excludes is not empty in that sense: use Exclude.
func (t Text) Empty() bool { return len(t.Words) == 0 && len(t.Phrases) == 0 }

// ParseText takes apart what a reader typed: words, "phrases" in straight quotes or Norwegian ones, and -exclusions.
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

// Edits is how many letters of a word may be wrong for it to count as another; 0 for short words and those with a digit.
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
