package meilisearch

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"dugnad/search"
	"dugnad/search/norwegian"
)

// Meilisearch folds letters in its own way, ignores the case of facet values, and drops signs like §. So words and
// values are encoded in plain letters before they are sent, and Meilisearch compares them as they are.

// markKey begins every stem, so that no prefix or typo that a reader types can match one.
const markKey = "zq"

// keyToken returns the token of a stem, which all inflections of a word in both written forms of Norwegian share.
func keyToken(key string) string { return markKey + plain(key) }

// wordToken returns the token of a word as written.
func wordToken(word string) string { return plain(norwegian.FoldWord(word)) }

// plain encodes the special letters of short words, å for instance, as numbers: Meilisearch would fold Ås to as.
func plain(word string) string {
	if utf8.RuneCountInString(word) >= 4 && word != "§" {
		return word
	}
	var b strings.Builder
	for _, r := range word {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "z%x", r)
		}
	}
	return b.String()
}

// words returns each text as tokens of its words as written, then each hyphenated word joined.
func words(texts []string) []string {
	var out, joined []string
	for _, text := range texts {
		var line []string
		for _, w := range norwegian.Words(text) {
			line = append(line, wordToken(w.Text))
			if w.Joined != "" {
				joined = append(joined, wordToken(w.Joined))
			}
		}
		out = append(out, strings.Join(line, " "))
	}
	return append(out, joined...)
}

// keys returns each text as tokens of the stems of its words.
func keys(texts []string) []string {
	var out []string
	for _, text := range texts {
		var line []string
		for _, w := range norwegian.Words(text) {
			line = append(line, keyToken(norwegian.Key(w.Text)))
			if w.Joined != "" {
				line = append(line, keyToken(norwegian.Key(w.Joined)))
			}
		}
		out = append(out, strings.Join(line, " "))
	}
	return out
}

// parts returns the stems of the parts of the compounds in texts.
func parts(texts ...[]string) []string {
	var out []string
	for _, list := range texts {
		for _, text := range list {
			var line []string
			for _, w := range norwegian.Words(text) {
				for _, part := range norwegian.Parts(w.Text) {
					line = append(line, keyToken(part))
				}
			}
			if len(line) > 0 {
				out = append(out, strings.Join(line, " "))
			}
		}
	}
	return out
}

// value encodes a facet value such that Meilisearch distinguishes all values and takes none for a number.
func value(v string) string {
	if v != "" && strings.IndexFunc(v, odd) < 0 {
		return "v" + v
	}
	return "x" + hex.EncodeToString([]byte(v))
}

// valueOf decodes what value returned.
func valueOf(s string) (string, error) {
	if rest, ok := strings.CutPrefix(s, "v"); ok {
		return rest, nil
	}
	b, err := hex.DecodeString(strings.TrimPrefix(s, "x"))
	if err != nil {
		return "", fmt.Errorf("decode facet value %q: not written by the hub", s)
	}
	return string(b), nil
}

func odd(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' && r != '/'
}

// field returns the attribute of a facet.
func field(f search.Facet) string { return "f_" + strings.ToLower(string(f)) }
