package compat

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dugnad/schema/facet"
	"dugnad/search"
)

// The limits of a filter.
const (
	maxFilterDepth  = 20
	maxFilterLeaves = 100
	maxFilterValues = 200
)

// attribute is what documents hold of a facet, and what they can be filtered and counted by.
type attribute struct {
	facet.Spec
	level string // of a level in the path of a hierarchical menu, "0" for the uppermost; else empty
}

// maxLevels is how deep a hierarchical menu is.
const maxLevels = 3

// attributes has one attribute a facet, and for a tree one more a level, as menus of InstantSearch want it: theme.lvl0.
var attributes = func() map[string]attribute {
	all := make(map[string]attribute)
	for _, f := range facet.All() {
		all[f.Attribute] = attribute{Spec: f}
		for level := range maxLevels {
			if f.Hierarchical {
				n := strconv.Itoa(level)
				all[strings.ToLower(string(f.Facet))+".lvl"+n] = attribute{f, n}
			}
		}
	}
	return all
}()

// parser reads a filter by a grammar of our own. What it understands it turns into values of facets, so nothing of the
// text reaches an engine.
type parser struct {
	rest   []string
	leaves int
}

// tokens of a filter: quoted texts, signs, words. A text whose quotation mark is not closed is one token to the end, so
// that the filter is read once.
var tokens = regexp.MustCompile(`(?s)"(?:[^"\\]|\\.)*(?:"|\\?$)|'(?:[^'\\]|\\.)*(?:'|\\?$)|` +
	`!=|>=|<=|[\[\](),=<>]|[^\s\[\](),=<>!"']+|\S`)

// choice is a part of a filter: any of these values of a facet, or an area.
type choice struct {
	facet  search.Facet
	values []string
	area   *Area
}

// Area is around a place, in metres, or between two parallels and two meridians, in degrees.
type Area struct {
	Lat, Lon, Meters         float64
	South, West, North, East float64 // where Meters is 0
}

// readFilter reads Meilisearch's filter: a text, or a list whose members must all hold, each a text or a list of texts
// of which any must.
func readFilter(given any) (f search.Filter, areas []Area, refused *Error) {
	f = search.Filter{Facets: map[search.Facet][]string{}}
	p := &parser{}
	var all []choice
	add := func(choices []choice, err *Error) *Error {
		all = append(all, choices...)
		return err
	}
	switch given := given.(type) {
	case nil:
	case string:
		if err := add(p.text(given)); err != nil {
			return f, nil, err
		}
	case []any:
		for _, member := range given {
			switch member := member.(type) {
			case string:
				if err := add(p.text(member)); err != nil {
					return f, nil, err
				}
			case []any:
				if err := add(p.any(member)); err != nil {
					return f, nil, err
				}
			default:
				return f, nil, badFilter("a filter is a text, or a list of texts and lists of texts")
			}
		}
	default:
		return f, nil, badFilter("a filter is a text, or a list of texts and lists of texts")
	}
	for _, c := range all {
		if c.area != nil {
			areas = append(areas, *c.area)
			continue
		}
		have, twice := f.Facets[c.facet]
		if twice {
			c.values = slices.DeleteFunc(c.values, func(v string) bool { return !slices.Contains(have, v) })
			if !facet.Of(c.facet).Single && len(c.values) != 1 {
				return f, nil, badFilter("two conditions that must both hold on the same attribute are not understood here")
			}
			if len(c.values) == 0 {
				c.values = []string{nothing}
			}
		}
		f.Facets[c.facet] = c.values
	}
	return f, areas, nil
}

// nothing is a value that no document has.
const nothing = "\x00"

// any reads a list of texts of which one must hold: all of them of one attribute.
func (p *parser) any(members []any) ([]choice, *Error) {
	var one []choice
	for _, m := range members {
		text, ok := m.(string)
		if !ok {
			return nil, badFilter("a filter is a text, or a list of texts and lists of texts")
		}
		choices, err := p.text(text)
		if err != nil {
			return nil, err
		}
		if one, err = either(one, choices); err != nil {
			return nil, err
		}
	}
	return one, nil
}

// either joins two parts of which one must hold.
func either(a, b []choice) ([]choice, *Error) {
	switch {
	case a == nil:
		return b, nil
	case len(a) == 1 && len(b) == 1 && a[0].facet == b[0].facet && a[0].area == nil && b[0].area == nil:
		values := slices.Concat(a[0].values, b[0].values)
		if len(values) > maxFilterValues && a[0].facet != search.Year {
			return nil, badFilter("more than %d values", maxFilterValues)
		}
		return []choice{{facet: a[0].facet, values: values}}, nil
	}
	return nil, badFilter("OR between different attributes is not understood here")
}

func (p *parser) text(text string) ([]choice, *Error) {
	p.rest = tokens.FindAllString(text, -1)
	if len(p.rest) == 0 {
		return nil, nil
	}
	if isUnclosed(p.rest[len(p.rest)-1]) {
		return nil, badFilter("a quotation mark is not closed")
	}
	c, err := p.or(0)
	if err == nil && len(p.rest) > 0 {
		err = badFilter("%q is not expected there", p.rest[0])
	}
	return c, err
}

func (p *parser) take(word string) bool {
	if len(p.rest) > 0 && strings.EqualFold(p.rest[0], word) {
		p.rest = p.rest[1:]
		return true
	}
	return false
}

func (p *parser) next() string {
	if len(p.rest) == 0 {
		return ""
	}
	t := p.rest[0]
	p.rest = p.rest[1:]
	return t
}

func (p *parser) or(depth int) ([]choice, *Error) {
	left, err := p.and(depth)
	for err == nil && p.take("OR") {
		var right []choice
		if right, err = p.and(depth); err == nil {
			left, err = either(left, right)
		}
	}
	return left, err
}

func (p *parser) and(depth int) ([]choice, *Error) {
	left, err := p.single(depth)
	for err == nil && p.take("AND") {
		var right []choice
		if right, err = p.single(depth); err == nil {
			left = append(left, right...)
		}
	}
	return left, err
}

func (p *parser) single(depth int) ([]choice, *Error) {
	if depth > maxFilterDepth {
		return nil, badFilter("it is more than %d deep", maxFilterDepth)
	}
	if p.take("(") {
		c, err := p.or(depth + 1)
		if err == nil && !p.take(")") {
			err = badFilter("a bracket is not closed")
		}
		return c, err
	}
	if p.leaves++; p.leaves > maxFilterLeaves {
		return nil, badFilter("it has more than %d conditions", maxFilterLeaves)
	}
	name := unquote(p.next())
	if name == "_geoRadius" || name == "_geoBoundingBox" {
		return p.area(name)
	}
	by, known := attributes[name]
	if !known {
		return nil, badFilter(
			"Attribute `%.60s` is not filterable. Available filterable attributes are: `%s`.", name,
			strings.Join(attributeNames(), ", "),
		)
	}
	switch sign := p.next(); {
	case sign == "=":
		return p.values(name, by, p.next())
	case strings.EqualFold(sign, "IN"):
		if !p.take("[") {
			return nil, badFilter("IN is followed by a list")
		}
		var list []string
		for !p.take("]") {
			if len(p.rest) == 0 || len(list) == maxFilterValues {
				return nil, badFilter("a list is not closed, or has more than %d values", maxFilterValues)
			}
			list = append(list, p.next())
			p.take(",")
		}
		return p.values(name, by, list...)
	case sign == ">" || sign == ">=" || sign == "<" || sign == "<=":
		return between(name, by, sign, p.next(), "")
	case len(p.rest) >= 2 && strings.EqualFold(p.rest[0], "TO"):
		p.next()
		return between(name, by, "TO", sign, p.next())
	default:
		return nil, badFilter("`%.40s` is not understood here: =, IN, >, >=, <, <= and TO are", sign)
	}
}

// area reads _geoRadius(lat, lng, metres), or _geoBoundingBox([lat, lng], [lat, lng]) from the upper right to the lower
// left corner.
func (p *parser) area(name string) ([]choice, *Error) {
	var n []float64
	ok := p.take("(")
	for ok && !p.take(")") {
		word := p.next()
		if strings.ContainsAny(word, "[],") && len(word) == 1 {
			continue
		}
		v, err := strconv.ParseFloat(word, 64)
		if ok = err == nil && !math.IsNaN(v) && len(n) < 4; ok {
			n = append(n, v)
		}
	}
	switch {
	case ok && name == "_geoRadius" && len(n) == 3 && onEarth(n[0], n[1]) && n[2] > 0 && !math.IsInf(n[2], 0):
		return []choice{{area: &Area{Lat: n[0], Lon: n[1], Meters: n[2]}}}, nil
	case ok && name == "_geoBoundingBox" && len(n) == 4 && onEarth(n[0], n[1]) && onEarth(n[2], n[3]) &&
		n[0] >= n[2] && n[1] >= n[3]:
		return []choice{{area: &Area{North: n[0], East: n[1], South: n[2], West: n[3]}}}, nil
	}
	return nil, badFilter(
		"_geoRadius(lat, lng, metres) and _geoBoundingBox([lat, lng], [lat, lng]), the upper right corner first, are understood",
	)
}

func (p *parser) values(name string, by attribute, written ...string) ([]choice, *Error) {
	c := choice{facet: by.Facet, values: []string{}}
	for _, w := range written {
		if w == "" || strings.ContainsAny(w[:1], "[](),=<>!") {
			return nil, badFilter("a value is missing after `%s`", name)
		}
		v := unquote(w)
		if by.level != "" { // the path of a hierarchical menu
			v = v[strings.LastIndex(v, pathMark)+1:]
			v = strings.TrimSpace(v)
		}
		if by.Numeric() {
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				v = strconv.FormatFloat(n, 'f', -1, 64)
			}
		}
		if v == "" {
			v = nothing
		}
		c.values = append(c.values, v)
	}
	if len(c.values) == 0 {
		c.values = []string{nothing}
	}
	return []choice{c}, nil
}

// between turns a range of numbers into the values in it.
func between(name string, by attribute, sign, from, to string) ([]choice, *Error) {
	if !by.Numeric() {
		return nil, badFilter("`%s` is no number", name)
	}
	least, err := strconv.ParseFloat(unquote(from), 64)
	greatest := least
	if err == nil && sign == "TO" {
		greatest, err = strconv.ParseFloat(unquote(to), 64)
	}
	if err != nil {
		return nil, badFilter("`%.40s` is no number", from+to)
	}
	c := choice{facet: by.Facet, values: []string{}}
	for n := by.Least; n <= by.Most; n++ {
		v := float64(n)
		if sign == ">" && v > least || sign == ">=" && v >= least || sign == "<" && v < least || sign == "<=" && v <= least ||
			sign == "TO" && v >= least && v <= greatest {
			c.values = append(c.values, strconv.Itoa(n))
		}
	}
	if len(c.values) == 0 {
		c.values = []string{nothing}
	}
	return []choice{c}, nil
}

// isUnclosed reports whether a token begins with a quotation mark that is not closed.
func isUnclosed(t string) bool {
	if t[0] != '"' && t[0] != '\'' {
		return false
	}
	for i := 1; i < len(t); i++ {
		switch t[i] {
		case '\\':
			i++
		case t[0]:
			return false
		}
	}
	return true
}

func unquote(t string) string {
	if len(t) < 2 || t[0] != t[len(t)-1] || t[0] != '"' && t[0] != '\'' {
		return t
	}
	var b strings.Builder
	for i := 1; i < len(t)-1; i++ {
		if t[i] == '\\' && i+1 < len(t)-1 {
			i++
		}
		b.WriteByte(t[i])
	}
	return b.String()
}

func attributeNames() []string {
	var names []string
	for name := range attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func badFilter(format string, args ...any) *Error {
	return &Error{400, "invalid_search_filter", fmt.Sprintf(format, args...)}
}
