package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/text"
)

// webLink implements the directive of fields that hold links: readers get none that could run a script.
func webLink(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
	return shown(ctx, next, text.ShownLink)
}

// mailAddress implements the directive of fields that hold e-mail addresses.
func mailAddress(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
	return shown(ctx, next, text.ShownEmail)
}

// shown returns what next returns, a *string, if it is acceptable, else a nil *string.
func shown(ctx context.Context, next graphql.Resolver, acceptable func(*string) *string) (any, error) {
	value, err := next(ctx)
	if err != nil {
		return nil, err
	}
	address, _ := value.(*string)
	return acceptable(address), nil
}
