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
)

// nothingAllowed is the Content-Security-Policy of what is no page.
const nothingAllowed = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// answerTime is how long an answer may take to leave. Those who need longer say so themselves.
const answerTime = 30 * time.Second

// pageCompression is gzip's level for pages: most of what higher ones give, for less time.
const pageCompression = 5

// anID matches what can be an id; the rest is not looked for, because PostgreSQL takes neither U+0000 nor what is no UTF-8.
const anID = "{id:[a-z]{3}_[0-9a-z]+}"

// routes are the addresses of the hub.
func (h *Hub) routes() (http.Handler, error) {
	uploads, err := h.uploads.Handler("/uploads/")
	if err != nil {
		return nil, fmt.Errorf("make the uploads: %w", err)
	}
	built, ok := web.Dist()
	if !ok {
		built = nil
	}
	pages, err := h.newExplorer(built)
	if err != nil {
		return nil, fmt.Errorf("make the explorer: %w", err)
	}
	r := chi.NewRouter()
	r.Use(graphqlhttp.WithRequestID, graphqlhttp.PageHeaders(nothingAllowed), h.transportSecurity, bounded, middleware.GetHead)
	r.Group(func(r chi.Router) { // asked every second, so not logged
		r.Use(graphqlhttp.Recover(slog.Default()))
		r.Get("/healthz", serveHealthy)
		r.Get("/readyz", h.serveReady)
	})
	r.Group(func(r chi.Router) {
		r.Use(graphqlhttp.AccessLog(slog.Default()), graphqlhttp.Recover(slog.Default()))
		r.NotFound(pageOr(h.reading(http.HandlerFunc(pages.NotFound)).ServeHTTP, notFound))
		r.MethodNotAllowed(methodNotAllowed)
		r.Group(func(r chi.Router) {
			r.Use(middleware.Compress(pageCompression), h.limited, h.reading)
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
		r.Get("/schema.graphql", serveSchema())
		r.Group(func(r chi.Router) {
			r.Use(h.limited, anyOrigin)
			r.Get("/feeds/{format:atom\\.xml|feed\\.json}", h.serveFeed)
			r.Get("/sitemap.xml", h.serveSitemap)
			r.Get("/oembed", h.serveOEmbed)
		})
		r.With(h.limited).Handle("/uploads/*", uploads)
		r.Route("/auth", h.auth.Routes)
		r.With(h.limited).Handle("/search-api/*", http.StripPrefix("/search-api", h.searchAPI()))
		r.Group(func(r chi.Router) {
			r.Use(h.reading)
			r.With(h.limited).Handle("/graphql", h.previewing(h.graphql))
			r.Get("/id/"+anID+"/{version:[0-9]{1,9}}", h.serveVersion)
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

// adminRoutes are those of the admin address.
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

// transportSecurity tells browsers to stay with https where the hub is known by it.
func (h *Hub) transportSecurity(next http.Handler) http.Handler {
	if !strings.HasPrefix(h.baseURL, "https://") {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}

// bounded keeps a client that does not read from holding its answer for ever.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime)) // recorders of tests have none
		next.ServeHTTP(w, r)
	})
}

// anyOrigin lets pages of every origin read an answer, errors too, without the credentials of their reader.
func anyOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		next.ServeHTTP(w, r)
	})
}

// notFound is the one answer for what is not there and for what the viewer may not see.
func notFound(w http.ResponseWriter, r *http.Request) { refuse(w, r, http.StatusNotFound, "not found") }

func methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "GET, HEAD")
	refuse(w, r, http.StatusMethodNotAllowed, "use GET")
}

func refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	w.Header().Add("Vary", "Accept")
	if strings.Contains(r.Header.Get("Accept"), "json") {
		answerJSON(w, status, map[string]string{"error": message})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, message, status)
}

// failed answers 500 for an error that is ours, and logs it.
func failed(w http.ResponseWriter, r *http.Request, what string, err error) {
	failedMidway(r, what, err)
	refuse(w, r, http.StatusInternalServerError, "internal error")
}

// failedMidway logs an error that is ours after the answer has begun.
func failedMidway(r *http.Request, what string, err error) {
	slog.ErrorContext(r.Context(), "a request failed", "request_id", graphqlhttp.RequestID(r.Context()), "what", what, "error", err)
}
