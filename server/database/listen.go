package database

import (
	"context"
	"log/slog"
	"time"

	"github.com/lib/pq"
)

// channel is where the change log notifies.
const channel = "changes"

// Listen returns a channel that gets a value when another connection has committed changes, and after every time when notices may
// have been lost; several notices may come as one. It ends with ctx. On SQLite the channel is nil. Consumers poll as
// well: a connection that dies in silence is noticed late.
func (d *Database) Listen(ctx context.Context) <-chan struct{} {
	if d.url == "" {
		return nil
	}
	wake := make(chan struct{}, 1)
	listener := pq.NewListener(d.url, time.Second, 15*time.Second, func(_ pq.ListenerEventType, err error) {
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "not listening for changes, trying again", "error", err)
		}
	})
	go func() {
		<-ctx.Done()
		_ = listener.Close()
	}()
	go func() {
		// It waits until there is a connection.
		if err := listener.Listen(channel); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "cannot listen for changes; consumers poll", "error", err)
			return
		}
		wakeUp(wake) // changes made before this are found now
	}()
	go func() {
		check := time.NewTicker(time.Minute)
		defer check.Stop()
		for {
			select {
			case _, ok := <-listener.NotificationChannel(): // nil after a reconnect: notices were lost
				if !ok {
					return
				}
				wakeUp(wake)
			case <-check.C:
				_ = listener.Ping() // a dead connection is closed and made again
			}
		}
	}()
	return wake
}

func wakeUp(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default: // one is waiting already
	}
}
