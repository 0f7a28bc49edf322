// Package message parses and fills phrases of the interface. A phrase is text with placeholders, in the part of ICU
// MessageFormat that the interface needs, so that FormatJS and other ICU libraries read the same files:
//
//	Vis alle {count}
//	{count, plural, one {1 treff} other {{count} treff}}
//
// A placeholder is a name in braces. A plural has a form for each CLDR category that the language uses; "other" is
// required, and a form may hold placeholders. There is no quoting: braces cannot be part of a text.
package message

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Message is a parsed phrase.
type Message struct{ parts []part }

// part is literal text, a placeholder, or a plural, which has forms by category.
type part struct {
	text, name string
	forms      map[string]Message
}

// Param is a placeholder. Count is set when the phrase chooses a plural form by it.
type Param struct {
	Name  string
	Count bool
}

// Values are what placeholders are filled with.
type Values interface {
	Text(name string) string     // the text of a placeholder
	Category(name string) string // the CLDR plural category of a count: one, few, other, ...
}

// Parse reads a phrase. The error says what is wrong with it.
func Parse(s string) (Message, error) {
	m, rest, err := parse(s)
	if err == nil && rest != "" {
		err = errors.New("a } has no {")
	}
	return m, err
}

// parse reads up to the end of s or to a closing brace, and returns what is left from there.
func parse(s string) (m Message, rest string, err error) {
	for s != "" && s[0] != '}' {
		end := strings.IndexAny(s, "{}")
		if end < 0 {
			end = len(s)
		}
		if end > 0 {
			m.parts = append(m.parts, part{text: s[:end]})
			s = s[end:]
			continue
		}
		var p part
		if p, s, err = parsePlaceholder(s[1:]); err != nil {
			return m, "", err
		}
		m.parts = append(m.parts, p)
	}
	return m, s, nil
}

// parsePlaceholder reads what follows an opening brace, with its closing brace.
func parsePlaceholder(s string) (p part, rest string, err error) {
	end := strings.IndexAny(s, ",{}")
	if end < 0 || s[end] == '{' {
		return p, "", errors.New("a { has no }")
	}
	p.name = strings.TrimSpace(s[:end])
	if !isName(p.name) {
		return p, "", fmt.Errorf("%q is not a name: letters and digits, the first a lower-case letter", p.name)
	}
	if s[end] == '}' {
		return p, s[end+1:], nil
	}
	kind, rest, _ := strings.Cut(s[end+1:], ",")
	if strings.TrimSpace(kind) != "plural" {
		return p, "", fmt.Errorf("placeholder %s must be {%s} or {%s, plural, ...}", p.name, p.name, p.name)
	}
	p.forms, rest, err = parseForms(rest)
	return p, rest, err
}

// categories are the plural categories of CLDR.
var categories = []string{"zero", "one", "two", "few", "many", "other"}

// parseForms reads the forms of a plural and the closing brace after them.
func parseForms(s string) (forms map[string]Message, rest string, err error) {
	forms = map[string]Message{}
	for s = strings.TrimLeft(s, " "); !strings.HasPrefix(s, "}"); s = strings.TrimLeft(s, " ") {
		category, body, found := strings.Cut(s, "{")
		category = strings.TrimSpace(category)
		if !found || !slices.Contains(categories, category) {
			return nil, "", fmt.Errorf("%q is not a plural category: %s", category, strings.Join(categories, ", "))
		}
		if forms[category], s, err = parse(body); err != nil {
			return nil, "", err
		}
		if !strings.HasPrefix(s, "}") {
			return nil, "", errors.New("a { has no }")
		}
		s = s[1:]
	}
	if _, ok := forms["other"]; !ok {
		return nil, "", errors.New("a plural must have the category other")
	}
	return forms, s[1:], nil
}

func isName(s string) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || i > 0 && (c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
		if !letter {
			return false
		}
	}
	return s != ""
}

// Params returns the placeholders, each once, in the order in which they are first used.
func (m Message) Params() []Param {
	var params []Param
	add := func(p Param) {
		if i := slices.IndexFunc(params, func(q Param) bool { return q.Name == p.Name }); i >= 0 {
			params[i].Count = params[i].Count || p.Count
			return
		}
		params = append(params, p)
	}
	for _, p := range m.parts {
		if p.name != "" {
			add(Param{p.name, p.forms != nil})
		}
		for _, category := range categories {
			for _, q := range p.forms[category].Params() {
				add(q)
			}
		}
	}
	return params
}

// Format returns the phrase with its placeholders filled.
func (m Message) Format(v Values) string {
	if len(m.parts) == 1 && m.parts[0].name == "" {
		return m.parts[0].text
	}
	var b strings.Builder
	for _, p := range m.parts {
		switch {
		case p.name == "":
			b.WriteString(p.text)
		case p.forms == nil:
			b.WriteString(v.Text(p.name))
		default:
			form, ok := p.forms[v.Category(p.name)]
			if !ok {
				form = p.forms["other"]
			}
			b.WriteString(form.Format(v))
		}
	}
	return b.String()
}
