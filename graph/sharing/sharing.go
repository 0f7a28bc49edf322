// Package sharing lets a resolver keep the answer that it takes part in out of the cache of shared answers.
package sharing

import (
	"context"
	"sync/atomic"
)

type noteKey struct{}

// Watch returns a context for Forbid, and a function that reports whether Forbid was called with it.
func Watch(ctx context.Context) (watched context.Context, forbidden func() bool) {
	note := &atomic.Bool{}
	return context.WithValue(ctx, noteKey{}, note), note.Load
}

// Forbid keeps the answer to the context's operation out of the cache: something was counted that has to be counted
// each time.
func Forbid(ctx context.Context) {
	if note, ok := ctx.Value(noteKey{}).(*atomic.Bool); ok {
		note.Store(true)
	}
}
