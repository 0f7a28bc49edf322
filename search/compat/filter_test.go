package compat

import (
	"strings"
	"testing"

	"dugnad/text/costtest"
)

// TestFilterCost: a filter costs no more per byte the longer it is.
func TestFilterCost(t *testing.T) {
	costtest.Linear(
		t, func(s string) {
			_, _, _ = readFilter(s)
			_, _, _ = readFilter([]any{s, []any{s}})
		},
		`"`, `'`, `\"`, `\'`, `"\"`, `"'`, `\`, `(`, `)`, `a`, ` `, `=`, `!`, `a = "b" OR `,
		`themes = a OR `, `themes IN [a, `,
		`_geoRadius(`, `[`, `,`, "\n", "1,",
	)
}

func TestUnclosedFilter(t *testing.T) {
	for _, filter := range []string{
		`themes = "a`, `themes = 'a`, `themes = "`, `themes = "a\"`, `themes = "a\`,
		`themes = a AND themes = 'b"`, `"`, `'\'`,
	} {
		_, _, err := readFilter(filter)
		if err == nil || err.Code != "invalid_search_filter" || !strings.Contains(err.Message, "quotation mark") {
			t.Errorf("%s: %v", filter, err)
		}
	}
	for _, filter := range []string{`themes = "a"`, `themes = 'a"b'`, `themes = "a\"b"`, `themes = "a\\"`, `themes = ""`} {
		if _, _, err := readFilter(filter); err != nil {
			t.Errorf("%s: %v", filter, err)
		}
	}
}
