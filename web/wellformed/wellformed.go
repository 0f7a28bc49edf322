// Package wellformed tells text from other bytes in addresses, forms and headers. A database refuses the others, and no
// address of the hub has them.
package wellformed

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line reports whether s is valid UTF-8 without control characters.
func Line(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// Text reports whether s is valid UTF-8 without control characters other than tabs and ends of lines.
func Text(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, isOdd) }

func isOdd(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' }

// Form reports whether all names of the fields of a form are lines, and all values texts.
func Form(form url.Values) bool {
	for name, values := range form {
		if !Line(name) || !all(values, Text) {
			return false
		}
	}
	return true
}

// Query reports whether a query string can be parsed, and all its names and values are lines. The values of the
// parameters in texts may be texts.
func Query(raw string, texts ...string) bool {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return false
	}
	for name, values := range query {
		good := Line
		if slices.Contains(texts, name) {
			good = Text
		}
		if !Line(name) || !all(values, good) {
			return false
		}
	}
	return true
}

func all(values []string, good func(string) bool) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !good(v) })
}
