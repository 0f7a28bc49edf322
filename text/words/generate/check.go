package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"dugnad/schema"
	"dugnad/text/words/message"
)

// check returns what is wrong, one line for each problem, with the file and the key.
func (c *catalog) check() (problems []string) {
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, tag := range c.tags {
		if _, known := schema.LanguageOf(tag); !known {
			add("languages.json: %q is not a language of schema/languages.go", tag)
		}
	}
	for _, tag := range c.extra {
		add("%s.json: languages.json does not list %q", tag, tag)
	}
	first := c.tags[0]
	for _, key := range c.keys() {
		c.checkKey(key, add)
		want, err := message.Parse(c.phrases[first][key])
		if err != nil {
			add("%s.json: key %q: %v", first, key, err)
			continue
		}
		for _, tag := range c.tags[1:] {
			c.checkTranslation(tag, key, want, add)
		}
	}
	for _, tag := range c.tags[1:] {
		for _, key := range slices.Sorted(maps.Keys(c.phrases[tag])) {
			if _, ok := c.phrases[first][key]; !ok {
				add("%s.json: key %q is superfluous: %s.json does not have it", tag, key, first)
			}
		}
	}
	for _, l := range lists {
		if !c.used[goName(l.name)] {
			add("%s.json: list %q is unused: no code asks for words.%s", first, l.name, goName(l.name))
		}
		for _, value := range l.values {
			if _, ok := c.phrases[first][l.name+"."+value]; !ok {
				add("%s.json: key %q is missing: the list has a phrase for each value", first, l.name+"."+value)
			}
		}
	}
	return problems
}

// keys returns the keys of the first language in alphabetical order.
func (c *catalog) keys() []string { return slices.Sorted(maps.Keys(c.phrases[c.tags[0]])) }

var keyPattern = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*\.[a-z][a-zA-Z0-9]*$`)

// checkKey checks the form of a key, and that something uses it.
func (c *catalog) checkKey(key string, add func(string, ...any)) {
	first := c.tags[0]
	if l, value, ok := listOf(key); ok {
		if l.values != nil && !slices.Contains(l.values, value) {
			add("%s.json: key %q is superfluous: the list has no value %q", first, key, value)
		}
		return
	}
	if !keyPattern.MatchString(key) {
		add("%s.json: key %q must have the form area.name, or be a value of a list", first, key)
		return
	}
	if !c.used[goName(key)] {
		add("%s.json: key %q is unused: no code asks for words.%s", first, key, goName(key))
	}
}

// checkTranslation compares a phrase with the same one in the first language.
func (c *catalog) checkTranslation(tag, key string, want message.Message, add func(string, ...any)) {
	text, ok := c.phrases[tag][key]
	if !ok {
		add("%s.json: key %q is missing", tag, key)
		return
	}
	got, err := message.Parse(text)
	if err != nil {
		add("%s.json: key %q: %v", tag, key, err)
		return
	}
	if (text == "") != (c.phrases[c.tags[0]][key] == "") {
		add("%s.json: key %q: it is empty in one language and not in another", tag, key)
	}
	if a, b := placeholders(got), placeholders(want); a != b {
		add("%s.json: key %q has the placeholders %s, %s.json has %s", tag, key, a, c.tags[0], b)
	}
}

// placeholders returns the placeholders of a phrase in alphabetical order, plurals marked: {count, plural} {name}.
func placeholders(m message.Message) string {
	var names []string
	for _, p := range m.Params() {
		if p.Count {
			names = append(names, "{"+p.Name+", plural}")
		} else {
			names = append(names, "{"+p.Name+"}")
		}
	}
	if names == nil {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
