package graphqlhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// grace is how long resolvers that were cancelled may take to say so before the answer leaves without them.
const grace = 250 * time.Millisecond

// gate checks an operation before it runs; the problem that it returns is answered instead.
type gate func(*ast.OperationDefinition) *problem

// outcome is either a response or the reason why the executor was not called.
type outcome struct {
	response *graphql.Response
	problem  *problem
}

// Do runs one operation in process, for the hub's own pages, and returns its response, which is never nil.
func (h *Handler) Do(ctx context.Context, params *graphql.RawParams) *graphql.Response {
	out := h.run(graphql.StartOperationTrace(ctx), h.exec, params, noSubscription)
	if out.problem != nil {
		return &graphql.Response{Errors: gqlerror.List{gqlcode.Error(out.problem.code, out.problem.message)}}
	}
	return out.response
}

// run executes within the timeout. The work goes on in a goroutine of its own, so that a resolver that does not heed
// its context delays its own answer to the log, not the caller's.
func (h *Handler) run(
	ctx context.Context, exec graphql.GraphExecutor, params *graphql.RawParams, allowed gate,
) outcome {
	ctx, cancel := context.WithTimeout(ctx, h.options.Timeout)
	defer cancel()
	done := make(chan outcome, 1)
	mutation := make(chan struct{}, 1)
	go func() {
		defer func() {
			if value := recover(); value != nil {
				_ = h.recovered(ctx, value) // logs it
				done <- outcome{
					problem: &problem{status: http.StatusInternalServerError, code: fault.Internal, message: gqlcode.InternalMessage},
				}
			}
		}()
		done <- execute(ctx, exec, params, func(operation *ast.OperationDefinition) *problem {
			if operation.Operation == ast.Mutation {
				mutation <- struct{}{}
			}
			return allowed(operation)
		})
	}()
	var out outcome
	select {
	case out = <-done:
	case <-ctx.Done():
		select {
		case out = <-done:
		case <-time.After(grace):
		}
	}
	if out.response == nil && out.problem == nil {
		message := "the request took too long"
		select {
		case <-mutation:
			message = "the request took too long; whether the change was made is not known"
		default:
		}
		out.response = &graphql.Response{Errors: gqlerror.List{gqlcode.Error(fault.Unavailable, message)}}
	}
	return out
}

func execute(ctx context.Context, exec graphql.GraphExecutor, params *graphql.RawParams, allowed gate) outcome {
	operation, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		return outcome{response: exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs)}
	}
	if problem := allowed(operation.Operation); problem != nil {
		return outcome{problem: problem}
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	return outcome{response: responses(ctx)}
}

// needsEvents is the problem of a subscription that is to be answered as JSON.
var needsEvents = &problem{
	status: http.StatusNotAcceptable, code: fault.BadUserInput,
	message: "a subscription needs Accept: text/event-stream or a WebSocket",
}

func noSubscription(operation *ast.OperationDefinition) *problem {
	if operation.Operation == ast.Subscription {
		return needsEvents
	}
	return nil
}

func queryOnly(operation *ast.OperationDefinition) *problem {
	if operation.Operation == ast.Mutation {
		return &problem{
			status: http.StatusMethodNotAllowed, code: fault.BadUserInput, allow: "POST",
			message: "GET is for queries, send a mutation by POST",
		}
	}
	return noSubscription(operation)
}
