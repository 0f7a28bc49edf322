// Package norwegian makes words with the same meaning compare equal: it splits text into words and gives each word a
// stem that is the same for bokmål and nynorsk, for the inflections, and for æøå typed on another keyboard. Both
// engines use it for search documents and queries. It is pure and deterministic, and Version changes with its results.
package norwegian

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWordBytes bounds a word: longer ones are hashes or pasted data.
const maxWordBytes = 120

// Word is one word of a text.
type Word struct {
	Text       string // lower case, NFC, without soft hyphens
	Joined     string // with the hyphenated words after it: "elæring" for the first word of "e-læring"; else empty
	Start, End int    // byte offsets in the text
}

// Words returns the words of a text: runs of letters and digits, and the section sign by itself.
func Words(text string) []Word {
	var words []Word
	start := -1
	flush := func(end int) {
		if start >= 0 {
			if w := clean(text[start:end]); w != "" && len(w) <= maxWordBytes {
				words = append(words, Word{Text: w, Start: start, End: end})
			}
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if start < 0 {
				start = i
			}
		case start >= 0 && (unicode.Is(unicode.Mn, r) || invisible(r)):
		case r == '§':
			flush(i)
			words = append(words, Word{Text: "§", Start: i, End: i + utf8.RuneLen(r)})
		default:
			flush(i)
		}
	}
	flush(len(text))
	join(text, words)
	return words
}

// Lower returns a text in the form in which words are compared as written: lower case, NFC, without invisible
// characters.
func Lower(s string) string { return clean(s) }

func clean(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(s)
	}
	s = strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	return norm.NFC.String(s)
}

func invisible(r rune) bool {
	return r == '\u00ad' || (r >= '\u200b' && r <= '\u200d') || r == '\u2060' || r == '\ufeff'
}

func join(text string, words []Word) {
	for i := 0; i+1 < len(words); i++ {
		j := i
		for j+1 < len(words) && text[words[j].End:words[j+1].Start] == "-" {
			j++
		}
		if j == i {
			continue
		}
		var b strings.Builder
		for _, w := range words[i : j+1] {
			b.WriteString(w.Text)
		}
		if b.Len() <= maxWordBytes {
			words[i].Joined = b.String()
		}
		i = j
	}
}
