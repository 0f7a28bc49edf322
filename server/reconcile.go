package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"
)

const (
	settling  = 10 * time.Minute // after the start, before the indexes are first compared with the database
	nightHour = 3                // when they are compared then, local time
)

// runReconcile compares the search indexes with the database soon after the start and every night. It never goes wrong; it is there for when it does.
func (p *parts) runReconcile(ctx context.Context) {
	for pause := settling; ; pause = untilNight(time.Now()) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if _, err := p.follower.Reconcile(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "the search indexes were not compared with the database", "error", err)
		}
	}
}

// untilNight is how long it is until the next night.
func untilNight(now time.Time) time.Duration {
	next := time.Date(now.Year(), now.Month(), now.Day(), nightHour, 0, 0, 0, now.Location())
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next.Sub(now)
}

// check brings the search indexes up to date, compares them with the database and puts right what differs.
func check(ctx context.Context, config Config, out io.Writer) error {
	p, err := openParts(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	if err := p.follower.CatchUp(ctx); err != nil {
		return fmt.Errorf("bring the search indexes up to date: %w", err)
	}
	r, err := p.follower.Reconcile(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d documents to find: %d missing, %d stale, %d extra\n", r.Documents, r.Missing, r.Stale, r.Extra)
	if err == nil && r.Wrong() > 0 {
		err = fmt.Errorf("the search indexes were wrong in %d places, and are right now", r.Wrong())
	}
	return err
}
