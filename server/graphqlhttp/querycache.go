package graphqlhttp

import (
	"container/list"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// queryCache keeps parsed and validated documents, the least recently used first to go. It is bounded by the text it
// holds as well as by number, because a parsed document takes many times the memory of its text.
type queryCache struct {
	entries, bytes int

	mu     sync.Mutex
	recent *list.List // of *document, the newest in front
	byText map[string]*list.Element
	held   int // bytes of text
}

type document struct {
	text   string
	parsed *ast.QueryDocument
}

var _ graphql.Cache[*ast.QueryDocument] = (*queryCache)(nil)

func newQueryCache(entries, bytes int) *queryCache {
	return &queryCache{entries: entries, bytes: bytes, recent: list.New(), byText: map[string]*list.Element{}}
}

// Get returns the document of a text.
func (c *queryCache) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byText[text]
	if !ok {
		return nil, false
	}
	c.recent.MoveToFront(element)
	return element.Value.(*document).parsed, true
}

// Add keeps the document of a text.
func (c *queryCache) Add(_ context.Context, text string, parsed *ast.QueryDocument) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byText[text]; ok || len(text) > c.bytes {
		return
	}
	c.byText[text] = c.recent.PushFront(&document{text, parsed})
	c.held += len(text)
	for c.held > c.bytes || c.recent.Len() > c.entries {
		oldest := c.recent.Remove(c.recent.Back()).(*document)
		delete(c.byText, oldest.text)
		c.held -= len(oldest.text)
	}
}

func (c *queryCache) knows(ctx context.Context, text string) bool {
	_, ok := c.Get(ctx, text)
	return ok
}
