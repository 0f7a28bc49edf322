package main

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"dugnad/access"
	"dugnad/search/demand"
	"dugnad/server/graphqlhttp"
)

// credentialKey is the context's key of the request that has the caller's credential.
type credentialKey struct{}

var (
	errNoPreview   = errors.New("a preview is not subscribed to")
	errNotTheSame  = errors.New("the caller has other rights now")
	errNoBearer    = errors.New("connection_init: Authorization must be a text")
	errNoRequest   = errors.New("the connection's request is not known")
	authorizations = []string{"Authorization", "authorization"}
)

// streams say how connections that stay open know who is at their other end, and for how long.
func (h *Hub) streams() *graphqlhttp.Streams {
	return &graphqlhttp.Streams{
		Caller: func(r *http.Request) string {
			name, _ := h.caller(r.Context(), r)
			return name
		},
		Allow: func(ctx context.Context, r *http.Request) bool {
			_, _, wait := h.rates.take(h.caller(ctx, r))
			return wait == 0
		},
		Detach: h.detachStream, Begin: h.beginStream, Still: h.stillAllowed, Stopping: h.stopping,
	}
}

// detachStream is a context like that of reading, which holds nothing of the request but the credential of who is somebody.
func (h *Hub) detachStream(r *http.Request) context.Context {
	viewer := access.ViewerOf(r.Context())
	ctx := context.Background()
	if viewer.Name != "" {
		ctx = context.WithValue(ctx, credentialKey{}, r.WithContext(ctx))
	}
	return demand.WithClient(h.readingAs(ctx, viewer), cmp.Or(viewer.Account(), h.auth.Address(r)))
}

// beginStream takes a credential from the first message of a WebSocket, as browsers can send no header with it; else that of the request counts.
func (h *Hub) beginStream(r *http.Request, payload map[string]any) (context.Context, error) {
	ctx := r.Context()
	for _, name := range authorizations {
		given, ok := payload[name]
		if !ok {
			continue
		}
		bearer, ok := given.(string)
		if !ok {
			return nil, errNoBearer
		}
		r = r.Clone(ctx)
		r.Header.Set("Authorization", bearer)
		r.Header.Del("Cookie")
		viewer, err := h.Authenticate(r)
		if err != nil {
			return nil, err
		}
		ctx = h.readingAs(context.WithValue(ctx, credentialKey{}, r), viewer)
	}
	if access.ViewerOf(ctx).Preview != nil {
		return nil, errNoPreview
	}
	return ctx, nil
}

// stillAllowed compares what the caller may do with what it might when it connected.
func (h *Hub) stillAllowed(ctx context.Context) error {
	was := access.ViewerOf(ctx)
	if was.Name == "" {
		return nil // nobody, who can lose nothing
	}
	r, ok := ctx.Value(credentialKey{}).(*http.Request)
	if !ok {
		return errNoRequest
	}
	is, err := h.Authenticate(r.Clone(ctx))
	if err != nil {
		if ctx.Err() != nil {
			return nil // it ends anyway
		}
		return err
	}
	if cmp.Or(is.Kind, access.Anonymous) != cmp.Or(was.Kind, access.Anonymous) || is.Name != was.Name || is.HubRole != was.HubRole || !maps.Equal(is.Roles, was.Roles) || !slices.Equal(is.Scopes, was.Scopes) {
		return errNotTheSame
	}
	return nil
}
