package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"dugnad/search"
	"dugnad/web/respond"
)

// readyTimeout bounds how long checking the parts may take, so that the answer comes within two seconds.
const readyTimeout = 1500 * time.Millisecond

// failingRuns is after how many failures in a row a background task counts as failing: one alone may be a restart of
// the database.
const failingRuns = 3

// demoState is the progress of loading demo content. The zero value means that none is loaded.
type demoState struct {
	mu      sync.Mutex
	loading bool
	failed  bool
}

func (d *demoState) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.loading = true
}

func (d *demoState) end(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.loading, d.failed = false, err != nil
}

// reason returns why the demo content keeps the hub from being ready, "" when it does not.
func (d *demoState) reason() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.loading:
		return "the demo content is being loaded"
	case d.failed:
		return "the demo content could not be loaded; the log says why"
	}
	return ""
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready   bool     `json:"ready"`
	Reasons []string `json:"reasons"` // why it is not ready or, when it is, what is degraded
}

// ready reports whether requests should be sent here. The index has to be up to date once, unless the search server
// is away; afterwards a search that is down or behind is no reason to send readers away, because everything else
// works.
func (h *Hub) ready(ctx context.Context) readiness {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	var reasons []string
	if h.draining.Load() {
		reasons = append(reasons, "the hub is stopping")
	}
	if err := h.db.Ping(ctx); err != nil {
		slog.ErrorContext(ctx, "the database does not answer", "error", err)
		return readiness{Reasons: append(reasons, "the database does not answer")}
	}
	health := h.engine.Health(ctx)
	away := health != nil && !errors.Is(health, search.ErrNeedsRebuild) // waiting would not help
	if reason := h.demo.reason(); reason != "" {
		reasons = append(reasons, reason)
	} else if !h.caughtUp.Load() && !away {
		now, err := h.follower.CaughtUp(ctx)
		if err != nil {
			slog.ErrorContext(ctx, "could not check whether the search indexes are up to date", "error", err)
		}
		h.caughtUp.Store(now)
	}
	if !h.caughtUp.Load() && !away {
		reasons = append(reasons, "the search indexes are not up to date yet")
	}
	if len(reasons) > 0 {
		return readiness{Reasons: reasons}
	}
	degraded := []string{}
	if problem := h.dataFolder.problem(); problem != "" {
		degraded = append(degraded, "degraded: "+problem)
	}
	if health != nil {
		slog.ErrorContext(ctx, "search does not answer", "error", health)
		degraded = append(degraded, "degraded: search does not answer")
	}
	for _, task := range h.tasks.Status() {
		if task.InARow >= failingRuns {
			degraded = append(degraded, "degraded: the background task "+task.Name+" fails; the log says why")
		}
	}
	return readiness{Ready: true, Reasons: degraded}
}

func (h *Hub) serveReady(w http.ResponseWriter, r *http.Request) {
	answer := h.ready(r.Context())
	status := http.StatusOK
	if !answer.Ready {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	}
	respond.JSON(w, status, answer)
}

// serveHealthy answers as long as the process does, whatever the state of its parts.
func serveHealthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}
