package search

import (
	"fmt"
	"slices"
	"strings"
)

// Order is the order of hits.
type Order string

// The orders. Each ends with the id, so that it is total. Without a text, Relevance equals Newest.
const (
	Relevance Order = "RELEVANCE"
	Newest    Order = "NEWEST"
	Title     Order = "TITLE"
	Distance  Order = "DISTANCE" // by Query.Distances, then as Newest
)

// NoPlace is the distance, in metres, of a search document without a municipality.
const NoPlace = 1e9

// MaxDepth is how many hits of a query can be read in all, over all pages.
const MaxDepth = 1000

// maxFilterValues is the maximum number of values of one facet in a filter: enough for all municipalities, former ones
// included.
const maxFilterValues = 1000

// Query is a search query.
type Query struct {
	Index Index
	Text  string // as the reader typed it, see ParseText; empty matches everything
	// words of Text, as ParseText returns them, that a hit may lack; hits that have them rank higher
	Optional      []string
	Filter        Filter
	Facets        []Facet            // to count, each without the filter's choice of that facet
	Conjunctive   bool               // count facets with their own choice too
	OrderBy       Order              // empty means Relevance
	TitleLanguage string             // for Title: the language of the collation, as "nb"
	Distances     map[string]float64 // for Distance: metres to each municipality, by number; the nearest counts
	Limit         int                // maximum number of hits, 0 for counts only
	After         *Position
}

// Filter narrows a query: to documents with any of the values of a facet, for every facet listed.
type Filter struct {
	Facets       map[Facet][]string
	IssuedAfter  string // YYYY-MM-DD, inclusive; excludes documents without an issued date
	IssuedBefore string // YYYY-MM-DD, inclusive; excludes documents without an issued date

	// Places are municipality numbers; a document must have one of them, in addition to the facet's choice. Nil means no
	// restriction, // empty matches nothing.
	Places []string
}

// FacetQuery asks for the values of one facet, counted under a query but without the facet's own choice.
type FacetQuery struct {
	Index    Index
	Facet    Facet
	Text     string
	Optional []string // as in Query
	Filter   Filter
	Prefix   string   // if not empty, only values that begin with it
	Among    []string // if not nil, only these values: those whose labels match what the reader typed
	Limit    int      // 0 means all
}

// Result is the answer to a Query.
type Result struct {
	Hits       []Hit
	Total      int
	TotalExact bool
	Facets     map[Facet][]FacetCount
	AppliedSeq int64  // sequence in the change log that the index had reached
	Generation string // build of the index; identifies its state together with AppliedSeq

	// Corrected maps words of the query that occur nowhere to the word that was searched instead, as norwegian.Fold
	// returns it.
	Corrected map[string]string

	Optional []string // set by Find: the words that hits may lack
	WithAll  int      // set by Find if Optional is not empty: how many hits have all words
}

// Poor reports whether no document matches what the reader typed, even if corrected or loosened queries found some.
func (r *Result) Poor() bool {
	return r.Total == 0 || len(r.Corrected) > 0 || len(r.Optional) > 0 && r.WithAll == 0
}

// Hit is a search document that matches.
type Hit struct {
	ID       string
	Position Position
}

// FacetCount is a facet value and how many documents have it. Lists hold no zero counts and are ordered most frequent
// first.
type FacetCount struct {
	Value string
	Count int
}

// Validate returns a *QueryError if the query is invalid, and ErrTooDeep if it asks for hits beyond MaxDepth.
func (q Query) Validate() error {
	if err := CheckIndex(q.Index); err != nil {
		return err
	}
	if q.Limit < 0 || q.Limit > MaxDepth {
		return &QueryError{"Limit", fmt.Sprintf("must be from 0 to %d", MaxDepth)}
	}
	for _, f := range q.Facets {
		if !slices.Contains(Facets(), f) {
			return &QueryError{"Facets", fmt.Sprintf("has no %q", f)}
		}
	}
	order := q.Order()
	if order != Relevance && order != Newest && order != Title && order != Distance {
		return &QueryError{"OrderBy", fmt.Sprintf("cannot be %q", order)}
	}
	if order == Title && !validLanguage(q.TitleLanguage) {
		return &QueryError{"TitleLanguage", "must be a language code like nb"}
	}
	if order == Distance && q.Distances == nil {
		return &QueryError{"OrderBy", "requires a place to measure from"}
	}
	if p := q.After; p != nil {
		if p.Order != order {
			return &QueryError{"After", "belongs to another order"}
		}
		if p.Rank < 1 || p.ID == "" {
			return &QueryError{"After", "is not a position"}
		}
		if p.Rank >= MaxDepth {
			return ErrTooDeep
		}
	}
	if err := q.validateOptional(); err != nil {
		return err
	}
	return q.Filter.validate()
}

// Order returns the order of the hits, with the default filled in.
func (q Query) Order() Order {
	if q.OrderBy == "" || q.OrderBy == Relevance {
		if ParseText(q.Text).Empty() {
			return Newest
		}
		return Relevance
	}
	return q.OrderBy
}

// Meters returns the distance, in metres, to the nearest of the given municipalities; NoPlace without any.
func (q Query) Meters(municipalities []string) float64 {
	nearest := float64(NoPlace)
	for _, m := range municipalities {
		if d, ok := q.Distances[m]; ok {
			nearest = min(nearest, d)
		}
	}
	return nearest
}

// Page returns the maximum number of hits: the limit, or less near MaxDepth.
func (q Query) Page() int {
	if q.After != nil {
		return min(q.Limit, MaxDepth-q.After.Rank)
	}
	return q.Limit
}

// Query returns the query whose facet counts answer q.
func (q FacetQuery) Query() (Query, error) {
	if q.Limit < 0 {
		return Query{}, &QueryError{"Limit", "must not be negative"}
	}
	return Query{Index: q.Index, Text: q.Text, Optional: q.Optional, Filter: q.Filter, Facets: []Facet{q.Facet}}, nil
}

// Dates returns the range of issued dates; 0 means open.
func (f Filter) Dates() (from, to Date, err error) {
	if from, err = ParseDate(f.IssuedAfter); err != nil {
		return 0, 0, &QueryError{"Filter.IssuedAfter", err.Error()}
	}
	if to, err = ParseDate(f.IssuedBefore); err != nil {
		return 0, 0, &QueryError{"Filter.IssuedBefore", err.Error()}
	}
	return from, to, nil
}

// Empty reports whether the filter excludes nothing.
func (f Filter) Empty() bool {
	for _, values := range f.Facets {
		if len(values) > 0 {
			return false
		}
	}
	return f.IssuedAfter == "" && f.IssuedBefore == "" && f.Places == nil
}

func (f Filter) validate() error {
	for facet, values := range f.Facets {
		if !slices.Contains(Facets(), facet) {
			return &QueryError{"Filter", fmt.Sprintf("has no facet %q", facet)}
		}
		if len(values) > maxFilterValues {
			return &QueryError{"Filter." + string(facet), fmt.Sprintf("has more than %d values", maxFilterValues)}
		}
	}
	if len(f.Places) > maxFilterValues {
		return &QueryError{"Filter.Places", fmt.Sprintf("has more than %d values", maxFilterValues)}
	}
	_, _, err := f.Dates()
	return err
}

// CheckIndex returns a *QueryError unless i is Public or Members.
func CheckIndex(i Index) error {
	if i != Public && i != Members {
		return &QueryError{"Index", fmt.Sprintf("cannot be %q", i)}
	}
	return nil
}

// Pick returns the counts that the query asks for.
func (q FacetQuery) Pick(counts []FacetCount) []FacetCount {
	var among map[string]bool
	if q.Among != nil {
		among = map[string]bool{}
		for _, v := range q.Among {
			among[v] = true
		}
	}
	picked := []FacetCount{}
	for _, c := range counts {
		if strings.HasPrefix(c.Value, q.Prefix) && (among == nil || among[c.Value]) {
			picked = append(picked, c)
		}
	}
	if q.Limit > 0 {
		picked = picked[:min(q.Limit, len(picked))]
	}
	return picked
}
