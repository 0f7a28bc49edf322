package database

import (
	"context"
	"slices"
	"sync"
)

// Counter counts the statements that ran under its context. It is safe for use by several goroutines.
type Counter struct {
	mu    sync.Mutex
	texts []string
}

type counterKey struct{}

// Count returns a context whose statements are counted, those of transactions included; BEGIN, COMMIT and ROLLBACK are not
// statements here. A counter further out does not see them.
func Count(ctx context.Context) (context.Context, *Counter) {
	c := &Counter{}
	return context.WithValue(ctx, counterKey{}, c), c
}

// Statements is how many have run.
func (c *Counter) Statements() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.texts)
}

// Texts are their SQL texts, in the order they began.
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
