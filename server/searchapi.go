package main

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/theme"
	"dugnad/graph"
	"dugnad/schema"
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
		Engine:  h.engine,
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
		if in.SortDate != "" {
			d["date"] = in.SortDate
		}
		for name, f := range map[string]search.Facet{
			"themes": search.Theme, "targetGroups": search.TargetGroup, "methods": search.Method, "counties": search.County, "municipalities": search.Municipality,
			"organizations": search.Organization, "languages": search.Language,
		} {
			if values := in.Facets[f]; len(values) > 0 {
				d[name] = values
			}
		}
		for name, f := range map[string]search.Facet{"year": search.Year, "evidence": search.Evidence} {
			if values := in.Facets[f]; len(values) > 0 {
				if n, err := strconv.Atoi(values[0]); err == nil {
					d[name] = n
				}
			}
		}
		if values := in.Facets[search.Kind]; len(values) > 0 {
			d["kind"] = values[0]
		}
		if themes := in.Facets[search.Theme]; len(themes) > 0 {
			levels := map[string][]string{}
			for _, t := range themes {
				path := compat.Path(t, parents)
				level := "lvl" + strconv.Itoa(len(path)-1)
				levels[level] = append(levels[level], strings.Join(path, " > "))
			}
			d["theme"] = levels
		}
		documents[id] = d
	}
	return documents, nil
}
