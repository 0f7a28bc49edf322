package graphqlhttp

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// queryCache keeps parsed and validated documents by their text. A parsed document takes many times the memory of its
// text, so the cache is bounded by number as well as by bytes of text: each text weighs its bytes, or its share of
// them where it is shorter.
type queryCache struct {
	bytes int
	kept  *otter.Cache[string, *ast.QueryDocument]
}

var _ graphql.Cache[*ast.QueryDocument] = (*queryCache)(nil)

// newQueryCache returns a cache of at most so many documents, with texts of at most so many bytes in all.
func newQueryCache(entries, bytes int) *queryCache {
	share := bytes / entries
	return &queryCache{bytes, otter.Must(&otter.Options[string, *ast.QueryDocument]{
		MaximumWeight: uint64(bytes),                                                                           //nolint:gosec // not negative
		Weigher:       func(text string, _ *ast.QueryDocument) uint32 { return uint32(max(len(text), share)) }, //nolint:gosec // see Add
	})}
}

// Get returns the document of a text.
func (c *queryCache) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	return c.kept.GetIfPresent(text)
}

// Add keeps the document of a text, unless the text alone is larger than the cache.
func (c *queryCache) Add(_ context.Context, text string, parsed *ast.QueryDocument) {
	if len(text) <= c.bytes {
		c.kept.SetIfAbsent(text, parsed)
	}
}

// knows reports whether a text is in the cache.
func (c *queryCache) knows(ctx context.Context, text string) bool {
	_, ok := c.Get(ctx, text)
	return ok
}
