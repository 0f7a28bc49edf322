package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/graph"
	"dugnad/graph/cursor"
	"dugnad/graph/generated"
	"dugnad/graph/gqlcode"
	"dugnad/graph/limits"
	"dugnad/graph/rules"
	"dugnad/search"
	"dugnad/search/demand"
	"dugnad/server/graphqlhttp"
	"dugnad/web/respond"
)

// Authenticator returns who sends a request, or an error when their credential is not valid.
type Authenticator func(*http.Request) (access.Viewer, error)

// reading is the middleware that puts into the context what reading needs: the viewer, the database's client, the
// hub's address and the seal of cursors. The viewer is read when the whole request has arrived.
func (h *Hub) reading(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions { // a CORS preflight, which has no credential
			next.ServeHTTP(w, r)
			return
		}
		r, err := h.received(r)
		var viewer access.Viewer
		if err == nil {
			viewer, err = h.Authenticate(r)
		}
		switch {
		case fault.CodeOf(err) == fault.RateLimited:
			tooManyRefused(w, err)
			return
		case access.IsUnauthenticated(err):
			h.limited(http.HandlerFunc(unauthenticated)).ServeHTTP(w, r) // counted by address
			return
		case err != nil:
			h.limited(h.unidentified(err)).ServeHTTP(w, r)
			return
		}
		ctx := context.WithValue(r.Context(), credentialKey{}, r)
		ctx = demand.WithClient(h.readingAs(ctx, viewer), cmp.Or(viewer.Account(), h.auth.Address(r)))
		caller, _ := h.caller(ctx, r)
		next.ServeHTTP(w, r.WithContext(limits.WithCaller(ctx, caller)))
	})
}

// unauthenticated answers a request whose credential is not valid.
func unauthenticated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("WWW-Authenticate", "Bearer")
	respond.JSON(w, http.StatusUnauthorized, map[string]any{"errors": gqlerror.List{
		gqlcode.Error(fault.Unauthenticated, "the credential is not valid"),
	}})
}

// unidentified answers a request whose credential could not be checked: with a page to browsers, else as JSON.
func (h *Hub) unidentified(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !respond.MayRetry(r.Context(), err) {
			respond.Log(w, r, "authenticate the caller", err)
		}
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			h.pages.Unavailable(w, r)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Retry-After", "1")
		respond.JSON(w, http.StatusServiceUnavailable, map[string]any{"errors": gqlerror.List{
			gqlcode.Error(fault.Unavailable, "the credential cannot be checked now; try again"),
		}})
	})
}

// readingAs returns a context in which the viewer reads.
func (h *Hub) readingAs(ctx context.Context, viewer access.Viewer) context.Context {
	ctx = access.WithViewer(ctx, viewer)
	ctx = ent.NewContext(ctx, h.client)
	ctx = ent.WithRequest(ctx, ent.Request{
		BaseURL: h.baseURL, OpenCursor: cursor.Open, Reference: h.reference.get,
	})
	return cursor.With(ctx, h.sealer)
}

// anonymously is the middleware of pages that are the same for everyone: every caller reads as an anonymous viewer.
func (h *Hub) anonymously(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := h.readingAs(r.Context(), access.Viewer{Kind: access.Anonymous})
		caller, _ := h.caller(ctx, r)
		next.ServeHTTP(w, r.WithContext(limits.WithCaller(ctx, caller)))
	})
}

func isAnonymous(ctx context.Context) bool { return access.ViewerOf(ctx).IsAnonymous() }

func (h *Hub) newGraphQL() (*graphqlhttp.Handler, error) {
	schema := generated.NewExecutableSchema(graph.NewSchema(&graph.Resolver{
		Engine: h.engine, Status: h.searchStatus, Missing: h.follower.Repair, Demand: h.demand, Usage: h.usage,
		Waker: h.waker, Log: h.changeCounter, Content: h.service, Accounts: h.accounts, Webhooks: h.webhooks, Uploads: h.uploads,
	}))
	all, err := rules.Read(schema.Schema())
	if err != nil {
		return nil, fmt.Errorf("read the rules of root fields: %w", err)
	}
	enforced := graph.RootRules{
		Rules: all, Accounts: h.accounts, RequestID: graphqlhttp.RequestID,
		Failed: func(ctx context.Context, err error) {
			slog.ErrorContext(ctx, "could not record an audit event", "error", err)
		},
	}
	bounds, err := h.config.bounds()
	if err != nil {
		return nil, err
	}
	return graphqlhttp.New(schema, graphqlhttp.Options{
		Limits: &bounds.Limits, Timeout: time.Duration(bounds.seconds) * time.Second, Errors: domainErrors, MaxBody: largestBody, Extensions: []graphql.HandlerExtension{
			enforced, &graph.FilterValues{},
		},
		Sharing: h.sharing(all), Streams: h.streams(bounds.streams), Documents: newDocumentStore(h.client),
	}), nil
}

func largestBody(r *http.Request) int64 {
	if isAnonymous(r.Context()) {
		return graphqlhttp.AnonymousBody
	}
	return graphqlhttp.CredentialBody
}

// searchErrors returns the API's error of an error of search, nil for any other.
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
