package database

import (
	"context"
	"log/slog"
	"time"

	"github.com/lib/pq"

	"dugnad/changes/background"
)

// channel is the PostgreSQL channel that the change log notifies.
const channel = "changes"

// Listen returns a channel that receives a value after another connection committed changes, and whenever notifications
// may have been lost; one value may stand for several. It stops when ctx ends. On SQLite the channel is nil. Consumers
// must poll as well: a connection that dies silently is noticed late.
func (d *Database) Listen(ctx context.Context) <-chan struct{} {
	if d.url == "" {
		return nil
	}
	wake := make(chan struct{}, 1)
	listener := pq.NewListener(d.url, time.Second, 15*time.Second, func(_ pq.ListenerEventType, err error) {
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "not listening for changes, retrying", "error", err)
		}
	})
	background.Go(ctx, "change notices", func(ctx context.Context) {
		<-ctx.Done()
		_ = listener.Close()
	})
	background.Go(ctx, "change notices", func(ctx context.Context) {
		// Listen waits for a connection.
		if err := listener.Listen(channel); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "cannot listen for changes, consumers poll", "error", err)
			return
		}
		wakeUp(wake) // finds changes made before this
	})
	background.Go(ctx, "change notices", func(context.Context) {
		check := time.NewTicker(time.Minute)
		defer check.Stop()
		for {
			select {
			case _, ok := <-listener.NotificationChannel(): // nil after a reconnect: notifications were lost
				if !ok {
					return
				}
				wakeUp(wake)
			case <-check.C:
				_ = listener.Ping() // closes and reopens a dead connection
			}
		}
	})
	return wake
}

func wakeUp(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default: // one is pending
	}
}
