package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// committed returns the catalog of the repository, which has no problems.
func committed(t *testing.T) *catalog {
	t.Helper()
	c, err := readCatalog("..")
	if err == nil {
		c.used, err = usedNames("../../..", "../../../text/words")
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCheck(t *testing.T) {
	if problems := committed(t).check(); len(problems) > 0 {
		t.Fatalf("the phrases of the repository are not right: %q", problems)
	}
	const plain, filled, plural, listed = "frame.skip", "place.of6", "search.results", "kind.TOOL.GUIDE"
	set := func(tag, key, text string) func(*catalog) {
		return func(c *catalog) { c.phrases[tag][key] = text }
	}
	remove := func(tag, key string) func(*catalog) {
		return func(c *catalog) { delete(c.phrases[tag], key) }
	}
	everywhere := func(key, text string) func(*catalog) {
		return func(c *catalog) {
			for _, tag := range c.tags {
				c.phrases[tag][key] = text
			}
		}
	}
	for name, one := range map[string]struct {
		change func(*catalog)
		want   []string // a part of each problem
	}{
		"missing in one language": {remove("en", plain), []string{`en.json: key "frame.skip" is missing`}},
		"missing in the default language": {remove("nb", plain), []string{
			`en.json: key "frame.skip" is superfluous`, `nn.json: key "frame.skip" is superfluous`,
		}},
		"superfluous in one language": {
			set("nn", "frame.extra", "x"), []string{`nn.json: key "frame.extra" is superfluous`},
		},
		"empty in one language": {set("nn", plain, ""), []string{`nn.json: key "frame.skip": it is empty`}},
		"no placeholder": {
			set("en", filled, "of 6"), []string{`en.json: key "place.of6" has the placeholders none, nb.json has {value}`},
		},
		"another placeholder": {
			set("en", filled, "{n} of 6"), []string{`en.json: key "place.of6" has the placeholders {n}, nb.json has {value}`},
		},
		"a placeholder too many": {
			set("nn", plain, "{name}"), []string{`nn.json: key "frame.skip" has the placeholders {name}, nb.json has none`},
		},
		"no plural": {set("en", plural, "{count} results"), []string{
			`en.json: key "search.results" has the placeholders {count}, nb.json has {count, plural}`,
		}},
		"a plural without other": {set("en", plural, "{count, plural, one {1}}"), []string{
			`en.json: key "search.results": a plural must have the category other`,
		}},
		"a phrase that cannot be parsed": {set("nb", plain, "{"), []string{`nb.json: key "frame.skip": a { has no }`}},
		"unused": {
			everywhere("frame.extra", "x"), []string{`nb.json: key "frame.extra" is unused: no code asks for words.FrameExtra`},
		},
		"a key without an area": {
			everywhere("extra", "x"), []string{`nb.json: key "extra" must have the form area.name`},
		},
		"a value of a list is missing": {func(c *catalog) {
			remove("nb", listed)(c)
			remove("nn", listed)(c)
			remove("en", listed)(c)
		}, []string{`nb.json: key "kind.TOOL.GUIDE" is missing: the list has a phrase for each value`}},
		"a value that the list does not have": {everywhere("kind.TOOL.HAMMER", "x"), []string{
			`nb.json: key "kind.TOOL.HAMMER" is superfluous: the list has no value "TOOL.HAMMER"`,
		}},
		"an unused list": {
			func(c *catalog) { delete(c.used, "Kind") }, []string{`list "kind" is unused`},
		},
		"a file that is not listed": {
			func(c *catalog) { c.extra = []string{"se"} }, []string{`se.json: languages.json does not list "se"`},
		},
		"a language that texts cannot have": {func(c *catalog) {
			c.tags, c.phrases["de"] = append(c.tags, "de"), maps.Clone(c.phrases["en"])
		}, []string{`languages.json: "de" is not a language of schema/languages.go`}},
		"a new language": {func(c *catalog) {
			c.tags, c.phrases["se"] = append(c.tags, "se"), maps.Clone(c.phrases["en"])
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := committed(t)
			one.change(c)
			problems := c.check()
			for _, want := range one.want {
				if !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, want) }) {
					t.Errorf("no problem %q among %q", want, problems)
				}
			}
			if len(problems) != len(one.want) {
				t.Errorf("%d problems, want %d: %q", len(problems), len(one.want), problems)
			}
		})
	}
}

func TestDecodePhrases(t *testing.T) {
	for source, want := range map[string]string{
		`{"a.b": "x", "a.b": "y"}`: `key "a.b" occurs twice`,
		`{"a.b": {"c": "x"}}`:      `key "a.b"`,
		`{"a.b": 1}`:               `key "a.b"`,
		`["a.b"]`:                  "not a JSON object",
		`{"a.b": "x"`:              "EOF",
	} {
		if _, err := decodePhrases(strings.NewReader(source)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", source, err, want)
		}
	}
}

func TestCode(t *testing.T) {
	c := &catalog{tags: []string{"nb"}, phrases: map[string]map[string]string{"nb": {
		"frame.skip": "Hopp", "search.results": "{count, plural, one {1 treff} other {{count} treff på {query}}}", "kind.TOOL.GUIDE": "Rettleiar",
	}}}
	code, err := c.code()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"FrameSkip", "Key = iota + 1", "func SearchResults(count int, query string) Phrase {", `= listed("kind")`, "\t\"kind.TOOL.GUIDE\",\n",
	} {
		if !strings.Contains(string(code), want) {
			t.Errorf("%q is not in the code:\n%s", want, code)
		}
	}
	c.phrases["nb"]["frame.Skip"] = "x"
	c.phrases["nb"]["frameSkip"] = "x"
	if _, err := c.code(); err == nil || !strings.Contains(err.Error(), "have one Go name") {
		t.Errorf("two keys with one name: %v", err)
	}
}
