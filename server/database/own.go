package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"dugnad/changes/background"
)

// ownPause is how often a replica tries to become the leader, and how often the leader checks that it still is.
const ownPause = 2 * time.Second

// Own runs do in at most one replica at a time, the one that holds the advisory lock. It waits for the lock, and ends
// do's context when the connection that holds it is lost. It returns do's error, or ctx's if that ends first. On SQLite
// there is one process and no lock.
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
			slog.WarnContext(ctx, "leader task failed, retrying", "error", err, "retry_in", ownPause)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(ownPause):
		}
	}
}

// own tries once. It reports lost if another replica holds the lock, or if the lock was lost while do ran.
func (d *Database) own(ctx context.Context, lock int64, do func(context.Context) error) (lost bool, err error) {
	conn, err := d.DB().Conn(ctx)
	if err != nil {
		return true, fmt.Errorf("connect to become the leader: %w", err)
	}
	defer func() { _ = conn.Close() }()
	var mine bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", lock).Scan(&mine); err != nil || !mine {
		return true, err
	}
	defer func() {
		// a dead connection has released it
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lock)
	}()
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	gone := make(chan error, 1)
	go func() {
		gone <- background.Recover(inner, "leader lock", func(ctx context.Context) error {
			defer cancel() // also after a panic
			return stillThere(ctx, conn, cancel)
		})
	}()
	err = do(inner)
	cancel()
	if broken := <-gone; broken != nil {
		return true, broken
	}
	return false, err
}

// stillThere pings the connection and calls end when it is lost.
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
				return fmt.Errorf("lost the connection that holds the leader lock: %w", err)
			}
		}
	}
}
