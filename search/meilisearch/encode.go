package meilisearch

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"dugnad/search"
	"dugnad/search/norwegian"
)

// Meilisearch folds letters in its own way, forgets the case of facet values, and drops signs as §. So nothing is left to it: the words and values
// that it is given are of plain letters already, and are compared as they are.

// markKey begins every key of a word, so that neither a beginning nor a misspelling that a reader types can mean one.
const markKey = "zq"

// keyToken is the token of a word's key: every form of the word, in either Norwegian language, has the same one.
func keyToken(key string) string { return markKey + plain(key) }

// wordToken is the token of a word as it is written.
func wordToken(word string) string { return plain(norwegian.FoldWord(word)) }

// plain writes out the letters of short words that are not plain, å for instance, as numbers: Meilisearch would make Ås as.
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

// words gives texts as tokens of words as they are written, a text each; hyphenated words come once more, as one word each.
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

// keys gives texts as tokens of the keys of their words.
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

// parts gives the keys of what the compounds in texts are made of.
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

// value writes a facet value so that no two are the same to Meilisearch and none is a number to it.
func value(v string) string {
	if v != "" && strings.IndexFunc(v, odd) < 0 {
		return "v" + v
	}
	return "x" + hex.EncodeToString([]byte(v))
}

// valueOf reads what value wrote.
func valueOf(s string) (string, error) {
	if rest, ok := strings.CutPrefix(s, "v"); ok {
		return rest, nil
	}
	b, err := hex.DecodeString(strings.TrimPrefix(s, "x"))
	if err != nil {
		return "", fmt.Errorf("facet value %q is not one of the hub's", s)
	}
	return string(b), nil
}

func odd(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' && r != '/'
}

// field is the attribute of a facet.
func field(f search.Facet) string { return "f_" + strings.ToLower(string(f)) }
