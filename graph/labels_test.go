package graph

import (
	"testing"

	"dugnad/schema/facet"
)

// TestEveryFacetHasLabels holds the functions that read labels against the table of facets.
func TestEveryFacetHasLabels(t *testing.T) {
	for _, f := range facet.All() {
		if _, ok := rowLabels[f.Facet]; ok != (f.Labels == facet.FromRows) {
			t.Errorf(
				"facet %s: its labels come from rows: %t, but graph/labels.go reads them: %t", f.Facet,
				f.Labels == facet.FromRows, ok,
			)
		}
	}
}
