package content

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dugnad/ent"
	"dugnad/fault"
	"dugnad/schema"
	"dugnad/text"
)

// erased is a text that must not be anywhere, known by a keyed hash of its words only.
type erased struct {
	digest string
	words  int
}

// cutter removes erased texts from others. A text is found by its words, ignoring case, accents and the characters
// between words, so that "Ola Nordmann", "OLA NORDMANN" and ola-nordmann are one.
type cutter struct {
	key    []byte
	texts  []erased
	found  []string          // words of the one text that is looked for, when they are known: quicker than hashes
	folded map[string]string // of words that were seen
	places int               // that were cut
}

// digestOf returns the keyed hash of words. Without the key the text cannot be found by guessing, which for eleven
// digits would be easy.
func digestOf(key []byte, words []string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("redaction\x00" + strings.Join(words, " ")))
	return hex.EncodeToString(h.Sum(nil))
}

// wordsIn returns the words of a text in the form in which they are compared, and which of the pieces each is.
func (c *cutter) wordsIn(pieces []string) (folded []string, at []int) {
	for i, p := range pieces {
		f, known := c.folded[p]
		if !known {
			f = text.Fold(p)
			if first, _ := utf8.DecodeRuneInString(p); f == "" && unicode.IsLetter(first) { // of another alphabet
				f = strings.ToLower(p)
			}
			if c.folded == nil {
				c.folded = make(map[string]string)
			}
			c.folded[strings.Clone(p)] = f
		}
		if f != "" {
			folded, at = append(folded, f), append(at, i)
		}
	}
	return folded, at
}

// match returns how many of the first words are an erased text, 0 for none.
func (c *cutter) match(words []string) int {
	if c.found != nil {
		if n := len(c.found); n <= len(words) && slices.Equal(words[:n], c.found) {
			return n
		}
		return 0
	}
	for i, t := range c.texts {
		seen := slices.ContainsFunc(c.texts[:i], func(o erased) bool { return o.words == t.words })
		if seen || t.words > len(words) {
			continue
		}
		digest := digestOf(c.key, words[:t.words])
		if slices.ContainsFunc(c.texts, func(o erased) bool { return o.words == t.words && o.digest == digest }) {
			return t.words
		}
	}
	return 0
}

// cut returns a text with the gap in the place of what is erased.
func (c *cutter) cut(s, gap string) string {
	pieces := words(s)
	folded, at := c.wordsIn(pieces)
	var b strings.Builder
	from := 0
	for i := 0; i < len(folded); {
		n := c.match(folded[i:])
		if n == 0 {
			i++
			continue
		}
		b.WriteString(strings.Join(pieces[from:at[i]], "") + gap)
		from = at[i+n-1] + 1
		i += n
		c.places++
	}
	if from == 0 {
		return s
	}
	return b.String() + strings.Join(pieces[from:], "")
}

// holds reports whether there is an erased text in s.
func (c *cutter) holds(s string) bool {
	before := c.places
	defer func() { c.places = before }()
	return c.cut(s, "") != s
}

// gapIn returns what marks the place of a text that was taken out.
func gapIn(l schema.Language) string {
	switch l {
	case schema.NN:
		return "[fjerna]"
	case schema.EN:
		return "[redacted]"
	default:
		return "[fjernet]"
	}
}

// names are the fields that hold a slug or a key, not words. In content, one with an erased text in it is dropped.
var names = []string{"slug", "key"}

// document takes erased texts out of the texts of a stored document of the type, PRACTICE for instance. It returns the
// document as it was where nothing is cut.
func (c *cutter) document(gql, id string, document []byte) ([]byte, error) {
	o, err := parseObject(document)
	if err != nil {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "document", Message: "must be a JSON object"}
	}
	t, _ := ent.TypeOf(id)
	t.GQL = gql
	before := c.places
	if err := c.cutDocument(t, id, o); err != nil || c.places == before {
		return document, err
	}
	return o.canonical()
}

// cutDocument takes erased texts out of the texts of a document. What is no text is left: ids, numbers, dates, values
// of closed lists.
func (c *cutter) cutDocument(t ent.Type, id string, o object) error {
	kind, err := ent.NewDocument(t.GQL)
	if err != nil {
		return err
	}
	for _, field := range names {
		s, ok := o[field].(string)
		switch {
		case !ok || !c.holds(s):
			continue
		case t.Content:
			delete(o, field)
		case field == "key":
			o[field] = id
		default: // the slug of an organisation or a theme is left to those who may change it
			continue
		}
		c.places++
	}
	c.value(map[string]any(o), reflect.TypeOf(kind), "", "")
	return nil
}

var plainText = reflect.TypeFor[string]()

// value removes the erased texts from a value of the Go type, and returns it. language is that of the value or of its
// parent.
func (c *cutter) value(v any, t reflect.Type, name string, language schema.Language) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if value, ok := t.MethodByName("Value"); ok && value.Type.NumOut() == 1 { // an Omittable
		return c.value(v, value.Type.Out(0), name, language)
	}
	switch v := v.(type) {
	case string:
		if t == plainText && !idFields[name] && !slices.Contains(names, name) {
			return c.cut(v, gapIn(language))
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i := range v {
				v[i] = c.value(v[i], t.Elem(), name, language)
			}
		}
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return v
		}
		if l, ok := v["language"].(string); ok {
			language = schema.Language(l)
		}
		for i := range t.NumField() {
			if field := jsonName(t.Field(i)); v[field] != nil {
				v[field] = c.value(v[field], t.Field(i).Type, field, language)
			}
		}
	}
	return v
}
