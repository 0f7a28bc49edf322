package limits

import (
	"context"
	"errors"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// One caller has a share of the places, and others find one meanwhile.
func TestPlaces(t *testing.T) {
	p := newPlaces(8)
	at := func(name string) context.Context {
		if name == "" {
			return t.Context()
		}
		return WithCaller(t.Context(), name)
	}
	full := func(name string) bool {
		ctx, cancel := context.WithCancel(at(name))
		cancel()
		leave, err := p.take(ctx)
		if err == nil {
			leave()
		}
		return err != nil
	}
	var leaves []func()
	take := func(name string) {
		t.Helper()
		leave, err := p.take(at(name))
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	for range 2 {
		take("one")
	}
	if !full("one") {
		t.Error("one caller has more than a quarter")
	}
	if full("other") || full("") {
		t.Error("others find no place")
	}
	for _, name := range []string{"", "", "", "", "two", "two"} {
		take(name)
	}
	if !full("other") || !full("") {
		t.Error("there are more places than there are")
	}
	for _, leave := range leaves {
		leave()
	}
	if full("one") || len(p.callers) != 0 || len(p.all) != 0 {
		t.Errorf("after all have left: %d callers, %d places", len(p.callers), len(p.all))
	}
}

// What nobody waits for any more is not resolved.
func TestFieldsEndWithTheRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := &budget{limits: Default(), size: 1000, answer: ctx, cancel: cancel, schema: &ast.Schema{}}
	b.elements.Store(1000)
	b.bytes.Store(1000)
	resolve := bounded(
		func(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }, func(context.Context) *budget { return b },
	)
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: graphql.CollectedField{Field: &ast.Field{
		Name: "body", Alias: "body", Definition: &ast.FieldDefinition{Name: "body", Type: ast.NamedType("String", nil)},
	}}})
	resolved := 0
	resolver := func(context.Context) (any, error) { resolved++; return "a", nil }
	if _, err := resolve(ctx, resolver); err != nil || resolved != 1 {
		t.Fatalf("resolved %d times, %v", resolved, err)
	}
	cancel()
	if _, err := resolve(ctx, resolver); !errors.Is(err, context.Canceled) || resolved != 1 {
		t.Errorf("resolved %d times, %v", resolved, err)
	}
}
