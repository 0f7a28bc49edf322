package content

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dugnad/fault"
)

// The constants, ProblemCodes and what the API says of Problem.code are one list.
func TestProblemCodesAreListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "problem.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []ProblemCode
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && isIdent(v.Type, "ProblemCode") {
			declared = append(declared, ProblemCode(literal(t, v.Values[0])))
		}
		return true
	})
	if listed := ProblemCodes(); !slices.Equal(declared, listed) || len(listed) == 0 {
		t.Errorf("declared are %v, listed %v", declared, listed)
	}

	sdl, err := os.ReadFile(filepath.Join("..", "schema", "entry.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	of := regexp.MustCompile(`(?s)type Problem \{\s*"""(.*?)"""\s*code: String!`).FindSubmatch(sdl)
	if of == nil {
		t.Fatal("schema/entry.graphql does not describe Problem.code")
	}
	var described []ProblemCode
	for _, code := range regexp.MustCompile(`\b[A-Z][A-Z_]{2,}\b`).FindAllString(string(of[1]), -1) {
		described = append(described, ProblemCode(code))
	}
	if !slices.Equal(declared, described) {
		t.Errorf("declared are %v, described in the API %v", declared, described)
	}
}

// No other code can occur: the compiler holds the type, and this what it lets pass, a string that is written where a
// code is wanted.
func TestProblemCodesAreConstants(t *testing.T) {
	problems, checked := token.NewFileSet(), 0
	for _, folder := range []string{
		".", filepath.Join("..", "graph"), filepath.Join("..", "server"), filepath.Join("..", "changes"),
		filepath.Join("..", "access"),
	} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || path == "problem.go" ||
				strings.Contains(filepath.ToSlash(path), "/graph/generated/") {
				return err
			}
			file, err := parser.ParseFile(problems, path, nil, 0)
			if err != nil {
				return err
			}
			checked++
			ast.Inspect(file, func(n ast.Node) bool {
				for _, at := range writtenCodes(n) {
					t.Errorf("%s: use a constant of content.ProblemCode", problems.Position(at))
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if checked < 100 {
		t.Errorf("only %d files were read", checked)
	}
}

// codeLiteral is what a code that is written in quotes looks like.
var codeLiteral = regexp.MustCompile(`^"[A-Z][A-Z_]{2,}"$`)

// writtenCodes are the places in a node, not in those beneath it, where a code is made of a string: in a field Code of
// a struct, as an argument of a function that adds a problem, by a conversion.
func writtenCodes(n ast.Node) (at []token.Pos) {
	isCode := func(e ast.Expr) bool {
		l, ok := e.(*ast.BasicLit)
		return ok && codeLiteral.MatchString(l.Value)
	}
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if isIdent(n.Key, "Code") && isCode(n.Value) {
			at = append(at, n.Pos())
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			if s, ok := to.(*ast.SelectorExpr); ok && s.Sel.Name == "Code" && i < len(n.Rhs) && isCode(n.Rhs[i]) {
				at = append(at, n.Pos())
			}
		}
	case *ast.CallExpr:
		name := n.Fun
		if s, ok := name.(*ast.SelectorExpr); ok {
			name = s.Sel
		}
		adds := slices.ContainsFunc(
			[]string{"add", "warn", "addProblem", "problemAt", "refuse", "tell"},
			func(f string) bool { return isIdent(name, f) },
		)
		if isIdent(name, "ProblemCode") || adds && len(n.Args) > 0 && isCode(n.Args[0]) {
			at = append(at, n.Pos())
		}
	}
	return at
}

func isIdent(e ast.Expr, name string) bool {
	i, ok := e.(*ast.Ident)
	return ok && i.Name == name
}

func literal(t *testing.T, e ast.Expr) string {
	t.Helper()
	s, err := strconv.Unquote(e.(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every error of the rules has a code under which it can be given as a problem, but those that only the API's own
// limits and protocol use.
func TestErrorsAsProblems(t *testing.T) {
	never := []fault.Code{
		fault.Conflict, fault.Internal, fault.TooComplex, fault.CursorExpired, fault.ParseFailed, fault.ValidationFailed,
		fault.PersistedQueryNotFound, fault.PersistedQueryUnsupported,
	}
	for _, code := range fault.Codes() {
		p, ok := ProblemOf(&fault.Error{Code: code, Field: "name", Message: "is wrong"})
		if ok == slices.Contains(never, code) {
			t.Errorf("%s is a problem: %v", code, ok)
		}
		if ok &&
			(!slices.Contains(ProblemCodes(), p.Code) || !slices.Equal(p.Path, []string{"name"}) ||
				p.Severity != SeverityError) {
			t.Errorf("%s became %+v", code, p)
		}
	}
}
