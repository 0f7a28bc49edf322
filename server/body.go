package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"

	"dugnad/server/graphqlhttp"
)

// received returns the request with its body in memory. Authenticate comes after it, so that an operation has the
// rights that its caller has when it begins, however long the body took to arrive. The error is Authenticate's: a body
// that is larger than an anonymous caller's may be is only read for a caller with a credential, who is authenticated
// once before it as well.
//
// What could not be read, and the limits of bodies, are left to whoever reads the request's body next.
func (h *Hub) received(r *http.Request) (*http.Request, error) {
	if r.Body == nil || r.Body == http.NoBody || r.Method == http.MethodGet || r.Method == http.MethodHead ||
		r.ContentLength > graphqlhttp.CredentialBody {
		return r, nil
	}
	var text bytes.Buffer
	_, failed := io.Copy(&text, io.LimitReader(r.Body, graphqlhttp.AnonymousBody+1))
	if failed == nil && text.Len() > graphqlhttp.AnonymousBody && h.auth.HasCredential(r) {
		viewer, err := h.Authenticate(r)
		if err != nil {
			return r, err
		}
		if !viewer.IsAnonymous() {
			_, failed = io.Copy(&text, io.LimitReader(r.Body, graphqlhttp.CredentialBody-graphqlhttp.AnonymousBody))
		}
	}
	with := *r
	var rest io.Reader = r.Body // at its end, or beyond what the caller may send
	if failed != nil {
		rest = failedReader{failed}
	}
	with.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(&text, rest), r.Body}
	if errors.Is(failed, os.ErrDeadlineExceeded) { // for net/http the client has gone; it waits for an answer
		return with.WithContext(context.WithoutCancel(r.Context())), nil
	}
	return &with, nil
}

// failedReader is the end of a body that could not be read.
type failedReader struct{ err error }

func (f failedReader) Read([]byte) (int, error) { return 0, f.err }
