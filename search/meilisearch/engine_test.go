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

// TestEngine_on_a_server runs the contract of all engines on the Meilisearch that HUB_TEST_MEILI_URL and HUB_TEST_MEILI_KEY name.
func TestEngine_on_a_server(t *testing.T) {
	url := os.Getenv("HUB_TEST_MEILI_URL")
	if url == "" {
		t.Skip("NOT RUN: HUB_TEST_MEILI_URL names no Meilisearch")
	}
	enginetest.Run(t, func(t testing.TB) search.Engine { return open(t, url, os.Getenv("HUB_TEST_MEILI_KEY")) })
}

// open makes an engine with indexes of its own, which are removed when the test ends.
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

// TestEngine_on_the_stand_in runs it on the stand-in of a Meilisearch, which is always there.
func TestEngine_on_the_stand_in(t *testing.T) {
	s := meilitest.Start(t)
	enginetest.Run(t, func(t testing.TB) search.Engine { return open(t, s.URL, s.Key) })
}

// TestEngine_settings changes settings behind the engine's back.
func TestEngine_settings(t *testing.T) {
	s := meilitest.Start(t)
	e := open(t, s.URL, s.Key)
	if err := e.Check(t.Context()); !errors.Is(err, search.ErrNeedsRebuild) {
		t.Errorf("without indexes: %v", err)
	}
	build(t, e)
	if err := e.Check(t.Context()); err != nil {
		t.Fatal(err)
	}

	index := s.Indexes()[0]
	s.Set(index, "faceting", map[string]any{"maxValuesPerFacet": 3})
	if err := e.Check(t.Context()); err != nil {
		t.Fatalf("what needs no indexing: %v", err)
	}
	if got := s.Setting(index, "faceting").(map[string]any)["maxValuesPerFacet"]; got == 3 {
		t.Error("what needs no indexing is not put right")
	}
	s.Set(index, "searchableAttributes", []any{"*"})
	err := e.Check(t.Context())
	if !errors.Is(err, search.ErrNeedsRebuild) || !strings.Contains(err.Error(), "searchableAttributes") {
		t.Errorf("what needs indexing: %v", err)
	}
	build(t, e)
	if err := e.Check(t.Context()); err != nil {
		t.Errorf("after a rebuild: %v", err)
	}
}

// TestEngine_keys looks at whom the engine asks with.
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
	if len(keys) != 1 || s.Asked("POST /multi-search") != keys[0] {
		t.Fatalf("of the keys %v it searches with %q", keys, s.Asked("POST /multi-search"))
	}
	s.Forget(keys[0])
	ask() // makes the key anew
	other := meilisearch.Open(meilisearch.Options{URL: s.URL, Key: s.Keys()[0], Log: slog.New(slog.DiscardHandler)})
	defer func() { _ = other.Close() }()
	if err := other.Health(t.Context()); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("with a key of others: %v", err)
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
