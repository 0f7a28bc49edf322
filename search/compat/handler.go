// Package compat implements Meilisearch's search protocol, read-only, on either engine, so that front ends made for
// Meilisearch work with the hub unchanged. It returns public content only, whatever key a client sends.
package compat

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dugnad/fault"
	"dugnad/search"
)

// timeout bounds one request.
const timeout = 5 * time.Second

// maxFacetValues is the maximum number of values returned for a facet, most frequent first.
const maxFacetValues = 500

// pathMark separates the steps of a path in a hierarchical menu.
const pathMark = ">"

// Handler serves the routes of the protocol.
type Handler struct {
	Engine search.Engine
	// Documents returns hits by id, as an anonymous reader sees them, with titles in the language, or in the hub's order
	// of languages if that is empty.
	Documents func(ctx context.Context, ids []string, language string) (map[string]Document, error)
	// Labels returns the labels of facet values.
	Labels func(ctx context.Context, f search.Facet, values []string, language string) (map[string]string, error)
	// Parents maps each theme that has a parent to it, by slug.
	Parents func(ctx context.Context) (map[string]string, error)
	// Inside returns the numbers of the municipalities whose center is in an area, Distances the metres to each
	// municipality's center, by number.
	Inside    func(ctx context.Context, a Area) ([]string, error)
	Distances func(ctx context.Context, from Area) (map[string]float64, error)
	// Unmet is called with each text that matched nothing, or only after corrections.
	Unmet func(ctx context.Context, text string)
	// Missing is called with the id of a hit that does not exist.
	Missing func(id string)
	// Charge counts further searches in a request, which has been counted as one. It returns how long the caller must
	// wait if they are too many; nil counts none.
	Charge func(r *http.Request, further int) (wait time.Duration)
}

// Place is the position of a hit, in degrees.
type Place struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Document is a hit as clients receive it.
type Document map[string]any

// ServeHTTP serves /health, /version, /multi-search, /indexes/{uid}/search and /indexes/{uid}/facet-search.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cache-Control", "no-store")
	if r.Method == http.MethodOptions {
		header.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
		header.Set(
			"Access-Control-Allow-Headers", "Authorization, Content-Type, X-Meilisearch-Client, Meili-Include-Metadata",
		)
		header.Set("Access-Control-Max-Age", "7200")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	body, err := h.answer(ctx, header, r)
	status := http.StatusOK
	if err != nil {
		status, body = err.Status, map[string]string{
			"message": err.Message,
			"code":    err.Code,
			"type":    kind(err),
			"link":    "https://docs.meilisearch.com/errors#" + err.Code,
		}
		if status == http.StatusServiceUnavailable {
			header.Set("Retry-After", "5")
		}
	}
	header.Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

func kind(e *Error) string {
	if e.Status >= http.StatusInternalServerError {
		return "internal"
	}
	return "invalid_request"
}

func (h *Handler) answer(ctx context.Context, header http.Header, r *http.Request) (any, *Error) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	route := r.Method + " " + parts[len(parts)-1]
	onIndex := len(parts) == 3 && parts[0] == "indexes"
	switch {
	case route == "GET health" && len(parts) == 1:
		if err := h.Engine.Health(ctx); err != nil {
			return nil, clientError(ctx, err)
		}
		return map[string]string{"status": "available"}, nil
	case route == "GET version" && len(parts) == 1:
		return map[string]string{"commitSha": "unknown", "commitDate": "unknown", "pkgVersion": "1.50.0"}, nil
	case route == "POST multi-search" && len(parts) == 1:
		return h.multiSearch(ctx, header, r)
	case route == "POST search" && onIndex:
		var q query
		if err := readBody(r.Body, &q); err != nil {
			return nil, err
		}
		q.IndexUID = parts[1]
		return h.search(ctx, q, false)
	case route == "POST facet-search" && onIndex:
		var q query
		if err := readBody(r.Body, &q); err != nil {
			return nil, err
		}
		q.IndexUID = parts[1]
		return h.facetSearch(ctx, q)
	}
	return nil, &Error{
		http.StatusNotFound,
		"not_found",
		"unknown route; available are /health, /version, /multi-search, " +
			"/indexes/{uid}/search and /indexes/{uid}/facet-search",
	}
}

func (h *Handler) multiSearch(ctx context.Context, header http.Header, r *http.Request) (any, *Error) {
	var body struct {
		Queries    []query `json:"queries"`
		Federation any     `json:"federation"`
	}
	if err := readBody(r.Body, &body); err != nil {
		return nil, err
	}
	if body.Federation != nil {
		return nil, &Error{400, "bad_request", "federation is not supported"}
	}
	if len(body.Queries) > maxQueries {
		return nil, &Error{400, "bad_request", "at most " + strconv.Itoa(maxQueries) + " queries are allowed in one request"}
	}
	if further := len(body.Queries) - 1; further > 0 && h.Charge != nil {
		if wait := h.Charge(r, further); wait > 0 {
			header.Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
			return nil, &Error{
				http.StatusTooManyRequests, "too_many_search_requests", "too many searches: each query of a request counts as one",
			}
		}
	}
	results := []any{}
	for _, q := range body.Queries {
		result, err := h.search(ctx, q, true)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return map[string]any{"results": results}, nil
}

func (h *Handler) search(ctx context.Context, q query, withIndex bool) (any, *Error) {
	began := time.Now()
	a, refused := q.check()
	if refused != nil {
		return nil, refused
	}
	if err := a.place(ctx, h); err != nil {
		return nil, clientError(ctx, err)
	}
	found, err := a.find(ctx, h.Engine)
	if err != nil {
		return nil, clientError(ctx, err)
	}
	if a.search.Filter.Empty() && a.offset == 0 && found.Poor() {
		h.Unmet(ctx, a.search.Text)
	}
	hits, err := h.hits(ctx, a, found)
	if err != nil {
		return nil, clientError(ctx, err)
	}
	answer := map[string]any{"hits": hits, "query": a.search.Text}
	if withIndex {
		answer["indexUid"] = a.index
	}
	total := min(found.Total, search.MaxDepth)
	if a.paged {
		pages := 0
		if a.limit > 0 {
			pages = (total + a.limit - 1) / a.limit
		}
		page := 1
		if a.Page != nil {
			page = *a.Page
		}
		answer["page"], answer["hitsPerPage"], answer["totalPages"], answer["totalHits"] = page, a.limit, pages, total
	} else {
		answer["limit"], answer["offset"], answer["estimatedTotalHits"] = a.limit, a.offset, found.Total
	}
	if a.Facets != nil {
		if err := h.facets(ctx, a, found, answer); err != nil {
			return nil, clientError(ctx, err)
		}
	}
	answer["processingTimeMs"] = time.Since(began).Milliseconds()
	return answer, nil
}

// find runs the query. If hardly any document has all words, it loosens the query, unless the client asked for all.
func (a *checkedQuery) find(ctx context.Context, e search.Engine) (*search.Result, error) {
	if a.MatchingStrategy != nil && *a.MatchingStrategy == "all" {
		return e.Search(ctx, a.search)
	}
	return search.Find(ctx, e, a.search)
}

// hits returns the documents on the requested page.
func (h *Handler) hits(ctx context.Context, a *checkedQuery, found *search.Result) ([]Document, error) {
	page := found.Hits[min(a.offset, len(found.Hits)):]
	hits := []Document{}
	if len(page) == 0 {
		return hits, nil
	}
	ids := make([]string, len(page))
	for i, hit := range page {
		ids[i] = hit.ID
	}
	documents, err := h.Documents(ctx, ids, a.language)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		d, ok := documents[id]
		if !ok {
			h.Missing(id)
			continue
		}
		hits = append(hits, a.attributesOf(d))
	}
	return hits, nil
}

// attributesOf returns the requested attributes of a document, with the matches highlighted.
func (a *checkedQuery) attributesOf(d Document) Document {
	wants := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(w string) bool { w, _, _ = strings.Cut(w, ":"); return w == "*" || w == name })
	}
	out, formatted := Document{}, Document{}
	for name, v := range d {
		if a.AttributesToRetrieve == nil || wants(a.AttributesToRetrieve, name) {
			out[name] = v
		}
		marked, cropped := wants(a.AttributesToHighlight, name), wants(a.AttributesToCrop, name)
		if marked || cropped {
			formatted[name] = a.format(v, marked, cropped)
		}
	}
	if len(formatted) > 0 {
		out["_formatted"] = formatted
	}
	return out
}

// format highlights and crops a value, also in lists; numbers become strings, as in Meilisearch.
func (a *checkedQuery) format(v any, marked, cropped bool) any {
	switch v := v.(type) {
	case string:
		before, after, words, text := "", "", 0, a.search.Text
		if marked {
			before, after = *cmp.Or(a.HighlightPreTag, new("<em>")), *cmp.Or(a.HighlightPostTag, new("</em>"))
		} else {
			text = ""
		}
		if cropped {
			words = *cmp.Or(a.CropLength, new(10))
		}
		return search.Mark(v, text, before, after, words)
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = a.format(s, marked, cropped)
		}
		return list
	case map[string][]string:
		return v
	case int:
		return strconv.Itoa(v)
	}
	return v
}

// facets adds the facet counts to the answer.
func (h *Handler) facets(ctx context.Context, a *checkedQuery, found *search.Result, answer map[string]any) error {
	distribution, stats := map[string]any{}, map[string]any{}
	var parents map[string]string
	for _, name := range a.facets {
		counts, by := map[string]int{}, attributes[name]
		for _, c := range found.Facets[by.Facet] {
			value := c.Value
			if by.level != "" {
				if parents == nil {
					var err error
					if parents, err = h.Parents(ctx); err != nil {
						return err
					}
				}
				path := Path(value, parents)
				if strconv.Itoa(len(path)-1) != by.level {
					continue
				}
				value = strings.Join(path, " "+pathMark+" ")
			}
			if len(counts) < maxFacetValues {
				counts[value] = c.Count
			}
		}
		distribution[name] = counts
		if by.Numeric() && len(counts) > 0 {
			var values []int
			for v := range maps.Keys(counts) {
				if n, err := strconv.Atoi(v); err == nil {
					values = append(values, n)
				}
			}
			if len(values) > 0 {
				stats[name] = map[string]int{"min": slices.Min(values), "max": slices.Max(values)}
			}
		}
	}
	answer["facetDistribution"], answer["facetStats"] = distribution, stats
	return nil
}

// Path returns a theme with all its ancestors, root first.
func Path(theme string, parents map[string]string) []string {
	path := []string{theme}
	for up := parents[theme]; up != "" && len(path) < 10; up = parents[up] {
		path = append([]string{up}, path...)
	}
	return path
}

// facetSearch returns the values of a facet that begin with the text, or whose label has a word that does.
func (h *Handler) facetSearch(ctx context.Context, q query) (any, *Error) {
	began := time.Now()
	if q.FacetName == nil {
		return nil, &Error{400, "missing_facet_search_facet_name", "Missing field `facetName`"}
	}
	by, known := attributes[*q.FacetName]
	if !known || by.level != "" {
		return nil, &Error{400, "invalid_facet_search_facet_name", "this facet does not support facet search"}
	}
	q.Facets = nil // the query's own facets do not matter here
	a, refused := q.check()
	if refused != nil {
		return nil, refused
	}
	if err := a.place(ctx, h); err != nil {
		return nil, clientError(ctx, err)
	}
	counts, err := search.FindFacetValues(
		ctx, h.Engine, search.FacetQuery{Index: search.Public, Facet: by.Facet, Text: a.search.Text, Filter: a.search.Filter},
	)
	if err != nil {
		return nil, clientError(ctx, err)
	}
	typed := ""
	if q.FacetQuery != nil {
		typed = search.FoldName(*q.FacetQuery)
	}
	values := make([]string, len(counts))
	for i, c := range counts {
		values[i] = c.Value
	}
	labels, err := h.Labels(ctx, by.Facet, values, a.language)
	if err != nil {
		return nil, clientError(ctx, err)
	}
	hits := []any{}
	for _, c := range counts {
		if label := labels[c.Value]; len(hits) < 100 && begins(typed, label, c.Value) {
			hits = append(hits, map[string]any{"value": c.Value, "count": c.Count})
		}
	}
	return map[string]any{
		"facetHits":        hits,
		"facetQuery":       q.FacetQuery,
		"processingTimeMs": time.Since(began).Milliseconds(),
	}, nil
}

// begins reports whether the value, or a word of its label, begins with the folded text typed.
func begins(typed, label, value string) bool {
	if typed == "" || strings.HasPrefix(search.FoldName(value), typed) {
		return true
	}
	return strings.Contains(" "+search.FoldName(label), " "+typed)
}

// clientError maps an error to what a client may see of it.
func clientError(ctx context.Context, err error) *Error {
	var q *search.QueryError
	var refused *fault.Error
	switch {
	case errors.As(err, &refused) && refused.Code == fault.Unavailable:
		return &Error{http.StatusServiceUnavailable, "service_unavailable", refused.Message}
	case errors.As(err, &q):
		return &Error{400, "bad_request", q.Error()}
	case errors.Is(err, search.ErrUnavailable):
		return &Error{http.StatusServiceUnavailable, "service_unavailable", search.ErrUnavailable.Error()}
	case ctx.Err() != nil:
		return &Error{http.StatusServiceUnavailable, "service_unavailable", "timeout"}
	}
	slog.ErrorContext(ctx, "search protocol request failed", "error", err)
	return &Error{http.StatusInternalServerError, "internal", "internal error"}
}
