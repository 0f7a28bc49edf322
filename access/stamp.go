package access

import (
	"context"
	"log/slog"
	"time"
)

const (
	stampTime  = 250 * time.Millisecond // that a request waits for its stamp
	stampPause = 5 * time.Second        // without stamps after one that failed
)

// stamp notes that a credential was used. It is a note for people: while the database takes no writes, it is left out,
// so that a valid credential goes on reading, and the next use writes it.
func (a *Accounts) stamp(ctx context.Context, note func(context.Context) error) {
	now := time.Now().UnixNano()
	if now < a.noStamps.Load() {
		return
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stampTime)
	defer cancel()
	if err := note(limited); err != nil {
		a.noStamps.Store(now + int64(stampPause))
		slog.WarnContext(ctx, "could not note the use of a credential", "error", err)
	}
}
