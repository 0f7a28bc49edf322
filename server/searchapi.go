package main

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/ent/theme"
	"dugnad/graph"
	"dugnad/schema"
	"dugnad/schema/facet"
	"dugnad/search"
	"dugnad/search/compat"
	"dugnad/search/demand"
	"dugnad/search/feed"
)

// searchAPI answers Meilisearch's search protocol. Whoever asks, and with whatever key, is answered as an anonymous reader.
func (h *Hub) searchAPI() http.Handler {
	protocol := h.searchProtocol()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol.ServeHTTP(w, r.WithContext(demand.WithClient(r.Context(), h.auth.Address(r))))
	})
}

func (h *Hub) searchProtocol() *compat.Handler {
	anonymous := func(ctx context.Context, language string) context.Context {
		ctx = h.readingAs(ctx, access.Viewer{Kind: access.Anonymous})
		if language != "" {
			ctx = ent.WithLanguages(ctx, []schema.Language{schema.Language(strings.ToUpper(language))})
		}
		return ctx
	}
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
		Unmet:   h.demand.Unmet,
		Missing: h.follower.Repair,
		Documents: func(ctx context.Context, ids []string, language string) (map[string]compat.Document, error) {
			return h.searchDocuments(anonymous(ctx, language), ids)
		},
		Labels: func(ctx context.Context, f search.Facet, values []string, language string) (map[string]string, error) {
			return graph.FacetLabels(anonymous(ctx, language), f, values)
		},
		Parents: func(ctx context.Context) (map[string]string, error) { return h.parents(anonymous(ctx, "")) },
	}
}

// parents gives the theme above each theme that has one, by slug.
func (h *Hub) parents(ctx context.Context) (map[string]string, error) {
	all, err := h.client.Theme.Query().Select(theme.FieldID, theme.FieldSlug).WithParent(func(q *ent.ThemeQuery) { q.Select(theme.FieldID, theme.FieldSlug) }).All(ctx)
	parents := make(map[string]string, len(all))
	for _, t := range all {
		if t.Edges.Parent != nil {
			parents[t.Slug] = t.Edges.Parent.Slug
		}
	}
	return parents, err
}

// middles are where the municipalities of documents are, by number.
func (h *Hub) middles(ctx context.Context, documents map[string]search.Document) (map[string]compat.Place, error) {
	var numbers []string
	for _, d := range documents {
		numbers = append(numbers, d.Facets[search.Municipality]...)
	}
	middles := map[string]compat.Place{}
	if len(numbers) == 0 {
		return middles, nil
	}
	all, err := h.client.Municipality.Query().Where(municipality.NumberIn(numbers...), municipality.LatitudeNotNil(), municipality.LongitudeNotNil()).
		Select(municipality.FieldNumber, municipality.FieldLatitude, municipality.FieldLongitude).All(ctx)
	for _, m := range all {
		middles[m.Number] = compat.Place{Lat: *m.Latitude, Lng: *m.Longitude}
	}
	return middles, err
}

// titled is an entry of any type.
type titled interface {
	Title(ctx context.Context) string
	Summary(ctx context.Context) *string
	Language(ctx context.Context) schema.Language
}

// searchDocuments are the documents of the protocol: what the context's viewer sees of the ids, with the values that they are counted by.
func (h *Hub) searchDocuments(ctx context.Context, ids []string) (map[string]compat.Document, error) {
	nodes, err := h.client.Load(ctx, ids, nil)
	if err != nil {
		return nil, err
	}
	indexed, err := feed.Documents(ctx, h.client, ids)
	if err != nil {
		return nil, err
	}
	parents, err := h.parents(ctx)
	if err != nil {
		return nil, err
	}
	middles, err := h.middles(ctx, indexed)
	if err != nil {
		return nil, err
	}
	documents := make(map[string]compat.Document, len(ids))
	for id, node := range nodes {
		in, ok := indexed[id]
		if !ok || !in.Public {
			continue
		}
		d := compat.Document{"id": id, "type": in.Type, "url": h.baseURL + "/id/" + id}
		switch n := node.(type) {
		case titled:
			d["title"], d["language"] = n.Title(ctx), string(n.Language(ctx))
			if s := n.Summary(ctx); s != nil {
				d["summary"] = *s
			}
		case *ent.Municipality:
			d["title"] = n.Name
		case *ent.Organization:
			d["title"] = n.Name(ctx)
		}
		for _, number := range in.Facets[search.Municipality] {
			if middle, ok := middles[number]; ok {
				d["_geo"] = middle // Meilisearch has one of a document
				break
			}
		}
		if in.SortDate != "" {
			d["date"] = in.SortDate
		}
		for _, f := range facet.All() {
			addFacet(d, f, in.Facets[f.Facet], parents)
		}
		documents[id] = d
	}
	return documents, nil
}

// addFacet adds a document's values of a facet: one or a list, a number or a text, and of a tree the paths by their depth.
func addFacet(d compat.Document, f facet.Spec, values []string, parents map[string]string) {
	switch {
	case len(values) == 0:
	case f.Numeric():
		if n, err := strconv.Atoi(values[0]); err == nil {
			d[f.Attribute] = n
		}
	case f.Single:
		d[f.Attribute] = values[0]
	default:
		d[f.Attribute] = values
	}
	if !f.Hierarchical || len(values) == 0 {
		return
	}
	levels := map[string][]string{}
	for _, v := range values {
		path := compat.Path(v, parents)
		level := "lvl" + strconv.Itoa(len(path)-1)
		levels[level] = append(levels[level], strings.Join(path, " > "))
	}
	d[strings.ToLower(string(f.Facet))] = levels
}
