package compat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dugnad/schema"
	"dugnad/search"
)

// The limits of a request.
const (
	maxBodyBytes = 64 << 10
	maxQueries   = 10
	maxLimit     = 101 // clients request one more than they show
	maxTag       = 60  // bytes of a highlight tag
)

// Error is an error as Meilisearch reports it.
type Error struct {
	Status  int
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// query is a search as clients send it. Fields without effect here are sent by common clients without need.
type query struct {
	IndexUID              string   `json:"indexUid"`
	Q                     *string  `json:"q"`
	Filter                any      `json:"filter"`
	Facets                []string `json:"facets"`
	Sort                  []string `json:"sort"`
	Limit                 *int     `json:"limit"`
	Offset                *int     `json:"offset"`
	Page                  *int     `json:"page"`
	HitsPerPage           *int     `json:"hitsPerPage"`
	AttributesToRetrieve  []string `json:"attributesToRetrieve"`
	AttributesToHighlight []string `json:"attributesToHighlight"`
	AttributesToCrop      []string `json:"attributesToCrop"`
	CropLength            *int     `json:"cropLength"`
	HighlightPreTag       *string  `json:"highlightPreTag"`
	HighlightPostTag      *string  `json:"highlightPostTag"`

	MatchingStrategy *string `json:"matchingStrategy"` // all; last and frequency both mean the hub's own strategy

	FacetName  *string `json:"facetName"` // for facet search
	FacetQuery *string `json:"facetQuery"`

	CropMarker            any `json:"cropMarker"`
	ShowMatchesPosition   any `json:"showMatchesPosition"`
	ShowRankingScore      any `json:"showRankingScore"`
	Locales               any `json:"locales"`
	ExhaustiveFacetCount  any `json:"exhaustiveFacetCount"`
	ShowPerformance       any `json:"showPerformanceDetails"`
	RankingScoreThreshold any `json:"rankingScoreThreshold"`

	Hybrid               any `json:"hybrid"` // unsupported, as the fields below
	Vector               any `json:"vector"`
	RetrieveVectors      any `json:"retrieveVectors"`
	Personalize          any `json:"personalize"`
	Media                any `json:"media"`
	UseNetwork           any `json:"useNetwork"`
	Distinct             any `json:"distinct"`
	AttributesToSearchOn any `json:"attributesToSearchOn"`
	Federation           any `json:"federation"`
	FederationOptions    any `json:"federationOptions"`
}

// checkedQuery is a validated query.
type checkedQuery struct {
	query
	index    string // the requested index name
	language string // of titles; empty means the hub's order of languages
	search   search.Query
	offset   int
	limit    int
	paged    bool // by page number, which requires totals
	facets   []string
	areas    []Area // areas that hits must be in
	near     *Area  // where distances are measured from
}

// readBody decodes the JSON body of a request.
func readBody(r io.Reader, into any) *Error {
	body, err := io.ReadAll(io.LimitReader(r, maxBodyBytes+1))
	if err != nil {
		return &Error{400, "bad_request", "cannot read the request"}
	}
	if len(body) > maxBodyBytes {
		return &Error{413, "payload_too_large", fmt.Sprintf("the request is larger than %d bytes", maxBodyBytes)}
	}
	if !utf8.Valid(body) {
		return &Error{400, "malformed_payload", "the request is not UTF-8"}
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return &Error{400, "bad_request", fmt.Sprintf("Invalid value type at `.%s`", wrong.Field)}
		}
		if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return &Error{400, "bad_request", fmt.Sprintf("Unknown field `%.60s`", strings.Trim(field, `"`))}
		}
		return &Error{400, "malformed_payload", "the request is not a valid JSON object"}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &Error{400, "malformed_payload", "unexpected data after the JSON object"}
	}
	return nil
}

// names maps the names of the index to the tags of the languages that titles are sorted by.
var names = func() map[string]string {
	names := map[string]string{"hub_public": ""}
	for _, tag := range schema.TitleTags() {
		names["hub_public_"+tag] = tag
	}
	return names
}()

// check validates a query and translates it into the hub's.
func (q query) check() (*checkedQuery, *Error) {
	a := &checkedQuery{query: q, index: q.IndexUID, limit: 20}
	if q.Federation != nil || q.FederationOptions != nil {
		return nil, &Error{400, "bad_request", "federation is not there"}
	}
	if s := q.MatchingStrategy; s != nil && *s != "all" && *s != "last" && *s != "frequency" {
		return nil, &Error{400, "invalid_search_matching_strategy", "the matching strategy must be all, last or frequency"}
	}
	for name, given := range map[string]any{
		"hybrid": q.Hybrid, "vector": q.Vector, "retrieve_vectors": q.RetrieveVectors, "personalize": q.Personalize,
		"media":       q.Media,
		"use_network": q.UseNetwork, "distinct": q.Distinct, "attributes_to_search_on": q.AttributesToSearchOn,
	} {
		if given != nil && given != false {
			return nil, &Error{400, "invalid_search_" + name, "this option is not supported"}
		}
	}
	uid, order, sorted := strings.Cut(q.IndexUID, ":") // as InstantSearch writes a sorted index
	if sorted {
		a.Sort = append([]string{order}, a.Sort...)
	}
	var known bool
	if a.language, known = names[uid]; !known {
		return nil, &Error{404, "index_not_found", fmt.Sprintf("Index `%.60s` not found.", uid)}
	}
	if err := a.page(); err != nil {
		return nil, err
	}
	a.search = search.Query{Index: search.Public, Conjunctive: true, Limit: a.offset + a.limit, TitleLanguage: a.language}
	if a.language == "" {
		a.search.TitleLanguage = schema.AllLanguages()[0].Tag()
	}
	if q.Q != nil {
		a.search.Text = *q.Q
	}
	var err *Error
	if a.search.Filter, a.areas, err = readFilter(q.Filter); err != nil {
		return nil, err
	}
	if err := a.count(); err != nil {
		return nil, err
	}
	return a, a.sort()
}

// page reads which hits are wanted, from offset and limit or from page and hitsPerPage.
func (a *checkedQuery) page() *Error {
	for name, n := range map[string]*int{
		"limit": a.Limit, "offset": a.Offset, "page": a.Page, "hits_per_page": a.HitsPerPage, "crop_length": a.CropLength,
	} {
		if n != nil && *n < 0 {
			return &Error{400, "invalid_search_" + name, "must not be negative"}
		}
	}
	if a.Page != nil || a.HitsPerPage != nil {
		a.paged = true
		if a.HitsPerPage != nil {
			a.limit = *a.HitsPerPage
		}
		if a.Page != nil && *a.Page > 0 {
			a.offset = min(*a.Page-1, search.MaxDepth) * a.limit
		}
	} else {
		if a.Limit != nil {
			a.limit = *a.Limit
		}
		if a.Offset != nil {
			a.offset = *a.Offset
		}
	}
	if a.limit > maxLimit {
		return &Error{400, "invalid_search_limit", fmt.Sprintf("must be at most %d", maxLimit)}
	}
	a.offset = min(a.offset, search.MaxDepth)
	a.limit = min(a.limit, search.MaxDepth-a.offset)
	for name, tag := range map[string]*string{
		"highlight_pre_tag": a.HighlightPreTag, "highlight_post_tag": a.HighlightPostTag,
	} {
		if tag != nil && len(*tag) > maxTag {
			return &Error{400, "invalid_search_" + name, fmt.Sprintf("must have at most %d bytes", maxTag)}
		}
	}
	return nil
}

// count reads which facets are wanted.
func (a *checkedQuery) count() *Error {
	a.facets = a.Facets
	if slices.Contains(a.Facets, "*") {
		a.facets = attributeNames()
	}
	if len(a.facets) > 2*len(attributes) {
		return &Error{400, "invalid_search_facets", "too many facets"}
	}
	for _, name := range a.facets {
		by, known := attributes[name]
		if !known {
			return &Error{
				400,
				"invalid_search_facets",
				fmt.Sprintf(
					"Attribute `%.60s` is not a facet. Available facets are: `%s`.", name, strings.Join(attributeNames(), ", "),
				),
			}
		}
		if !slices.Contains(a.search.Facets, by.Facet) {
			a.search.Facets = append(a.search.Facets, by.Facet)
		}
	}
	return nil
}

func (a *checkedQuery) sort() *Error {
	switch {
	case len(a.Sort) == 0:
	case len(a.Sort) == 1 && a.Sort[0] == "date:desc":
		a.search.OrderBy = search.Newest
	case len(a.Sort) == 1 && a.Sort[0] == "title:asc":
		a.search.OrderBy = search.Title
	case len(a.Sort) == 1 && strings.HasPrefix(a.Sort[0], "_geoPoint("):
		place := geoPoint.FindStringSubmatch(a.Sort[0])
		if place == nil {
			return &Error{400, "invalid_search_sort", "must have the form `_geoPoint(lat, lng):asc`, in degrees"}
		}
		lat, errLat := strconv.ParseFloat(place[1], 64)
		lon, errLon := strconv.ParseFloat(place[2], 64)
		if errLat != nil || errLon != nil || !onEarth(lat, lon) {
			return &Error{400, "invalid_search_sort", "coordinates are out of range"}
		}
		a.near, a.search.OrderBy = &Area{Lat: lat, Lon: lon}, search.Distance
	default:
		return &Error{400, "invalid_search_sort", "must be one of `date:desc`, `title:asc` and `_geoPoint(lat, lng):asc`"}
	}
	return nil
}

var geoPoint = regexp.MustCompile(`^_geoPoint\(\s*(-?[0-9.]+)\s*,\s*(-?[0-9.]+)\s*\):asc$`)

func onEarth(lat, lon float64) bool { return math.Abs(lat) <= 90 && math.Abs(lon) <= 180 }

// place resolves the query's areas to municipalities.
func (a *checkedQuery) place(ctx context.Context, h *Handler) error {
	for i, area := range a.areas {
		numbers, err := h.Inside(ctx, area)
		if err != nil {
			return err
		}
		if i > 0 {
			numbers = slices.DeleteFunc(numbers, func(n string) bool { return !slices.Contains(a.search.Filter.Places, n) })
		}
		a.search.Filter.Places = append([]string{}, numbers...)
	}
	if a.near == nil {
		return nil
	}
	var err error
	a.search.Distances, err = h.Distances(ctx, *a.near)
	return err
}
