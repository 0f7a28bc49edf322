package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"dugnad/server/graphqlhttp"
	"dugnad/web"
	"dugnad/web/feeds"
	"dugnad/web/respond"
)

// denyAll is the Content-Security-Policy of responses that are not pages.
const denyAll = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// answerTime is how long sending a response may take; handlers that need longer extend it.
const answerTime = 30 * time.Second

// pageCompression is gzip's level for pages: nearly the size of higher levels, in less time.
const pageCompression = 5

// anID matches possible ids. Others are not looked up: PostgreSQL refuses U+0000 and invalid UTF-8.
const anID = "{id:[a-z]{3}_[0-9a-z]+}"

// routes returns the handler of the hub's address.
func (h *Hub) routes() (http.Handler, error) {
	uploads, err := h.uploads.Handler("/uploads/")
	if err != nil {
		return nil, fmt.Errorf("create the uploads: %w", err)
	}
	built, ok := web.Dist()
	if !ok {
		built = nil
	}
	pages, err := h.newExplorer(built)
	if err != nil {
		return nil, fmt.Errorf("create the explorer: %w", err)
	}
	h.pages = pages
	text := wellFormed(h.reading(http.HandlerFunc(pages.BadRequest)))
	r := chi.NewRouter()
	r.Use(
		graphqlhttp.Connection, graphqlhttp.WithRequestID, graphqlhttp.PageHeaders(denyAll), h.transportSecurity, bounded,
		middleware.GetHead,
	)
	r.Group(func(r chi.Router) { // asked every second, so not logged
		r.Use(graphqlhttp.Recover(slog.Default()), text, h.heldToManifest)
		r.Get("/healthz", serveHealthy)
		r.Get("/readyz", h.serveReady)
	})
	r.Group(func(r chi.Router) {
		r.Use(h.measured, graphqlhttp.AccessLog(slog.Default()), graphqlhttp.Recover(slog.Default()))
		r.Use(text, h.heldToManifest)
		r.NotFound(pageOr(h.reading(http.HandlerFunc(pages.NotFound)).ServeHTTP, respond.NotFound))
		r.MethodNotAllowed(respond.MethodNotAllowed)
		r.Group(func(r chi.Router) {
			r.Use(middleware.Compress(pageCompression), h.reading, h.limited)
			pages.Routes(r)
		})
		r.Group(func(r chi.Router) {
			r.Use(middleware.Compress(pageCompression), h.limited, anyOrigin)
			r.Get("/embed.js", serveEmbedScript(built))
			r.Group(func(r chi.Router) {
				r.Use(h.embedding)
				pages.EmbedRoutes(r)
			})
			if h.config.Demo {
				r.Get("/portal", h.servePortal)
			}
		})
		r.Get("/graphiql", serveGraphiQL(built))
		r.With(middleware.Compress(pageCompression)).Get("/assets/*", serveAsset(built))
		r.Get("/favicon.svg", serveFavicon)
		r.Get("/robots.txt", h.serveRobots)
		r.Get("/schema.graphql", serveSchema())
		r.Group(func(r chi.Router) {
			r.Use(h.limited, anyOrigin, h.anonymously)
			h.newFeeds().Routes(r)
		})
		r.With(h.limited).Handle("/uploads/*", uploads)
		r.With(h.limited).Route("/auth", h.auth.Routes)
		r.With(h.limited).Handle("/search-api/*", http.StripPrefix("/search-api", h.searchAPI()))
		r.Group(func(r chi.Router) {
			r.Use(h.reading)
			r.With(h.limited).Handle(graphqlPath, h.previewing(h.graphql))
			r.Method(http.MethodGet, "/id/"+anID+"/{version:[0-9]{1,9}}", h.newVersionPages())
			r.Get("/audit.csv", h.serveAudit)
		})
		r.Group(func(r chi.Router) {
			r.Use(withPreview, h.reading)
			r.Get("/id/"+anID, h.serveID)
			r.With(anyOrigin).Get("/files/"+anID, h.serveFile)
			r.With(anyOrigin).Get("/files/"+anID+"/{cut}", h.serveImage)
		})
	})
	return r, nil
}

// adminRoutes returns the handler of the admin address.
func (h *Hub) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", h.metrics())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/healthz", serveHealthy)
	return mux
}

// transportSecurity is the middleware that has browsers stay with https where the hub's URL is https.
func (h *Hub) transportSecurity(next http.Handler) http.Handler {
	if !strings.HasPrefix(h.baseURL, "https://") {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}

// bounded is the middleware that bounds how long a client may take to read its response.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime)) // recorders of tests have none
		next.ServeHTTP(w, r)
	})
}

// anyOrigin is the middleware of responses, errors included, that pages of every origin may read, without credentials.
func anyOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		next.ServeHTTP(w, r)
	})
}

// newFeeds returns the feeds, the sitemap and oEmbed.
func (h *Hub) newFeeds() *feeds.Feeds {
	return feeds.New(feeds.Options{
		API: inProcess{h}, BaseURL: func() string { return h.baseURL },
		State: func() (uint64, error) { return h.changeCounter.sum(graphqlhttp.Everything) },
	})
}
