package meilisearch_test

import (
	"context"
	"crypto/rand"
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
