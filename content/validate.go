package content

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"dugnad/ent"
	"dugnad/schema"
)

// The lengths that texts may have, in characters, and lists, in items.
const (
	maxTitle   = 300
	maxSummary = 2_000
	maxBody    = 100_000
	maxText    = 10_000
	maxItems   = 500
	maxCode    = 80 // slugs and numbers of reference data
	maxKey     = 200
)

// checker collects the problems of one document.
type checker struct {
	entry    string
	problems []Problem
}

func (c *checker) add(code ProblemCode, message string, path ...string) {
	c.problems = append(c.problems,
		Problem{Code: code, Severity: SeverityError, Path: path, Message: message, Entry: c.entry})
}

func (c *checker) invalid(message string, path ...string) { c.add(ProblemInvalid, message, path...) }

// check returns a problem for every value that is invalid in drafts and published documents alike.
func check(id, gql string, doc ent.Document) []Problem {
	c := &checker{entry: id}
	for _, e := range doc.Invalid() {
		c.invalid(e.Err.Error(), e.Path...)
	}
	c.fields(doc)
	if s := doc.Shared(); s != nil {
		c.texts(s)
		c.values(s)
		c.links(id, gql, s)
	}
	for _, r := range doc.References() {
		if want := targets[r.Field]; want != nil {
			if t, ok := ent.TypeOf(r.ID); !ok || !want(t) {
				c.invalid(fmt.Sprintf("%q is not an id of a type that is allowed here", r.ID), r.Field)
			}
		}
	}
	return c.problems
}

func ofType(names ...string) func(ent.Type) bool {
	return func(t ent.Type) bool { return slices.Contains(names, t.Name) }
}

// targets maps the fields of documents that hold ids to the types that the ids may have.
var targets = map[string]func(ent.Type) bool{
	"themes": ofType("Theme"), "parent": ofType("Theme"), "targetGroups": ofType("TargetGroup"),
	"methods":  ofType("Method"),
	"contacts": ofType("Contact"), "lawSections": ofType("LawSection"), "image": ofType("Asset"), "files": ofType("Asset"),
	"downloads": ofType("Asset"), "organizations": ofType("Organization"), "organization": ofType("Organization"),
	"funding": ofType("Organization"), "evidence": ofType("Organization"), "municipalities": ofType("Municipality"),
	"municipality": ofType("Municipality"), "members": ofType("Municipality"), "successors": ofType("Municipality"),
	"districts": ofType("District"), "district": ofType("District"), "county": ofType("County"),
	"tools": ofType("Tool"), "reports": ofType("Report"), "relations": func(t ent.Type) bool { return t.Content },
}

// ofEveryText are the fields of ContentText that describe the text instead of being part of it.
var ofEveryText = []string{"Language", "Ready", "TranslatedFrom", "TranslatedRevision"}

func (c *checker) texts(s *ent.Shared) {
	seen := make(map[schema.Language]bool)
	for i, t := range s.Texts {
		at := strconv.Itoa(i)
		switch {
		case !slices.Contains(schema.AllLanguages(), t.Language):
			c.invalid(fmt.Sprintf("%q is not a language", t.Language), "texts", at, "language")
		case seen[t.Language]:
			c.invalid("there is a text in this language already", "texts", at, "language")
		}
		seen[t.Language] = true
		if t.TranslatedFrom != nil && (*t.TranslatedFrom == t.Language || inLanguage(s.Texts, *t.TranslatedFrom) == nil) {
			c.invalid("must be another language that the entry has", "texts", at, "translatedFrom")
		}
		if t.TranslatedRevision != nil && (t.TranslatedFrom == nil || *t.TranslatedRevision < 1) {
			c.invalid("must be at least 1, and only with translatedFrom", "texts", at, "translatedRevision")
		}
		v := reflect.ValueOf(t)
		for f := range v.NumField() {
			field, value := v.Type().Field(f), v.Field(f)
			if slices.Contains(ofEveryText, field.Name) || value.IsZero() {
				continue
			}
			name := jsonName(field)
			if !slices.Contains(s.TextFields, field.Name) {
				c.invalid("this type of content has no such text", "texts", at, name)
				continue
			}
			if list, ok := value.Interface().([]string); ok {
				for j, item := range list {
					c.length(item, maxText, "texts", at, name, strconv.Itoa(j))
				}
				continue
			}
			limit := map[string]int{"Title": maxTitle, "Summary": maxSummary, "Body": maxBody}[field.Name]
			if limit == 0 {
				limit = maxText
			}
			c.length(value.String(), limit, "texts", at, name)
		}
	}
}

func (c *checker) length(s string, limit int, path ...string) {
	if n := utf8.RuneCountInString(s); n > limit {
		c.invalid(fmt.Sprintf("has %d characters; at most %d", n, limit), path...)
	}
}

func (c *checker) values(s *ent.Shared) {
	if s.Issued != nil {
		enum(c, s.Issued.Precision, "issued", "precision")
	}
	for i, f := range s.Figures {
		at := strconv.Itoa(i)
		if len(f.Label) == 0 {
			c.add(ProblemRequired, "a key figure must have a label", "keyFigures", at, "label")
		}
		if f.Unit == "" {
			c.add(ProblemRequired, "a key figure must have a unit", "keyFigures", at, "unit")
		}
		if f.Operator != "" {
			enum(c, f.Operator, "keyFigures", at, "operator")
		}
		if f.Operator == schema.Range && (f.Upper == nil || *f.Upper < f.Value) {
			c.invalid("a RANGE must have an upper bound that is not below the value", "keyFigures", at, "upper")
		}
	}
	if e := s.Evidence; e != nil {
		if e.Level < 0 || e.Level > 5 {
			c.invalid("must be 0 to 5", "evidence", "level")
		}
		if e.Direction != "" {
			enum(c, e.Direction, "evidence", "direction")
		}
	}
	for i, d := range s.Downloads {
		at := strconv.Itoa(i)
		if len(d.Title) == 0 {
			c.add(ProblemRequired, "a download must have a title", "downloads", at, "title")
		}
		if d.Language != nil {
			enum(c, *d.Language, "downloads", at, "language")
		}
	}
}

func (c *checker) links(id, gql string, s *ent.Shared) {
	for i, l := range s.Organizations {
		c.given(l.Organization, "organizations", strconv.Itoa(i), "organization")
		enum(c, l.Role, "organizations", strconv.Itoa(i), "role")
	}
	for i, l := range s.Municipalities {
		c.given(l.Municipality, "municipalities", strconv.Itoa(i), "municipality")
		enum(c, l.Role, "municipalities", strconv.Itoa(i), "role")
	}
	for i, l := range s.Districts {
		c.given(l.District, "districts", strconv.Itoa(i), "district")
		enum(c, l.Role, "districts", strconv.Itoa(i), "role")
	}
	for i, g := range s.Unnamed {
		enum(c, g.Role, "unnamedMunicipalities", strconv.Itoa(i), "role")
		if len(g.Note) == 0 {
			c.add(ProblemRequired, "must say who they are", "unnamedMunicipalities", strconv.Itoa(i), "note")
		}
	}
	for i, m := range s.Members {
		c.given(m.Municipality, "members", strconv.Itoa(i), "municipality")
	}
	for i, r := range s.Relations {
		at := strconv.Itoa(i)
		c.given(r.To, "relations", at, "to")
		enum(c, r.Type, "relations", at, "type")
		if r.Type == schema.Contains && gql != "COLLECTION" {
			c.invalid("only collections contain", "relations", at, "type")
		}
		if r.To == id {
			c.invalid("an entry is not related to itself", "relations", at, "to")
		}
	}
}

// given adds a problem if the id is missing.
func (c *checker) given(id string, path ...string) {
	if id == "" {
		c.add(ProblemRequired, "is required", path...)
	}
}

// enum checks that a value is one of its closed list.
func enum[E interface {
	~string
	Values() []string
}](c *checker, v E, path ...string) {
	if !slices.Contains(v.Values(), string(v)) {
		c.invalid(fmt.Sprintf("%q is not one of %v", string(v), v.Values()), path...)
	}
}

func jsonName(f reflect.StructField) string {
	tag := f.Tag.Get("json")
	for i, r := range tag {
		if r == ',' {
			return tag[:i]
		}
	}
	return tag
}
