package database

import (
	"context"
	"slices"
	"sync"
)

// Counter counts the statements that ran with its context. It is safe for concurrent use.
type Counter struct {
	mu    sync.Mutex
	texts []string
}

type counterKey struct{}

// Count returns a context whose statements are counted, inside transactions too; BEGIN, COMMIT and ROLLBACK are not
// counted. A Counter that ctx had does not see them.
func Count(ctx context.Context) (context.Context, *Counter) {
	c := &Counter{}
	return context.WithValue(ctx, counterKey{}, c), c
}

// Statements returns the number of statements.
func (c *Counter) Statements() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.texts)
}

// Texts returns their SQL, in the order they started.
func (c *Counter) Texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.texts)
}

func count(ctx context.Context, query string) {
	c, ok := ctx.Value(counterKey{}).(*Counter)
	if !ok {
		return
	}
	c.mu.Lock()
	c.texts = append(c.texts, query)
	c.mu.Unlock()
}
