package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSearchFolderLost removes, replaces and cuts the search index of a running hub: search answers UNAVAILABLE or the
// truth, everything else works, readiness says so, and the index is rebuilt without another start.
func TestSearchFolderLost(t *testing.T) {
	concurrent(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		search := func() *answer { return h.ask(`{ search(query: "mentor") { totalCount } }`, nil) }
		h.caughtUpNow()
		if ready := h.ready(t.Context()); !ready.Ready {
			t.Fatalf("readiness %+v", ready)
		}
		before := search().ok().at("search", "totalCount")
		folder := filepath.Join(h.config.Data, searchFolder)
		segments := func(do func(path string) error) error {
			files, err := filepath.Glob(filepath.Join(folder, "gen-*", "*", "store", "*.zap"))
			for _, f := range files {
				if failed := do(f); failed != nil && !os.IsNotExist(failed) {
					err = failed
				}
			}
			return err
		}
		for _, loss := range []struct {
			name string
			do   func() error
		}{
			{"removed", func() error { return os.RemoveAll(folder) }},
			{"moved", func() error { return os.Rename(folder, folder+"-old") }},
			{"cut", func() error { return segments(func(path string) error { return os.Truncate(path, 50) }) }},
		} {
			if err := loss.do(); err != nil {
				t.Fatal(err)
			}
			noticed := false
			for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
				a := search()
				if a.code() == "UNAVAILABLE" {
					noticed = true
					if ready := h.ready(t.Context()); !ready.Ready {
						t.Fatalf("%s: readiness %+v", loss.name, ready)
					}
				} else if got := a.ok().at("search", "totalCount"); got != before {
					t.Fatalf("%s: search finds %v instead of %v", loss.name, got, before)
				} else if noticed {
					break
				}
				h.ask(`{ practices(first: 1) { totalCount } }`, nil).ok()
				if time.Now().After(deadline) {
					t.Fatalf("%s: noticed %v, and search answers %s", loss.name, noticed, a.Body)
				}
			}
			h.caughtUpNow()
			if ready := h.ready(t.Context()); !ready.Ready || strings.Contains(strings.Join(ready.Reasons, " "), "search") {
				t.Errorf("%s: readiness afterwards %+v", loss.name, ready)
			}
		}
	})
}
