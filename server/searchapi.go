package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/graph"
	"dugnad/schema"
	"dugnad/search"
	"dugnad/search/compat"
	"dugnad/search/demand"
)

// searchAPI answers Meilisearch's search protocol. Every caller, with any key, is answered as an anonymous reader.
func (h *Hub) searchAPI() http.Handler {
	protocol := h.searchProtocol()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol.ServeHTTP(w, r.WithContext(demand.WithClient(r.Context(), h.auth.Address(r))))
	})
}

// searchProtocol connects the protocol's handler with the hub. Places and labels come from graph, which search may
// not import.
func (h *Hub) searchProtocol() *compat.Handler {
	anonymous := func(ctx context.Context, language string) context.Context {
		ctx = h.readingAs(ctx, access.Viewer{Kind: access.Anonymous})
		if language != "" {
			ctx = ent.WithLanguages(ctx, []schema.Language{schema.Language(strings.ToUpper(language))})
		}
		return ctx
	}
	content := compat.Content{Client: h.client, BaseURL: func() string { return h.baseURL }}
	return &compat.Handler{
		Engine: h.engine,
		Inside: func(ctx context.Context, a compat.Area) ([]string, error) {
			if a.Meters > 0 {
				return graph.PlacesNear(anonymous(ctx, ""), a.Lat, a.Lon, a.Meters)
			}
			return graph.PlacesWithin(anonymous(ctx, ""), a.South, a.West, a.North, a.East)
		},
		Distances: func(ctx context.Context, from compat.Area) (map[string]float64, error) {
			return graph.Distances(anonymous(ctx, ""), from.Lat, from.Lon)
		},
		Charge: func(r *http.Request, further int) time.Duration {
			return h.rates.takeFurther(access.Network(h.auth.Address(r)), further)
		},
		Unmet:   h.demand.Unmet,
		Missing: h.follower.Repair,
		Documents: func(ctx context.Context, ids []string, language string) (map[string]compat.Document, error) {
			return content.Documents(anonymous(ctx, language), ids)
		},
		Labels: func(ctx context.Context, f search.Facet, values []string, language string) (map[string]string, error) {
			return graph.FacetLabels(anonymous(ctx, language), f, values)
		},
		Parents: func(ctx context.Context) (map[string]string, error) { return content.Parents(anonymous(ctx, "")) },
	}
}
