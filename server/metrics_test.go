package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dugnad/server/database/databasetest"
)

// What operators watch: requests by route, the database's connections, and background tasks, of which one that fails
// degrades the hub.
func TestMetrics(t *testing.T) {
	h := newTestHub(t, databasetest.SQLiteOptions(t))
	h.caughtUp.Store(true)
	h.ask(`{ themes(first: 1) { totalCount } }`, nil).ok()
	h.visit("/finst-ikkje")
	// run has a task fail so many times, or panic, and then succeed if it is to.
	run := func(name string, failures int, succeed bool) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		wake := make(chan struct{})
		close(wake) // no pauses
		runs := 0
		h.tasks.Every(ctx, name, time.Hour, wake, func(context.Context) error {
			switch runs++; {
			case runs > failures+1 || runs > failures && !succeed:
				stop()
			case runs > failures:
			case runs%2 == 1:
				panic("the test breaks it")
			default:
				return errors.New("the test breaks it")
			}
			return nil
		})
	}
	run("mended", 3, true)
	run("broken", failingRuns-1, false)
	w := httptest.NewRecorder()
	h.metrics().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	for _, want := range []string{
		`dugnad_request_seconds_count{route="/graphql",status="2xx"} 1`, `dugnad_request_seconds_bucket{route="/graphql",status="2xx",le="10"} 1`,
		`status="4xx"} 1`, `go_sql_open_connections{db_name="hub"}`,
		`dugnad_task_failures_total{task="mended"} 3`, `dugnad_task_failing{task="mended"} 0`, `dugnad_task_failing{task="broken"} 2`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("without %s", want)
		}
	}
	if strings.Contains(w.Body.String(), "finst-ikkje") {
		t.Error("an address that a client made up is a label")
	}

	degraded := func() string { return strings.Join(h.ready(t.Context()).Reasons, "; ") }
	if got := degraded(); strings.Contains(got, "broken") {
		t.Errorf("before it counts: %s", got)
	}
	run("broken", 1, false)
	if got := degraded(); !strings.Contains(got, "degraded: the background task broken fails") {
		t.Errorf("after one more: %s", got)
	}
}
