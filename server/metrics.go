package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dugnad/search/feed"
)

// metrics serves what operators watch, in the form of Prometheus.
func (h *Hub) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), searchMetrics{h.searchStatus})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// searchMetrics asks how searching is whenever it is asked.
type searchMetrics struct {
	status func(context.Context) (*feed.Status, error)
}

var (
	searchUp      = prometheus.NewDesc("dugnad_search_up", "Whether searches are answered.", []string{"engine"}, nil)
	searchWaiting = prometheus.NewDesc("dugnad_search_waiting_changes", "Changes that searches do not know of yet.", nil, nil)
	searchLag     = prometheus.NewDesc("dugnad_search_lag_seconds", "Age of the oldest change that searches do not know of.", nil, nil)
	searchDead    = prometheus.NewDesc("dugnad_search_dead_letters", "Documents that the engine does not take.", nil, nil)
	searchWrong   = prometheus.NewDesc("dugnad_search_wrong_documents", "Documents that the last comparison with the database found wrong.", []string{"as"}, nil)
)

// Describe implements prometheus.Collector.
func (m searchMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{searchUp, searchWaiting, searchLag, searchDead, searchWrong} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (m searchMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	s, err := m.status(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "cannot tell how searching is", "error", err)
		to <- prometheus.NewInvalidMetric(searchUp, err)
		return
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	up := 1.
	if s.Problem != "" {
		up = 0
	}
	gauge(searchUp, up, string(s.Engine))
	gauge(searchWaiting, float64(s.Waiting))
	gauge(searchLag, s.LagSeconds())
	gauge(searchDead, float64(len(s.DeadLetters)))
	if r := s.Reconciliation; r != nil {
		gauge(searchWrong, float64(r.Missing), "missing")
		gauge(searchWrong, float64(r.Stale), "stale")
		gauge(searchWrong, float64(r.Extra), "extra")
	}
}
