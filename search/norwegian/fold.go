package norwegian

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters are the letters that do not decompose into a base letter and a mark.
var letters = map[rune]string{
	'æ': "a", 'ø': "o", 'đ': "d", 'ð': "d", 'ŋ': "n", 'ŧ': "t", 'þ': "t", 'ł': "l", 'ß': "ss", 'œ': "o", 'ı': "i",
}

// digraphs maps the replacements for æ, ø and å on other keyboards.
var digraphs = strings.NewReplacer("ae", "a", "oe", "o", "aa", "a")

// Fold writes a text in plain letters, so that Tromsø, Tromso and Tromsoe are equal, and bærekraft and baerekraft. It
// also merges different words, as "får" and "far": use it for names and for words of four letters or more.
func Fold(s string) string {
	s = clean(s)
	if !isASCII(s) {
		var b strings.Builder
		for _, r := range norm.NFD.String(s) {
			if plain, ok := letters[r]; ok {
				b.WriteString(plain)
			} else if !unicode.Is(unicode.Mn, r) {
				b.WriteRune(r)
			}
		}
		s = b.String()
	}
	for { // until nothing changes, so that Fold is idempotent
		folded := digraphs.Replace(s)
		if folded == s {
			return s
		}
		s = folded
	}
}

// FoldWord folds a word of four letters or more and returns a shorter one as it is.
func FoldWord(word string) string {
	if utf8.RuneCountInString(word) < 4 {
		return word
	}
	return Fold(word)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
