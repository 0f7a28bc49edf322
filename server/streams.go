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
	errNoPreview   = errors.New("previews cannot subscribe")
	errNotTheSame  = errors.New("the caller's rights have changed")
	errNoBearer    = errors.New("connection_init: Authorization must be a string")
	errNoRequest   = errors.New("the connection has no request")
	authorizations = []string{"Authorization", "authorization"}
)

// streams returns how connections that stay open authenticate their callers, and keep checking them.
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

// detachStream returns a context like that of reading that keeps nothing of the request but the caller's credential.
func (h *Hub) detachStream(r *http.Request) context.Context {
	viewer := access.ViewerOf(r.Context())
	ctx := context.Background()
	if viewer.Name != "" {
		ctx = context.WithValue(ctx, credentialKey{}, r.WithContext(ctx))
	}
	return demand.WithClient(h.readingAs(ctx, viewer), cmp.Or(viewer.Account(), h.auth.Address(r)))
}

// beginStream returns the context of the caller whose credential is in the first message of a WebSocket, because
// browsers can send no header with one; without it, that of the request.
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

// stillAllowed returns an error when the caller's rights differ from those that it connected with.
func (h *Hub) stillAllowed(ctx context.Context) error {
	was := access.ViewerOf(ctx)
	if was.Name == "" {
		return nil // anonymous callers have no rights to lose
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
	same := cmp.Or(is.Kind, access.Anonymous) == cmp.Or(was.Kind, access.Anonymous) && is.Name == was.Name &&
		is.HubRole == was.HubRole &&
		maps.Equal(is.Roles, was.Roles) && slices.Equal(is.Scopes, was.Scopes)
	if !same {
		return errNotTheSame
	}
	return nil
}
