package graphqlhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/graph/sharing"
)

const toySDL = `
interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Theme implements Node { id: ID! label: String! parent: Theme }
type Practice implements Node { id: ID! title: String! body: String themes: [Theme!]! owner: Organization! tools(first: Int, last: Int): ToolConnection! }
type Tool implements Node { id: ID! title: String! reports(first: Int): ReportConnection! practices(first: Int): PracticeConnection! }
type Report implements Node { id: ID! title: String! themes: [Theme!]! practices(first: Int): PracticeConnection! }
type Organization implements Node { id: ID! name: String! }
type PracticeConnection { totalCount: Int! edges: [PracticeEdge!]! nodes: [Practice!]! pageInfo: PageInfo! }
type PracticeEdge { cursor: String! node: Practice! }
type ToolConnection { totalCount: Int! edges: [ToolEdge!]! nodes: [Tool!]! }
type ToolEdge { node: Tool! }
type ReportConnection { nodes: [Report!]! }
input PracticeFilter { themes: [String!] text: String and: [PracticeFilter!] or: [PracticeFilter!] not: PracticeFilter }
enum Kind { ADVICE MODEL }
type Facet { values(first: Int! = 100): [String!]! buckets(first: Int! = 100): [Theme!]! }
scalar Whatever
type Query {
  practices(first: Int, last: Int, after: String, filter: PracticeFilter): PracticeConnection!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  facets: [Facet!]!
  many: [Theme!]!
  kind(kind: Kind, any: Whatever): String
  greeting(name: String): String
  fails: String
  coded: String
  panics: String
  slow: String
  stubborn: String
  gate: String
  counted: Int!
  alone: Int!
}
type Mutation { save(title: String!, tags: [String!]): String slowSave: String }
type Subscription { ticks(to: Int = 0): Int! }
`

// toy is an executable schema that makes up its data: texts, and lists of first ?? 3 elements.
type toy struct {
	schema  *ast.Schema
	many    int
	saved   atomic.Int32
	waiting atomic.Int32  // subscriptions
	times   atomic.Int32  // that counted and alone were asked
	enter   chan struct{} // gate says here that it has begun
	leave   chan struct{} // and ends when this is closed
}

func newToy() *toy {
	return &toy{
		schema: gqlparser.MustLoadSchema(&ast.Source{Input: toySDL}),
		enter:  make(chan struct{}, 100), leave: make(chan struct{}),
	}
}

func (t *toy) Schema() *ast.Schema { return t.schema }

func (t *toy) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (t *toy) Exec(ctx context.Context) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		return t.ticks()
	}
	root := t.schema.Query
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Mutation {
		root = t.schema.Mutation
	}
	ran := false
	return func(ctx context.Context) *graphql.Response {
		if ran {
			return nil
		}
		ran = true
		value := t.object(ctx, root, graphql.GetOperationContext(ctx).Operation.SelectionSet, 0)
		return &graphql.Response{Data: value.(json.RawMessage)}
	}
}

// ticks counts up to a number; if that is 0, it waits until the context ends.
func (t *toy) ticks() graphql.ResponseHandler {
	n := int64(0)
	return func(ctx context.Context) *graphql.Response {
		field := graphql.CollectFields(
			graphql.GetOperationContext(ctx), graphql.GetOperationContext(ctx).Operation.SelectionSet, []string{"Subscription"},
		)[0]
		to, _ := field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)["to"].(int64)
		if to == 0 {
			t.waiting.Add(1)
			<-ctx.Done()
			t.waiting.Add(-1)
			return nil
		}
		if n++; n > to {
			return nil
		}
		return &graphql.Response{Data: json.RawMessage(fmt.Sprintf(`{%q:%d}`, field.Alias, n))}
	}
}

func (t *toy) object(ctx context.Context, typ *ast.Definition, set ast.SelectionSet, size int) any {
	if typ.IsAbstractType() {
		typ = t.schema.GetPossibleTypes(typ)[0]
	}
	operation := graphql.GetOperationContext(ctx)
	var out bytes.Buffer
	out.WriteByte('{')
	for i, field := range graphql.CollectFields(operation, set, append([]string{typ.Name}, typ.Interfaces...)) {
		if i > 0 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(field.Alias)
		out.Write(key)
		out.WriteByte(':')
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(t.field(ctx, typ, field, size))
	}
	out.WriteByte('}')
	return json.RawMessage(out.Bytes())
}

func (t *toy) field(ctx context.Context, parent *ast.Definition, field graphql.CollectedField, size int) (out any) {
	if field.Name == "__typename" {
		return parent.Name
	}
	operation := graphql.GetOperationContext(ctx)
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{
		Object: parent.Name, Field: field, Args: field.ArgumentMap(operation.Variables), IsResolver: true,
	})
	defer func() {
		if value := recover(); value != nil {
			graphql.AddError(ctx, graphql.Recover(ctx, value))
			out = nil
		}
	}()
	typ := t.schema.Types[field.Definition.Type.Name()]
	if n, ok := graphql.GetFieldContext(ctx).Args["first"].(int64); ok {
		size = int(n)
	} else if size == 0 {
		size = 3
	}
	value, err := operation.ResolverMiddleware(ctx, func(ctx context.Context) (any, error) {
		return t.resolve(ctx, typ, field, size)
	})
	if err != nil {
		graphql.AddError(ctx, err)
		return nil
	}
	if typ.IsLeafType() || value == nil {
		return value
	}
	if list, ok := value.([]any); ok {
		elements := make([]any, len(list))
		for i := range list {
			elements[i] = t.object(ctx, typ, field.Selections, 0)
		}
		return elements
	}
	return t.object(ctx, typ, field.Selections, size)
}

func (t *toy) resolve(ctx context.Context, typ *ast.Definition, field graphql.CollectedField, size int) (any, error) {
	switch field.Name {
	case "fails":
		return nil, errors.New("pq: relation \"secret_table\" does not exist at /srv/hub/db.go:17")
	case "coded":
		return nil, errDomain
	case "panics":
		panic("secret_table is nil")
	case "slow", "slowSave":
		<-ctx.Done()
		return nil, errors.New("pq: canceling statement due to user request")
	case "stubborn":
		<-t.leave
		return "late", nil
	case "gate":
		t.enter <- struct{}{}
		<-t.leave
		return "through", nil
	case "counted":
		return t.times.Add(1), nil
	case "alone":
		sharing.Forbid(ctx)
		return t.times.Add(1), nil
	case "greeting":
		return graphql.GetFieldContext(ctx).Args["name"], nil
	case "save":
		t.saved.Add(1)
		return "saved", nil
	case "__schema", "__type":
		return nil, nil // introspection is generated code's, and not judged here
	case "many":
		return make([]any, t.many), nil
	}
	switch {
	case field.Definition.Type.Elem != nil && !typ.IsLeafType():
		return make([]any, size), nil
	case field.Definition.Type.Elem != nil:
		return []string{"a"}, nil
	case typ.Name == "Int":
		return 1, nil
	case typ.Name == "Boolean":
		return true, nil
	case typ.IsLeafType():
		return "text", nil
	}
	return map[string]any{}, nil
}

var errDomain = errors.New("the practice is not yours")

func domain(_ context.Context, err error) *gqlerror.Error {
	if errors.Is(err, errDomain) {
		return &gqlerror.Error{Message: "not found", Extensions: map[string]any{"code": "NOT_FOUND"}}
	}
	return nil
}
