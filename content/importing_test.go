package content_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"dugnad/content"
	"dugnad/server/database"
)

// An import writes the rows of many documents with one statement: a document that points at others costs two statements
// of its own at most, those of its batch apart, whether it is published, and has a newer draft, or not.
func TestStatementsOfImporting(t *testing.T) {
	items := func(kind, key string, n int) []content.File {
		files := make([]content.File, 0, 2*n)
		for i := range n {
			key := fmt.Sprintf("%s-%s-%d", kind, key, i)
			tool := key + "-sjekkliste"
			files = append(files, content.File{
				Type: "TOOL", Key: tool, Owner: "organization:ks", Published: true, Document: json.RawMessage(method(tool)),
			})
			document := json.RawMessage(named(key, fmt.Sprintf(`,
				"tools": ["tool:%s"], "organizations": [{"organization": "organization:ks", "role": "PARTNER"}],
				"relations": [{"to": "tool:%s", "type": "BASED_ON"}]`, tool, tool)))
			f := content.File{
				Type: "PRACTICE", Key: key, Owner: "organization:ks", Published: kind != "draft",
				Document: document,
			}
			if kind == "edited" {
				f.Draft = json.RawMessage(named("Nytt namn", ""))
			}
			files = append(files, f)
		}
		return files
	}
	each(t, func(h *hub) {
		began := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
		h.Now = func() time.Time { return began } // batches grow without a look at the clock
		for _, kind := range []string{"published", "draft", "edited"} {
			h.Run(kind, func(t *testing.T) {
				took := func(key string, n int) int {
					ctx, counter := database.Count(h.ctx)
					_, err := h.Import(ctx, content.Items(items(kind, key, n)...), content.ImportOptions{
						Problem: func(p content.ItemProblem) { t.Error(p.String()) },
					})
					if err != nil {
						t.Fatal(err)
					}
					return counter.Statements()
				}
				few, many := took("few", 5), took("many", 10) // all in one batch of each type
				if each := float64(many-few) / 10; each > 2 {
					t.Errorf("each document costs %.1f statements: 5 with their tools took %d, 10 took %d", each, few, many)
				}
			})
		}
	})
}
