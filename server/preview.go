package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/web/respond"
)

// kept buffers a response until its transaction has ended: a client that reads slowly must not keep the transaction
// open.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header         { return k.header }
func (k *kept) WriteHeader(status int)      { k.status = status }
func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }

// previewing is the middleware that answers operations with a preview's token as if what it names were published.
func (h *Hub) previewing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if access.ViewerOf(r.Context()).Preview == nil {
			next.ServeHTTP(w, r)
			return
		}
		answer := &kept{header: w.Header(), status: http.StatusOK}
		err := h.service.Preview(r.Context(), func(ctx context.Context) {
			next.ServeHTTP(answer, r.WithContext(ctx))
		})
		w.Header().Set("Cache-Control", "private, no-store")
		if respond.MayRetry(r.Context(), err) {
			w.Header().Set("Retry-After", "1")
		}
		var rule *fault.Error
		switch {
		case errors.As(err, &rule):
			respond.JSON(
				w, statusOf(rule.Code), map[string]any{"errors": gqlerror.List{gqlcode.Error(fault.Code(rule.Code), rule.Message)}},
			)
		case errors.Is(err, context.DeadlineExceeded):
			respond.JSON(w, http.StatusServiceUnavailable, map[string]any{
				"errors": gqlerror.List{gqlcode.Error(fault.Unavailable, "the preview took too long")},
			})
		case err != nil && !ent.IsNotFound(err):
			slog.ErrorContext(r.Context(), "preview failed", "error", err)
			respond.JSON(w, http.StatusServiceUnavailable, map[string]any{
				"errors": gqlerror.List{gqlcode.Error(fault.Unavailable, "could not make the preview")},
			})
		default:
			w.WriteHeader(answer.status)
			_, _ = w.Write(answer.body.Bytes()) // the client may have gone
		}
	})
}

// seen calls read as the viewer; for a preview, in a transaction in which what it names is published.
func (h *Hub) seen(ctx context.Context, read func(context.Context) error) (err error) {
	if access.ViewerOf(ctx).Preview == nil {
		return read(ctx)
	}
	var found error
	err = h.service.Preview(ctx, func(ctx context.Context) { found = read(ctx) })
	return errors.Join(err, found)
}

// withPreview is the middleware that takes the token of a preview from the address of a file, because browsers set no
// header for images.
func withPreview(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.URL.Query().Get("preview"); access.IsPreviewToken(token) && r.Header.Get("Authorization") == "" {
			r = r.Clone(r.Context())
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Del("Cookie")
		}
		next.ServeHTTP(w, r)
	})
}

func statusOf(code fault.Code) int {
	if code == fault.Unavailable {
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
