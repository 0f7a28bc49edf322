package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"dugnad/access"
	"dugnad/changes"
)

const (
	retentionInterval = time.Hour
	changesKept       = 90 * 24 * time.Hour // longer than a portal is away; one that was starts over
	deliveriesKept    = 30 * 24 * time.Hour
)

// runRetention deletes expired rows every hour. Every replica does; a row that one has deleted the others do not find.
func (h *Hub) runRetention(ctx context.Context) {
	h.tasks.Every(ctx, "retention", retentionInterval, nil, func(ctx context.Context) error {
		n, err := h.deleteExpired(ctx)
		if n > 0 {
			slog.InfoContext(ctx, "deleted expired rows", "rows", n)
		}
		return err
	})
}

// deleteExpired deletes all rows that have expired, and returns how many they were. One kind that fails does not keep
// the others.
func (h *Hub) deleteExpired(ctx context.Context) (n int, err error) {
	now := h.service.Now()
	for _, expire := range []func() (int, error){
		func() (int, error) { return h.accounts.Tidy(ctx, time.Duration(h.config.AuditDays)*24*time.Hour) },
		func() (int, error) {
			return changes.Prune(access.WithViewer(ctx, access.System("tidy")), h.client, now.Add(-changesKept))
		},
		func() (int, error) { return h.demand.Tidy(ctx) },
		func() (int, error) { return h.webhooks.DeleteOld(ctx, now.Add(-deliveriesKept)) },
		func() (int, error) { return h.uploads.Tidy(ctx) },
		func() (int, error) { return h.usage.Tidy(ctx) },
	} {
		deleted, failed := expire()
		n, err = n+deleted, errors.Join(err, failed)
	}
	return n, err
}
