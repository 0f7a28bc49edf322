package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/graph"
	"dugnad/graph/cursor"
	"dugnad/graph/generated"
	"dugnad/graph/gqlcode"
	"dugnad/search"
	"dugnad/search/demand"
	"dugnad/server/graphqlhttp"
)

// Authenticator tells who sends a request. An error is a credential that is not taken.
type Authenticator func(*http.Request) (access.Viewer, error)

// reading is the middleware that puts into the context what reading needs: the viewer, the database's client, the hub's address and
// the seal of cursors.
func (h *Hub) reading(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions { // asks about the address, not for what is there; carries no credential
			next.ServeHTTP(w, r)
			return
		}
		viewer, err := h.Authenticate(r)
		if err != nil {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("WWW-Authenticate", "Bearer")
			answerJSON(w, http.StatusUnauthorized, map[string]any{"errors": gqlerror.List{
				gqlcode.Error(fault.Unauthenticated, "the credential is not valid"),
			}})
			return
		}
		ctx := context.WithValue(r.Context(), credentialKey{}, r)
		ctx = demand.WithClient(h.readingAs(ctx, viewer), cmp.Or(viewer.Account(), h.auth.Address(r)))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// readingAs is the context in which the viewer reads.
func (h *Hub) readingAs(ctx context.Context, viewer access.Viewer) context.Context {
	ctx = access.WithViewer(ctx, viewer)
	ctx = ent.NewContext(ctx, h.client)
	ctx = ent.WithRequest(ctx, ent.Request{BaseURL: h.baseURL, OpenCursor: cursor.Open})
	return cursor.With(ctx, h.sealer)
}

func isAnonymous(ctx context.Context) bool { return access.ViewerOf(ctx).IsAnonymous() }

func (h *Hub) newGraphQL() *graphqlhttp.Handler {
	schema := generated.NewExecutableSchema(graph.NewSchema(&graph.Resolver{
		Engine: h.engine, Status: h.searchStatus, Missing: h.follower.Repair, Demand: h.demand, Usage: h.usage, Waker: h.waker, Log: h.versions, Content: h.service, Accounts: h.accounts, Webhooks: h.webhooks, Uploads: h.uploads,
	}))
	audited := graph.Audited{
		Accounts: h.accounts, RequestID: graphqlhttp.RequestID,
		Failed: func(ctx context.Context, err error) {
			slog.ErrorContext(ctx, "an audit event was not kept", "error", err)
		},
	}
	bounds, timeout, _ := h.config.limits() // checked at the start
	return graphqlhttp.New(schema, graphqlhttp.Options{Limits: bounds, Timeout: timeout, Errors: searchErrors, MaxBody: largestBody, Extensions: []graphql.HandlerExtension{audited}, Sharing: h.sharing(), Streams: h.streams(), Documents: newDocumentStore(h.client)})
}

func largestBody(r *http.Request) int64 {
	if isAnonymous(r.Context()) {
		return graphqlhttp.AnonymousBody
	}
	return graphqlhttp.CredentialBody
}

// searchErrors says in the API's words what search could not do.
func searchErrors(_ context.Context, err error) *gqlerror.Error {
	var query *search.QueryError
	switch {
	case errors.Is(err, search.ErrTooDeep):
		return gqlcode.Error(fault.BadUserInput, search.ErrTooDeep.Error()+": narrow the search with a filter")
	case errors.As(err, &query):
		return gqlcode.Error(fault.BadUserInput, query.Error())
	case errors.Is(err, search.ErrInvalidQuery):
		return gqlcode.Error(fault.BadUserInput, search.ErrInvalidQuery.Error())
	case errors.Is(err, search.ErrUnavailable):
		return gqlcode.Error(fault.Unavailable, search.ErrUnavailable.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return gqlcode.Error(fault.Unavailable, "it took too long")
	}
	return nil
}
