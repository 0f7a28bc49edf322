package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestExamples runs the operations of docs/examples and compares each answer with the file beside it.
func TestExamples(t *testing.T) {
	concurrent(t)
	operations, err := filepath.Glob("../docs/examples/*.graphql")
	if err != nil || len(operations) < 5 {
		t.Fatalf(
			"%d examples (%v) in docs/examples, wanted one for each of the five source systems at least", len(operations), err,
		)
	}
	eachDemo(t, func(t *testing.T, h *testHub) {
		h.caughtUpNow()
		for _, path := range operations {
			t.Run(filepath.Base(path), func(t *testing.T) {
				operation, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				kept, err := os.ReadFile(strings.TrimSuffix(path, ".graphql") + ".json")
				if err != nil {
					t.Fatal(err)
				}
				var want any
				if err := json.Unmarshal(kept, &want); err != nil {
					t.Fatal(err)
				}
				a := h.in(t).ask(string(operation), nil).ok()
				// Addresses begin with the hub's own.
				body := bytes.ReplaceAll(a.Body, []byte(h.url), []byte("http://127.0.0.1:8080"))
				var got map[string]any
				if err := json.Unmarshal(body, &got); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got["data"], want) {
					t.Errorf("the answer is not what the file has:\n%s", body)
				}
			})
		}
	})
}
