package content

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dugnad/ent"
	"dugnad/schema"
	"dugnad/text"
)

// addressRules are the rules of strings that hold addresses, by the name that their fields have in documents, at any
// depth. Readers get null for what is stored already and breaks its rule: the directives of schema/links.graphql.
var addressRules = map[string]func(string) error{
	"url": text.CheckLink, "link": text.CheckLink, "email": text.CheckEmail,
}

// breaksRule reports whether a string of a document is an address that readers are not shown.
func breaksRule(field, value string) bool {
	rule := addressRules[field]
	return rule != nil && rule(value) != nil
}

// unshown returns a problem for every value that readers would not be shown as it is: links and e-mail addresses that
// break their rule, and texts that take too much work to render. A new one is not saved; a stored one is told at the
// next save or publish, and does not keep the entry from being previewed.
func unshown(id string, doc ent.Document) []Problem {
	c := &checker{entry: id}
	for name, value := range doc.Fields() {
		c.addresses(reflect.ValueOf(value), name, []string{name})
	}
	if s := doc.Shared(); s != nil {
		c.bodies(s.Texts)
	}
	return c.problems
}

// addresses checks the strings of a value whose field is named like an address.
func (c *checker) addresses(v reflect.Value, name string, path []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.addresses(v.Elem(), name, path)
		}
	case reflect.Slice:
		for i := range min(v.Len(), maxItems) {
			c.addresses(v.Index(i), name, append(slices.Clone(path), strconv.Itoa(i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				c.addresses(v.Field(i), jsonName(f), append(slices.Clone(path), jsonName(f)))
			}
		}
	case reflect.String:
		if strings.ContainsRune(v.String(), 0) { // PostgreSQL cannot keep it
			c.invalid("must not contain U+0000", path...)
			return
		}
		if rule := addressRules[name]; rule != nil && v.String() != "" {
			if err := rule(v.String()); err != nil {
				c.invalid(err.Error(), path...)
			}
		}
	default: // numbers and booleans hold no addresses
	}
}

// bodies checks that texts can be rendered. What is too long is a problem already.
func (c *checker) bodies(texts []schema.ContentText) {
	for i, t := range texts {
		if utf8.RuneCountInString(t.Body) > maxBody {
			continue
		}
		if err := text.Check(t.Body); err != nil {
			c.invalid(err.Error(), "texts", strconv.Itoa(i), "body")
		}
	}
}
