package graphqlhttp

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

func TestQueryCache(t *testing.T) {
	ctx := t.Context()
	c := newQueryCache(3, 100)
	for _, text := range []string{"a", "b", "c"} {
		c.Add(ctx, text, &ast.QueryDocument{})
	}
	c.Get(ctx, "a")
	c.Add(ctx, "d", &ast.QueryDocument{})
	if !c.knows(ctx, "a") || c.knows(ctx, "b") || !c.knows(ctx, "c") || !c.knows(ctx, "d") {
		t.Errorf("the least recently used must go: %v", c.byText)
	}
	c.Add(ctx, strings.Repeat("x", 101), &ast.QueryDocument{})
	if c.recent.Len() != 3 {
		t.Error("a text larger than the cache was kept")
	}
	c.Add(ctx, strings.Repeat("x", 99), &ast.QueryDocument{})
	if c.held != 100 || c.recent.Len() != 2 || len(c.byText) != 2 || !c.knows(ctx, "d") {
		t.Errorf("%d bytes held in %d entries", c.held, c.recent.Len())
	}
}
