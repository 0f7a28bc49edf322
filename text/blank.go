package text

import (
	"strings"
	"unicode"
)

// IsBlank reports whether readers would see nothing of s: it has no letter, number, mark of punctuation or symbol that
// is drawn as something.
func IsBlank(s string) bool { return !strings.ContainsFunc(s, isVisible) }

// drawnAsNothing are letters and symbols without a picture of their own: the empty Braille cell, the null notehead, and
// the marks of a missing object and of a missing character.
const drawnAsNothing = "\u2800\U0001d159\ufffc\ufffd"

func isVisible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point) && !strings.ContainsRune(drawnAsNothing, r)
}
