package text

import (
	"strings"
	"unicode"
)

// IsBlank reports whether readers would see nothing of s: it is empty, or has only spaces, control and format
// characters, and other characters that are drawn as nothing.
func IsBlank(s string) bool { return !strings.ContainsFunc(s, isVisible) }

func isVisible(r rune) bool {
	return r != '\u2800' && // an empty Braille cell
		!unicode.In(r, unicode.White_Space, unicode.Z, unicode.Cc, unicode.Cf, unicode.Variation_Selector,
			unicode.Other_Default_Ignorable_Code_Point)
}
