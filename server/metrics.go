package main

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dugnad/changes/background"
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
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewDBStatsCollector(h.db.DB(), "hub"),
		h.requestSeconds, searchMetrics{h.searchStatus}, cacheMetrics{h.graphql.Stats()}, webhookMetrics{h.webhooks.Backlog}, taskMetrics{h.tasks},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "dugnad_data_folder_writable", Help: "1 while files can be written to the data folder, else 0.",
		}, func() float64 {
			if h.dataFolder.problem() != "" {
				return 0
			}
			return 1
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "dugnad_streams_open", Help: "Connections that stay open: event streams and WebSockets.",
		},
			func() float64 { return float64(h.graphql.OpenStreams()) }),
	)
	return registry
}

// newRequestSeconds returns the histogram that measured fills.
func newRequestSeconds() *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "dugnad_request_seconds", Help: "Time to answer requests, by route and class of status; connections that stay open apart.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route", "status"})
}

// measured is the middleware that takes the time of requests. It stands within a router, whose pattern is the route.
func (h *Hub) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		seen := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(seen, r)
		if r.Header.Get("Upgrade") != "" || strings.HasPrefix(seen.Header().Get("Content-Type"), "text/event-stream") {
			return
		}
		route := chi.RouteContext(r.Context()).RoutePattern()
		h.requestSeconds.WithLabelValues(cmp.Or(route, "none"), strconv.Itoa(cmp.Or(seen.Status(), http.StatusOK)/100)+"xx").
			Observe(time.Since(start).Seconds())
	})
}

// taskMetrics collects how background tasks do.
type taskMetrics struct{ tasks *background.Tasks }

var (
	taskFailures = prometheus.NewDesc(
		"dugnad_task_failures_total", "Runs of a background task that failed.", []string{"task"}, nil,
	)
	recoveredPanics = prometheus.NewDesc(
		"dugnad_recovered_panics_total", "Panics of goroutines that were recovered.", []string{"in"}, nil,
	)
	taskFailing = prometheus.NewDesc(
		"dugnad_task_failing", "Runs of a background task that failed since one succeeded.", []string{"task"}, nil,
	)
)

// Describe implements prometheus.Collector.
func (taskMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- taskFailures
	to <- taskFailing
	to <- recoveredPanics
}

// Collect implements prometheus.Collector.
func (m taskMetrics) Collect(to chan<- prometheus.Metric) {
	for _, s := range m.tasks.Status() {
		to <- prometheus.MustNewConstMetric(taskFailures, prometheus.CounterValue, float64(s.Failures), s.Name)
		to <- prometheus.MustNewConstMetric(taskFailing, prometheus.GaugeValue, float64(s.InARow), s.Name)
	}
	for in, n := range background.Panics() {
		to <- prometheus.MustNewConstMetric(recoveredPanics, prometheus.CounterValue, float64(n), in)
	}
}

// cacheMetrics collects what became of the requests of anonymous readers.
type cacheMetrics struct{ stats *graphqlhttp.SharingStats }

var (
	cacheRequests = prometheus.NewDesc("dugnad_cache_requests_total", "Requests of anonymous readers for shared answers: from memory (hit), computed (miss), "+
		"computed by another request at the same time (joined); of the misses those whose answer was outdated (stale).", []string{"result"}, nil)
	cacheEvicted = prometheus.NewDesc("dugnad_cache_evicted_total", "Answers that were evicted for others.", nil, nil)
	cacheBytes   = prometheus.NewDesc("dugnad_cache_bytes", "Memory of the kept answers.", nil, nil)
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

// searchMetrics collects the state of search.
type searchMetrics struct {
	status func(context.Context) (*feed.Status, error)
}

var (
	searchUp = prometheus.NewDesc(
		"dugnad_search_up", "1 while searches are answered, else 0.", []string{"engine"}, nil,
	)
	searchWaiting = prometheus.NewDesc(
		"dugnad_search_waiting_changes", "Changes that are not in the search index yet.", nil, nil,
	)
	searchLag = prometheus.NewDesc(
		"dugnad_search_lag_seconds", "Age of the oldest change that is not in the search index.", nil, nil,
	)
	searchDead  = prometheus.NewDesc("dugnad_search_dead_letters", "Documents that the search engine refuses.", nil, nil)
	searchWrong = prometheus.NewDesc(
		"dugnad_search_wrong_documents", "Documents that the last comparison with the database found wrong.",
		[]string{"as"}, nil,
	)
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
		slog.ErrorContext(ctx, "could not collect search metrics", "error", err)
		to <- prometheus.NewInvalidMetric(searchUp, err)
		return
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	up := 0.
	if s.Answers {
		up = 1
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

// webhookMetrics collects the state of webhooks.
type webhookMetrics struct {
	waiting func(context.Context) (pending, paused int, err error)
}

var (
	webhookPending = prometheus.NewDesc("dugnad_webhook_pending", "Deliveries that wait to be sent.", nil, nil)
	webhookPaused  = prometheus.NewDesc("dugnad_webhook_paused", "Webhooks that the hub has paused.", nil, nil)
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
		slog.ErrorContext(ctx, "could not collect webhook metrics", "error", err)
		return
	}
	to <- prometheus.MustNewConstMetric(webhookPending, prometheus.GaugeValue, float64(pending))
	to <- prometheus.MustNewConstMetric(webhookPaused, prometheus.GaugeValue, float64(paused))
}
