package feeds

import (
	"slices"
	"strings"

	"dugnad/schema"
)

// contentType is a type of content by the names that the API has for it.
type contentType struct {
	name  string // of the GraphQL type: Practice
	value string // of the enum ContentType: PRACTICE
	one   string // the root field that finds one entry: practice
	many  string // the root field that lists entries: practices
	path  string // the first part of the address of its pages: praksis
}

// contentTypes are all types of content, by name.
var contentTypes = func() []contentType {
	var all []contentType
	for _, value := range schema.ContentType("").Values() {
		name := value[:1] + strings.ToLower(value[1:])
		t := contentType{name: name, value: value, one: strings.ToLower(value), path: schema.PagePath(name)}
		t.many = plural(t.one)
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b contentType) int { return strings.Compare(a.name, b.name) })
	return all
}()

// plural returns the name of a list, by the rule that the schema's generator has for the fields of the API.
func plural(one string) string {
	if stem, ok := strings.CutSuffix(one, "y"); ok {
		return stem + "ies"
	}
	return one + "s"
}
