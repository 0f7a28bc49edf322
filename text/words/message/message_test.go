package message

import (
	"fmt"
	"strings"
	"testing"
)

// values fills placeholders with their own text; count is how many there are.
type values struct {
	texts map[string]string
	count int
}

func (v values) Text(name string) string {
	if name == "count" {
		return fmt.Sprint(v.count)
	}
	return v.texts[name]
}

func (v values) Category(string) string {
	switch v.count {
	case 1:
		return "one"
	case 2:
		return "two"
	default:
		return "other"
	}
}

func TestFormat(t *testing.T) {
	texts := map[string]string{"name": "Os {name}", "county": "Vestland"}
	hits := "{count, plural, one {1 treff på «{name}»} other {{count} treff på «{name}»}}."
	for _, one := range []struct {
		phrase string
		count  int
		want   string
	}{
		{"", 0, ""},
		{" kr\u00a0", 0, " kr\u00a0"},
		{"{name} i {county}", 0, "Os {name} i Vestland"},
		{"{county}, {county}", 0, "Vestland, Vestland"},
		{hits, 1, "1 treff på «Os {name}»."},
		{hits, 2, "2 treff på «Os {name}»."},
		{hits, 0, "0 treff på «Os {name}»."},
		{"{count,plural,two{to}other{fleire}}", 2, "to"},
	} {
		m, err := Parse(one.phrase)
		if err != nil {
			t.Fatalf("%q: %v", one.phrase, err)
		}
		if got := m.Format(values{texts, one.count}); got != one.want {
			t.Errorf("%q with %d: got %q, want %q", one.phrase, one.count, got, one.want)
		}
	}
}

func TestParams(t *testing.T) {
	m, err := Parse("{name}: {count, plural, one {ett i {county}} other {{count} i {county}}} {name}")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(m.Params()); got != "[{name false} {count true} {county false}]" {
		t.Errorf("got %s", got)
	}
}

func TestParseErrors(t *testing.T) {
	for phrase, want := range map[string]string{
		"{name":                              "a { has no }",
		"name}":                              "a } has no {",
		"{na{me}}":                           "a { has no }",
		"{}":                                 "not a name",
		"{Name}":                             "not a name",
		"{my name}":                          "not a name",
		"{n, number}":                        "must be {n} or {n, plural, ...}",
		"{n, plural, one {x}}":               "category other",
		"{n, plural, some {x} other {y}}":    `"some" is not a plural category`,
		"{n, plural, other {x}":              "is not a plural category",
		"{n, plural, one {x other {y}}":      "is not a plural category",
		"{n, plural, one {{} other {{n} x}}": "not a name",
	} {
		_, err := Parse(phrase)
		if err == nil {
			t.Errorf("%q is accepted", phrase)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, want %q", phrase, err, want)
		}
	}
}
