package content

import (
	"testing"

	"dugnad/ent"
	"dugnad/schema"
	"dugnad/text"
	"dugnad/text/costtest"
)

// TestParsingCost: what looks at the texts of editors costs no more per byte the longer they are.
func TestParsingCost(t *testing.T) {
	fragments := []string{
		"a", " ", "\n", "a\n", "a\n\n", "20000000 ", "22 33 44 55 ", "2", "2-", "+4722334455,", "tlf ", "kr ", "nr. ",
		"01010112345 ", "201912345678 ", "@", "a@b.no ", "a.", "a@a.", "ola.nordmann@gmail.com ", "![", "![](hub:", "hub:",
		"hub:pra_00000000000000000000000000 ", "<hub:pra_00000000000000000000000000>", "[a](/b)", "![](c)",
		"é", "\u0301",
	}
	t.Run("warnings", func(t *testing.T) {
		costtest.Linear(t, func(s string) { (&guarded{}).text(s, nil) }, fragments...)
	})
	t.Run("links", func(t *testing.T) {
		doc, err := ent.NewDocument("PRACTICE")
		if err != nil {
			t.Fatal(err)
		}
		costtest.Linear(t, func(s string) {
			doc.Shared().Texts = []schema.ContentText{{Language: "NB", Body: s}}
			linksOf(doc)
			notShown("", doc)
		}, fragments...)
	})
	t.Run("differences", func(t *testing.T) {
		costtest.Linear(t, func(s string) {
			(&differ{words: maxWords}).text(s, s[len(s)/2:]+"x\n"+s[:len(s)/2])
			(&differ{words: maxWords}).text(s, s)
		}, fragments...)
	})
	t.Run("names", func(t *testing.T) {
		costtest.Linear(t, func(s string) { text.Slug(s); text.SortKey("NB", s); text.Fold(s) }, fragments...)
	})
}
