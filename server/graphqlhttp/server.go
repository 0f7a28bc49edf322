package graphqlhttp

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer returns the program's HTTP server. It bounds the time for headers and their size; bodies and answers are
// bounded by the handlers, because a server-wide WriteTimeout would cut event streams.
func NewServer(addr string, handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}
