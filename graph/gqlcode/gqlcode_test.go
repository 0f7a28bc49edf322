package gqlcode_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

var errOurs = errors.New("practice pra_1 belongs to another organisation")

func domain(_ context.Context, err error) *gqlerror.Error {
	if errors.Is(err, errOurs) {
		return gqlcode.Error(fault.NotFound, "not found")
	}
	return nil
}

func TestPresent(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	field := func(args map[string]any) context.Context {
		return graphql.WithFieldContext(t.Context(), &graphql.FieldContext{
			Field: graphql.CollectedField{Field: &ast.Field{Name: "practices", Alias: "practices"}}, Args: args,
		})
	}
	refused := gqlerror.WrapPath(ast.Path{ast.PathName("practices"), ast.PathName("after")}, errors.New("not a date"))
	for _, c := range []struct {
		name          string
		ctx           context.Context
		err           error
		code          fault.Code
		message, path string
		reported      bool
	}{
		{"unknown", t.Context(), errors.New("pq: secret"), fault.Internal, "internal error", "", true},
		{"unknown in a gqlerror", t.Context(), gqlerror.Errorf("pq: secret"), fault.Internal, "internal error", "", true},
		{
			"a code that is not of the list", t.Context(), gqlcode.Error("QUERY_TOO_LARGE", "secret"), fault.Internal,
			"internal error", "", true,
		},
		{
			"coded", t.Context(), gqlcode.Error(fault.Conflict, "newer", "items", 1), fault.Conflict, "newer", "items[1]", false,
		},
		{
			"coded and wrapped", t.Context(), fmt.Errorf("publish: %w", gqlcode.Error(fault.Conflict, "newer")),
			fault.Conflict, "newer", "", false,
		},
		{
			"INTERNAL keeps nothing", t.Context(), gqlcode.Error(fault.Internal, "secret"), fault.Internal, "internal error",
			"", false,
		},
		{"domain", t.Context(), fmt.Errorf("publish: %w", errOurs), fault.NotFound, "not found", "", false},
		{
			"domain in a field", field(nil), gqlerror.WrapPath(ast.Path{ast.PathName("practices")}, errOurs), fault.NotFound,
			"not found", "practices", false,
		},
		{
			"deadline", t.Context(), fmt.Errorf("read: %w", context.DeadlineExceeded), fault.Unavailable,
			"the request was cancelled or took too long", "", false,
		},
		{
			"driver of a cancelled context", cancelled, errors.New("pq: canceling statement"), fault.Unavailable,
			"the request was cancelled or took too long", "", false,
		},
		{"domain although cancelled", cancelled, errOurs, fault.NotFound, "not found", "", false},
		{"argument refused by a scalar", field(nil), refused, fault.BadUserInput, "not a date", "practices.after", false},
		{
			"the same from a resolver", field(map[string]any{}), refused, fault.Internal, "internal error", "practices.after",
			true,
		},
		{
			"long", t.Context(), gqlcode.Error(fault.BadUserInput, strings.Repeat("å", 400)), fault.BadUserInput,
			strings.Repeat("å", 250) + "…", "", false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			reports := 0
			before := fmt.Sprintf("%+v", c.err)
			shown := gqlcode.Presenter(domain, func(context.Context, error) { reports++ })(c.ctx, c.err)
			if gqlcode.Of(shown) != c.code || shown.Message != c.message || shown.Path.String() != c.path ||
				(reports == 1) != c.reported || reports > 1 {
				t.Errorf("%q %q path %q, %d reports", gqlcode.Of(shown), shown.Message, shown.Path, reports)
			}
			if after := fmt.Sprintf("%+v", c.err); after != before {
				t.Errorf("the error was changed: %s", after)
			}
		})
	}
	if gqlcode.Present(t.Context(), nil, nil, nil) != nil {
		t.Error("no error presented as one")
	}
}
