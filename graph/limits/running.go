package limits

import (
	"context"
	"fmt"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// InterceptOperation lets at most Limits.SideBySide queries and mutations run at the same time. A subscription takes
// no place: it would hold it while it waits for the next event.
func (e *Extension) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	handler := next(ctx) // runs nothing yet: gqlgen resolves when the handler is called
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		return handler
	}
	refused := false
	return func(ctx context.Context) *graphql.Response {
		if refused {
			return nil // streaming transports call until nil
		}
		if !e.take(ctx) {
			refused = true
			return &graphql.Response{Errors: gqlerror.List{
				gqlcode.Error(fault.Unavailable, "too many operations are running, try again in a moment"),
			}}
		}
		defer func() { <-e.slots }()
		return handler(ctx)
	}
}

func (e *Extension) take(ctx context.Context) bool {
	select {
	case e.slots <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(e.limits.WaitForOthers)
	defer timer.Stop()
	select {
	case e.slots <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

type budgetKey struct{}

// budget is the number of elements that one answer may still have. Cancelling stops what the other resolvers of the
// answer are doing.
type budget struct {
	left   atomic.Int64
	cancel context.CancelFunc
}

// InterceptResponse returns each answer of a query or subscription its budget of Limits.Nodes list elements. An
// answer that exceeds it is replaced by one TOO_COMPLEX error. With extensions {"cost": true} in the request, the
// answer's extensions have its cost.
func (e *Extension) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if !graphql.HasOperationContext(ctx) {
		return next(ctx)
	}
	op := graphql.GetOperationContext(ctx)
	if wanted, _ := op.Extensions[costExtension].(bool); wanted {
		graphql.RegisterExtension(ctx, costExtension, map[string]int64{"requested": Cost(ctx), "limit": int64(e.limits.Cost)})
	}
	operation := op.Operation
	if operation == nil || operation.Operation == ast.Mutation {
		return next(ctx) // a mutation that has been made must be able to say so
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &budget{cancel: cancel}
	b.left.Store(int64(e.limits.Nodes))
	response := next(context.WithValue(ctx, budgetKey{}, b))
	if b.left.Load() < 0 {
		return &graphql.Response{Data: []byte("null"), Errors: gqlerror.List{
			gqlcode.Error(fault.TooComplex, fmt.Sprintf("the answer has more than %d nodes", e.limits.Nodes)),
		}}
	}
	return response
}

// InterceptField takes the elements of a list from the budget, after the list was resolved and before what is inside
// it is.
func (e *Extension) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	field := graphql.GetFieldContext(ctx)
	if field == nil || field.Field.Field == nil || field.Field.Definition == nil ||
		field.Field.Definition.Type.Elem == nil {
		return next(ctx)
	}
	result, err := next(ctx)
	if err != nil || result == nil {
		return result, err
	}
	b, ok := ctx.Value(budgetKey{}).(*budget)
	if !ok {
		return result, nil
	}
	list := reflect.ValueOf(result)
	if list.Kind() != reflect.Slice {
		return result, nil
	}
	if b.left.Add(-int64(list.Len())) < 0 {
		b.cancel()
		return nil, gqlcode.Error(fault.TooComplex, "the answer has too many nodes")
	}
	return result, nil
}
