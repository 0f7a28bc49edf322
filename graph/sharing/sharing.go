// Package sharing lets a resolver say that the answer it takes part in is not to be kept for others, though nothing that it shows is anybody's own.
package sharing

import (
	"context"
	"sync/atomic"
)

type noteKey struct{}

// Watch gives a context in which Forbid is heard, and what tells whether it was called.
func Watch(ctx context.Context) (watched context.Context, forbidden func() bool) {
	note := &atomic.Bool{}
	return context.WithValue(ctx, noteKey{}, note), note.Load
}

// Forbid says that the answer to the context's operation is not to be kept: something was counted that has to be counted each time.
func Forbid(ctx context.Context) {
	if note, ok := ctx.Value(noteKey{}).(*atomic.Bool); ok {
		note.Store(true)
	}
}
