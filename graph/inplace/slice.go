// Package inplace takes the place of what the generated code uses of gqlgen for lists and objects: their elements and
// fields are resolved one after the other, in one goroutine, because their data is loaded already.
package inplace

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalSlice replaces graphql.MarshalSliceConcurrently in the generated code and returns the same: an element that
// panics makes the list null, with an error at its index.
func MarshalSlice(
	ctx context.Context, n int, _ int64, omitPanicHandler bool, element func(context.Context, int) graphql.Marshaler,
) (list graphql.Array) {
	list = make(graphql.Array, n)
	places := make([]struct {
		graphql.FieldContext
		i int
	}, n)
	at := ctx
	if !omitPanicHandler {
		defer func() {
			if r := recover(); r != nil {
				graphql.AddError(at, graphql.Recover(at, r))
				list = nil
			}
		}()
	}
	for i := range n {
		place := &places[i]
		place.i = i
		place.Index = &place.i
		at = graphql.WithFieldContext(ctx, &place.FieldContext)
		list[i] = element(at, i)
	}
	return list
}
