package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dugnad/search/feed"
	"dugnad/server/graphqlhttp"
)

// metrics serves what operators watch, in the form of Prometheus.
func (h *Hub) metrics() http.Handler {
	return promhttp.HandlerFor(h.collectors(), promhttp.HandlerOpts{})
}

// collectors returns a registry of all metrics.
func (h *Hub) collectors() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), searchMetrics{h.searchStatus}, cacheMetrics{h.graphql.Stats()}, webhookMetrics{h.webhooks.Backlog},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "dugnad_streams_open", Help: "Connections that stay open: event streams and WebSockets."}, func() float64 { return float64(h.graphql.OpenStreams()) }))
	return registry
}

// cacheMetrics tell what became of the requests of anonymous readers.
type cacheMetrics struct{ stats *graphqlhttp.SharingStats }

var (
	cacheRequests = prometheus.NewDesc("dugnad_cache_requests_total", "Requests that the same answer is given to everybody for: from memory (hit), made anew (miss), made by another request at the same time (joined); of the misses those whose answer was no longer right (stale).", []string{"result"}, nil)
	cacheEvicted  = prometheus.NewDesc("dugnad_cache_evicted_total", "Answers that were dropped for others.", nil, nil)
	cacheBytes    = prometheus.NewDesc("dugnad_cache_bytes", "Memory that the kept answers take.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m cacheMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{cacheRequests, cacheEvicted, cacheBytes} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (m cacheMetrics) Collect(to chan<- prometheus.Metric) {
	if m.stats == nil {
		return
	}
	counter := func(d *prometheus.Desc, value int64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value), labels...)
	}
	counter(cacheRequests, m.stats.Hits.Load(), "hit")
	counter(cacheRequests, m.stats.Misses.Load()-m.stats.Joined.Load(), "miss")
	counter(cacheRequests, m.stats.Joined.Load(), "joined")
	counter(cacheRequests, m.stats.Stale.Load(), "stale")
	counter(cacheEvicted, m.stats.Evicted.Load())
	to <- prometheus.MustNewConstMetric(cacheBytes, prometheus.GaugeValue, float64(m.stats.Bytes()))
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

// webhookMetrics asks how it stands with webhooks whenever it is asked.
type webhookMetrics struct {
	waiting func(context.Context) (pending, paused int, err error)
}

var (
	webhookPending = prometheus.NewDesc("dugnad_webhook_pending", "Deliveries that wait to be sent.", nil, nil)
	webhookPaused  = prometheus.NewDesc("dugnad_webhook_paused", "Webhooks that are paused though nobody has paused them.", nil, nil)
)

// Describe implements prometheus.Collector.
func (webhookMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- webhookPending
	to <- webhookPaused
}

// Collect implements prometheus.Collector.
func (m webhookMetrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	pending, paused, err := m.waiting(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "how it stands with webhooks is not known", "error", err)
		return
	}
	to <- prometheus.MustNewConstMetric(webhookPending, prometheus.GaugeValue, float64(pending))
	to <- prometheus.MustNewConstMetric(webhookPaused, prometheus.GaugeValue, float64(paused))
}
