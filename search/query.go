package search

import (
	"fmt"
	"slices"
	"strings"
)

// Order is how hits are ordered.
type Order string

// Every order ends with the id, so that it is total. RELEVANCE of an empty text is NEWEST.
const (
	Relevance Order = "RELEVANCE"
	Newest    Order = "NEWEST"
	Title     Order = "TITLE"
	Distance  Order = "DISTANCE" // by Query.Distances, then as Newest
)

// NoPlace is the distance of what is nowhere, in metres.
const NoPlace = 1e9

// MaxDepth is how many hits of a query can be read, over all pages.
const MaxDepth = 1000

// maxFilterValues is how many values one facet can be narrowed to: all municipalities, former ones too.
const maxFilterValues = 1000

// Query is one search.
type Query struct {
	Index         Index
	Text          string   // what the reader typed, see ParseText; empty finds everything
	Optional      []string // words of the text, as ParseText has them, that need not be found; what has them comes before what has not
	Filter        Filter
	Facets        []Facet            // to be counted, each without its own selection
	Conjunctive   bool               // facets are counted with their own selection too
	OrderBy       Order              // empty is Relevance
	TitleLanguage string             // for Title: whose collation, as "nb"
	Distances     map[string]float64 // for Distance: metres to a municipality, by its number; a document is as near as the nearest of its own
	Limit         int                // hits wanted, 0 for counts only
	After         *Position
}

// Filter narrows a search: any of the values of a facet, and all of the facets.
type Filter struct {
	Facets       map[Facet][]string
	IssuedAfter  string // YYYY-MM-DD, that day included; a document without an issued date is left out
	IssuedBefore string // YYYY-MM-DD, that day included

	// Places are numbers of municipalities of which a document must have one, whatever is chosen in the facet; not nil and empty finds nothing.
	Places []string
}

// FacetQuery asks for the values of one facet, counted under a query and without the facet's own selection.
type FacetQuery struct {
	Index    Index
	Facet    Facet
	Text     string
	Optional []string // as in Query
	Filter   Filter
	Prefix   string   // only values that begin with it, if not empty
	Among    []string // only these values, if not nil: those whose labels match what the reader typed
	Limit    int      // 0 for all
}

// Result answers a Query.
type Result struct {
	Hits       []Hit
	Total      int
	TotalExact bool
	Facets     map[Facet][]FacetCount
	AppliedSeq int64  // the change log's sequence of the state that answered
	Generation string // which build of the index answered; with AppliedSeq it tells states apart

	// Corrected gives, for words of the query that no document has, the word that was looked for in their place, as norwegian.Fold writes it.
	Corrected map[string]string

	Optional []string // set by Find: the words that hits need not have
	WithAll  int      // set by Find where there are such words: how many hits have all words
}

// Poor tells that nothing has what the reader wrote, whatever was found in its place.
func (r *Result) Poor() bool {
	return r.Total == 0 || len(r.Corrected) > 0 || len(r.Optional) > 0 && r.WithAll == 0
}

// Hit is one document found.
type Hit struct {
	ID       string
	Position Position
}

// FacetCount is a value of a facet and how many documents have it. Values that none has are left out; the most frequent come first.
type FacetCount struct {
	Value string
	Count int
}

// Validate tells what is wrong with a query, as a QueryError or ErrTooDeep.
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
		return &QueryError{"TitleLanguage", "must be a language code, as nb"}
	}
	if order == Distance && q.Distances == nil {
		return &QueryError{"OrderBy", "needs a place to measure from"}
	}
	if p := q.After; p != nil {
		if p.Order != order {
			return &QueryError{"After", "belongs to another order"}
		}
		if p.Rank < 1 || p.ID == "" {
			return &QueryError{"After", "is no position"}
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

// Order is the order that the hits come in.
func (q Query) Order() Order {
	if q.OrderBy == "" || q.OrderBy == Relevance {
		if ParseText(q.Text).Empty() {
			return Newest
		}
		return Relevance
	}
	return q.OrderBy
}

// Meters is how far a document with these municipalities is.
func (q Query) Meters(municipalities []string) float64 {
	nearest := float64(NoPlace)
	for _, m := range municipalities {
		if d, ok := q.Distances[m]; ok {
			nearest = min(nearest, d)
		}
	}
	return nearest
}

// Page is how many hits the query can have: its limit, or less near MaxDepth.
func (q Query) Page() int {
	if q.After != nil {
		return min(q.Limit, MaxDepth-q.After.Rank)
	}
	return q.Limit
}

// Query gives the query whose facet answers q.
func (q FacetQuery) Query() (Query, error) {
	if q.Limit < 0 {
		return Query{}, &QueryError{"Limit", "must not be negative"}
	}
	return Query{Index: q.Index, Text: q.Text, Optional: q.Optional, Filter: q.Filter, Facets: []Facet{q.Facet}}, nil
}

// Dates gives the range of issued dates; 0 means open.
func (f Filter) Dates() (from, to Date, err error) {
	if from, err = ParseDate(f.IssuedAfter); err != nil {
		return 0, 0, &QueryError{"Filter.IssuedAfter", err.Error()}
	}
	if to, err = ParseDate(f.IssuedBefore); err != nil {
		return 0, 0, &QueryError{"Filter.IssuedBefore", err.Error()}
	}
	return from, to, nil
}

// Empty tells that the filter leaves nothing out.
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

// CheckIndex tells whether the index is one that engines keep.
func CheckIndex(i Index) error {
	if i != Public && i != Members {
		return &QueryError{"Index", fmt.Sprintf("cannot be %q", i)}
	}
	return nil
}

// Pick keeps the counts that the query asks for.
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
