package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/content"
	"dugnad/demo"
	"dugnad/ent"
	"dugnad/graph"
	"dugnad/graph/cursor"
	"dugnad/graph/generated"
	"dugnad/server/database"
	"dugnad/server/graphqlhttp"
)

type nofiles struct{}

func (nofiles) Put(context.Context, string, io.Reader) error            { return nil }
func (nofiles) Open(context.Context, string) (io.ReadSeekCloser, error) { return nil, nil }

func TestScratch(t *testing.T) {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	client := access.NewClient(db.Driver())
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	svc := content.New(client, &changes.Waker{}, nofiles{})
	if err := demo.Load(ctx, svc, func(int, int, string) {}); err != nil {
		t.Fatal(err)
	}
	h := graphqlhttp.New(generated.NewExecutableSchema(graph.NewSchema(&graph.Resolver{})), graphqlhttp.Options{})
	sealer, _ := cursor.NewSealer([]byte("secret"))
	do := func(q string) {
		b, _ := json.Marshal(map[string]any{"query": q})
		req := httptest.NewRequest("POST", "/graphql", bytes.NewReader(b))
		req.Header.Set("Content-Type", "application/json")
		ctx, n := database.Count(ctx)
		ctx = ent.NewContext(ctx, client)
		ctx = cursor.With(ctx, sealer)
		ctx = ent.WithRequest(ctx, ent.Request{BaseURL: "http://x", OpenCursor: cursor.Open})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req.WithContext(ctx))
		var out bytes.Buffer
		if json.Indent(&out, w.Body.Bytes(), "", " ") != nil {
			out = *w.Body
		}
		t.Log(q, "\n", n.Statements(), out.String())
	}
	_ = http.StatusOK
	b, _ := os.ReadFile("/tmp/scratch/q.json")
	var qs []string
	if err := json.Unmarshal(b, &qs); err != nil {
		t.Fatal(err)
	}
	for _, q := range qs {
		do(q)
	}
}
