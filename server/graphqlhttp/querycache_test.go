package graphqlhttp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

func TestQueryCache(t *testing.T) {
	ctx := t.Context()
	c := newQueryCache(3, 100)
	state := func() (entries int, weight uint64) {
		c.kept.CleanUp()
		return c.kept.EstimatedSize(), c.kept.WeightedSize()
	}
	for _, text := range []string{"a", "b", "c"} {
		c.Add(ctx, text, &ast.QueryDocument{})
	}
	if n, _ := state(); n != 3 || !c.knows(ctx, "a") || !c.knows(ctx, "b") || !c.knows(ctx, "c") {
		t.Errorf("of three documents %d are kept", n)
	}
	for range 100 {
		c.Get(ctx, "a")
	}
	for i := range 20 {
		c.Add(ctx, fmt.Sprint("other", i), &ast.QueryDocument{})
	}
	if n, _ := state(); n != 3 || !c.knows(ctx, "a") {
		t.Errorf("%d documents are kept; the one that is asked for often is kept: %t", n, c.knows(ctx, "a"))
	}
	c.Add(ctx, strings.Repeat("x", 101), &ast.QueryDocument{})
	if n, _ := state(); n != 3 || c.knows(ctx, strings.Repeat("x", 101)) {
		t.Error("a text larger than the cache was kept")
	}
	for i := range 20 {
		c.Add(ctx, fmt.Sprint(i, strings.Repeat("x", 60)), &ast.QueryDocument{})
		if n, weight := state(); weight > 100 || n > 3 {
			t.Errorf("%d documents of %d bytes are kept", n, weight)
		}
	}
	first := &ast.QueryDocument{}
	c = newQueryCache(3, 100)
	c.Add(ctx, "same", first)
	c.Add(ctx, "same", &ast.QueryDocument{})
	if got, _ := c.Get(ctx, "same"); got != first {
		t.Error("the document of a text was replaced")
	}
}
