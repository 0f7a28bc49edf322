package meilitest

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// condition reports whether a document matches.
type condition func(*doc) bool

// tokens matches the tokens of a filter: quoted strings, operators, words.
var tokens = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[\[\](),]|!=|>=|<=|[=<>]|[^\s\[\](),=<>!]+`)

// parser parses the part of Meilisearch's filter language that the hub writes.
type parser struct {
	rest []string
	i    *index
	err  *apiErr
}

func (i *index) filter(text string) (condition, *apiErr) {
	if strings.TrimSpace(text) == "" {
		return func(*doc) bool { return true }, nil
	}
	p := &parser{rest: tokens.FindAllString(text, -1), i: i}
	c := p.or()
	if p.err == nil && len(p.rest) > 0 {
		p.fail("unexpected `%s`", p.rest[0])
	}
	return c, p.err
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fail(http.StatusBadRequest, "invalid_search_filter", format, args...)
	}
}

func (p *parser) next() string {
	if len(p.rest) == 0 {
		p.fail("unexpected end of filter")
		return ""
	}
	t := p.rest[0]
	p.rest = p.rest[1:]
	return t
}

func (p *parser) take(word string) bool {
	if len(p.rest) > 0 && strings.EqualFold(p.rest[0], word) {
		p.rest = p.rest[1:]
		return true
	}
	return false
}

func (p *parser) or() condition {
	left := p.and()
	for p.err == nil && p.take("OR") {
		a, b := left, p.and()
		left = func(d *doc) bool { return a(d) || b(d) }
	}
	return left
}

func (p *parser) and() condition {
	left := p.not()
	for p.err == nil && p.take("AND") {
		a, b := left, p.not()
		left = func(d *doc) bool { return a(d) && b(d) }
	}
	return left
}

func (p *parser) not() condition {
	if p.take("NOT") {
		c := p.not()
		return func(d *doc) bool { return !c(d) }
	}
	if p.take("(") {
		c := p.or()
		if !p.take(")") {
			p.fail("missing closing bracket")
		}
		return c
	}
	return p.single()
}

func (p *parser) single() condition {
	attr := unquote(p.next())
	if p.err == nil && !p.i.filterable(attr) {
		p.fail("Attribute `%s` is not filterable.", attr)
	}
	if p.take("EXISTS") {
		return func(d *doc) bool { return d.fields[attr] != nil }
	}
	if p.take("IN") {
		wanted := map[string]bool{}
		if !p.take("[") {
			p.fail("expected a list")
		}
		for p.err == nil && !p.take("]") {
			wanted[facetKey(unquote(p.next()))] = true
			p.take(",")
		}
		return func(d *doc) bool { return d.any(attr, func(v string) bool { return wanted[facetKey(v)] }) }
	}
	first := unquote(p.next())
	if first == "=" {
		value := facetKey(unquote(p.next()))
		return func(d *doc) bool { return d.any(attr, func(v string) bool { return facetKey(v) == value }) }
	}
	if p.take("TO") {
		from, err1 := strconv.ParseFloat(first, 64)
		to, err2 := strconv.ParseFloat(p.next(), 64)
		if err1 != nil || err2 != nil {
			p.fail("`%s` is not a number", first)
		}
		return func(d *doc) bool {
			n, ok := d.fields[attr].(float64)
			return ok && n >= from && n <= to
		}
	}
	p.fail("unknown operator `%s`", first)
	return nil
}

func unquote(t string) string {
	if s, err := strconv.Unquote(t); err == nil {
		return s
	}
	return t
}

// facetKey returns a facet value in the form that is compared: Meilisearch ignores case.
func facetKey(v string) string { return strings.ToLower(v) }

func (i *index) filterable(attr string) bool {
	list, _ := i.settings["filterableAttributes"].([]any)
	for _, f := range list {
		switch f := f.(type) {
		case string:
			if f == attr || f == "*" {
				return true
			}
		case map[string]any:
			for _, pattern := range texts(f["attributePatterns"]) {
				if start, wild := strings.CutSuffix(pattern, "*"); pattern == attr || wild && strings.HasPrefix(attr, start) {
					return true
				}
			}
		}
	}
	return false
}

// texts returns the strings in a JSON value: a string or a list of strings.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
