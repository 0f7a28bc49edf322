package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// ownPause is how often a replica tries to become the owner of a duty, and how often the owner sees whether it still is.
const ownPause = 2 * time.Second

// Own does something that only one replica may do at a time: it waits until no other does, and ends do's context when the connection to the
// database that shows it is lost. It returns what do returns, or the error of a context that has ended before. On SQLite there is one process.
func (d *Database) Own(ctx context.Context, lock int64, do func(context.Context) error) error {
	if d.url == "" {
		return do(ctx)
	}
	for {
		lost, err := d.own(ctx, lock, do)
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
		if !lost {
			return err
		}
		if err != nil {
			slog.WarnContext(ctx, "a duty of one replica is not done here", "error", err, "again_in", ownPause)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(ownPause):
		}
	}
}

// own tries once. It has lost when another replica is the owner or when ownership has ended in between.
func (d *Database) own(ctx context.Context, lock int64, do func(context.Context) error) (lost bool, err error) {
	conn, err := d.DB().Conn(ctx)
	if err != nil {
		return true, fmt.Errorf("connect to own a duty: %w", err)
	}
	defer func() { _ = conn.Close() }()
	var mine bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", lock).Scan(&mine); err != nil || !mine {
		return true, err
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lock) // a connection that is gone has let go already
	}()
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	gone := make(chan error, 1)
	go func() { gone <- stillThere(inner, conn, cancel) }()
	err = do(inner)
	cancel()
	if broken := <-gone; broken != nil {
		return true, broken
	}
	return false, err
}

// stillThere ends the context when the connection does.
func stillThere(ctx context.Context, conn *sql.Conn, end func()) error {
	tick := time.NewTicker(ownPause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := conn.PingContext(ctx); err != nil && ctx.Err() == nil {
				end()
				return fmt.Errorf("the connection that shows the ownership is lost: %w", err)
			}
		}
	}
}
