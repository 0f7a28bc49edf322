package content

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dugnad/ent"
	"dugnad/schema"
	"dugnad/text"
)

// fields checks values by their type or name, anywhere in a document: dates exist and do not end before they begin, small
// texts are not empty and in known languages, lists are not too long and hold nothing twice, numbers are possible.
func (c *checker) fields(doc ent.Document) {
	values := make(map[string]reflect.Value)
	for name, value := range doc.Fields() {
		v := reflect.ValueOf(value)
		values[name] = v
		c.walk(v, []string{name})
		if _, list := value.([]string); list {
			c.distinct(v, []string{name})
		}
	}
	c.named(values, nil)
	c.key(values["key"])
	if doc.Shared() == nil {
		c.names(values)
	}
}

// key checks the writer's own id: it is one line of visible characters, without spaces around it.
func (c *checker) key(v reflect.Value) {
	key := stringOf(v)
	switch {
	case key == nil:
	case text.IsBlank(*key), strings.TrimSpace(*key) != *key, strings.ContainsFunc(*key, unicode.IsControl):
		c.invalid("must have visible characters, no control characters, and no spaces around them", "key")
	default:
		c.length(*key, maxKey, "key")
	}
}

// codes are what reference data is known by in addresses and filters.
var codes = map[string]struct {
	is   *regexp.Regexp
	rule string
}{
	"slug":   {regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`), "has small letters a to z, digits, and hyphens or full stops between them"},
	"number": {regexp.MustCompile(`^[0-9]{2,8}$`), "has 2 to 8 digits"},
}

// names checks the slugs and numbers of reference data.
func (c *checker) names(values map[string]reflect.Value) {
	for field, code := range codes {
		s := stringOf(values[field])
		if s != nil && !text.IsBlank(*s) && (!code.is.MatchString(*s) || len(*s) > maxCode) {
			c.invalid(fmt.Sprintf("%s, at most %d of them", code.rule, maxCode), field)
		}
	}
}

// spans are the fields that begin and end the same thing.
var spans = [][2]string{{"start", "end"}, {"from", "to"}, {"startsAt", "endsAt"}, {"inForceFrom", "inForceTo"}}

// bounds are the least and the most that numbers may be, by the name of their field.
var bounds = map[string][2]float64{
	"count": {0, 1e9}, "n": {0, 1e9}, "bytes": {0, 1e15}, "pages": {0, 1e6}, "position": {0, 1e6}, "amount": {0, 1e15},
	"year": {1000, 9999}, "beforeYear": {1000, 9999}, "editionYear": {1000, 9999}, "populationYear": {1000, 9999},
	"kostraYear": {1000, 9999}, "latitude": {-90, 90}, "longitude": {-180, 180},
}

// named checks the fields of an object that have rules by their name.
func (c *checker) named(values map[string]reflect.Value, path []string) {
	for _, span := range spans {
		begin, begins := instantOf(values[span[0]])
		end, ends := instantOf(values[span[1]])
		if begins && ends && begin.After(end) {
			c.invalid("ends before it begins", append(slices.Clone(path), span[1])...)
		}
	}
	for field, bound := range bounds {
		n, ok := numberOf(values[field])
		if ok && (n < bound[0] || n > bound[1]) {
			c.invalid(fmt.Sprintf("must be from %.0f to %.0f", bound[0], bound[1]), append(slices.Clone(path), field)...)
		}
	}
}

func stringOf(v reflect.Value) *string {
	if !v.IsValid() {
		return nil
	}
	s, _ := v.Interface().(*string)
	return s
}

// instantOf returns a time, or the beginning of a date; false for anything else.
func instantOf(v reflect.Value) (at time.Time, ok bool) {
	if !v.IsValid() {
		return at, false
	}
	switch x := v.Interface().(type) {
	case *schema.Date:
		at, err := time.Parse(time.DateOnly, string(value(x)))
		return at, err == nil
	case *time.Time:
		if x != nil {
			return *x, true
		}
	}
	return at, false
}

func numberOf(v reflect.Value) (n float64, ok bool) {
	for v.IsValid() && v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}

// distinct adds a problem for each item of a list that stands there already.
func (c *checker) distinct(list reflect.Value, path []string) {
	seen := make(map[string]int, list.Len())
	for i := range list.Len() {
		is := identity(list.Index(i).Interface())
		if first, twice := seen[is]; twice {
			c.invalid(fmt.Sprintf("is listed twice: item %d is the same", first), append(slices.Clone(path), strconv.Itoa(i))...)
			continue
		}
		seen[is] = i
	}
}

// blanks adds a problem for each text of a value that has characters but shows none, at any depth.
func (c *checker) blanks(v reflect.Value, path []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.blanks(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range min(v.Len(), maxItems) {
			c.blanks(v.Index(i), append(slices.Clone(path), strconv.Itoa(i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				c.blanks(v.Field(i), append(slices.Clone(path), jsonName(f)))
			}
		}
	case reflect.String:
		if s := v.String(); s != "" && text.IsBlank(s) {
			c.invalid("has only characters that show nothing", path...)
		}
	default: // numbers and booleans show something
	}
}

// identity returns what makes an item of a list the same as another one. The rest, such as notes, may differ.
func identity(item any) string {
	switch x := item.(type) {
	case schema.OrganizationRef:
		item = [2]string{x.Organization, string(x.Role)}
	case schema.MunicipalityRef: // several of its number then may be one today
		item = [4]string{x.Municipality, string(x.Role), x.NumberThen, x.NameThen}
	case schema.MemberRef:
		item = [2]string{x.Municipality, string(value(x.From))}
	case schema.RelationRef:
		item = [2]string{x.To, string(x.Type)}
	case schema.Download:
		if address := x.URL + x.Asset; address != "" {
			item = address
		}
	}
	written, _ := json.Marshal(item) // values of documents can be written
	return string(written)
}

func (c *checker) walk(v reflect.Value, path []string) {
	at := func(step string) []string { return append(slices.Clone(path), step) }
	switch x := v.Interface().(type) {
	case schema.Date:
		if _, err := schema.ParseDate(string(x)); err != nil {
			c.invalid(err.Error(), path...)
		}
		return
	case time.Time:
		if !schema.IsYear(x.UTC().Year()) {
			c.invalid("must be in a year of four digits", path...)
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
		if v.Type().Elem().Kind() == reflect.Struct && !ownDuplicates[v.Type()] {
			c.distinct(v, path)
		}
		for i := range v.Len() {
			c.walk(v.Index(i), at(strconv.Itoa(i)))
		}
	case reflect.Struct:
		values := make(map[string]reflect.Value)
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				values[jsonName(f)] = v.Field(i)
				c.walk(v.Field(i), at(jsonName(f)))
			}
		}
		c.named(values, path)
	default: // numbers, booleans and strings have rules of their own, if any
	}
}

// ownDuplicates are the lists with one item a language, of which the problem is the language.
var ownDuplicates = map[reflect.Type]bool{
	reflect.TypeFor[[]schema.ContentText](): true, reflect.TypeFor[schema.LocalText](): true,
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
		case text.IsBlank(s.Text):
			c.add(ProblemRequired, "must not be empty", append(at, "text")...)
		}
		c.length(s.Text, maxText, append(slices.Clone(at), "text")...)
		seen[s.Language] = true
	}
}
