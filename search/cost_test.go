package search

import (
	"strings"
	"testing"

	"dugnad/text/costtest"
)

// TestParsingCost: what a reader types, and the text that it is found in, costs no more per byte the longer it is.
func TestParsingCost(t *testing.T) {
	fragments := []string{
		"a", " ", "a ", "-", "a-", "-a ", `"`, `-"`, `"a" `, "«", "§", "§ 1 ",
		"kommune ", "kommuneplan", "é", "\u0301", "\u00ad",
		"\xff", "\n", "norskopplæring", "å", "e-", "1",
	}
	t.Run("query", func(t *testing.T) {
		costtest.Linear(t, func(s string) {
			ParseText(s)
			FoldName(s)
			SuggestionPlaces([]string{s[:min(len(s), 300)]}, nil)
		}, fragments...)
	})
	t.Run("highlight", func(t *testing.T) {
		costtest.Linear(t, func(s string) {
			Highlight(s, "kommune norsk a 1")
			Mark(s, "kommune norsk a 1", "<b>", "</b>", 0)
			Mark(s, "kommune norsk a 1", "<b>", "</b>", 20)
		}, fragments...)
	})
	t.Run("position", func(t *testing.T) {
		costtest.Linear(t, func(s string) { _, _ = ParsePosition(s); _, _ = ParsePosition(strings.Repeat("W", len(s))) },
			fragments...)
	})
}
