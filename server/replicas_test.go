package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/ent/account"
)

// TestReplicasStartTogether: two replicas with demo content start at once on an empty PostgreSQL, with keys of their
// own, and both get ready without a failure.
func TestReplicasStartTogether(t *testing.T) {
	walker(t)
	t.Parallel()
	o := emptyOptions(t, onPostgres)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	var replicas []*Hub
	t.Cleanup(func() {
		stop()
		running.Wait()
		for _, h := range replicas {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	for range 2 {
		c := testConfig(o)
		c.Data, c.SecretKey, c.Demo = t.TempDir(), "", true
		h, err := Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		replicas = append(replicas, h)
	}
	for _, h := range replicas {
		running.Go(func() {
			if err := h.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for _, h := range replicas {
		for deadline := time.Now().Add(time.Minute); ; {
			if now := h.ready(t.Context()); now.Ready {
				break
			} else if time.Now().After(deadline) {
				t.Fatalf("not ready: %v", now.Reasons)
			}
			time.Sleep(20 * time.Millisecond) // what the loader of the other replica does gives no signal here
		}
		for _, task := range h.tasks.Status() {
			if task.Failures > 0 {
				t.Errorf("the task %s failed: %+v", task.Name, task)
			}
		}
		if got := get(h, "/graphql?query=%7Bpractices%7BtotalCount%7D%7D").Code; got != http.StatusOK {
			t.Errorf("the list is answered with %d", got)
		}
	}
	made, err := replicas[0].client.Account.Query().Where(account.EmailNEQ("")).
		Count(access.WithViewer(t.Context(), access.System("test")))
	if err != nil || made != len(demoAccounts) {
		t.Errorf("%d demo accounts, %v", made, err)
	}
}

// TestLocksDiffer: an advisory lock of PostgreSQL is a number, and two of the same number would wait for each other.
func TestLocksDiffer(t *testing.T) {
	t.Parallel()
	names := map[uint64]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "ent" || d.Name() == "node_modules" || d.Name() == "generated") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !strings.Contains(strings.ToLower(spec.Names[0].Name), "lock") {
				return true
			}
			literal, ok := spec.Values[0].(*ast.BasicLit)
			if !ok || literal.Kind != token.INT || !strings.HasPrefix(literal.Value, "0x") {
				return true
			}
			number, err := strconv.ParseUint(literal.Value, 0, 64)
			name := path + " " + spec.Names[0].Name
			if other := names[number]; other != "" || err != nil {
				t.Errorf("%s has the number of %s, %v", name, other, err)
			}
			names[number] = name
			return true
		})
		return nil
	})
	if err != nil || len(names) < 8 {
		t.Errorf("%d locks, %v", len(names), err)
	}
}
