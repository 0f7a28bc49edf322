package meilisearch_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"

	"dugnad/search"
	"dugnad/search/enginetest"
	"dugnad/search/meilisearch"
	"dugnad/search/meilisearch/meilitest"
)

// TestEngine_on_a_server runs the engines' conformance suite on the Meilisearch server at HUB_TEST_MEILI_URL.
func TestEngine_on_a_server(t *testing.T) {
	url := os.Getenv("HUB_TEST_MEILI_URL")
	if url == "" {
		t.Skip("NOT RUN: HUB_TEST_MEILI_URL is not set")
	}
	enginetest.Run(t, func(t testing.TB) search.Engine { return open(t, url, os.Getenv("HUB_TEST_MEILI_KEY")) })
}

// open returns an engine with indexes of its own, which are removed when the test ends.
func open(t testing.TB, url, key string) *meilisearch.Engine {
	t.Helper()
	e := meilisearch.Open(meilisearch.Options{URL: url, Key: key, Prefix: "test-" + strings.ToLower(rand.Text()[:10])})
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if err := e.Remove(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return e
}

// TestEngine_on_the_stand_in runs the suite on the fake server.
func TestEngine_on_the_fake(t *testing.T) {
	s := meilitest.Start(t)
	enginetest.Run(t, func(t testing.TB) search.Engine { return open(t, s.URL, s.Key) })
}

// TestEngine_settings changes settings behind the engine's back.
func TestEngine_settings(t *testing.T) {
	s := meilitest.Start(t)
	e := open(t, s.URL, s.Key)
	if err := e.Check(t.Context()); !errors.Is(err, search.ErrNeedsRebuild) {
		t.Errorf("Check without indexes: %v, want ErrNeedsRebuild", err)
	}
	build(t, e)
	if err := e.Check(t.Context()); err != nil {
		t.Fatal(err)
	}

	index := s.Indexes()[0]
	s.Set(index, "faceting", map[string]any{"maxValuesPerFacet": 3})
	if err := e.Check(t.Context()); err != nil {
		t.Fatalf("Check after changing a cheap setting: %v", err)
	}
	if got := s.Setting(index, "faceting").(map[string]any)["maxValuesPerFacet"]; got == 3 {
		t.Error("Check did not correct a cheap setting")
	}
	s.Set(index, "searchableAttributes", []any{"*"})
	err := e.Check(t.Context())
	if !errors.Is(err, search.ErrNeedsRebuild) || !strings.Contains(err.Error(), "searchableAttributes") {
		t.Errorf("Check after changing another setting: %v, want ErrNeedsRebuild", err)
	}
	build(t, e)
	if err := e.Check(t.Context()); err != nil {
		t.Errorf("Check after a rebuild: %v", err)
	}
}

// TestEngine_keys checks which key the engine searches with.
func TestEngine_keys(t *testing.T) {
	s := meilitest.Start(t)
	e := open(t, s.URL, s.Key)
	build(t, e)
	ask := func() {
		t.Helper()
		if _, err := e.Search(t.Context(), search.Query{Index: search.Public, Text: "mentor"}); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	keys := s.Keys()
	if len(keys) != 1 || s.LastKey("POST /multi-search") != keys[0] {
		t.Fatalf("keys %v, searches with %q", keys, s.LastKey("POST /multi-search"))
	}
	s.Forget(keys[0])
	ask() // creates the key again
	other := meilisearch.Open(meilisearch.Options{URL: s.URL, Key: s.Keys()[0], Log: slog.New(slog.DiscardHandler)})
	defer func() { _ = other.Close() }()
	if err := other.Health(t.Context()); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("Health with a key for other indexes: %v, want ErrUnavailable", err)
	}
}

func build(t *testing.T, e search.Engine) {
	t.Helper()
	r, err := e.Rebuild(t.Context())
	if err == nil {
		err = r.Commit(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}
