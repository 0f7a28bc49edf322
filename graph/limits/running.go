package limits

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// InterceptOperation lets at most Limits.SideBySide queries and mutations run at the same time. A subscription takes
// no place, which it would hold while it waits for the next event; its transport takes one for each event (Turn).
func (e *Extension) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	handler := next(ctx) // runs nothing yet: gqlgen resolves when the handler is called
	if op := graphql.GetOperationContext(ctx); op.Operation.Operation == ast.Subscription {
		op.ResolverMiddleware = bounded(op.ResolverMiddleware, func(ctx context.Context) *budget {
			b, _ := ctx.Value(budgetKey{}).(*budget) // of the event
			return b
		})
		return handler
	}
	refused := false
	return func(ctx context.Context) *graphql.Response {
		if refused {
			return nil // streaming transports call until nil
		}
		ended, cancel := context.WithTimeout(ctx, e.limits.WaitForOthers)
		leave, err := e.places.take(ended)
		cancel()
		if err != nil {
			refused = true
			return &graphql.Response{Errors: gqlerror.List{
				gqlcode.Error(fault.Unavailable, "too many operations are running, try again in a moment"),
			}}
		}
		defer leave()
		return handler(ctx)
	}
}

// Turn waits for a place among the operations that run at the same time, until ctx ends, and returns the function that
// leaves it.
func (e *Extension) Turn(ctx context.Context) (done func()) {
	leave, err := e.places.take(ctx)
	if err != nil {
		return func() {}
	}
	return leave
}

type budgetKey struct{}

// InterceptResponse gives each answer its budget: of list elements (Limits.Nodes), and of bytes. An answer of a query
// or subscription that exceeds it is replaced by one TOO_COMPLEX error; one of a mutation lacks its large fields. With
// extensions {"cost": true} in the request, the answer's extensions have its cost.
func (e *Extension) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if !graphql.HasOperationContext(ctx) {
		return next(ctx)
	}
	op := graphql.GetOperationContext(ctx)
	if wanted, _ := op.Extensions[costExtension].(bool); wanted {
		graphql.RegisterExtension(ctx, costExtension, map[string]int64{"requested": Cost(ctx), "limit": int64(e.limits.Cost)})
	}
	operation := op.Operation
	if operation == nil {
		return next(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &budget{
		limits: e.limits, size: e.limits.Answer, mutation: operation.Operation == ast.Mutation, cancel: cancel,
		answer: ctx, schema: e.schema, op: op,
	}
	if access.ViewerOf(ctx).IsAnonymous() {
		b.size = e.limits.AnonymousAnswer
	}
	b.elements.Store(int64(e.limits.Nodes))
	b.bytes.Store(int64(b.size))
	if operation.Operation == ast.Subscription {
		ctx = context.WithValue(ctx, budgetKey{}, b)
	} else { // which have one answer
		op.ResolverMiddleware = bounded(op.ResolverMiddleware, func(context.Context) *budget { return b })
	}
	response := next(ctx)
	if response != nil && !b.mutation && b.exceeded() {
		return &graphql.Response{
			Data: []byte("null"), Errors: gqlerror.List{gqlcode.Error(fault.TooComplex, b.message())},
			Extensions: response.Extensions,
		}
	}
	return response
}

// bounded returns the middleware of fields with a budget: it takes what a field resolved to from it, before what is
// inside the field is resolved. A field interceptor of gqlgen would do the same, at the price of a closure and a search
// through the context for every value of the answer.
func bounded(fields graphql.FieldMiddleware, of func(context.Context) *budget) graphql.FieldMiddleware {
	return func(ctx context.Context, next graphql.Resolver) (any, error) {
		b, field := of(ctx), graphql.GetFieldContext(ctx)
		if b == nil || field == nil || field.Field.Field == nil || field.Field.Definition == nil {
			return fields(ctx, next)
		}
		if !b.mutation && b.exceeded() {
			return nil, gqlcode.ErrStopped
		}
		if err := b.answer.Err(); err != nil { // nobody waits for the answer any more
			return nil, err
		}
		result, err := fields(ctx, next)
		if short := b.take(field, result, err); short != nil {
			return nil, short
		}
		return result, err
	}
}
