package graphqlhttp_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dugnad/server/graphqlhttp"
)

func TestMiddleware(t *testing.T) {
	log := &logBook{}
	logger := slog.New(slog.NewTextHandler(log, nil))
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/panic":
			panic("secret_table")
		case "/late":
			_, _ = w.Write([]byte("half"))
			panic("secret_table")
		}
		_, _ = w.Write([]byte(graphqlhttp.RequestID(r.Context())))
	})
	handler := graphqlhttp.WithRequestID(graphqlhttp.AccessLog(logger)(graphqlhttp.Recover(logger)(
		graphqlhttp.PageHeaders("default-src 'self'")(page))))
	get := func(target string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", target, nil)
		r.Header.Set("X-Request-Id", "r-7")
		handler.ServeHTTP(w, r)
		return w
	}
	if w := get("/page?token=hemmelig"); w.Body.String() != "r-7" ||
		w.Header().Get("Content-Security-Policy") != "default-src 'self'" {
		t.Errorf("%s %v", w.Body, w.Header())
	}
	if w := get("/panic"); w.Code != 500 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get("/late"); w.Code != 200 || w.Body.String() != "half" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	text := log.String()
	if strings.Contains(text, "hemmelig") || strings.Count(text, "secret_table") < 2 ||
		strings.Count(text, "request_id=r-7") != 5 ||
		!strings.Contains(text, "path=/page status=200 bytes=3") || !strings.Contains(text, "path=/panic status=500") {
		t.Error(text)
	}
}
