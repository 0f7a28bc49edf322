package content

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dugnad/ent"
	"dugnad/schema"
)

// fields checks values by their type, anywhere in a document: dates exist, small texts are not empty and in known
// languages, lists are not too long.
func (c *checker) fields(doc ent.Document) {
	v := reflect.ValueOf(doc).Elem()
	for i := range v.NumField() {
		if value := v.Field(i).MethodByName("Value"); value.IsValid() {
			c.walk(value.Call(nil)[0], []string{jsonName(v.Type().Field(i))})
		}
	}
}

func (c *checker) walk(v reflect.Value, path []string) {
	at := func(step string) []string { return append(slices.Clone(path), step) }
	switch x := v.Interface().(type) {
	case schema.Date:
		if _, err := schema.ParseDate(string(x)); err != nil {
			c.invalid(err.Error(), path...)
		}
		return
	case schema.LocalText:
		c.local(x, path)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.walk(v.Elem(), path)
		}
	case reflect.Slice:
		if v.Len() > maxItems {
			c.invalid(fmt.Sprintf("has %d items; at most %d", v.Len(), maxItems), path...)
			return
		}
		for i := range v.Len() {
			c.walk(v.Index(i), at(strconv.Itoa(i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				c.walk(v.Field(i), at(jsonName(f)))
			}
		}
	default: // numbers, booleans and strings have rules of their own, if any
	}
}

// local checks a LocalText: at most one text for each language, and no empty ones.
func (c *checker) local(t schema.LocalText, path []string) {
	seen := make(map[schema.Language]bool, len(t))
	for i, s := range t {
		at := append(slices.Clone(path), strconv.Itoa(i))
		switch {
		case !slices.Contains(schema.AllLanguages(), s.Language):
			c.invalid(fmt.Sprintf("%q is not a language", s.Language), append(at, "language")...)
		case seen[s.Language]:
			c.invalid("there is a text in this language already", append(at, "language")...)
		case strings.TrimSpace(s.Text) == "":
			c.add(ProblemRequired, "must not be empty", append(at, "text")...)
		}
		c.length(s.Text, maxText, append(slices.Clone(at), "text")...)
		seen[s.Language] = true
	}
}
