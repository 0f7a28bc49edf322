package explorer

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"dugnad/schema"
)

// TestPagesShowEveryField holds the page of each content type against schema/<type>.graphql: its document asks for
// every field that only the type has, the answer is read into a field of entry, and a template or a function shows it.
func TestPagesShowEveryField(t *testing.T) {
	documents, err := Documents()
	if err != nil {
		t.Fatal(err)
	}
	shown := shownFields(t)
	for _, of := range schema.ContentTypes() {
		page := "documents/" + of.Singular + ".graphql"
		document, err := parser.ParseQuery(&ast.Source{Name: page, Input: documents[of.Singular]})
		if err != nil || len(document.Operations) != 1 {
			t.Errorf("content type %s: web/explorer/%s must hold one operation: %v", of.Name, page, err)
			continue
		}
		asked := make(map[string]string) // the name in the answer, by field
		for _, s := range document.Operations[0].SelectionSet[0].(*ast.Field).SelectionSet {
			if f, ok := s.(*ast.Field); ok {
				asked[f.Name] = f.Alias
			}
		}
		for _, field := range ownFields(t, of) {
			alias, ok := asked[field]
			switch name, read := entryField(alias); {
			case field == "kind": // part of every card
			case of.Name == "Event" && field == "endsAt": // pages say when an event begins, and no more
			case !ok:
				t.Errorf("content type %s: web/explorer/%s does not ask for %s", of.Name, page, field)
			case !read:
				t.Errorf("content type %s: entry in web/explorer/shapes.go has no field for %s", of.Name, alias)
			case !strings.Contains(shown, "."+name):
				t.Errorf("content type %s: no page in web/explorer shows entry.%s", of.Name, name)
			}
		}
	}
}

// ownFields are the fields of a type that the interface Content has not.
func ownFields(t *testing.T, of schema.ContentInfo) (names []string) {
	t.Helper()
	path := filepath.Join("..", "..", "schema", of.Singular+".graphql")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sdl, err := parser.ParseSchema(&ast.Source{Name: path, Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range sdl.Definitions.ForName(of.Name).Fields {
		names = append(names, f.Name)
	}
	return names
}

// entryField is the field of entry that encoding/json fills with a field of the answer.
func entryField(answered string) (string, bool) {
	f, ok := reflect.TypeFor[entry]().FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, answered) })
	return f.Name, ok
}

// shownFields is the text of the templates and of the functions behind them.
func shownFields(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"*.go", "*.templ"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if slices.Contains([]string{"shapes.go", "pages_test.go"}, path) || strings.HasSuffix(path, "_templ.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}

// TestComplete holds the words and looks of the explorer against the registries of types and facets.
func TestComplete(t *testing.T) {
	if err := complete(); err != nil {
		t.Error(err)
	}
}
