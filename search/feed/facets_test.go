package feed

import (
	"testing"

	"dugnad/search"
)

// TestEveryFacetHasValues checks that facetValues has a row for every facet.
func TestEveryFacetHasValues(t *testing.T) {
	for _, f := range search.Facets() {
		if _, ok := facetValues[f]; !ok && f != search.Type {
			t.Errorf("facet %s: search/feed/facets.go does not say which values an entry has", f)
		}
	}
	if len(facetValues) != len(search.Facets())-1 {
		t.Errorf("%d facets have values, of %d", len(facetValues), len(search.Facets())-1)
	}
}
