package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// SlugLength is the maximum number of characters in a slug.
const SlugLength = 80

// letters are those that Unicode does not decompose into a plain letter and a mark, written as Norwegian municipalities
// write their own names in addresses: æ as ae, ø as o, å as a.
var letters = map[rune]string{
	'æ': "ae", 'ø': "o", 'œ': "oe", 'đ': "d", 'ŋ': "n", 'ŧ': "t", 'ð': "d", 'þ': "th", 'ß': "ss", 'ł': "l", 'ı': "i",
	'\'': "", '’': "", 'ʼ': "",
}

// Fold returns the words of a name in plain ASCII and lower case with one space between, so that "Tromsø", "TROMSO" and
// "tromsø " are one key. A name without Latin letters or digits folds to the empty string.
func Fold(s string) string {
	var folded strings.Builder
	space := false
	for _, r := range norm.NFKD.String(s) {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			continue // marks of letters, and soft hyphens
		}
		r = unicode.ToLower(r)
		ascii, known := letters[r]
		switch {
		case known && ascii == "":
			continue
		case !known && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9'):
			ascii = string(r)
		case !known:
			space = true
			continue
		}
		if space && folded.Len() > 0 {
			folded.WriteByte(' ')
		}
		space = false
		folded.WriteString(ascii)
	}
	return folded.String()
}

// Slug returns a title for use in an address: folded, hyphens between words, at most SlugLength characters and cut
// between words. A title with nothing to keep becomes "uten-tittel".
func Slug(title string) string {
	slug := strings.ReplaceAll(Fold(title), " ", "-")
	if slug == "" {
		return "uten-tittel"
	}
	if len(slug) <= SlugLength {
		return slug
	}
	if end := strings.LastIndexByte(slug[:SlugLength+1], '-'); end > 0 {
		return slug[:end]
	}
	return slug[:SlugLength]
}
