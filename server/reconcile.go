package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

const (
	settling  = 10 * time.Minute // from the start to the first comparison
	nightHour = 3                // local time of the comparisons after that
)

// runReconcile compares the search indexes with the database soon after the start and every night, and repairs what
// differs. The follower of the change log should leave nothing to repair.
func (p *parts) runReconcile(ctx context.Context) {
	next := func(first bool) time.Duration {
		if first {
			return settling
		}
		return untilNight(time.Now())
	}
	p.tasks.At(ctx, "reconciliation", next, nil, func(ctx context.Context) error {
		_, err := p.follower.Reconcile(ctx)
		return err
	})
}

// untilNight returns the time until the next nightHour.
func untilNight(now time.Time) time.Duration {
	next := time.Date(now.Year(), now.Month(), now.Day(), nightHour, 0, 0, 0, now.Location())
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next.Sub(now)
}

// check brings the search indexes up to date, compares them with the database and repairs differences. It fails when
// there were any.
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
	_, err = fmt.Fprintf(
		out, "%d documents to find: %d missing, %d stale, %d extra\n", r.Documents, r.Missing, r.Stale, r.Extra,
	)
	if err == nil && r.Wrong() > 0 {
		err = fmt.Errorf("repaired %d wrong documents of the search indexes", r.Wrong())
	}
	return err
}
