// Package view holds what the API gives that is neither stored as it is nor made by gqlgen.
package view

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/search"
)

// FacetValue is a value of a facet, and how many hits have it.
type FacetValue struct {
	Value    string
	Label    string
	Count    int
	Selected bool
	Parent   *string
}

// FacetResult is the values of one facet, in the order in which they are shown.
type FacetResult struct {
	Facet search.Facet
	All   []*FacetValue
}

// defaultValues is how many values a facet gives when the request does not say.
const defaultValues = 100

// Values are the first of the values, and every chosen one.
func (r *FacetResult) Values(first int) []*FacetValue {
	shown := make([]*FacetValue, 0, min(first, len(r.All)))
	for i, v := range r.All {
		if i < first || v.Selected {
			shown = append(shown, v)
		}
	}
	return shown
}

// HasMore tells whether values that the request asks for beside it leaves some out.
func (r *FacetResult) HasMore(ctx context.Context) bool {
	most := 0
	oc, parent := graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Parent
	for parent != nil && parent.Field.Field == nil {
		parent = parent.Parent
	}
	if parent != nil {
		for _, f := range graphql.CollectFields(oc, parent.Field.Selections, nil) {
			if f.Name != "values" {
				continue
			}
			n, err := graphql.UnmarshalInt(f.ArgumentMap(oc.Variables)["first"])
			if err != nil {
				n = defaultValues
			}
			most = max(most, n)
		}
	}
	if most == 0 {
		most = defaultValues
	}
	return len(r.All) > most
}
