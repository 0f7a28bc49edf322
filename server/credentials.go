package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/server/auth"
	"dugnad/web/respond"
)

// authenticateTime bounds how long a credential is looked up. Afterwards it is not known whether it is valid.
const authenticateTime = 5 * time.Second

// inTime returns an Authenticator that gives up in time, with an error that is UNAVAILABLE.
func inTime(authenticate Authenticator) Authenticator {
	return func(r *http.Request) (access.Viewer, error) {
		ctx, cancel := context.WithTimeout(r.Context(), authenticateTime)
		defer cancel()
		return authenticate(r.WithContext(ctx))
	}
}

// counting returns an Authenticator that counts the refused credentials of each address. An address that has sent too
// many in a while is refused, with RATE_LIMITED, before the database is asked about another.
func (h *Hub) counting(authenticate Authenticator) Authenticator {
	return func(r *http.Request) (access.Viewer, error) {
		if !h.auth.HasCredential(r) {
			return access.Viewer{Kind: access.Anonymous}, nil
		}
		address := access.Network(h.auth.Address(r))
		if wait := h.rates.refusedWait(address); wait > 0 {
			return access.Viewer{}, &fault.Error{
				Code: fault.RateLimited, Message: "too many invalid credentials; try again later", After: wait,
			}
		}
		viewer, err := authenticate(r)
		// A cookie that is not valid makes the viewer anonymous, without a name.
		if access.IsUnauthenticated(err) || err == nil && viewer.Name == "" {
			h.rates.countRefused(address)
		}
		return viewer, err
	}
}

// tooManyRefused answers a request whose address has sent too many refused credentials.
func tooManyRefused(w http.ResponseWriter, err error) {
	var refused *fault.Error
	if errors.As(err, &refused) {
		tooManyRequests(w, refused.After, refused.Message)
	}
}

// graphqlPath is the address of the API, the one that a key with a manifest may use: graphqlhttp checks each operation.
const graphqlPath = "/graphql"

// heldToManifest is the middleware of the whole hub that refuses keys with a manifest everywhere but at the API, also
// where everybody may read: what such a key is for are the operations of its manifest.
func (h *Hub) heldToManifest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == graphqlPath {
			next.ServeHTTP(w, r)
			return
		}
		for _, key := range keysOf(r) {
			with := r.Clone(r.Context())
			with.Header.Set("Authorization", "Bearer "+key)
			viewer, err := h.Authenticate(with)
			switch {
			case fault.CodeOf(err) == fault.RateLimited:
				tooManyRefused(w, err)
				return
			case access.IsUnauthenticated(err):
				// Where credentials count, it is refused.
			case err != nil:
				h.unidentified(err).ServeHTTP(w, r)
				return
			case viewer.Manifest != "":
				w.Header().Set("Access-Control-Allow-Origin", "*")
				respond.Refuse(w, r, http.StatusForbidden, string(fault.Forbidden)+
					": the key is restricted to the operations of its manifest, at "+graphqlPath)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// keysOf returns the keys of a request: in its Authorization header, and in its address, where embeds have one.
func keysOf(r *http.Request) (keys []string) {
	bearer, _ := auth.Bearer(r.Header.Get("Authorization"))
	for _, key := range []string{bearer, r.URL.Query().Get("key")} { // the address's first is the one that counts
		if access.IsKey(key) {
			keys = append(keys, key)
		}
	}
	return keys
}
