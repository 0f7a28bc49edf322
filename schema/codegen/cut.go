package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A trimmer removes declarations from generated files.
type trimmer struct {
	files     *token.FileSet
	parsed    map[string]*ast.File
	types     map[string]bool // all types of the schema
	documents map[string]bool // those with documents
	content   map[string]bool // those of content
	collected map[string]bool // methods of queries that gql_collection.go calls
}

// decodes is where a row decodes a JSON column.
var decodes = regexp.MustCompile(`json\.Unmarshal\(\*value, `)

// readFiles parses the files that the pattern matches.
func readFiles(pattern string) (*trimmer, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	t := &trimmer{
		files: token.NewFileSet(), parsed: make(map[string]*ast.File, len(names)),
		types: map[string]bool{}, documents: map[string]bool{}, content: map[string]bool{}, collected: map[string]bool{},
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if text, err = withoutHooks(text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if bytes.Contains(text, []byte(`"dugnad/schema"`)) { // it may have JSON columns of the schema's types
			text = decodes.ReplaceAll(text, []byte("schema.Decode(*value, "))
		}
		if t.parsed[name], err = parser.ParseFile(t.files, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// receiver returns the name of the type that f is a method of, or "" for functions and for methods of generic types.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	return typeName(f.Recv.List[0].Type)
}

// returned returns the name of the type of f's first result.
func returned(f *ast.FuncDecl) string { return typeName(f.Type.Results.List[0].Type) }

func typeName(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// each calls do with every declaration.
func (t *trimmer) each(do func(file string, d ast.Decl)) {
	for name, file := range t.parsed {
		for _, d := range file.Decls {
			do(name, d)
		}
	}
}

// cut removes the declarations for which unused holds.
func (t *trimmer) cut(unused func(ast.Decl) bool) {
	for _, file := range t.parsed {
		file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
			if !unused(d) {
				return false
			}
			file.Comments = slices.DeleteFunc(file.Comments, func(c *ast.CommentGroup) bool {
				return c.Pos() >= start(d) && c.End() <= d.End()
			})
			return true
		})
	}
}

// start returns the position of the declaration, including its comment.
func start(d ast.Decl) token.Pos {
	var doc *ast.CommentGroup
	switch d := d.(type) {
	case *ast.FuncDecl:
		doc = d.Doc
	case *ast.GenDecl:
		doc = d.Doc
	}
	if doc != nil {
		return doc.Pos()
	}
	return d.Pos()
}

// write writes the files back.
func (t *trimmer) write() error {
	for name, file := range t.parsed {
		if err := t.writeFile(name, file); err != nil {
			return err
		}
	}
	return nil
}

// writeFile writes a file without its unused imports, or removes it if no declaration is left.
func (t *trimmer) writeFile(name string, file *ast.File) error {
	used := map[string]bool{}
	declares := false
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		declares = true
		ast.Inspect(d, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := s.X.(*ast.Ident); ok {
					used[id.Name] = true
				}
			}
			return true
		})
	}
	if !declares {
		return os.Remove(name)
	}
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool { return !used[importName(s.(*ast.ImportSpec))] })
		}
	}
	file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		return ok && g.Tok == token.IMPORT && len(g.Specs) == 0
	})
	var b bytes.Buffer
	if err := format.Node(&b, t.files, file); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

var majorVersion = regexp.MustCompile(`^v\d+$`)

// importName returns the name by which a file refers to an import: the given one, or the last element of the path that
// is not a version, without the prefix go-.
func importName(s *ast.ImportSpec) string {
	if s.Name != nil {
		return s.Name.Name
	}
	p, _ := strconv.Unquote(s.Path.Value)
	if majorVersion.MatchString(path.Base(p)) {
		p = path.Dir(p)
	}
	return strings.TrimPrefix(path.Base(p), "go-")
}
