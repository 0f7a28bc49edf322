package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unguarded are the goroutines that need no guard against panics, by file and function, with the reason.
var unguarded = map[string]string{
	"server/main.go main":                   "it ends the process",
	"graph/live.go wait":                    "it takes a subscription off a list",
	"server/graphqlhttp/websocket.go serve": "it closes the socket",
	"server/graphqlhttp/stream.go both":     "it cancels a context",
	"server/database/silent.go during":      "it closes a connection",
	"server/importing.go showProgress":      "it is a command's, and prints",
	"server/transfer.go writeItems":         "it is a command's, which ends with it",
}

// notServed are folders whose code does not run in the hub.
var notServed = []string{
	"ent", "graph/generated", "search/bench", "search/enginetest", "search/meilisearch/meilitest",
	"server/database/databasetest", "schema/codegen",
}

// guards are the names that a goroutine's function, or the function that it calls, must use: a panic that leaves a
// goroutine ends the process.
var guards = []string{"Recover", "recover", "guard", "tasks", "Tasks"}

// TestGoroutines finds goroutines that could end the process: go statements, and functions given to a WaitGroup, an
// errgroup or AfterFunc.
func TestGoroutines(t *testing.T) {
	packages := map[string]map[string]any{} // the files' sources by name, by folder
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel("..", path)
		name = filepath.ToSlash(name)
		hidden := d.Name() == "node_modules" || d.Name() == "compare" || // a module of its own
			strings.HasPrefix(d.Name(), ".") && name != "."
		if d.IsDir() && (hidden || slices.Contains(notServed, name)) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		folder := filepath.Dir(name)
		if packages[folder] == nil {
			packages[folder] = map[string]any{}
		}
		packages[folder][name] = source
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, files := range packages {
		for _, found := range bareGoroutines(t, files) {
			used[found] = true
			if unguarded[found] == "" {
				t.Errorf("%s starts a goroutine that does not recover from panics: use background.Go, Recover or a task", found)
			}
		}
	}
	for place := range unguarded {
		if !used[place] {
			t.Errorf("the list of exceptions names %s, which needs none", place)
		}
	}
}

// TestGoroutines_finds_bare_ones checks the checker.
func TestGoroutines_finds_bare_ones(t *testing.T) {
	for code, bare := range map[string]bool{
		`go work()`:              true,
		`go func() { work() }()`: true,
		`go func() { defer func() { _ = recover() }(); work() }()`: false,
		`go guarded()`: false,
		`group.Go(func() error { return work() })`: true,
		`group.Go(work)`: true,
		`running.Go(func() { h.tasks.Keep(c, "x", f) })`:            false,
		`running.Go(func() { guarded() })`:                          false,
		`time.AfterFunc(pause, func() { work() })`:                  true,
		`background.Go(ctx, "x", func(context.Context) { work() })`: false,
	} {
		source := "package x\nfunc guarded() { background.Recover(nil) }\nfunc work() {}\nfunc f() { " + code + " }"
		if got := len(bareGoroutines(t, map[string]any{"x.go": source})) > 0; got != bare {
			t.Errorf("%s: bare %v, want %v", code, got, bare)
		}
	}
}

// bareGoroutines returns the places in the files of a package, "file function", that start a goroutine without a guard.
func bareGoroutines(t *testing.T, files map[string]any) (found []string) {
	t.Helper()
	bodies := map[string]*ast.BlockStmt{}
	type function struct {
		file string
		*ast.FuncDecl
	}
	var functions []function
	for name, source := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				bodies[f.Name.Name] = f.Body
				functions = append(functions, function{name, f})
			}
		}
	}
	for _, in := range functions {
		ast.Inspect(in.Body, func(n ast.Node) bool {
			if started := startedBy(n); started != nil && !guarded(started, bodies, 2) {
				found = append(found, in.file+" "+in.Name.Name)
			}
			return true
		})
	}
	return found
}

// startedBy returns what the node runs in a goroutine, nil if it starts none.
func startedBy(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.GoStmt:
		return n.Call
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) == 0 {
			return nil
		}
		on, _ := f.X.(*ast.Ident)
		if f.Sel.Name == "AfterFunc" || f.Sel.Name == "Go" && (on == nil || on.Name != "background") {
			return n.Args[len(n.Args)-1]
		}
	}
	return nil
}

// guarded reports whether the code uses one of the guards, itself or in a function of the file that it calls.
func guarded(code ast.Node, bodies map[string]*ast.BlockStmt, depth int) bool {
	is := false
	ast.Inspect(code, func(n ast.Node) bool {
		var name string
		switch n := n.(type) {
		case *ast.SelectorExpr:
			name = n.Sel.Name
		case *ast.Ident:
			name = n.Name
		}
		if slices.Contains(guards, name) {
			is = true
		} else if body := bodies[name]; body != nil && depth > 0 && !is {
			is = guarded(body, bodies, depth-1)
		}
		return !is
	})
	return is
}
