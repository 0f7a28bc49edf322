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
	tidyPause   = time.Hour
	changesLast = 90 * 24 * time.Hour // longer than a portal is away; one that was begins again

	deliveriesLast = 30 * 24 * time.Hour
)

// runTidy deletes, now and then, what has outlived its use. Every replica does; what one has deleted the others do not find.
func (h *Hub) runTidy(ctx context.Context) {
	tick := time.NewTicker(tidyPause)
	defer tick.Stop()
	for {
		n, err := h.tidy(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			slog.ErrorContext(ctx, "what has outlived its use is not deleted", "error", err)
		case n > 0:
			slog.InfoContext(ctx, "deleted what had outlived its use", "rows", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *Hub) tidy(ctx context.Context) (n int, err error) {
	n, err = h.accounts.Tidy(ctx, time.Duration(h.config.AuditDays)*24*time.Hour)
	m, pruned := changes.Prune(access.WithViewer(ctx, access.System("tidy")), h.client, h.service.Now().Add(-changesLast))
	k, forgotten := h.demand.Tidy(ctx)
	d, told := h.webhooks.DeleteOld(ctx, h.service.Now().Add(-deliveriesLast))
	f, sent := h.uploads.Tidy(ctx)
	u, old := h.usage.Tidy(ctx)
	return n + m + k + d + f + u, errors.Join(err, pruned, forgotten, told, sent, old)
}
