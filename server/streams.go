package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"dugnad/access"
	"dugnad/changes/background"
	"dugnad/graph/limits"
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

// streams returns how connections that stay open authenticate their callers, and keep checking them, within limits.
func (h *Hub) streams(s graphqlhttp.Streams) *graphqlhttp.Streams {
	s.Caller = h.caller
	s.Allow = func(ctx context.Context, r *http.Request) bool {
		_, _, wait := h.rates.take(h.caller(ctx, r))
		return wait == 0
	}
	s.Detach, s.Begin, s.Still, s.Stopping = h.detachStream, h.beginStream, h.stillAllowed, h.stopping
	return &s
}

// detachStream returns a context like that of reading that keeps nothing of the request but the caller's credential.
func (h *Hub) detachStream(r *http.Request) context.Context {
	viewer := access.ViewerOf(r.Context())
	ctx := context.Background()
	if viewer.Name != "" {
		ctx = context.WithValue(ctx, credentialKey{}, r.WithContext(ctx))
	}
	ctx = demand.WithClient(h.readingAs(ctx, viewer), cmp.Or(viewer.Account(), h.auth.Address(r)))
	caller, _ := h.caller(ctx, r)
	return limits.WithCaller(ctx, caller)
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
			return nil, known(err)
		}
		ctx = h.readingAs(context.WithValue(ctx, credentialKey{}, r), viewer)
	}
	if access.ViewerOf(ctx).Preview != nil {
		return nil, errNoPreview
	}
	return ctx, nil
}

// stillAllowed returns an error when the caller's rights differ from those that it connected with, and
// graphqlhttp.ErrRightsUnknown when they cannot be read now.
func (h *Hub) stillAllowed(ctx context.Context) error {
	was := access.ViewerOf(ctx)
	if was.Name == "" {
		return nil // anonymous callers have no rights to lose
	}
	r, ok := ctx.Value(credentialKey{}).(*http.Request)
	if !ok {
		return errNoRequest
	}
	is, err := h.rights.read(ctx, r, h.Authenticate)
	if err != nil {
		return known(err)
	}
	same := cmp.Or(is.Kind, access.Anonymous) == cmp.Or(was.Kind, access.Anonymous) && is.Name == was.Name &&
		access.SameRights(is, was)
	if !same {
		return errNotTheSame
	}
	return nil
}

// known returns an error of Authenticate as graphqlhttp takes it.
func known(err error) error {
	if access.IsUnauthenticated(err) {
		return err
	}
	return fmt.Errorf("%w: %w", graphqlhttp.ErrRightsUnknown, err)
}

// rightsTime bounds one reading of rights.
const rightsTime = 10 * time.Second

// rights reads the rights of callers, for many streams of one caller at once: at most one reading of a credential runs
// at a time, and all who ask meanwhile share the next one. So a reading always begins after it was asked for.
type rights struct {
	mu sync.Mutex
	of map[string]*reading // the newest of each credential
}

// reading is of one credential.
type reading struct {
	begun  bool
	done   chan struct{}
	viewer access.Viewer
	err    error
}

// read returns the viewer of the request's credential as it is now.
func (c *rights) read(ctx context.Context, r *http.Request, authenticate Authenticator) (access.Viewer, error) {
	key := fmt.Sprintf("%q", []string{r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.Header.Get("Origin")})
	c.mu.Lock()
	last := c.of[key]
	one := last
	if last == nil || last.begun {
		one = &reading{done: make(chan struct{})}
		if c.of == nil {
			c.of = map[string]*reading{}
		}
		c.of[key] = one
		background.Go(context.WithoutCancel(ctx), "rights", func(ctx context.Context) {
			c.run(ctx, key, one, last, r, authenticate)
		})
	}
	c.mu.Unlock()
	select {
	case <-one.done:
		return one.viewer, one.err
	case <-ctx.Done():
		return access.Viewer{}, ctx.Err()
	}
}

// run reads the rights when the reading before has ended.
func (c *rights) run(
	ctx context.Context, key string, one, last *reading, r *http.Request, authenticate Authenticator,
) {
	if last != nil {
		<-last.done
	}
	ctx, cancel := context.WithTimeout(ctx, rightsTime)
	defer cancel()
	defer func() {
		if value := recover(); value != nil {
			one.err = fmt.Errorf("read the rights of a caller: %v", value)
		}
		c.mu.Lock()
		if c.of[key] == one {
			delete(c.of, key)
		}
		c.mu.Unlock()
		close(one.done)
	}()
	c.mu.Lock()
	one.begun = true
	c.mu.Unlock()
	one.viewer, one.err = authenticate(r.Clone(ctx))
}
