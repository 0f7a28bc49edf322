package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/graph/gqlcode"
)

// kept holds an answer until the transaction that it was made in has ended: a client that reads slowly must not keep it open.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header         { return k.header }
func (k *kept) WriteHeader(status int)      { k.status = status }
func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }

// previewing answers an operation with a preview's token as if what it names were published.
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
		var rule *content.Error
		switch {
		case errors.As(err, &rule):
			answerJSON(w, statusOf(rule.Code), map[string]any{"errors": gqlerror.List{gqlcode.Error(gqlcode.Code(rule.Code), rule.Message)}})
		case errors.Is(err, context.DeadlineExceeded):
			answerJSON(w, http.StatusServiceUnavailable, map[string]any{"errors": gqlerror.List{gqlcode.Error(gqlcode.Unavailable, "the preview took too long")}})
		case err != nil && !ent.IsNotFound(err):
			slog.ErrorContext(r.Context(), "a preview failed", "error", err)
			answerJSON(w, http.StatusServiceUnavailable, map[string]any{"errors": gqlerror.List{gqlcode.Error(gqlcode.Unavailable, "the preview could not be made")}})
		default:
			w.WriteHeader(answer.status)
			_, _ = w.Write(answer.body.Bytes()) // the client may have gone
		}
	})
}

func statusOf(code content.Code) int {
	if code == content.Unavailable {
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
