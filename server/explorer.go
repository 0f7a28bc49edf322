package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/graph/gqlcode"
	"dugnad/web"
	"dugnad/web/explorer"
)

// newExplorer makes the reading site. built is nil where the program was compiled before its web pages were: then it has no style.
func (h *Hub) newExplorer(built fs.FS) (*explorer.Explorer, error) {
	o := explorer.Options{
		API: inProcess{h}, BaseURL: h.baseURL, Logger: slog.Default(), Now: time.Now,
		Reader: func(ctx context.Context) explorer.Reader {
			return explorer.Reader{SignedIn: access.ViewerOf(ctx).Account() != ""}
		},
	}
	if built == nil {
		slog.Warn("the explorer has no style: the program was compiled before its web pages were built")
		return explorer.New(o)
	}
	bundle, err := web.BundleOf(built, "explorer/client/main.ts")
	if err != nil {
		return nil, err
	}
	o.Assets = explorer.Assets{Style: bundle.Style, Script: bundle.Script}
	return explorer.New(o)
}

// inProcess is the API without HTTP.
type inProcess struct{ *Hub }

// Ask implements explorer.API.
func (a inProcess) Ask(ctx context.Context, document string, variables map[string]any, into any) error {
	err := a.asks(ctx, document, variables, into)
	var list gqlerror.List
	if errors.As(err, &list) && len(list) > 0 {
		if code, _ := list[0].Extensions["code"].(string); code != "" && code != string(gqlcode.Internal) {
			return &explorer.Error{Code: code, Message: list[0].Message}
		}
	}
	return err
}

// pageOr answers a browser with a page that says that there is none, and others as before.
func pageOr(page http.HandlerFunc, otherwise http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/html") && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			page(w, r)
			return
		}
		otherwise(w, r)
	}
}
