// Package graphqlhttp serves a GraphQL schema over HTTP as the GraphQL-over-HTTP specification says, with gqlgen's
// executor and transports of our own; the stock ones fail six of its audits, echo request bodies and bound nothing.
// It also holds what the whole program's HTTP server needs: request ids, access log, recovery, headers of pages.
package graphqlhttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/limits"
)

const (
	// AnonymousBody is the size in bytes of the largest request body of a caller without a credential.
	AnonymousBody = 64 << 10
	// CredentialBody is the same for a caller with a credential: a report in four languages must fit.
	CredentialBody = 2 << 20

	defaultTimeout = 10 * time.Second
	bodyTimeout    = 20 * time.Second // for a whole request body to arrive
	writeTimeout   = 30 * time.Second // for a whole answer to leave
)

// Options configure New. The zero value serves anonymous callers under the default limits.
type Options struct {
	// MaxBody returns the size in bytes of the largest body that the request may have; nil grants AnonymousBody.
	MaxBody func(*http.Request) int64
	// Timeout bounds the work on one request; 0 means 10 s. After it the answer is UNAVAILABLE.
	Timeout time.Duration
	// AllowHeaders are request headers that pages of other origins may send besides the usual ones.
	AllowHeaders []string
	// Errors maps errors of the domain; what it does not know is logged and becomes INTERNAL.
	Errors gqlcode.Domain
	// Recover turns a panic of a resolver into an error; nil logs it with its stack and answers INTERNAL.
	Recover graphql.RecoverFunc
	// Logger is nil for slog.Default().
	Logger *slog.Logger
	// Limits bound operations; nil means limits.Default().
	Limits *limits.Limits
	// Extensions are added after introspection and before the limits, so that they see, and may fill in, the query
	// first.
	Extensions []graphql.HandlerExtension
	// Sharing configures the cache of answers for anonymous readers; nil for none.
	Sharing *Sharing
	// Documents are the registered documents, which clients ask by their ids; nil for none.
	Documents Documents
	// Streams configure connections that stay open; nil for none.
	Streams *Streams
}

// Handler is the GraphQL endpoint. Do runs operations without HTTP, under the same limits.
type Handler struct {
	options    Options
	limits     *limits.Extension
	exec       *executor.Executor
	present    graphql.ErrorPresenterFunc
	transports []graphql.Transport
	cors       cors
	bodyTime   time.Duration
	answers    *answers
	streams    Streams
	stopping   context.Context //nolint:containedctx // ends with the program
	open       open
}

// New returns the endpoint for the schema. It panics when an extension does not fit the schema, like gqlgen's Use.
func New(es graphql.ExecutableSchema, o Options) *Handler {
	if o.MaxBody == nil {
		o.MaxBody = func(*http.Request) int64 { return AnonymousBody }
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Limits == nil {
		l := limits.Default()
		o.Limits = &l
	}
	h := &Handler{
		options: o, exec: executor.New(es), cors: newCORS(o.AllowHeaders), bodyTime: bodyTimeout,
		open: open{connections: map[string]int{}, subscriptions: map[string]int{}},
	}
	h.present = gqlcode.Presenter(o.Errors, h.report)
	if o.Recover == nil {
		h.options.Recover = h.recovered
	}

	documents := newQueryCache(1000, 2<<20)
	h.exec.SetErrorPresenter(h.present)
	h.exec.SetRecoverFunc(h.options.Recover)
	h.exec.SetQueryCache(documents)
	h.exec.SetParserTokenLimit(o.Limits.Tokens)
	h.exec.SetDefaultRulesFn(limits.Rules)
	h.exec.SetDisableSuggestion(true)
	checked := &variables{documents: documents, tokens: o.Limits.Tokens}
	h.exec.Use(codedErrors{h.present, checked.explained})
	h.exec.Use(introspection{})
	h.exec.Use(newPersisted(o.Documents))
	for _, extension := range o.Extensions {
		h.exec.Use(extension)
	}
	h.exec.Use(requireQuery{})
	h.limits = limits.New(*o.Limits, documents.knows)
	h.exec.Use(h.limits)
	h.exec.Use(checked)

	if o.Sharing != nil {
		h.answers = newAnswers(es.Schema(), *o.Sharing)
	}
	h.stopping = context.Background()
	if o.Streams != nil {
		h.streams = o.Streams.withDefaults()
		if h.streams.Stopping != nil {
			h.stopping = h.streams.Stopping
		}
		h.transports = append(h.transports, events{h}, sockets{h})
	}
	h.transports = append(h.transports, post{h}, get{h}, refuse{})
	return h
}

// ServeHTTP answers one request. Every answer is JSON, and every error in it carries a code of the closed list.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = withRequestID(w, r)
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", cacheControl(r))
	header.Add("Vary", "Accept, Authorization, Cookie, Origin")
	h.cors.allow(header)
	if r.Method == http.MethodOptions {
		h.cors.preflight(w, r)
		return
	}
	if limit := h.options.MaxBody(r); r.ContentLength > limit {
		header.Set("Connection", "close")
		answerProblem(w, r, tooLarge(limit))
		return
	} else if r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
	}
	defer func() {
		if value := recover(); value != nil {
			if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(value)
			}
			_ = h.recovered(r.Context(), value) // logs it
			answerProblem(
				w, r, &problem{status: http.StatusInternalServerError, code: fault.Internal, message: gqlcode.InternalMessage},
			)
		}
	}()
	r = r.WithContext(graphql.StartOperationTrace(r.Context()))
	for _, transport := range h.transports {
		if transport.Supports(r) {
			transport.Do(w, r, h.exec)
			return
		}
	}
}

// cacheControl returns the Cache-Control of an answer that is not shared: no-store, and private where it may depend
// on a credential.
func cacheControl(r *http.Request) string {
	if r.Method == http.MethodGet && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == "" {
		return "no-store"
	}
	return "private, no-store"
}

// report logs an error that the client sees only as INTERNAL.
func (h *Handler) report(ctx context.Context, err error) {
	attrs := []any{"request_id", RequestID(ctx), "error", err}
	if graphql.HasOperationContext(ctx) {
		attrs = append(attrs, "operation", graphql.GetOperationContext(ctx).OperationName)
	}
	h.options.Logger.ErrorContext(ctx, "graphql: internal error", attrs...)
}

func (h *Handler) recovered(ctx context.Context, value any) error {
	h.options.Logger.ErrorContext(ctx, "graphql: panic",
		"request_id", RequestID(ctx), "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
	return gqlcode.Error(fault.Internal, gqlcode.InternalMessage)
}

// codedErrors is the outermost extension: errors that did not come by way of the presenter get their code here.
type codedErrors struct {
	present graphql.ErrorPresenterFunc
	explain func(*gqlerror.Error) // adds to the message of an error in the document
}

func (codedErrors) ExtensionName() string                   { return "CodedErrors" }
func (codedErrors) Validate(graphql.ExecutableSchema) error { return nil }
func (c codedErrors) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil {
		return nil
	}
	const maxErrors = 50 // a short document can be wrong in a thousand places
	if len(response.Errors) > maxErrors && len(response.Data) == 0 {
		response.Errors = response.Errors[:maxErrors]
	}
	for i, err := range response.Errors {
		if err.Rule != "" {
			c.explain(err)
		}
		if gqlcode.Of(err) == "" {
			response.Errors[i] = c.present(ctx, err)
		}
	}
	return response
}

// requireQuery comes after every extension that may fill in the query by its hash.
type requireQuery struct{}

func (requireQuery) ExtensionName() string                   { return "RequireQuery" }
func (requireQuery) Validate(graphql.ExecutableSchema) error { return nil }
func (requireQuery) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	if params.Query == "" {
		return gqlcode.Error(fault.BadUserInput, "the query is missing")
	}
	return nil
}

// introspection opens the schema to everybody; the limits bound what it costs.
type introspection struct{}

func (introspection) ExtensionName() string                   { return "Introspection" }
func (introspection) Validate(graphql.ExecutableSchema) error { return nil }
func (introspection) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = false
	return nil
}
